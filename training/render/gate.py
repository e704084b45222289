"""Scene kind `gate`: a fixed camera over a yard with a gate; a drive leads through it to a street across the view."""

import numpy as np

from . import furniture
from .ground import GroundMap
from .layout import CAR, TRUCK, Layout, Materials, Parked, Path, Road
from .roadside import REACH_M, buildings, clutter, lamps, park_along, street_life


def gate(rng: np.random.Generator, busy: float, lit: bool, bare: bool) -> Layout:
    """The camera stands near (0, -40) and looks along y; the gate is at about y = -20, the street at about y = 5."""
    materials = Materials.draw(rng)
    layout = Layout(GroundMap(materials.verge))
    street = Road(
        np.array([rng.uniform(-5, 5), rng.uniform(-4, 12)]),
        rng.normal(0, 0.12),
        REACH_M,
        rng.uniform(2.9, 3.6),
        rng.uniform(1.8, 3),
    )
    drive_x, drive_end = rng.uniform(-5, 5), street.centre[1] - street.lane_m
    drive_half, gate_y = rng.uniform(2.6, 3.6), rng.uniform(-24, -14)
    start = np.array([drive_x + rng.uniform(-3, 3), -52.0])
    end = np.array([drive_x, drive_end])
    if rng.random() < 0.6:
        yard = rng.uniform(12, 22)
        layout.ground.polygon([(-yard, -60), (yard, -60), (yard, gate_y), (-yard, gate_y)], materials.pavement * 0.9)
    street.paint(layout.ground, materials)
    layout.ground.strip(start, end, 2 * drive_half + 1.8, materials.pavement)
    layout.ground.strip(start, end, 2 * drive_half, materials.asphalt * rng.uniform(0.9, 1.1))
    street.mark_centre(layout.ground, 5)
    _gate_line(rng, layout, drive_x, gate_y, drive_half)
    _gate_paths(rng, layout, street, start, end, gate_y, drive_half, busy)
    street_life(rng, layout, street, 0.7 * busy, 38)
    park_along(rng, layout, street, rng.uniform(0, 0.35), 8)
    _park_in_yard(rng, layout, drive_x, gate_y, drive_half)
    buildings(rng, layout, street, 1, -60, 60, rng.uniform(2, 9))
    drive = Road((start + end) / 2, np.pi / 2, 20, drive_half, 1.0)
    clutter(rng, layout, [street, drive], int(rng.integers(12, 34)), bare)
    lamps(rng, layout, street, lit)
    layout.lamps.append((drive_x, gate_y))
    return layout


def _park_in_yard(rng, layout: Layout, drive_x: float, gate_y: float, drive_half: float) -> None:
    for x in np.arange(-16, 17, 3.2):
        if abs(x - drive_x) > drive_half + 2.5 and rng.random() < 0.25:
            cls = TRUCK if rng.random() < 0.15 else CAR
            layout.parked.append(Parked(cls, x, gate_y - rng.uniform(4, 9), np.pi / 2 * rng.choice([-1, 1])))


def _gate_line(rng, layout: Layout, drive_x: float, gate_y: float, drive_half: float) -> None:
    """Fence on both sides, pillars, sometimes a raised barrier."""
    for side in (-1, 1):
        near = np.array([drive_x + side * (drive_half + 0.8), gate_y])
        far = np.array([side * 30.0, gate_y])
        layout.props += furniture.fence(rng, near, far)
        pillar = furniture.Solid()
        pillar.box((-0.3, -0.3, 0), (0.3, 0.3, rng.uniform(1.3, 2.4)), rng.uniform(70, 180) * np.ones(3))
        layout.props.append(furniture.Prop(pillar, *near))
    if rng.random() < 0.5:
        boom = furniture.Solid(layered=True)
        for i in range(6):
            colour = [45, 40, 200] if i % 2 else [230, 230, 230]
            boom.capsule((i * 0.25, 0, 1 + i * 0.6), (i * 0.25 + 0.25, 0, 1.6 + i * 0.6), 0.06, colour)
        layout.props.append(furniture.Prop(boom, drive_x - drive_half - 0.6, gate_y + 0.5, 0.0, False))


def _gate_paths(rng, layout: Layout, street: Road, start, end, gate_y: float, drive_half: float, busy: float) -> None:
    """In and out through the gate, on foot, by bicycle and by car."""
    side = np.array([drive_half / 2, 0])
    stop = float(end[1] - gate_y + 2)
    for sign in (-1, 1):
        into = np.array([street.point(sign * 35, 0), street.point(sign * 5, 0), end - side, start - side])
        out = np.array(
            [
                start + side,
                end + side,
                street.point(sign * 5, -street.lane_m / 2),
                street.point(sign * 35, -street.lane_m / 2),
            ]
        )
        layout.paths.append(Path(into, (0, 0.15, 0.65, 0.2), 0.015 * busy, (3.5, 7), 0.2, stop_m=stop + 30, phase=1))
        layout.paths.append(Path(out, (0, 0.15, 0.65, 0.2), 0.015 * busy, (3.5, 7), 0.2))
        corner = (
            np.array([sign * 30, end[1] - 1.5]),
            end + [sign * (drive_half + 1), -1.5],
            start + [sign * (drive_half - 0.4), 0],
        )
        layout.paths.append(Path(corner, (0.88, 0.12, 0, 0), 0.03 * busy, (0.9, 1.7), 0.7, pauses=0.02))
        layout.paths.append(Path(corner[::-1], (0.9, 0.1, 0, 0), 0.03 * busy, (0.9, 1.7), 0.7, pauses=0.02))
    across = np.array([[-26, gate_y - rng.uniform(3, 9)], [26, gate_y - rng.uniform(3, 9)]])
    for line in (across, across[::-1]):
        layout.paths.append(Path(line, (0.85, 0.15, 0, 0), 0.02 * busy, (0.8, 1.6), 1.5, pauses=0.04))
