"""Where a run keeps its work, where it publishes, and how much of everything it makes."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

from .clip_plans import FRAMES
from .detector.networks import RECIPES, Recipe

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    work: Path
    models: Path
    shards: dict[str, int] = field(default_factory=lambda: {"val": 3, "train": 80, "test": 3})
    recipes: dict[str, Recipe] = field(default_factory=lambda: dict(RECIPES))
    clip_frames: int = FRAMES

    @property
    def pictures(self) -> Path:
        return self.work / "pictures"

    @property
    def clips(self) -> Path:
        return self.work / "clips"

    @property
    def figures(self) -> Path:
        return self.work / "figures.json"

    def checkpoint(self, which: str) -> Path:
        return self.work / "checkpoints" / f"{which}.pt"

    def onnx(self, which: str) -> Path:
        return self.work / "onnx" / f"{self.recipes[which].name}.onnx"

    def facts(self, which: str) -> Path:
        """What the export stage learnt about a model: threshold, parameters, steps."""
        return self.onnx(which).with_suffix(".json")


def facts_of(settings: Settings, which: str) -> dict:
    return json.loads(settings.facts(which).read_text()) | {"bytes": settings.onnx(which).stat().st_size}


def full() -> Settings:
    return Settings(ROOT / ".sluice/train", ROOT / "models")


def quick() -> Settings:
    """Every stage in a few steps, to see that the path works; the models are worthless and go elsewhere."""
    few = {which: replace(recipe, steps=12, batch=4) for which, recipe in RECIPES.items()}
    work = ROOT / ".sluice/train-quick"
    return Settings(work, work / "models", {"val": 1, "train": 1, "test": 1}, few, 20)
