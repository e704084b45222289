"""The README's picture: a frame of each clip with the boxes of the truth, the edge and the cloud model."""

import itertools

import cv2
import numpy as np

from .clip_plans import CLIPS, FPS, Clip
from .clips import read_truth
from .detector.infer import Detector
from .render.lens import jpeg
from .settings import Settings
from .video import decode

CLASS_COLOURS = ((60, 60, 240), (60, 220, 60), (240, 140, 40), (40, 210, 240))  # BGR, in the order of CLASSES
MAX_BYTES = 300_000
TITLE_HEIGHT_PX = 22


def draw_boxes(picture: np.ndarray, boxes: np.ndarray, title: str) -> np.ndarray:
    """A copy with boxes [n, 6] and a title bar above."""
    out = picture.copy()
    for x1, y1, x2, y2, _, cls in boxes:
        cv2.rectangle(out, (round(x1), round(y1)), (round(x2), round(y2)), CLASS_COLOURS[int(cls)], 1)
    bar = np.full((TITLE_HEIGHT_PX, out.shape[1], 3), 32, np.uint8)
    cv2.putText(bar, title, (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (235, 235, 235), 1, cv2.LINE_AA)
    return np.vstack([bar, out])


def busiest(references: list[np.ndarray]) -> int:
    """The frame with the most boxes in the clip's last two thirds (the drone is on its way by then)."""
    first = len(references) // 3
    return first + int(np.argmax([len(r) for r in references[first:]]))


def row(clip: Clip, settings: Settings, figures: dict) -> np.ndarray:
    references = read_truth(settings.clips / f"{clip.name}.truth.jsonl.gz")
    frame = busiest(references)
    picture = next(itertools.islice(decode(str(settings.clips / f"{clip.name}.mp4")), frame, None))
    panels = [
        draw_boxes(
            picture, references[frame], f"{clip.name} at {frame / FPS:.1f} s: truth, {len(references[frame])} objects"
        )
    ]
    for which, recipe in settings.recipes.items():
        found = Detector(settings.onnx(which), recipe.input_size)(picture, figures["models"][which]["threshold"])
        panels.append(draw_boxes(picture, found, f"{recipe.name}: {len(found)} found"))
    return np.hstack(panels)


def comparison(settings: Settings, figures: dict) -> bytes:
    """A JPEG under MAX_BYTES."""
    sheet = np.vstack([row(clip, settings, figures) for clip in CLIPS])
    small = cv2.resize(sheet, None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)
    for quality in range(88, 30, -6):
        data = jpeg(small, quality)
        if len(data) < MAX_BYTES:
            return data
    raise ValueError(f"the picture does not fit {MAX_BYTES} bytes")
