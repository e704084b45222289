"""What a scene is built of: the painted ground, paths along which things move, props and lamps."""

from dataclasses import dataclass, field

import numpy as np

from . import furniture, palette
from .ground import GroundMap

CLASSES = ("person", "bicycle", "car", "truck")
PERSON, BICYCLE, CAR, TRUCK = range(4)
WHITE_PAINT = np.array([205, 208, 210.0])


@dataclass
class Path:
    """A line that actors follow.

    points: [n, 2] metres; weights: chance of each class; rate_per_s: mean arrivals;
    speed_m_s: range; spread_m: lateral scatter; stop_m: distance of the stop line from the start, if any;
    phase: which half of the light's cycle is green (0 or 1); pauses: chance a second of standing still for a while.
    """

    points: np.ndarray
    weights: tuple
    rate_per_s: float
    speed_m_s: tuple
    spread_m: float = 0.0
    stop_m: float | None = None
    phase: int = 0
    pauses: float = 0.0

    def __post_init__(self):
        self.points = np.asarray(self.points, float)
        steps = np.linalg.norm(np.diff(self.points, axis=0), axis=1)
        self.distances = np.concatenate([[0], np.cumsum(steps)])
        self.length = float(self.distances[-1])

    def at(self, s: float) -> tuple[float, float, float]:
        """x, y and heading (radians from the x axis) at distance s from the start."""
        i = int(np.clip(np.searchsorted(self.distances, s, side="right") - 1, 0, len(self.points) - 2))
        along = self.points[i + 1] - self.points[i]
        share = (s - self.distances[i]) / max(self.distances[i + 1] - self.distances[i], 1e-6)
        x, y = self.points[i] + along * share
        return float(x), float(y), float(np.arctan2(along[1], along[0]))


@dataclass
class Parked:
    cls: int
    x: float
    y: float
    heading: float


@dataclass
class Layout:
    ground: GroundMap
    paths: list[Path] = field(default_factory=list)
    props: list[furniture.Prop] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)
    lamps: list[tuple[float, float]] = field(default_factory=list)

    def lamp_array(self) -> np.ndarray:
        return np.array(self.lamps, float).reshape(-1, 2)


@dataclass(frozen=True)
class Materials:
    """Ground colours of one scene."""

    asphalt: np.ndarray
    pavement: np.ndarray
    verge: np.ndarray

    @staticmethod
    def draw(rng: np.random.Generator) -> "Materials":
        verge = np.array([rng.uniform(40, 75), rng.uniform(80, 125), rng.uniform(65, 115)])
        if rng.random() < 0.3:
            verge = palette.tinted(rng, 90, 150, 12)
        return Materials(palette.tinted(rng, 65, 120, 5), palette.tinted(rng, 110, 175, 9), verge)


@dataclass(frozen=True)
class Road:
    """A straight two-way street; `walk_m` is the width of each pavement."""

    centre: np.ndarray
    heading: float
    half_length: float
    lane_m: float
    walk_m: float

    @property
    def along(self) -> np.ndarray:
        return np.array([np.cos(self.heading), np.sin(self.heading)])

    @property
    def left(self) -> np.ndarray:
        return np.array([-np.sin(self.heading), np.cos(self.heading)])

    def point(self, along_m: float, left_m: float) -> np.ndarray:
        return self.centre + self.along * along_m + self.left * left_m

    def paint(self, ground: GroundMap, materials: Materials, surface_only: bool = False) -> None:
        ends = self.point(-self.half_length, 0), self.point(self.half_length, 0)
        if not surface_only:
            ground.strip(*ends, 2 * (self.lane_m + self.walk_m), materials.pavement)
            ground.strip(*ends, 2 * self.lane_m + 0.4, materials.pavement * 1.15)
        ground.strip(*ends, 2 * self.lane_m, materials.asphalt)

    def mark_centre(self, ground: GroundMap, clear_m: float = 0.0) -> None:
        """Dashes along the middle, none within `clear_m` of the centre."""
        for side in (-1, 1):
            start, end = self.point(side * max(clear_m, 0.1), 0), self.point(side * self.half_length, 0)
            ground.dashes(start, end, 0.14, 2.5, 3.5, WHITE_PAINT)

    def crosswalk(self, ground: GroundMap, along_m: float, depth_m: float = 3.0) -> None:
        for left_m in np.arange(-self.lane_m + 0.4, self.lane_m - 0.2, 1.0):
            ground.strip(
                self.point(along_m - depth_m / 2, left_m), self.point(along_m + depth_m / 2, left_m), 0.5, WHITE_PAINT
            )

    def lane_path(self, forward: bool, rate: float, weights: tuple, **more) -> Path:
        """Traffic keeps right."""
        sign = 1 if forward else -1
        left_m = -sign * self.lane_m / 2
        points = [self.point(-sign * self.half_length, left_m), self.point(sign * self.half_length, left_m)]
        return Path(points, weights, rate, (6.0, 12.5), 0.25, **more)

    def walk_path(self, side: int, forward: bool, rate: float, reach_m: float, **more) -> Path:
        sign = 1 if forward else -1
        left_m = side * (self.lane_m + self.walk_m / 2)
        points = [self.point(-sign * reach_m, left_m), self.point(sign * reach_m, left_m)]
        return Path(points, (1, 0, 0, 0), rate, (0.8, 1.7), self.walk_m * 0.25, **more)

    def cycle_path(self, forward: bool, rate: float, **more) -> Path:
        sign = 1 if forward else -1
        left_m = -sign * (self.lane_m - 0.6)
        points = [self.point(-sign * self.half_length, left_m), self.point(sign * self.half_length, left_m)]
        return Path(points, (0, 1, 0, 0), rate, (3.0, 6.0), 0.2, **more)
