"""Copies the pair and the clips into models/ and writes the manifests, the README and its picture."""

import hashlib
import shutil

import yaml

from .clip_plans import CLIPS
from .detector.infer import NMS_IOU
from .picture import comparison
from .readme import readme
from .render.layout import CLASSES
from .settings import Settings

MADE_BY = {
    "edge": "trained from scratch by training/ on rendered streets: plain convolutions, stride 8, 256x160",
    "cloud": "trained from scratch by training/ on rendered streets: residuals, top-down path, stride 4, 640x384",
}


def manifest(settings: Settings, which: str, figures: dict) -> dict:
    """The InferenceModel resource of one of the pair; quantities are strings."""
    recipe, path = settings.recipes[which], settings.onnx(which)
    width, height = recipe.input_size
    return {
        "apiVersion": "sluice.dev/v1alpha1",
        "kind": "InferenceModel",
        "metadata": {
            "name": recipe.name,
            "annotations": {"sluice.dev/licence": "Apache-2.0", "sluice.dev/made-by": MADE_BY[which]},
        },
        "spec": {
            "uri": f"file:{path.name}",
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "task": "detection",
            "family": "peaks",
            "input": {"width": width, "height": height},
            "classes": list(CLASSES),
            "thresholds": {"score": f"{figures['models'][which]['threshold']:.2f}", "nms": str(NMS_IOU)},
            "scores": {name: f"{clip[which]['f1']:.2f}" for name, clip in figures["clips"].items()},
        },
    }


def publish(settings: Settings, figures: dict) -> None:
    (settings.models / "clips").mkdir(parents=True, exist_ok=True)
    for which in settings.recipes:
        path = settings.onnx(which)
        shutil.copyfile(path, settings.models / path.name)
        text = yaml.safe_dump(manifest(settings, which, figures), sort_keys=False, width=1000)
        (settings.models / f"{path.stem}.yaml").write_text(text)
    for clip in CLIPS:
        for suffix in ("mp4", "truth.jsonl.gz"):
            shutil.copyfile(
                settings.clips / f"{clip.name}.{suffix}", settings.models / "clips" / f"{clip.name}.{suffix}"
            )
    (settings.models / "comparison.jpg").write_bytes(comparison(settings, figures))
    (settings.models / "README.md").write_text(readme(figures))
    print(f"published to {settings.models}")
