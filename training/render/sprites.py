"""Rasterises a placed solid into a small premultiplied picture with coverage."""

from dataclasses import dataclass

import cv2
import numpy as np

from .camera import NEAR_M, Camera
from .solids import Solid, place

SUBPIXEL_BITS = 4
FAR_OUTSIDE_PX = 2000
MARGIN_PX = 3


@dataclass
class Sprite:
    """Colour premultiplied by coverage, float32 [h, w, 3]; coverage 0..1 [h, w]; at (left, top) of the frame.

    box: exact bounds [x1, y1, x2, y2] of the geometry in pixels, not clipped to the frame.
    """

    colour: np.ndarray
    coverage: np.ndarray
    left: int
    top: int
    box: np.ndarray
    depth: float


@dataclass(frozen=True)
class Shading:
    """sun: unit vector to the sun [3]; direct and ambient: relative light, BGR [3]."""

    sun: np.ndarray
    direct: np.ndarray
    ambient: np.ndarray

    def tint(self, normals: np.ndarray) -> np.ndarray:
        """Light (BGR) on faces with unit normals [n, 3] that point to the viewer: [n, 3]."""
        facing = np.clip(normals @ self.sun, 0, 1)[:, None]
        sky = (0.8 + 0.2 * normals[:, 2])[:, None]
        return facing * self.direct + sky * self.ambient


def _normals_towards(camera: Camera, faces: list[np.ndarray]) -> np.ndarray:
    first = np.array([f[:3] for f in faces])
    normals = np.cross(first[:, 1] - first[:, 0], first[:, 2] - first[:, 1])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    away = ((camera.position - first[:, 0]) * normals).sum(1) < 0
    normals[away] *= -1
    return normals


def _outline(faces: list[np.ndarray], capsules: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Bounds of all parts, [x1, y1, x2, y2]."""
    points = list(faces)
    if len(capsules):
        ends, grow = capsules.reshape(-1, 2), np.repeat(radii, 2)[:, None]
        points += [ends - grow, ends + grow]
    every = np.concatenate(points)
    return np.concatenate([every.min(0), every.max(0)])


def _scale_for(size_px: float) -> int:
    """Supersampling: small sprites need smooth edges, large ones are cheap to leave as they are."""
    return 4 if size_px < 40 else 2 if size_px < 160 else 1


def rasterise(solid: Solid, x: float, y: float, heading: float, camera: Camera, shading: Shading) -> Sprite | None:
    """None when any part is behind the near plane or nothing is near the frame."""
    counts = [len(points) for points, _, _ in solid.faces]
    packed = [points for points, _, _ in solid.faces] + [np.stack([a, b]) for a, b, _, _ in solid.capsules]
    world = place(np.concatenate(packed), x, y, heading)
    pixels = camera.project(world)
    if pixels[:, 2].min() < NEAR_M or np.abs(pixels[:, :2]).max() > FAR_OUTSIDE_PX:
        return None
    cuts = np.cumsum(counts)[:-1] if counts else []
    split = sum(counts)
    faces = np.split(pixels[:split], cuts) if counts else []
    capsules = pixels[split:].reshape(-1, 2, 3)
    radii = (
        np.array([c[2] for c in solid.capsules]) * camera.focal / capsules[:, :, 2].mean(1)
        if len(capsules)
        else np.empty(0)
    )
    box = _outline([f[:, :2] for f in faces], capsules[:, :, :2], radii)
    if box[2] < 0 or box[3] < 0 or box[0] > camera.width or box[1] > camera.height:
        return None
    colours = _face_colours(solid, world[:split], cuts, camera, shading)
    depth = float(camera.project(np.array([[x, y, 0.5]]))[0, 2])
    return _draw(solid, faces, colours, capsules, radii, shading, box, depth)


def _face_colours(solid: Solid, world: np.ndarray, cuts, camera: Camera, shading: Shading) -> list[np.ndarray]:
    if not solid.faces:
        return []
    tints = shading.tint(_normals_towards(camera, np.split(world, cuts)))
    return [colour if emissive else colour * tint for (_, colour, emissive), tint in zip(solid.faces, tints)]


def _draw(solid: Solid, faces, face_colours, capsules, radii, shading: Shading, box, depth: float) -> Sprite:
    """Paints parts from far to near on a supersampled canvas and shrinks it."""
    left, top = (np.floor(box[:2]) - MARGIN_PX).astype(int)
    right, bottom = (np.ceil(box[2:]) + MARGIN_PX).astype(int)
    scale = _scale_for(max(right - left, bottom - top))
    canvas = np.zeros(((bottom - top) * scale, (right - left) * scale, 4), np.uint8)
    round_tint = 0.55 * shading.direct + 0.95 * shading.ambient
    order = [(f[:, 2].mean(), 0, i) for i, f in enumerate(faces)]
    order += [(c[:, 2].mean() - 0.05, 1, i) for i, c in enumerate(capsules)]
    unit = scale * (1 << SUBPIXEL_BITS)
    offset = np.array([left, top])
    for _, is_capsule, i in order if solid.layered else sorted(order, reverse=True):
        if is_capsule:
            start, end = np.round((capsules[i, :, :2] - offset) * unit).astype(int).tolist()
            colour = (*np.clip(solid.capsules[i][3] * round_tint, 0, 255), 255)
            thickness = max(1, int(round(2 * radii[i] * scale)))
            cv2.line(canvas, start, end, colour, thickness, cv2.LINE_8, SUBPIXEL_BITS)
        else:
            points = np.round((faces[i][:, :2] - offset) * unit).astype(np.int32)
            cv2.fillPoly(canvas, [points], (*np.clip(face_colours[i], 0, 255), 255), cv2.LINE_8, SUBPIXEL_BITS)
    small = cv2.resize(canvas, (right - left, bottom - top), interpolation=cv2.INTER_AREA) if scale > 1 else canvas
    coverage = small[..., 3].astype(np.float32) / 255
    return Sprite(small[..., :3].astype(np.float32), coverage, int(left), int(top), box, depth)
