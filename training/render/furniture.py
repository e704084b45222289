"""What stands in a street and is not an object to detect: trees, poles, signs, bins, fences, buildings."""

from dataclasses import dataclass

import numpy as np

from . import palette
from .solids import Solid

BUILDING_CLEAR_M = 24.0


@dataclass
class Prop:
    """A solid that stands still at (x, y) metres, turned by `heading`; `shadow` says whether it casts one.

    It is left out where the camera is nearer than `clear_m`: nobody hangs a camera behind a wall.
    """

    solid: Solid
    x: float
    y: float
    heading: float = 0.0
    shadow: bool = True
    clear_m: float = 6.0


def tree(rng: np.random.Generator, x: float, y: float, bare: bool) -> Prop:
    solid, height = Solid(), rng.uniform(4.5, 9)
    trunk, green = (
        palette.tinted(rng, 40, 75, 6),
        np.array([rng.uniform(25, 60), rng.uniform(70, 120), rng.uniform(45, 100)]),
    )
    crown_low = height * rng.uniform(0.3, 0.45)
    solid.capsule((0, 0, 0), (0, 0, height * 0.6), rng.uniform(0.12, 0.25), trunk)
    for _ in range(14):
        direction = rng.normal(0, 1, 3) * [1, 1, 0.8]
        reach = height * 0.2
        tip = np.array([0, 0, (crown_low + height) / 2]) + direction * reach * 0.7
        tip[2] = np.clip(tip[2], crown_low + 0.4, height)
        if bare:
            solid.capsule((0, 0, crown_low + rng.uniform(-0.3, 0.8)), tip, 0.05, trunk)
        else:
            solid.capsule(
                tip, tip + rng.normal(0, 0.3, 3), reach * rng.uniform(0.35, 0.65), green * rng.uniform(0.7, 1.2)
            )
    return Prop(solid, x, y)


def bush(rng: np.random.Generator, x: float, y: float) -> Prop:
    solid, green = Solid(), np.array([35, rng.uniform(60, 105), rng.uniform(45, 85)])
    for _ in range(7):
        spot = np.array([rng.normal(0, 0.5), rng.normal(0, 0.5), rng.uniform(0.2, 0.8)])
        solid.capsule(spot, spot, rng.uniform(0.25, 0.5), green * rng.uniform(0.7, 1.2))
    return Prop(solid, x, y)


def lamp_post(rng: np.random.Generator, x: float, y: float, lit: bool) -> Prop:
    solid, colour = Solid(), palette.tinted(rng, 60, 130, 5)
    solid.capsule((0, 0, 0), (0, 0, 6.2), 0.08, colour)
    solid.capsule((0, 0, 6.2), (1.0, 0, 6.5), 0.05, colour)
    solid.face(
        [(0.7, -0.15, 6.4), (1.3, -0.15, 6.4), (1.3, 0.15, 6.4), (0.7, 0.15, 6.4)],
        [190, 235, 255] if lit else [170, 170, 170],
        lit,
    )
    return Prop(solid, x, y, rng.uniform(0, 2 * np.pi))


def traffic_light(x: float, y: float, heading: float) -> Prop:
    solid = Solid()
    solid.capsule((0, 0, 0), (0, 0, 3.3), 0.07, [70, 70, 70])
    solid.box((-0.15, -0.18, 2.4), (0.15, 0.18, 3.4), [35, 35, 35])
    for z, colour in ((3.15, [40, 40, 200]), (2.9, [30, 90, 110]), (2.6, [60, 110, 40])):
        solid.face(
            [(0.16, -0.1, z - 0.1), (0.16, 0.1, z - 0.1), (0.16, 0.1, z + 0.1), (0.16, -0.1, z + 0.1)], colour, True
        )
    return Prop(solid, x, y, heading)


def sign(rng: np.random.Generator, x: float, y: float) -> Prop:
    solid, colour, z = Solid(), palette.paint(rng), rng.uniform(1.8, 2.4)
    solid.capsule((0, 0, 0), (0, 0, z + 0.6), 0.04, [130, 130, 130])
    half = rng.uniform(0.25, 0.5)
    solid.face([(0.05, -half, z), (0.05, half, z), (0.05, half, z + 0.7), (0.05, -half, z + 0.7)], colour)
    return Prop(solid, x, y, rng.uniform(0, 2 * np.pi))


