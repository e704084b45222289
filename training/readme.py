"""models/README.md: a template with the measured figures filled in."""

from pathlib import Path

from .clip_plans import CLIPS
from .detector.score import SIZE_NAMES

TEMPLATE = Path(__file__).with_name("models_readme.template.md")


def model_rows(figures: dict) -> str:
    rows = []
    for which, facts in figures["models"].items():
        cells = [f"{facts[key]:,}" for key in ("parameters", "bytes", "ms", "steps")]
        cells += [f"{facts['threshold']:.2f}", f"{facts['pictures']['f1']:.3f}", f"**{facts['pooledF1']:.3f}**"]
        rows.append(f"| `street-{which}.onnx` | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def clip_rows(figures: dict) -> str:
    rows = []
    for name, clip in figures["clips"].items():
        size, quiet = f"{clip['bytes'] / 1e6:.2f} MB", f"{100 * clip['quietShare']:.0f} %"
        scores = f"{clip['edge']['f1']:.3f} | {clip['cloud']['f1']:.3f}"
        rows.append(f"| `{name}` | {size} | {clip['boxesPerFrame']:.1f} | {quiet} | {scores} |")
    return "\n".join(rows)


def recall_rows(figures: dict) -> str:
    rows = []
    for name, clip in figures["clips"].items():
        cells = [f"{clip[which]['recall'][size]:.2f}" for which in figures["models"] for size in SIZE_NAMES]
        rows.append(f"| `{name}` | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def readme(figures: dict) -> str:
    text = TEMPLATE.read_text()
    values = {
        "MODEL_ROWS": model_rows(figures),
        "CLIP_ROWS": clip_rows(figures),
        "RECALL_ROWS": recall_rows(figures),
        "CLIP_ABOUT": "\n".join(f"- `{clip.name}` (seed {clip.seed}): {clip.about}" for clip in CLIPS),
    }
    for key, value in values.items():
        text = text.replace("{{" + key + "}}", value)
    return text
