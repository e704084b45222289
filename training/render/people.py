"""Persons and cyclists as capsules. `phase` is the gait or pedal angle in radians; `moving` is 0 (standing) to 1."""

import numpy as np

from . import palette
from .solids import Solid


class PersonLook:
    """Clothes and build, drawn once; `solid` poses it."""

    def __init__(self, rng: np.random.Generator):
        child = rng.random() < 0.12
        self.height = rng.uniform(1.1, 1.45) if child else rng.normal(1.73, 0.08)
        self.girth = rng.uniform(0.85, 1.25)
        self.top, self.legs, self.shoes = palette.cloth(rng), palette.cloth(rng) * 0.7, palette.tinted(rng, 20, 90, 5)
        self.skin, self.hair = palette.skin(rng), palette.hair(rng)
        self.long_coat, self.bag = rng.random() < 0.25, rng.random() < 0.25
        self.bag_colour = palette.cloth(rng)

    def solid(self, phase: float, moving: float) -> Solid:
        s, g = self.height, self.girth
        out = Solid()
        swing = 0.23 * s * moving * np.sin(phase)
        hip_z, shoulder_z = 0.5 * s, 0.81 * s
        for side, step in ((1, swing), (-1, -swing)):
            y = side * 0.06 * s * g
            lift = 0.05 * s * moving * max(0.0, np.cos(phase) * side)
            knee = (step * 0.55 + 0.02, y, 0.27 * s + lift)
            out.capsule((0, y, hip_z), knee, 0.052 * s * g, self.legs)
            out.capsule(knee, (step, y, 0.05 * s + lift), 0.042 * s * g, self.legs)
            out.capsule((step, y, 0.03 * s + lift), (step + 0.08 * s, y, 0.03 * s + lift), 0.03 * s, self.shoes)
            hand = (-step * 0.8 + 0.03, side * 0.15 * s * g, 0.46 * s)
            out.capsule((0, side * 0.12 * s * g, shoulder_z - 0.02), hand, 0.033 * s * g, self.top * 0.92)
            out.capsule(hand, hand, 0.03 * s, self.skin)
        torso_low = 0.36 * s if self.long_coat else hip_z
        for y in (-0.045, 0.045):
            out.capsule((0, y * s * g, torso_low), (0, y * s * g, shoulder_z - 0.03 * s), 0.075 * s * g, self.top)
        if self.bag:
            out.capsule((-0.11 * s, 0, 0.6 * s), (-0.11 * s, 0, 0.74 * s), 0.075 * s, self.bag_colour)
        out.capsule((0.01, 0, 0.9 * s), (0.01, 0, 0.93 * s), 0.06 * s, self.skin)
        out.capsule((-0.02, 0, 0.93 * s), (-0.02, 0, 0.94 * s), 0.06 * s, self.hair)
        return out


class CyclistLook:
    """A bicycle with its rider: one object of class bicycle."""

    def __init__(self, rng: np.random.Generator):
        self.rider = PersonLook(rng)
        self.rider.height = max(self.rider.height, 1.5)
        self.frame = palette.paint(rng)
        self.lean = rng.uniform(0.1, 0.42)
        self.helmet = palette.cloth(rng) if rng.random() < 0.5 else self.rider.hair
        self.basket = rng.random() < 0.25

    def solid(self, phase: float, moving: float) -> Solid:
        out = Solid()
        self._bicycle(out)
        self._legs(out, phase)
        self._upper_body(out)
        return out

    def _bicycle(self, out: Solid) -> None:
        dark = np.array([28, 28, 28.0])
        out.hoop(-0.52, 0.34, 0.03, dark)
        out.hoop(0.52, 0.34, 0.03, dark)
        crank, seat, head = (-0.05, 0, 0.32), (-0.22, 0, 0.85), (0.36, 0, 0.88)
        for start, end in (
            (crank, seat),
            (crank, head),
            (seat, head),
            ((-0.52, 0, 0.34), seat),
            ((-0.52, 0, 0.34), crank),
            ((0.52, 0, 0.34), head),
        ):
            out.capsule(start, end, 0.022, self.frame)
        out.capsule((0.36, -0.26, 1.0), (0.36, 0.26, 1.0), 0.02, dark)
        if self.basket:
            out.box((0.42, -0.18, 0.75), (0.72, 0.18, 1.0), np.array([60, 90, 120.0]))

    def _legs(self, out: Solid, phase: float) -> None:
        for side in (1, -1):
            angle = phase if side == 1 else phase + np.pi
            foot = (-0.05 + 0.17 * np.cos(angle), side * 0.12, 0.32 + 0.17 * np.sin(angle))
            knee = ((-0.2 + foot[0]) / 2 + 0.22, side * 0.11, (0.92 + foot[2]) / 2 + 0.06)
            out.capsule((-0.2, side * 0.08, 0.92), knee, 0.085, self.rider.legs)
            out.capsule(knee, foot, 0.06, self.rider.legs)
            out.capsule(foot, (foot[0] + 0.1, foot[1], foot[2]), 0.045, self.rider.shoes)

    def _upper_body(self, out: Solid) -> None:
        torso = 0.32 * self.rider.height
        shoulder = np.array([-0.2 + torso * np.sin(self.lean) * 1.3, 0, 0.95 + torso * np.cos(self.lean)])
        for y in (-0.08, 0.08):
            out.capsule((-0.2, y, 0.96), shoulder + [0, y, -0.06], 0.125 * self.rider.girth, self.rider.top)
            out.capsule(shoulder + [0, y * 2.2, -0.04], (0.36, y * 2.6, 1.02), 0.055, self.rider.top * 0.92)
        head = shoulder + [0.1, 0, 0.2]
        out.capsule(head, head, 0.105, self.rider.skin)
        out.capsule(head + [-0.02, 0, 0.05], head + [-0.02, 0, 0.05], 0.1, self.helmet)
