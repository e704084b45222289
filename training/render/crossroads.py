"""Scene kind `crossroads`: two streets that cross at the origin, with lights and crosswalks."""

import numpy as np

from . import furniture
from .ground import GroundMap
from .layout import Layout, Materials, Path, Road
from .roadside import REACH_M, buildings, clutter, lamps, park_along, street_life


def crossroads(rng: np.random.Generator, busy: float, lit: bool, bare: bool) -> Layout:
    """Two streets that cross at the origin, with lights, crosswalks and corner buildings."""
    materials = Materials.draw(rng)
    layout = Layout(GroundMap(materials.verge))
    heading = rng.uniform(0, np.pi / 2)
    lane, walk = rng.uniform(3.0, 4.2), rng.uniform(2.2, 3.6)
    roads = [Road(np.zeros(2), heading + turn, REACH_M, lane, walk) for turn in (0, np.pi / 2 + rng.normal(0, 0.06))]
    for road in roads:
        road.paint(layout.ground, materials)
    for phase, road in enumerate(roads):
        road.paint(layout.ground, materials, surface_only=True)
        clear = lane + walk + 2
        road.mark_centre(layout.ground, clear + 2)
        for along in (-clear, clear):
            road.crosswalk(layout.ground, along)
        stop = dict(stop_m=REACH_M - clear - 4.5, phase=phase)
        street_life(rng, layout, road, busy, 52, **stop)
        _crossing_paths(rng, layout, road, clear, busy, phase)
        park_along(rng, layout, road, rng.uniform(0, 0.3), 16)
        for side in (-1, 1):
            setback = rng.uniform(1.5, 8)
            buildings(rng, layout, road, side, lane + walk + setback + 6, 62, setback)
            buildings(rng, layout, road, side, -62, -(lane + walk + setback + 6), setback)
            x, y = road.point(side * (clear + 2), side * (lane + 0.5))
            layout.props.append(furniture.traffic_light(x, y, road.heading + (0 if side > 0 else np.pi)))
        lamps(rng, layout, road, lit)
    _right_turns(layout, roads, lane, busy)
    clutter(rng, layout, roads, int(rng.integers(12, 36)), bare)
    return layout


def _crossing_paths(rng, layout: Layout, road: Road, clear: float, busy: float, phase: int) -> None:
    """Pedestrians over the crosswalks of a road: they wait while its traffic has green."""
    for along in (-clear, clear):
        for sign in (-1, 1):
            points = [
                road.point(along + 22 * np.sign(along), sign * (road.lane_m + 1.2)),
                road.point(along, sign * (road.lane_m + 1)),
            ]
            points += [
                road.point(along, -sign * (road.lane_m + 1)),
                road.point(along + 18 * np.sign(along), -sign * (road.lane_m + 1.5)),
            ]
            wait = float(np.linalg.norm(points[1] - points[0]))
            layout.paths.append(
                Path(points, (0.93, 0.07, 0, 0), 0.03 * busy * rng.uniform(0.3, 2), (0.9, 1.7), 0.7, wait, 1 - phase)
            )


def _right_turns(layout: Layout, roads: list[Road], lane: float, busy: float) -> None:
    for phase, (road, other) in enumerate((roads, roads[::-1])):
        for sign in (-1, 1):
            entry = road.point(-sign * REACH_M, -sign * lane / 2), road.point(-sign * (lane + 3), -sign * lane / 2)
            out_sign = 1 if (road.left * -sign) @ other.along > 0 else -1
            leave = (
                other.point(out_sign * (lane + 3), -out_sign * lane / 2),
                other.point(out_sign * REACH_M, -out_sign * lane / 2),
            )
            layout.paths.append(
                Path([*entry, *leave], (0, 0.1, 0.75, 0.15), 0.02 * busy, (5, 8), 0.2, REACH_M - 2 * lane - 6, phase)
            )
