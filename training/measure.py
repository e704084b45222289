"""Measures the exported pair on the coded clips and on the test pictures."""

import time

import numpy as np
from tqdm import tqdm

from .clip_plans import CLIPS
from .clips import read_truth
from .dataset import Pictures
from .detector.infer import Detector
from .detector.score import frame_f1, recall_by_size
from .settings import Settings, facts_of
from .video import decode

TIMED_RUNS = 50
WARM_UP_RUNS = 5


def run_ms(detector: Detector) -> float:
    """Milliseconds of one picture through onnxruntime on one thread: the fastest run, least spoilt by others."""
    width, height = detector.input_size
    images = np.random.default_rng(1).random((1, 3, height, width), np.float32)
    times = []
    for _ in range(WARM_UP_RUNS + TIMED_RUNS):
        start = time.perf_counter()
        detector.run(images)
        times.append(time.perf_counter() - start)
    return round(min(times[WARM_UP_RUNS:]) * 1000, 2)


def rate(answers: list[np.ndarray], references: list[np.ndarray]) -> dict:
    scores = [frame_f1(a, r) for a, r in zip(answers, references, strict=True)]
    recall = {name: round(value, 3) for name, value in recall_by_size(answers, references).items()}
    return {"f1": round(float(np.mean(scores)), 4), "recall": recall}


def on_clip(name: str, detectors: dict[str, Detector], thresholds: dict[str, float], settings: Settings) -> dict:
    path = settings.clips / f"{name}.mp4"
    references = read_truth(settings.clips / f"{name}.truth.jsonl.gz")
    answers: dict[str, list[np.ndarray]] = {which: [] for which in detectors}
    for picture in tqdm(decode(str(path)), total=len(references), desc=f"score {name}", unit="frame"):
        for which, detector in detectors.items():
            answers[which].append(detector(picture, thresholds[which]))
    facts = {
        "bytes": path.stat().st_size,
        "boxesPerFrame": round(float(np.mean([len(r) for r in references])), 2),
        "quietShare": round(float(np.mean([len(r) <= 1 for r in references])), 3),
    }
    return facts | {which: rate(answers[which], references) for which in detectors}


def on_pictures(detector: Detector, threshold: float, settings: Settings) -> dict:
    pictures = Pictures(settings.pictures, "test")
    references = [pictures.reference(i) for i in range(len(pictures))]
    answers = [detector(pictures.picture(i), threshold) for i in range(len(pictures))]
    return rate(answers, references)


def measure(settings: Settings) -> dict:
    """All figures that the manifests and the README state."""
    detectors = {which: Detector(settings.onnx(which), recipe.input_size) for which, recipe in settings.recipes.items()}
    models = {which: facts_of(settings, which) | {"ms": run_ms(detector)} for which, detector in detectors.items()}
    thresholds = {which: models[which]["threshold"] for which in models}
    clips = {clip.name: on_clip(clip.name, detectors, thresholds, settings) for clip in CLIPS}
    for which, detector in detectors.items():
        models[which]["pictures"] = on_pictures(detector, thresholds[which], settings)
        models[which]["pooledF1"] = round(float(np.mean([clips[name][which]["f1"] for name in clips])), 4)
    return {"models": models, "clips": clips}
