"""Turns a rendered picture and its boxes into a training picture: scale, crop near objects, flip, colour."""

import cv2
import numpy as np

from .networks import Recipe

PAD_VALUE = 114
SHRUNK_BELOW = 0.8  # scale from which the recipe says how pixels are merged
KEPT_SHARE = 0.45  # of a box's area must stay inside the crop; with less it is ignored
CROP_WEIGHT = np.array([1.0, 1.6, 1.0, 3.0])  # rarer classes are looked for more often


def _corner(rng: np.random.Generator, boxes: np.ndarray, scaled: np.ndarray, crop: np.ndarray) -> np.ndarray:
    """Top-left of the crop in scaled pixels: mostly so that some object is inside."""
    room = np.maximum(scaled - crop, 0)
    if len(boxes) == 0 or rng.random() < 0.2:
        return (rng.random(2) * (room + 1)).astype(int)
    weight = CROP_WEIGHT[boxes[:, 4].astype(int)]
    chosen = boxes[rng.choice(len(boxes), p=weight / weight.sum())]
    centre = (chosen[:2] + chosen[2:4]) / 2
    return np.clip(centre - crop * rng.uniform(0.1, 0.9, 2), 0, room).astype(int)


def _cut(boxes: np.ndarray, scale: np.ndarray, corner: np.ndarray, crop: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Boxes [n, 5] in crop pixels, and which of them keep enough of their area."""
    moved = boxes.copy()
    moved[:, :4] = boxes[:, :4] * np.tile(scale, 2) - np.tile(corner, 2)
    area = np.prod(moved[:, 2:4] - moved[:, :2], axis=1)
    moved[:, :4] = np.clip(moved[:, :4], 0, np.tile(crop, 2))
    left = np.prod(np.maximum(moved[:, 2:4] - moved[:, :2], 0), axis=1)
    return moved, left >= KEPT_SHARE * np.maximum(area, 1e-6)


def _recolour(rng: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    """Brightness, contrast and white balance through one table a channel."""
    ramp = np.arange(256, dtype=np.float32)
    contrast, brightness = rng.uniform(0.75, 1.3), rng.normal(0, 14)
    balance = rng.normal(1, 0.05, 3)
    table = (ramp[:, None] - 110) * contrast * balance + 110 + brightness
    return cv2.LUT(picture, np.clip(table, 0, 255).astype(np.uint8).reshape(256, 1, 3))


def training_view(rng, picture: np.ndarray, truth: np.ndarray, ignore: np.ndarray, recipe: Recipe):
    """Returns (RGB uint8 [h, w, 3], truth [n, 5], ignore [m, 5]) of the recipe's crop size, boxes in crop pixels."""
    size = np.array(recipe.crop)
    base = np.exp(rng.uniform(*np.log(recipe.scales)))
    stretch = np.exp(rng.normal(0, 0.06))
    height, width = picture.shape[:2]
    scaled = np.maximum(np.round(np.array([width * base * stretch, height * base / stretch])), 8).astype(int)
    scale = scaled / [width, height]
    corner = _corner(rng, np.concatenate([truth[:, :4] * np.tile(scale, 2), truth[:, 4:]], 1), scaled, size)
    interpolation = recipe.shrink if base < SHRUNK_BELOW else cv2.INTER_LINEAR
    small = cv2.resize(picture, tuple(scaled.tolist()), interpolation=interpolation)
    part = _recolour(rng, small[corner[1] : corner[1] + size[1], corner[0] : corner[0] + size[0]])
    view = np.full((size[1], size[0], 3), PAD_VALUE, np.uint8)
    view[: part.shape[0], : part.shape[1]] = part[..., ::-1]
    boxes, kept = _cut(truth, scale, corner, size)
    hidden = np.concatenate([_cut(ignore, scale, corner, size)[0], boxes[~kept]])
    boxes = boxes[kept]
    if rng.random() < 0.5:
        view = view[:, ::-1]
        for each in (boxes, hidden):
            each[:, [0, 2]] = size[0] - each[:, [2, 0]]
    return view, boxes, hidden
