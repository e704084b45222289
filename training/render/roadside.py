"""What the kinds of scene share: traffic on a street, parked cars, lamps, houses and clutter beside it."""

import numpy as np

from . import furniture
from .layout import CAR, TRUCK, Layout, Parked, Road

REACH_M = 74.0  # half the length of a street: it ends where the backdrop begins
TRAFFIC = (0, 0, 0.8, 0.2)  # shares of the classes on a lane


def clutter(rng, layout: Layout, roads: list[Road], count: int, bare_trees: bool) -> None:
    """Trees, bushes, bins, signs, bollards and benches beside the roads, never on them."""
    makers = (
        lambda x, y: furniture.tree(rng, x, y, bare_trees),
        lambda x, y: furniture.bush(rng, x, y),
        lambda x, y: furniture.bin_or_box(rng, x, y),
        lambda x, y: furniture.sign(rng, x, y),
        lambda x, y: furniture.bollard(rng, x, y),
        lambda x, y: furniture.bench(rng, x, y),
    )
    for _ in range(count):
        road = roads[rng.integers(len(roads))]
        side = rng.choice([-1, 1])
        distance = road.lane_m + (rng.uniform(0.5, 1.0) if rng.random() < 0.3 else road.walk_m + rng.uniform(0.5, 9))
        x, y = road.point(rng.uniform(-55, 55), side * distance)
        if all(abs((np.array([x, y]) - other.centre) @ other.left) > other.lane_m + 0.3 for other in roads):
            layout.props.append(makers[rng.choice(6, p=[0.32, 0.16, 0.16, 0.14, 0.12, 0.1])](x, y))


def lamps(rng, layout: Layout, road: Road, lit: bool, spacing_m: float = 22.0) -> None:
    side = rng.choice([-1, 1])
    for along in np.arange(-55, 56, spacing_m) + rng.uniform(-5, 5):
        x, y = road.point(along, side * (road.lane_m + 0.5))
        layout.props.append(furniture.lamp_post(rng, x, y, lit))
        layout.lamps.append((x, y))


def buildings(rng, layout: Layout, road: Road, side: int, from_m: float, to_m: float, setback_m: float) -> None:
    """A row along one side of a road, with gaps."""
    along = from_m
    while along < to_m:
        length, width = rng.uniform(9, 22), rng.uniform(8, 14)
        if along + length > to_m:
            return
        if rng.random() < 0.75:
            left = side * (road.lane_m + road.walk_m + setback_m + width / 2)
            layout.props += furniture.building(rng, *road.point(along + length / 2, left), road.heading, length, width)
        along += length + rng.uniform(1, 9)


def street_life(rng, layout: Layout, road: Road, busy: float, reach_m: float, **stop) -> None:
    for forward in (True, False):
        layout.paths.append(road.lane_path(forward, 0.09 * busy * rng.uniform(0.4, 1.6), TRAFFIC, **stop))
        layout.paths.append(road.cycle_path(forward, 0.035 * busy * rng.uniform(0.3, 2), **stop))
        for side in (-1, 1):
            layout.paths.append(road.walk_path(side, forward, 0.035 * busy * rng.uniform(0.3, 2), reach_m, pauses=0.01))


def park_along(rng, layout: Layout, road: Road, share: float, clear_m: float) -> None:
    """Cars and trucks at the kerb."""
    for side in (-1, 1):
        for along in np.arange(-50, 50, 7.0):
            if abs(along) > clear_m and rng.random() < share:
                heading = road.heading + (np.pi if side > 0 else 0)
                cls = TRUCK if rng.random() < 0.12 else CAR
                x, y = road.point(along + rng.uniform(-0.6, 0.6), side * (road.lane_m + 1.1))
                layout.parked.append(Parked(cls, x, y, heading + rng.normal(0, 0.03)))
