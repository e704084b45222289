"""Scene kind `drone`: two streets, a car park, footpaths and lawns to fly over."""

import numpy as np

from .ground import GroundMap
from .layout import CAR, WHITE_PAINT, Layout, Materials, Parked, Path, Road
from .roadside import REACH_M, buildings, clutter, lamps, park_along, street_life


def park(rng: np.random.Generator, busy: float, lit: bool, bare: bool) -> Layout:
    """For the drone: two streets, a car park, footpaths and lawns."""
    materials = Materials.draw(rng)
    layout = Layout(GroundMap(materials.verge))
    heading = rng.uniform(0, np.pi)
    lane = rng.uniform(2.9, 3.8)
    roads = [
        Road(rng.uniform(-12, 12, 2), heading, REACH_M, lane, rng.uniform(1.5, 3)),
        Road(rng.uniform(-30, 30, 2), heading + rng.uniform(0.9, 2.2), REACH_M, lane, 1.5),
    ]
    _footpaths(rng, layout, materials, busy)
    for road in roads:
        road.paint(layout.ground, materials)
    for road in roads:
        road.paint(layout.ground, materials, surface_only=True)
        road.mark_centre(layout.ground, 6)
        street_life(rng, layout, road, 0.9 * busy, 60)
        park_along(rng, layout, road, rng.uniform(0, 0.4), 9)
        lamps(rng, layout, road, lit)
    _car_park(rng, layout, roads[0], materials)
    buildings(rng, layout, roads[0], int(rng.choice([-1, 1])), 30, 70, rng.uniform(4, 10))
    clutter(rng, layout, roads, int(rng.integers(20, 50)), bare)
    return layout


def _footpaths(rng, layout: Layout, materials: Materials, busy: float) -> None:
    for _ in range(int(rng.integers(3, 7))):
        start, end = rng.uniform(-60, 60, 2), rng.uniform(-60, 60, 2)
        middle = (start + end) / 2 + rng.normal(0, 9, 2)
        for a, b in ((start, middle), (middle, end)):
            layout.ground.strip(a, b, 2.4, materials.pavement)
        for line in ([start, middle, end], [end, middle, start]):
            layout.paths.append(
                Path(line, (0.82, 0.18, 0, 0), 0.05 * busy * rng.uniform(0.3, 2), (0.8, 2.2), 0.6, pauses=0.02)
            )


def _car_park(rng, layout: Layout, road: Road, materials: Materials) -> None:
    side, along = rng.choice([-1, 1]), rng.uniform(-30, -5)
    depth, rows, slots = 6.0, int(rng.integers(1, 4)), int(rng.integers(6, 14))
    near = road.lane_m + road.walk_m + 2
    corners = [
        (along - 2, near),
        (along + slots * 2.7 + 2, near),
        (along + slots * 2.7 + 2, near + rows * 11),
        (along - 2, near + rows * 11),
    ]
    layout.ground.polygon([road.point(a, side * b) for a, b in corners], materials.asphalt * 1.1)
    for row in range(rows):
        for slot in range(slots):
            left, a = near + row * 11 + 3, along + slot * 2.7
            layout.ground.strip(
                road.point(a, side * (left - depth / 2)), road.point(a, side * (left + depth / 2)), 0.12, WHITE_PAINT
            )
            if rng.random() < 0.55:
                x, y = road.point(a + 1.35, side * left)
                layout.parked.append(
                    Parked(CAR, x, y, road.heading + np.pi / 2 * rng.choice([-1, 1]) + rng.normal(0, 0.04))
                )
