"""Truth from the id mask: which objects are visible enough to count, and their boxes."""

from dataclasses import dataclass

import numpy as np

VISIBLE_SHARE = 0.45  # at least this share of an object's pixels must be seen for it to count
HIDDEN_SHARE = 0.15  # below this nobody can be expected to see it: neither truth nor ignored
MIN_WIDTH_PX, MIN_HEIGHT_PX, MIN_AREA_PX = 3.0, 6.0, 20.0


@dataclass(frozen=True)
class Instance:
    """One object in one frame. box: [x1, y1, x2, y2] of its visible pixels, clipped to the frame."""

    cls: int
    box: tuple[float, float, float, float]
    visible_share: float
    counts: bool


def visible_box(mask: np.ndarray, left: int, top: int, exact: np.ndarray, width: int, height: int) -> tuple | None:
    """The exact geometric box cut to the visible pixels of mask [h, w] placed at (left, top), or None.

    The geometry gives sub-pixel edges where the object is free; the mask, half a pixel wider, cuts them where it
    is hidden.
    """
    columns, rows = np.flatnonzero(mask.any(0)), np.flatnonzero(mask.any(1))
    if len(columns) == 0:
        return None
    seen = np.array([left + columns[0], top + rows[0], left + columns[-1] + 1, top + rows[-1] + 1], float)
    box = np.concatenate([np.maximum(exact[:2], seen[:2] - 0.5), np.minimum(exact[2:], seen[2:] + 0.5)])
    box = np.clip(box, 0, [width, height, width, height])
    return tuple(round(float(v), 1) for v in box)


def judge(cls: int, box: tuple, visible_px: int, full_px: int) -> Instance | None:
    """Truth, ignored (counts is False), or None when it is as good as hidden."""
    share = visible_px / max(full_px, 1)
    if share < HIDDEN_SHARE:
        return None
    width, height = box[2] - box[0], box[3] - box[1]
    big_enough = width >= MIN_WIDTH_PX and height >= MIN_HEIGHT_PX and visible_px >= MIN_AREA_PX
    return Instance(cls, box, share, share >= VISIBLE_SHARE and big_enough)
