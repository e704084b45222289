"""What solids are made of: flat faces and capsules, packed into arrays so that one projection does them all."""

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Solid:
    """Parts in the solid's own axes (metres: x forward, y left, z up; z = 0 is the ground).

    faces: list of (points [k, 3], BGR colour, emissive)   a closed flat polygon, seen from both sides
    capsules: list of (start [3], end [3], radius, BGR colour)
    layered: draw parts in the order given (windows on a wall) instead of from far to near
    """

    faces: list = field(default_factory=list)
    capsules: list = field(default_factory=list)
    layered: bool = False

    def face(self, points, colour, emissive: bool = False) -> None:
        self.faces.append((np.asarray(points, float), np.asarray(colour, float), emissive))

    def capsule(self, start, end, radius: float, colour) -> None:
        self.capsules.append((np.asarray(start, float), np.asarray(end, float), radius, np.asarray(colour, float)))

    def box(self, low, high, colour, top_colour=None) -> None:
        """Five faces of an upright box between two corners (the underside is never seen)."""
        (x0, y0, z0), (x1, y1, z1) = low, high
        corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
        for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1]):
            self.face([(ax, ay, z0), (bx, by, z0), (bx, by, z1), (ax, ay, z1)], colour)
        self.face([(x, y, z1) for x, y in corners], colour if top_colour is None else top_colour)

    def extrude(self, profile, half_width: float, colours) -> None:
        """A side profile [(x, z), …] swept across y: two sides and a strip for each edge.

        colours: one for the sides, then one for each edge of the profile (None leaves the edge open).
        """
        for side in (-half_width, half_width):
            self.face([(x, side, z) for x, z in profile], colours[0])
        for (ax, az), (bx, bz), colour in zip(profile, profile[1:] + profile[:1], colours[1:]):
            if colour is not None:
                self.face(
                    [(ax, -half_width, az), (bx, -half_width, bz), (bx, half_width, bz), (ax, half_width, az)], colour
                )

    def wheel(self, x: float, y: float, radius: float, colour, hub_colour) -> None:
        """A filled disc in the x-z plane with a hub."""
        angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
        ring = np.stack([np.cos(angles), np.zeros(12), np.sin(angles)], axis=1)
        centre = np.array([x, y, radius])
        self.face(centre + ring * radius, colour)
        self.face(centre + ring * radius * 0.5 + [0, 0.02 * np.sign(y), 0], hub_colour)

    def hoop(self, x: float, radius: float, thickness: float, colour) -> None:
        """An open wheel in the x-z plane: a ring of thin capsules."""
        angles = np.linspace(0, 2 * np.pi, 11)
        points = np.stack([x + np.cos(angles) * radius, np.zeros(11), radius + np.sin(angles) * radius], axis=1)
        for start, end in zip(points[:-1], points[1:]):
            self.capsule(start, end, thickness, colour)


def place(points: np.ndarray, x: float, y: float, heading: float) -> np.ndarray:
    """Own axes [n, 3] to the world: turn by `heading` (radians from the x axis), then move."""
    sin, cos = np.sin(heading), np.cos(heading)
    turn = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
    return points @ turn + [x, y, 0]
