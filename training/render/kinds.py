"""The three kinds of scene and the cameras that look at them."""

import numpy as np

from .camera import Camera
from .crossroads import crossroads
from .gate import gate
from .park import park

LAYOUTS = {"gate": gate, "crossroads": crossroads, "drone": park}


def _gate_camera(rng: np.random.Generator) -> Camera:
    x, y, z = rng.uniform(-6, 6), rng.uniform(-46, -36), rng.uniform(3.2, 7)
    return Camera(x, y, z, rng.normal(0, 0.16), rng.uniform(0.1, 0.3), rng.uniform(420, 640))


def _crossroads_camera(rng: np.random.Generator) -> Camera:
    """Somewhere around the crossing, looking at about its middle."""
    angle, distance, height = rng.uniform(0, 2 * np.pi), rng.uniform(22, 38), rng.uniform(5, 11)
    x, y = distance * np.cos(angle), distance * np.sin(angle)
    aim = rng.normal(0, 4, 2)
    yaw = float(np.arctan2(aim[0] - x, aim[1] - y))
    pitch = float(np.arctan2(height, distance)) + rng.uniform(-0.06, 0.08)
    return Camera(x, y, height, yaw, pitch, rng.uniform(400, 600))


def _drone_camera(rng: np.random.Generator) -> Camera:
    """High up, looking down at a place near the middle of the map."""
    height, pitch, yaw = rng.uniform(14, 36), rng.uniform(0.5, 1.1), rng.uniform(0, 2 * np.pi)
    aim, reach = rng.uniform(-25, 25, 2), height / np.tan(pitch)
    x, y = aim[0] - reach * np.sin(yaw), aim[1] - reach * np.cos(yaw)
    return Camera(x, y, height, yaw, pitch, rng.uniform(420, 620))


_CAMERAS = {"gate": _gate_camera, "crossroads": _crossroads_camera, "drone": _drone_camera}


def draw_camera(kind: str, rng: np.random.Generator) -> Camera:
    """A camera as such a scene would have it; the drone's is one pose of its flight."""
    return _CAMERAS[kind](rng)
