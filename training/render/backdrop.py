"""Sky, and a ring of trees and houses at the edge of the world that hides where it ends."""

import cv2
import numpy as np

from .camera import NEAR_M, Camera
from .conditions import Conditions

RADIUS_M = 79.0
SEGMENTS = 96


class Backdrop:
    """Heights and colours of the ring, fixed for a scene."""

    def __init__(self, rng: np.random.Generator):
        angles = np.linspace(0, 2 * np.pi, SEGMENTS + 1)
        self.ring = np.stack([np.cos(angles), np.sin(angles)], axis=1) * RADIUS_M
        low = np.repeat(rng.uniform(3, 14, SEGMENTS // 4), 4)
        self.heights = low + rng.uniform(0, 1.5, SEGMENTS) * (rng.random(SEGMENTS) < 0.5)
        green = np.array([50, 80, 65.0]) * rng.uniform(0.6, 1.2, (SEGMENTS // 4, 1))
        wall = rng.uniform(70, 170, (SEGMENTS // 4, 1)) + rng.normal(0, 10, (SEGMENTS // 4, 3))
        is_house = rng.random((SEGMENTS // 4, 1)) < 0.5
        self.colours = np.repeat(np.where(is_house, wall, green), 4, axis=0)

    def paint(self, frame: np.ndarray, camera: Camera, conditions: Conditions) -> None:
        """Sky above the horizon, then the ring in front of it; frame float32 [h, w, 3], in place."""
        horizon = int(np.clip(np.ceil(camera.horizon_row()) + 1, 0, camera.height))
        if horizon > 0:
            share = np.linspace(0, 1, horizon)[:, None, None]
            frame[:horizon] = conditions.sky_top * (1 - share) + conditions.fog_colour * share
        base = camera.project(np.column_stack([self.ring, np.zeros(SEGMENTS + 1)]))
        top_left = camera.project(np.column_stack([self.ring[:-1], self.heights]))
        top_right = camera.project(np.column_stack([self.ring[1:], self.heights]))
        quads = np.stack([base[:-1], base[1:], top_right, top_left], axis=1)
        for quad, colour in zip(quads, self.colours):
            if quad[:, 2].min() > NEAR_M:
                self._segment(frame, camera, conditions, quad, colour)

    def _segment(self, frame, camera: Camera, conditions: Conditions, quad: np.ndarray, colour: np.ndarray) -> None:
        """One stretch of the ring; quad [4, 3] in pixels and depth."""
        if quad[:, 0].max() < 0 or quad[:, 0].min() > camera.width or np.abs(quad[:, :2]).max() > 8000:
            return
        clear = np.exp(-conditions.fog_per_m * quad[0, 2])
        light = conditions.ambient + 0.4 * conditions.direct
        hazy = colour * light * clear + conditions.fog_colour * (1 - clear)
        cv2.fillPoly(frame, [np.round(quad[:, :2]).astype(np.int32)], [float(c) for c in hazy])
