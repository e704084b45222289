"""Cars and trucks as extruded side profiles. Lengths in metres; each function returns (Solid, length)."""

import numpy as np

from . import palette
from .solids import Solid

GLASS = np.array([62, 54, 48.0])
TYRE = np.array([24, 24, 24.0])
HEADLIGHT = np.array([225, 240, 245.0])
TAILLIGHT = np.array([40, 30, 190.0])

# Profiles as shares of length and height: the lower body and the greenhouse above it, by body style.
_CAR_STYLES = {
    "saloon": (
        [(-0.5, 0.3), (-0.49, 0.62), (-0.3, 0.66), (0.22, 0.63), (0.47, 0.52), (0.5, 0.3)],
        [(-0.32, 0.64), (-0.2, 1.0), (0.08, 1.0), (0.24, 0.62)],
    ),
    "hatchback": (
        [(-0.5, 0.3), (-0.49, 0.64), (0.24, 0.62), (0.47, 0.52), (0.5, 0.3)],
        [(-0.48, 0.64), (-0.38, 1.0), (0.06, 1.0), (0.26, 0.62)],
    ),
    "estate": (
        [(-0.5, 0.3), (-0.5, 0.62), (0.24, 0.6), (0.47, 0.52), (0.5, 0.3)],
        [(-0.49, 0.62), (-0.45, 1.0), (0.08, 1.0), (0.26, 0.6)],
    ),
}


def _wheels(solid: Solid, positions, half_width: float, radius: float) -> None:
    hub = np.array([120, 120, 120.0])
    for x in positions:
        for side in (-half_width, half_width):
            solid.wheel(x, side, radius, TYRE, hub)


def _lights(solid: Solid, front_x: float, rear_x: float, half_width: float, z: float, lit: bool) -> None:
    for side in (-0.72, 0.72):
        y = side * half_width
        for x, colour in ((front_x, HEADLIGHT), (rear_x, TAILLIGHT)):
            solid.face(
                [(x, y - 0.17, z), (x, y + 0.17, z), (x, y + 0.17, z + 0.16), (x, y - 0.17, z + 0.16)], colour, lit
            )


def car(rng: np.random.Generator, lit: bool):
    style = list(_CAR_STYLES)[rng.integers(len(_CAR_STYLES))]
    length, width, height = rng.uniform(3.7, 4.8), rng.uniform(1.68, 1.88), rng.uniform(1.42, 1.68)
    body, glass_house = ([(x * length, z * height) for x, z in part] for part in _CAR_STYLES[style])
    colour = palette.paint(rng)
    half = width / 2
    solid = Solid()
    solid.extrude(body, half, [colour] * (len(body)) + [None])
    solid.extrude(glass_house, half * 0.86, [GLASS, GLASS, colour, GLASS, None])
    pillar_x = (glass_house[1][0] + glass_house[2][0]) / 2
    for side in (-0.87, 0.87):
        y = side * half
        low, high = glass_house[0][1], height
        solid.face(
            [
                (pillar_x - 0.06, y, low),
                (pillar_x + 0.06, y, low),
                (pillar_x + 0.06, y, high),
                (pillar_x - 0.06, y, high),
            ],
            colour,
        )
    _wheels(solid, (-0.31 * length, 0.32 * length), half * 1.01, 0.32)
    _lights(solid, length / 2 + 0.01, -length / 2 - 0.01, half, height * 0.4, lit)
    return solid, length


def truck(rng: np.random.Generator, lit: bool):
    length, width = rng.uniform(6.2, 10.5), rng.uniform(2.2, 2.5)
    cab_height, cargo_height = rng.uniform(2.4, 2.9), rng.uniform(2.7, 3.7)
    half, front = width / 2, length / 2
    cab_length = rng.uniform(1.7, 2.3)
    paint, cargo = palette.paint(rng), palette.paint(rng) if rng.random() < 0.5 else palette.tinted(rng, 150, 235, 8)
    solid = Solid()
    nose = [
        (front - cab_length, 0.55),
        (front - cab_length, cab_height),
        (front - 0.35, cab_height),
        (front, cab_height * 0.55),
        (front, 0.5),
    ]
    solid.extrude(nose, half * 0.96, [paint, paint, paint, GLASS, paint, None])
    for side in (-0.97, 0.97):
        y = side * half
        x0, x1, z0, z1 = front - 1.25, front - 0.45, cab_height * 0.58, cab_height * 0.88
        solid.face([(x0, y, z0), (x1 + 0.2, y, z0), (x1, y, z1), (x0, y, z1)], GLASS)
    _cargo(solid, rng, -front, front - cab_length - 0.15, half, cargo_height, cargo)
    solid.box((-front, -half * 0.85, 0.45), (front - cab_length, half * 0.85, 0.85), np.array([45, 45, 45.0]))
    _wheels(solid, (-front + 1.0, -front + 2.1, front - 1.0), half * 0.98, 0.48)
    _lights(solid, front + 0.01, -front - 0.01, half, 0.65, lit)
    return solid, length


def _cargo(
    solid: Solid, rng: np.random.Generator, rear: float, front: float, half: float, height: float, colour
) -> None:
    """A box body, a tarpaulin with stripes, or an open flat bed with a load."""
    kind = rng.random()
    if kind < 0.75:
        solid.box((rear, -half, 0.85), (front, half, height), colour, colour * 0.95)
        if rng.random() < 0.5:
            stripe, low, high = palette.cloth(rng), rng.uniform(1.1, 1.6), rng.uniform(1.8, 2.4)
            for y in (-half * 1.01, half * 1.01):
                solid.face([(rear, y, low), (front, y, low), (front, y, high), (rear, y, high)], stripe)
        return
    solid.box((rear, -half, 0.85), (front, half, 1.5), colour, np.array([70, 75, 80.0]))
    solid.box(
        (rear + 0.4, -half * 0.8, 1.3),
        (front - 0.5, half * 0.8, rng.uniform(1.7, 2.5)),
        palette.tinted(rng, 50, 150, 20),
    )
