"""The steps from nothing to the published pair. Each can be run alone and goes on where it was stopped."""

import json

from . import dataset
from .clip_plans import CLIPS
from .clips import is_filmed, make_clip
from .dataset import Pictures
from .detector.export import export
from .detector.infer import Detector
from .detector.score import best_threshold
from .detector.train import Trainer, train
from .measure import measure
from .publish import publish
from .settings import Settings


def render(settings: Settings, workers: int) -> None:
    dataset.render(settings.pictures, settings.shards, workers)


def train_edge(settings: Settings, workers: int) -> None:
    train(settings.recipes["edge"], settings.pictures, settings.checkpoint("edge"))


def train_cloud(settings: Settings, workers: int) -> None:
    train(settings.recipes["cloud"], settings.pictures, settings.checkpoint("cloud"))


def export_both(settings: Settings, workers: int) -> None:
    """ONNX from the checkpoints' averaged weights, and thresholds from the validation pictures."""
    for which, recipe in settings.recipes.items():
        trainer = Trainer(recipe)
        trainer.load(settings.checkpoint(which))
        path = settings.onnx(which)
        path.parent.mkdir(parents=True, exist_ok=True)
        export(trainer.average, recipe, path)
        threshold, f1 = choose_threshold(Detector(path, recipe.input_size), settings)
        parameters = sum(p.numel() for p in trainer.network.parameters())
        facts = {"threshold": threshold, "validationF1": round(f1, 4), "parameters": parameters, "steps": trainer.step}
        settings.facts(which).write_text(json.dumps(facts))
        print(f"{path.name}: {path.stat().st_size} bytes, {facts}")


def choose_threshold(detector: Detector, settings: Settings) -> tuple[float, float]:
    pictures = Pictures(settings.pictures, "val")
    references = [pictures.reference(i) for i in range(len(pictures))]
    return best_threshold([detector(pictures.picture(i)) for i in range(len(pictures))], references)


def clips(settings: Settings, workers: int) -> None:
    for clip in CLIPS:
        if not is_filmed(clip, settings.clips, settings.clip_frames):
            make_clip(clip, settings.clips, settings.clip_frames)


def score(settings: Settings, workers: int) -> None:
    settings.figures.write_text(json.dumps(measure(settings), indent=1))


def publish_all(settings: Settings, workers: int) -> None:
    publish(settings, json.loads(settings.figures.read_text()))


STAGES = {
    "render": render,
    "edge": train_edge,
    "cloud": train_cloud,
    "export": export_both,
    "clips": clips,
    "score": score,
    "publish": publish_all,
}