def bin_or_box(rng: np.random.Generator, x: float, y: float) -> Prop:
    """A litter bin, a switch cabinet or a skip: person-sized and car-sized boxes that are neither."""
    solid, colour = Solid(), palette.paint(rng) if rng.random() < 0.5 else palette.tinted(rng, 50, 140, 10)
    half, height = (rng.uniform(0.2, 0.45), rng.uniform(0.8, 1.5)) if rng.random() < 0.8 else (1.1, 1.3)
    solid.box((-half * 1.3, -half, 0), (half * 1.3, half, height), colour, colour * 0.8)
    return Prop(solid, x, y, rng.uniform(0, np.pi))


def bollard(rng: np.random.Generator, x: float, y: float) -> Prop:
    solid, colour = Solid(), palette.tinted(rng, 40, 200, 15)
    solid.capsule((0, 0, 0), (0, 0, rng.uniform(0.7, 1.1)), 0.09, colour)
    return Prop(solid, x, y)


def bench(rng: np.random.Generator, x: float, y: float) -> Prop:
    solid, wood = Solid(), palette.tinted(rng, 60, 110, 12)
    solid.box((-0.25, -0.9, 0.35), (0.25, 0.9, 0.48), wood)
    solid.face([(-0.25, -0.9, 0.5), (-0.25, 0.9, 0.5), (-0.32, 0.9, 0.95), (-0.32, -0.9, 0.95)], wood * 0.9)
    return Prop(solid, x, y, rng.uniform(0, 2 * np.pi))


def fence(rng: np.random.Generator, start: np.ndarray, end: np.ndarray) -> list[Prop]:
    """Panels of posts and rails between two points."""
    along = end - start
    length = float(np.linalg.norm(along))
    heading, colour = float(np.arctan2(along[1], along[0])), palette.tinted(rng, 50, 130, 8)
    height = rng.uniform(1.1, 1.9)
    panels = []
    for offset in np.arange(0, length - 1.9, 2.0):
        solid = Solid(layered=True)
        for z in (0.25, height * 0.95):
            solid.capsule((0, 0, z), (2, 0, z), 0.025, colour)
        for x in np.linspace(0, 2, 6)[:-1]:
            solid.capsule((x, 0, 0), (x, 0, height), 0.02, colour)
        panels.append(Prop(solid, *(start + along / length * offset), heading, False))
    return panels


def building(rng: np.random.Generator, x: float, y: float, heading: float, length: float, width: float) -> list[Prop]:
    """Facades cut into segments (so that each can be sorted by its own distance) and a roof."""
    wall, glass = palette.tinted(rng, 70, 200, 18), palette.tinted(rng, 40, 90, 8)
    floors, floor_m, night = int(rng.integers(1, 5)), rng.uniform(2.9, 3.5), rng.random() < 0.4
    height = floors * floor_m + 0.6
    corners = np.array([(-length, -width), (length, -width), (length, width), (-length, width)]) / 2
    sin, cos = np.sin(heading), np.cos(heading)
    corners = corners @ np.array([[cos, sin], [-sin, cos]]) + [x, y]
    props = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0)):
        pieces = max(1, int(np.linalg.norm(end - start) // 7))
        for i in range(pieces):
            a, b = start + (end - start) * i / pieces, start + (end - start) * (i + 1) / pieces
            props.append(_facade(rng, a, b, floors, floor_m, height, wall, glass, night))
    roof, centre = Solid(), corners.mean(0)
    roof.face(np.column_stack([corners - centre, np.full(4, height)]), palette.tinted(rng, 60, 140, 10))
    return props + [Prop(roof, *centre, 0.0, False, BUILDING_CLEAR_M)]


def _facade(rng, start, end, floors: int, floor_m: float, height: float, wall, glass, lit_rooms: bool) -> Prop:
    middle = (start + end) / 2
    half = float(np.linalg.norm(end - start)) / 2
    heading = float(np.arctan2(*(end - start)[::-1]))
    solid = Solid(layered=True)
    solid.face([(-half, 0, 0), (half, 0, 0), (half, 0, height), (-half, 0, height)], wall)
    columns = max(1, int(half * 2 // 2.4))
    for floor in range(floors):
        for column in range(columns):
            x = -half + (column + 0.5) * 2 * half / columns
            low = floor * floor_m + (0.1 if floor == 0 and rng.random() < 0.2 else 1.0)
            lit = lit_rooms and rng.random() < 0.1
            colour = [150, 200, 230] if lit else glass * rng.uniform(0.8, 1.3)
            solid.face(
                [
                    (x - 0.55, 0, low),
                    (x + 0.55, 0, low),
                    (x + 0.55, 0, (floor + 0.85) * floor_m),
                    (x - 0.55, 0, (floor + 0.85) * floor_m),
                ],
                colour,
            )
    return Prop(solid, *middle, heading, False, BUILDING_CLEAR_M)
