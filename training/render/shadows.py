"""Shadows on the ground: each solid's points moved along the sun's ray to z = 0, and their hull filled."""

import cv2
import numpy as np

from .camera import Camera
from .solids import Solid, place

LOWEST_SUN = 0.2  # below this height (sine) shadows would reach for ever
SUBPIXEL_BITS = 3
FAR_OUTSIDE_PX = 3000


def cast(mask: np.ndarray, solid: Solid, x: float, y: float, heading: float, sun: np.ndarray, camera: Camera) -> None:
    """Fills the solid's shadow in a uint8 mask [h, w] with 255; sun is the unit vector to the sun."""
    parts = [points for points, _, _ in solid.faces] + [np.stack([a, b]) for a, b, _, _ in solid.capsules]
    world = place(np.concatenate(parts), x, y, heading)
    flat = world - world[:, 2:] / max(sun[2], LOWEST_SUN) * sun
    flat[:, 2] = 0
    pixels = camera.project(flat)
    if pixels[:, 2].min() < 1 or np.abs(pixels[:, :2]).max() > FAR_OUTSIDE_PX:
        return
    hull = cv2.convexHull(np.round(pixels[:, :2] * (1 << SUBPIXEL_BITS)).astype(np.int32))
    cv2.fillConvexPoly(mask, hull, 255, cv2.LINE_8, SUBPIXEL_BITS)
