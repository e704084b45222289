"""Motion blur of one object: its sprite averaged along the way that it went during the exposure."""

from dataclasses import replace

import cv2
import numpy as np

from .camera import Camera
from .sprites import Sprite
from .traffic import Actor

SHORTEST_PX, LONGEST_PX = 1.2, 24.0
MIDDLE_HEIGHT_M = 0.7


def way_px(actor: Actor, camera: Camera, exposure_s: float) -> np.ndarray:
    """How far the object moves in the picture during the exposure: [u, v]."""
    reach = actor.speed * exposure_s
    back = np.array([np.cos(actor.heading), np.sin(actor.heading)]) * reach
    here = np.array([actor.x, actor.y])
    ends = camera.project(np.column_stack([[here, here - back], [MIDDLE_HEIGHT_M] * 2]))
    return ends[1, :2] - ends[0, :2]


def smear(sprite: Sprite, way: np.ndarray) -> Sprite:
    """The sprite itself where the way is too short to see (or so long that it left the picture)."""
    length = float(np.abs(way).max())
    if not SHORTEST_PX < length < LONGEST_PX:
        return sprite
    size = int(np.ceil(length)) // 2 * 2 + 1
    kernel = np.zeros((size, size), np.float32)
    start, end = (np.round(size // 2 + sign * way / 2).astype(int).tolist() for sign in (-1, 1))
    cv2.line(kernel, start, end, 1)
    kernel /= kernel.sum()
    return replace(
        sprite, colour=cv2.filter2D(sprite.colour, -1, kernel), coverage=cv2.filter2D(sprite.coverage, -1, kernel)
    )
