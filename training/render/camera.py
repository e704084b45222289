"""A pinhole camera above the ground plane z = 0.

World axes in metres: x right, y forward (at yaw 0), z up. Image axes in pixels: u right, v down.
Formulas: Hartley and Zisserman, Multiple View Geometry, 2nd ed., chapter 6 (P = K [R | -R c]).
"""

from dataclasses import dataclass

import numpy as np

NEAR_M = 2.0


@dataclass(frozen=True)
class Camera:
    """Pose in metres and radians (pitch is positive downwards), focal length in pixels."""

    x: float
    y: float
    z: float
    yaw: float
    pitch: float
    focal: float
    width: int = 640
    height: int = 360

    @property
    def position(self) -> np.ndarray:
        return np.array([self.x, self.y, self.z])

    @property
    def rotation(self) -> np.ndarray:
        """World to camera, rows right, down, forward: [3, 3]."""
        sin_yaw, cos_yaw = np.sin(self.yaw), np.cos(self.yaw)
        sin_pitch, cos_pitch = np.sin(self.pitch), np.cos(self.pitch)
        forward = np.array([sin_yaw * cos_pitch, cos_yaw * cos_pitch, -sin_pitch])
        right = np.array([cos_yaw, -sin_yaw, 0.0])
        return np.stack([right, np.cross(forward, right), forward])

    def project(self, points: np.ndarray) -> np.ndarray:
        """World points [n, 3] to [n, 3]: u, v in pixels and depth in metres (depth <= 0 is behind)."""
        view = (points - self.position) @ self.rotation.T
        depth = view[:, 2]
        safe = np.where(np.abs(depth) < 1e-6, 1e-6, depth)
        u = self.focal * view[:, 0] / safe + self.width / 2
        v = self.focal * view[:, 1] / safe + self.height / 2
        return np.stack([u, v, depth], axis=1)

    def ground_homography(self) -> np.ndarray:
        """Ground points (x, y, 1) to homogeneous pixels: [3, 3]."""
        intrinsics = np.array([[self.focal, 0, self.width / 2], [0, self.focal, self.height / 2], [0, 0, 1.0]])
        rotation = self.rotation
        translation = -rotation @ self.position
        return intrinsics @ np.column_stack([rotation[:, 0], rotation[:, 1], translation])

    def horizon_row(self) -> float:
        """The v of the horizon; may lie outside the picture."""
        return self.height / 2 - self.focal * np.tan(self.pitch)

    def ground_depth_by_row(self, limit_m: float = 400.0) -> np.ndarray:
        """Depth in metres of the ground seen in each pixel row, `limit_m` above the horizon: [height]."""
        rows = np.arange(self.height) + 0.5 - self.height / 2
        slope = np.sin(self.pitch) + rows / self.focal * np.cos(self.pitch)
        depth = self.z / np.maximum(slope, 1e-6)
        return np.minimum(np.where(slope > 0, depth, limit_m), limit_m)
