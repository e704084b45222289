"""The three kinds of scene and the cameras that look at them."""

import numpy as np

from .camera import Camera
from .crossroads import crossroads
from .gate import gate
from .park import park

LAYOUTS = {"gate": gate, "crossroads": crossroads, "drone": park}


def draw_camera(kind: str, rng: np.random.Generator) -> Camera:
    """A camera as such a scene would have it; the drone's is one pose of its flight."""
    if kind == "gate":
        return Camera(
            rng.uniform(-6, 6),
            rng.uniform(-46, -36),
            rng.uniform(3.2, 7),
            rng.normal(0, 0.16),
            rng.uniform(0.1, 0.3),
            rng.uniform(420, 640),
        )
    if kind == "crossroads":
        angle, distance, height = rng.uniform(0, 2 * np.pi), rng.uniform(22, 38), rng.uniform(5, 11)
        x, y = distance * np.cos(angle), distance * np.sin(angle)
        aim = rng.normal(0, 4, 2)
        yaw = float(np.arctan2(aim[0] - x, aim[1] - y))
        return Camera(
            x, y, height, yaw, float(np.arctan2(height, distance)) + rng.uniform(-0.06, 0.08), rng.uniform(400, 600)
        )
    height, pitch, yaw = rng.uniform(14, 36), rng.uniform(0.5, 1.1), rng.uniform(0, 2 * np.pi)
    aim, reach = rng.uniform(-25, 25, 2), height / np.tan(pitch)
    return Camera(aim[0] - reach * np.sin(yaw), aim[1] - reach * np.cos(yaw), height, yaw, pitch, rng.uniform(420, 620))
