"""The ground seen from above: a picture in metres on which layouts paint roads, markings and grass."""

import cv2
import numpy as np

from .camera import Camera
from .noise import cloud, gaussian

HALF_EXTENT_M = 80.0
PX_PER_M = 7.0
SIZE_PX = int(2 * HALF_EXTENT_M * PX_PER_M)
SUBPIXEL_BITS = 4

# World metres to map pixels as a homography; row 0 of the map is the far side.
WORLD_TO_MAP = np.array([[PX_PER_M, 0, HALF_EXTENT_M * PX_PER_M], [0, -PX_PER_M, HALF_EXTENT_M * PX_PER_M], [0, 0, 1]])


def to_map_px(points_m: np.ndarray) -> np.ndarray:
    """World points [n, 2] in metres to fixed-point map pixels [n, 2] for OpenCV's `shift`."""
    pixels = np.asarray(points_m, float) * [PX_PER_M, -PX_PER_M] + HALF_EXTENT_M * PX_PER_M
    return np.round(pixels * (1 << SUBPIXEL_BITS)).astype(np.int32)


class GroundMap:
    """Albedo of the ground, BGR 0..255: uint8 [SIZE_PX, SIZE_PX, 3]."""

    def __init__(self, base_colour: np.ndarray):
        self.albedo = np.empty((SIZE_PX, SIZE_PX, 3), np.uint8)
        self.albedo[:] = np.clip(base_colour, 0, 255)

    def polygon(self, points_m: np.ndarray, colour: np.ndarray) -> None:
        cv2.fillPoly(self.albedo, [to_map_px(points_m)], [float(c) for c in colour], cv2.LINE_AA, SUBPIXEL_BITS)

    def strip(self, start_m: np.ndarray, end_m: np.ndarray, width_m: float, colour: np.ndarray) -> None:
        """A straight band between two points."""
        start, end = np.asarray(start_m, float), np.asarray(end_m, float)
        along = (end - start) / max(np.linalg.norm(end - start), 1e-6)
        side = np.array([-along[1], along[0]]) * width_m / 2
        self.polygon(np.array([start + side, end + side, end - side, start - side]), colour)

    def dashes(self, start_m, end_m, width_m: float, dash_m: float, gap_m: float, colour: np.ndarray) -> None:
        start, end = np.asarray(start_m, float), np.asarray(end_m, float)
        length = np.linalg.norm(end - start)
        along = (end - start) / max(length, 1e-6)
        for offset in np.arange(0, length - dash_m, dash_m + gap_m):
            self.strip(start + along * offset, start + along * (offset + dash_m), width_m, colour)

    def texture(self, rng: np.random.Generator, fine: float, coarse: float) -> None:
        """Multiplies by noise: grain of relative strength `fine`, stains of strength `coarse`."""
        gain = 1 + fine * gaussian(rng, SIZE_PX, SIZE_PX) + coarse * cloud(rng, SIZE_PX, SIZE_PX)
        self._multiply(gain)

    def cover(self, rng: np.random.Generator, colour: np.ndarray, share: float) -> None:
        """Blends patches of snow (or leaves, or wet) over about `share` of the ground."""
        patches = cloud(rng, SIZE_PX, SIZE_PX, 192) + np.float32(4 * share - 2)
        mask = cv2.GaussianBlur(np.clip(patches, 0, 1), (0, 0), 2)[..., None] * min(1.0, 0.6 + 0.4 * share)
        self.albedo = (self.albedo * (1 - mask) + np.asarray(colour, np.float32) * mask).astype(np.uint8)

    def light(self, ambient: np.ndarray, lamps_m: np.ndarray, lamp_colour: np.ndarray) -> None:
        """Multiplies by the light that falls on each point (see `lamp_light`)."""
        cells = 64
        step = 2 * HALF_EXTENT_M / cells
        xs = -HALF_EXTENT_M + step * (np.arange(cells) + 0.5)
        grid = np.stack(np.meshgrid(xs, -xs), axis=-1).reshape(-1, 2)
        light = ambient + lamp_light(grid, lamps_m)[:, None] * lamp_colour
        full = cv2.resize(light.reshape(cells, cells, 3).astype(np.float32), (SIZE_PX, SIZE_PX))
        self._multiply(full)

    def view(self, camera: Camera) -> np.ndarray:
        """The ground as the camera sees it (rows above the horizon are meaningless): uint8 [h, w, 3]."""
        map_to_image = camera.ground_homography() @ np.linalg.inv(WORLD_TO_MAP)
        size = (camera.width, camera.height)
        return cv2.warpPerspective(
            self.albedo, map_to_image, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )

    def _multiply(self, gain: np.ndarray) -> None:
        gain = gain if gain.ndim == 3 else cv2.merge([gain] * 3)
        self.albedo = cv2.multiply(self.albedo, gain.astype(np.float32), dtype=cv2.CV_8U)


def lamp_light(points_m: np.ndarray, lamps_m: np.ndarray, radius_m: float = 9.0) -> np.ndarray:
    """Relative light of street lamps (0 to about 1) at points [n, 2]: [n]."""
    if len(lamps_m) == 0:
        return np.zeros(len(points_m))
    squared = ((points_m[:, None, :] - lamps_m[None, :, :2]) ** 2).sum(-1)
    return np.minimum(1.2, np.exp(-squared / (2 * radius_m**2)).sum(1))
