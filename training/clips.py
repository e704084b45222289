"""The three clips: held-out scenes filmed for a minute, with exact truth beside them."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from .render import conditions, kinds
from .render.camera import Camera
from .render.layout import CLASSES
from .render.scene import Scene
from .render.traffic import Traffic
from .render.truth import Instance
from .video import encode

FPS = 10
FRAMES = 600
WARM_UP_S = 12.0  # the traffic runs before the first frame
WIDTH, HEIGHT = 640, 360


@dataclass(frozen=True)
class Clip:
    """A held-out scene. seed: far from those of dataset.FIRST_SEED; busy: arrivals against a usual street;
    activity: (from second, factor) steps that multiply arrivals; crf: x264's rate factor."""

    name: str
    seed: int
    weather: str
    busy: float
    activity: tuple[tuple[float, float], ...]
    crf: int
    about: str

    def activity_at(self, t: float) -> float:
        return [factor for start, factor in self.activity if t >= start][-1]


CLIPS = (
    Clip(
        name="gate",
        seed=90_000_103,
        weather="clear",
        busy=0.4,
        activity=((-99, 0.05), (6, 7.0), (10, 0.05), (34, 9.0), (39, 0.05)),
        crf=20,
        about="a fixed camera over a yard; hardly anything happens, then a group comes through the gate, twice.",
    ),
    Clip(
        name="crossroads",
        seed=90_000_202,
        weather="rain",
        busy=0.6,
        activity=((-99, 0.8), (12, 0.1), (32, 2.0), (42, 0.4)),
        crf=21,
        about="a fixed camera in the rain; traffic comes and goes with the lights, people wait and cross.",
    ),
    Clip(
        name="drone",
        seed=90_000_303,
        weather="overcast",
        busy=0.9,
        activity=((-99, 1.0),),
        crf=20,
        about="a drone that hovers, crosses a park and a street, turns and climbs; most people are a few pixels high.",
    ),
)


def flight(start: Camera, t: float) -> Camera:
    """Where the drone is after t seconds: it hovers, crosses the park, turns, hovers, climbs and comes back."""
    way = np.interp(t, [0, 8, 22, 30, 42, 52, 60], [0, 0, 26, 26, 4, -10, -10])
    turn = np.interp(t, [0, 20, 30, 42, 60], [0, 0, 0.9, 0.9, 0.3])
    climb = np.interp(t, [0, 30, 42, 60], [0, 0, 7, 3])
    sway = 0.25 * np.sin(t * 0.9), 0.2 * np.sin(t * 0.7 + 1)
    side = start.yaw + 0.5 * np.pi
    return replace(
        start,
        x=start.x + way * np.sin(side) + sway[0],
        y=start.y + way * np.cos(side) + sway[1],
        z=start.z + climb,
        yaw=start.yaw + turn,
        pitch=start.pitch + 0.006 * np.sin(t * 1.3),
    )


def film(clip: Clip, frames: int) -> Iterator[tuple[np.ndarray, list[Instance]]]:
    """Picture and instances of each frame, 1 / FPS apart."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(clip.seed)
    weather = replace(conditions.draw(rng, clip.weather, night=False), noise_sigma=1.5)
    layout = kinds.LAYOUTS[clip.name](rng, clip.busy, False, clip.weather == "snow")
    scene, traffic = (
        Scene(layout, weather, rng),
        Traffic(layout, rng, False, lambda t: clip.activity_at(t - WARM_UP_S)),
    )
    start = kinds.draw_camera(clip.name, rng)
    for _ in range(int(WARM_UP_S * FPS)):
        traffic.step(1 / FPS)
    grain = np.random.default_rng([clip.seed, 1])
    for frame in range(frames):
        camera = flight(start, frame / FPS) if clip.name == "drone" else start
        yield scene.frame(traffic, camera, grain)
        traffic.step(1 / FPS)


def truth_line(frame: int, instances: list[Instance]) -> str:
    truth = [[*i.box, 1, i.cls] for i in instances if i.counts]
    ignore = [[*i.box, 1, i.cls] for i in instances if not i.counts]
    return json.dumps(
        {"frame": frame, "t": round(frame / FPS, 1), "truth": truth, "ignore": ignore}, separators=(",", ":")
    )


def header(clip: Clip) -> str:
    fields = {
        "format": "sluice.truth",
        "version": 1,
        "classes": list(CLASSES),
        "width": WIDTH,
        "height": HEIGHT,
        "fps": FPS,
        "seed": clip.seed,
    }
    return json.dumps(fields, separators=(",", ":"))


def make_clip(clip: Clip, folder: Path, frames: int) -> None:
    """Writes NAME.mp4 and NAME.truth.jsonl.gz; the same seed gives the same bytes."""
    lines = [header(clip)]

    def pictures() -> Iterator[np.ndarray]:
        for picture, instances in tqdm(film(clip, frames), total=frames, desc=f"film {clip.name}", unit="frame"):
            lines.append(truth_line(len(lines) - 1, instances))
            yield picture

    folder.mkdir(parents=True, exist_ok=True)
    encode(pictures(), str(folder / f"{clip.name}.mp4"), FPS, {"crf": str(clip.crf), "preset": "slow"})
    (folder / f"{clip.name}.truth.jsonl.gz").write_bytes(gzip.compress("\n".join(lines + [""]).encode(), mtime=0))


def read_truth(path: Path) -> list[np.ndarray]:
    """The truth boxes of each frame: arrays [n, 6]."""
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()[1:]
    return [np.array(json.loads(line)["truth"], float).reshape(-1, 6) for line in lines]
