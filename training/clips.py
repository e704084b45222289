"""Films the three clips, with exact truth beside them."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from .clip_plans import FPS, HEIGHT, WIDTH, Clip, flight
from .render import conditions, kinds
from .render.layout import CLASSES
from .render.scene import Scene
from .render.traffic import Traffic
from .render.truth import Instance
from .video import encode

WARM_UP_S = 12.0  # the traffic runs before the first frame
NOISE_SIGMA = 1.5
SMALLEST_PX = (4.0, 10.0)  # width and height from which objects are drawn


def film(clip: Clip, frames: int) -> Iterator[tuple[np.ndarray, list[Instance]]]:
    """Picture and instances of each frame, 1 / FPS apart."""
    cv2.setNumThreads(1)
    rng, grain = np.random.default_rng(clip.seed), np.random.default_rng([clip.seed, 1])
    weather = replace(conditions.draw(rng, clip.weather, night=False), noise_sigma=NOISE_SIGMA)
    layout = kinds.LAYOUTS[clip.name](rng, clip.busy, weather.night, clip.weather == "snow")
    scene = Scene(layout, weather, rng, SMALLEST_PX)
    traffic = Traffic(layout, rng, weather.night, lambda t: clip.activity_at(t - WARM_UP_S))
    start = kinds.draw_camera(clip.name, rng)
    start = replace(start, focal=start.focal * clip.zoom)
    for _ in range(int(WARM_UP_S * FPS)):
        traffic.step(1 / FPS)
    for frame in range(frames):
        camera = flight(start, frame / FPS) if clip.name == "drone" else start
        yield scene.frame(traffic, camera, grain)
        traffic.step(1 / FPS)


def compact(value: dict) -> str:
    return json.dumps(value, separators=(",", ":"))


def truth_line(frame: int, instances: list[Instance]) -> str:
    truth = [[*i.box, 1, i.cls] for i in instances if i.counts]
    ignore = [[*i.box, 1, i.cls] for i in instances if not i.counts]
    return compact({"frame": frame, "t": round(frame / FPS, 1), "truth": truth, "ignore": ignore})


def header(clip: Clip) -> str:
    size = {"width": WIDTH, "height": HEIGHT, "fps": FPS}
    return compact({"format": "sluice.truth", "version": 1, "classes": list(CLASSES), **size, "seed": clip.seed})


def make_clip(clip: Clip, folder: Path, frames: int) -> None:
    """Writes NAME.mp4 and NAME.truth.jsonl.gz; the same plan gives the same bytes."""
    lines = [header(clip)]

    def pictures() -> Iterator[np.ndarray]:
        for picture, instances in tqdm(film(clip, frames), total=frames, desc=f"film {clip.name}", unit="frame"):
            lines.append(truth_line(len(lines) - 1, instances))
            yield picture

    folder.mkdir(parents=True, exist_ok=True)
    encode(pictures(), str(folder / f"{clip.name}.mp4"), FPS, {"crf": str(clip.crf), "preset": "slow"})
    (folder / f"{clip.name}.truth.jsonl.gz").write_bytes(gzip.compress("\n".join([*lines, ""]).encode(), mtime=0))
    plan_file(clip, folder).write_text(plan_text(clip, frames))


def plan_file(clip: Clip, folder: Path) -> Path:
    """Written last: with the present plan in it, the clip is complete and need not be filmed again."""
    return folder / f"{clip.name}.plan.json"


def plan_text(clip: Clip, frames: int) -> str:
    return json.dumps(asdict(clip) | {"frames": frames})


def is_filmed(clip: Clip, folder: Path, frames: int) -> bool:
    path = plan_file(clip, folder)
    return path.exists() and path.read_text() == plan_text(clip, frames)


def read_truth(path: Path) -> list[np.ndarray]:
    """The truth boxes of each frame: arrays [n, 6]."""
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()[1:]
    return [np.array(json.loads(line)["truth"], float).reshape(-1, 6) for line in lines]
