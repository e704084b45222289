"""Renders the training and validation pictures into shards of JPEG with their truth.

A shard is two files: `NAME.jpgs` (JPEGs one after another) and `NAME.json` (offsets and boxes), written last, so that a
shard with its index is complete and an interrupted run goes on with the missing ones.
"""

import json
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from .clip_plans import FPS
from .render import conditions, kinds, lens
from .render.camera import Camera
from .render.scene import Scene
from .render.traffic import Traffic
from .video import through_codec

SCENES_PER_SHARD = 20
PICTURES_PER_SCENE = 6
FILMED_SHARE = 0.25  # scenes whose pictures are taken from a filmed and H.264-coded stretch
FILM_FRAMES = 15
FIRST_SEED = {"train": 0, "val": 10_000_000, "test": 20_000_000}


def _stills(scene: Scene, traffic: Traffic, kind: str, rng: np.random.Generator):
    """Pictures some seconds apart, each with a camera of its own."""
    for _ in range(PICTURES_PER_SCENE):
        for _ in range(int(rng.integers(4, 12))):
            traffic.step(0.5)
        yield scene.frame(traffic, kinds.draw_camera(kind, rng), rng)


def _drift(camera: Camera, velocity: np.ndarray) -> Camera:
    """velocity: x, y, z in metres and yaw in radians per frame."""
    return replace(
        camera,
        x=camera.x + velocity[0],
        y=camera.y + velocity[1],
        z=camera.z + velocity[2],
        yaw=camera.yaw + velocity[3],
    )


def _filmed(scene: Scene, traffic: Traffic, kind: str, rng: np.random.Generator):
    """Pictures out of one coherent stretch of video after H.264."""
    camera = kinds.draw_camera(kind, rng)
    velocity = rng.normal(0, [0.25, 0.25, 0.05, 0.006]) if kind == "drone" else np.zeros(4)
    frames, truths = [], []
    for _ in range(FILM_FRAMES):
        traffic.step(1 / FPS)
        camera = _drift(camera, velocity)
        picture, instances = scene.frame(traffic, camera, rng)
        frames.append(picture)
        truths.append(instances)
    coded = through_codec(frames, FPS, int(rng.integers(20, 33)))
    for i in np.linspace(1, FILM_FRAMES - 1, PICTURES_PER_SCENE).astype(int):
        yield coded[i], truths[i]


def scene_pictures(seed: int):
    """Yields (picture, instances, JPEG quality) of one random scene; the kind follows from the seed."""
    rng = np.random.default_rng(seed)
    kind = list(kinds.LAYOUTS)[seed % len(kinds.LAYOUTS)]
    weather = conditions.draw(rng)
    layout = kinds.LAYOUTS[kind](rng, rng.uniform(0.3, 1.6), weather.night, weather.name == "snow")
    scene, traffic = Scene(layout, weather, rng), Traffic(layout, rng, weather.night)
    filmed = rng.random() < FILMED_SHARE
    for picture, instances in (_filmed if filmed else _stills)(scene, traffic, kind, rng):
        yield picture, instances, int(rng.integers(75, 96) if filmed else rng.integers(35, 96))


def render_shard(folder: Path, split: str, number: int) -> None:
    cv2.setNumThreads(1)
    index, name = [], f"{split}-{number:04d}"
    with open(folder / f"{name}.jpgs", "wb") as out:
        for scene in range(SCENES_PER_SHARD):
            seed = FIRST_SEED[split] + number * SCENES_PER_SHARD + scene
            for picture, instances, quality in scene_pictures(seed):
                data = lens.jpeg(picture, quality)
                truth = [[*i.box, i.cls] for i in instances if i.counts]
                ignore = [[*i.box, i.cls] for i in instances if not i.counts]
                index.append({"at": out.tell(), "bytes": len(data), "truth": truth, "ignore": ignore})
                out.write(data)
    (folder / f"{name}.json.part").write_text(json.dumps(index))
    (folder / f"{name}.json.part").rename(folder / f"{name}.json")


def render(folder: Path, shards: dict[str, int], workers: int) -> None:
    """Makes the missing shards of each split."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [(split, number) for split, count in shards.items() for number in range(count)]
    missing = [(s, n) for s, n in wanted if not (folder / f"{s}-{n:04d}.json").exists()]
    with (
        ProcessPoolExecutor(workers) as pool,
        tqdm(total=len(wanted), initial=len(wanted) - len(missing), desc="render", unit="shard") as bar,
    ):
        for job in as_completed([pool.submit(render_shard, folder, *task) for task in missing]):
            job.result()
            bar.update()


class Pictures:
    """Reads a split: `len`, and `picture(i)`, `truth(i)` ([n, 5] of x1, y1, x2, y2, class), `ignore(i)`."""

    def __init__(self, folder: Path, split: str):
        self.items = []
        for path in sorted(folder.glob(f"{split}-*.json")):
            self.items += [(path.with_suffix(".jpgs"), entry) for entry in json.loads(path.read_text())]
        assert self.items, f"no {split} pictures in {folder}: run the render stage first"

    def __len__(self) -> int:
        return len(self.items)

    def picture(self, i: int) -> np.ndarray:
        path, entry = self.items[i]
        with open(path, "rb") as file:
            file.seek(entry["at"])
            return cv2.imdecode(np.frombuffer(file.read(entry["bytes"]), np.uint8), cv2.IMREAD_COLOR)

    def truth(self, i: int) -> np.ndarray:
        return np.array(self.items[i][1]["truth"], np.float32).reshape(-1, 5)

    def reference(self, i: int) -> np.ndarray:
        """The truth as rows [x1, y1, x2, y2, 1, class], as answers are scored against."""
        return np.insert(self.truth(i), 4, 1, axis=1)

    def ignore(self, i: int) -> np.ndarray:
        return np.array(self.items[i][1]["ignore"], np.float32).reshape(-1, 5)
