"""The three kinds of scene: a fixed camera at a gate, a crossroads, and ground for a drone to fly over."""

import numpy as np

from . import furniture
from .camera import Camera
from .ground import GroundMap
from .layout import CAR, TRUCK, WHITE_PAINT, Layout, Materials, Parked, Path, Road

REACH_M = 74.0
TRAFFIC = (0, 0, 0.8, 0.2)


def _scatter(rng, layout: Layout, make, count: int, low, high, keep) -> None:
    """Puts up to `count` props at random places between two corners where keep(x, y) holds."""
    for _ in range(count):
        x, y = rng.uniform(low, high)
        if keep(x, y):
            layout.props.append(make(x, y))


def _clutter(rng, layout: Layout, roads: list[Road], count: int, bare_trees: bool) -> None:
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


def _lamps(rng, layout: Layout, road: Road, lit: bool, spacing_m: float = 22.0) -> None:
    side = rng.choice([-1, 1])
    for along in np.arange(-55, 56, spacing_m) + rng.uniform(-5, 5):
        x, y = road.point(along, side * (road.lane_m + 0.5))
        layout.props.append(furniture.lamp_post(rng, x, y, lit))
        layout.lamps.append((x, y))


def _buildings(rng, layout: Layout, road: Road, side: int, from_m: float, to_m: float, setback_m: float) -> None:
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


def _street_life(rng, layout: Layout, road: Road, busy: float, reach_m: float, **stop) -> None:
    for forward in (True, False):
        layout.paths.append(road.lane_path(forward, 0.09 * busy * rng.uniform(0.4, 1.6), TRAFFIC, **stop))
        layout.paths.append(road.cycle_path(forward, 0.035 * busy * rng.uniform(0.3, 2), **stop))
        for side in (-1, 1):
            layout.paths.append(road.walk_path(side, forward, 0.035 * busy * rng.uniform(0.3, 2), reach_m, pauses=0.01))


def _park_along(rng, layout: Layout, road: Road, share: float, clear_m: float) -> None:
    """Cars and trucks at the kerb."""
    for side in (-1, 1):
        for along in np.arange(-50, 50, 7.0):
            if abs(along) > clear_m and rng.random() < share:
                heading = road.heading + (np.pi if side > 0 else 0)
                cls = TRUCK if rng.random() < 0.12 else CAR
                x, y = road.point(along + rng.uniform(-0.6, 0.6), side * (road.lane_m + 1.1))
                layout.parked.append(Parked(cls, x, y, heading + rng.normal(0, 0.03)))


def gate(rng: np.random.Generator, busy: float, lit: bool, bare: bool) -> Layout:
    """A yard with a gate; a drive leads through it to a street that runs across the view."""
    materials = Materials.draw(rng)
    layout = Layout(GroundMap(materials.verge))
    street = Road(np.array([rng.uniform(-5, 5), rng.uniform(-4, 12)]), rng.normal(0, 0.12), REACH_M, rng.uniform(2.9, 3.6), rng.uniform(1.8, 3))
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
    _street_life(rng, layout, street, 0.7 * busy, 38)
    _park_along(rng, layout, street, rng.uniform(0, 0.35), 8)
    for slot in np.arange(-16, 17, 3.2):
        if abs(slot - drive_x) > drive_half + 2.5 and rng.random() < 0.25:
            layout.parked.append(Parked(TRUCK if rng.random() < 0.15 else CAR, slot, gate_y - rng.uniform(4, 9), np.pi / 2 * rng.choice([-1, 1])))
    _buildings(rng, layout, street, 1, -60, 60, rng.uniform(2, 9))
    drive = Road((start + end) / 2, np.pi / 2, 20, drive_half, 1.0)
    _clutter(rng, layout, [street, drive], int(rng.integers(12, 34)), bare)
    _lamps(rng, layout, street, lit)
    layout.lamps.append((drive_x, gate_y))
    return layout


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
        out = np.array([start + side, end + side, street.point(sign * 5, -street.lane_m / 2), street.point(sign * 35, -street.lane_m / 2)])
        layout.paths.append(Path(into, (0, 0.15, 0.65, 0.2), 0.015 * busy, (3.5, 7), 0.2, stop_m=stop + 30, phase=1))
        layout.paths.append(Path(out, (0, 0.15, 0.65, 0.2), 0.015 * busy, (3.5, 7), 0.2))
        corner = np.array([sign * 30, end[1] - 1.5]), end + [sign * (drive_half + 1), -1.5], start + [sign * (drive_half - 0.4), 0]
        layout.paths.append(Path(corner, (0.88, 0.12, 0, 0), 0.03 * busy, (0.9, 1.7), 0.7, pauses=0.02))
        layout.paths.append(Path(corner[::-1], (0.9, 0.1, 0, 0), 0.03 * busy, (0.9, 1.7), 0.7, pauses=0.02))
    across = np.array([[-26, gate_y - rng.uniform(3, 9)], [26, gate_y - rng.uniform(3, 9)]])
    for line in (across, across[::-1]):
        layout.paths.append(Path(line, (0.85, 0.15, 0, 0), 0.02 * busy, (0.8, 1.6), 1.5, pauses=0.04))


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
        _street_life(rng, layout, road, busy, 52, **stop)
        _crossing_paths(rng, layout, road, clear, busy, phase)
        _park_along(rng, layout, road, rng.uniform(0, 0.3), 16)
        for side in (-1, 1):
            setback = rng.uniform(1.5, 8)
            _buildings(rng, layout, road, side, lane + walk + setback + 6, 62, setback)
            _buildings(rng, layout, road, side, -62, -(lane + walk + setback + 6), setback)
            x, y = road.point(side * (clear + 2), side * (lane + 0.5))
            layout.props.append(furniture.traffic_light(x, y, road.heading + (0 if side > 0 else np.pi)))
        _lamps(rng, layout, road, lit)
    _right_turns(layout, roads, lane, busy)
    _clutter(rng, layout, roads, int(rng.integers(12, 36)), bare)
    return layout


def _crossing_paths(rng, layout: Layout, road: Road, clear: float, busy: float, phase: int) -> None:
    """Pedestrians over the crosswalks of a road: they wait while its traffic has green."""
    for along in (-clear, clear):
        for sign in (-1, 1):
            points = [road.point(along + 22 * np.sign(along), sign * (road.lane_m + 1.2)), road.point(along, sign * (road.lane_m + 1))]
            points += [road.point(along, -sign * (road.lane_m + 1)), road.point(along + 18 * np.sign(along), -sign * (road.lane_m + 1.5))]
            wait = float(np.linalg.norm(points[1] - points[0]))
            layout.paths.append(Path(points, (0.93, 0.07, 0, 0), 0.03 * busy * rng.uniform(0.3, 2), (0.9, 1.7), 0.7, wait, 1 - phase))


def _right_turns(layout: Layout, roads: list[Road], lane: float, busy: float) -> None:
    for phase, (road, other) in enumerate((roads, roads[::-1])):
        for sign in (-1, 1):
            entry = road.point(-sign * REACH_M, -sign * lane / 2), road.point(-sign * (lane + 3), -sign * lane / 2)
            out_sign = 1 if (road.left * -sign) @ other.along > 0 else -1
            leave = other.point(out_sign * (lane + 3), -out_sign * lane / 2), other.point(out_sign * REACH_M, -out_sign * lane / 2)
            layout.paths.append(Path([*entry, *leave], (0, 0.1, 0.75, 0.15), 0.02 * busy, (5, 8), 0.2, REACH_M - 2 * lane - 6, phase))


def park(rng: np.random.Generator, busy: float, lit: bool, bare: bool) -> Layout:
    """For the drone: two streets, a car park, footpaths and lawns."""
    materials = Materials.draw(rng)
    layout = Layout(GroundMap(materials.verge))
    heading = rng.uniform(0, np.pi)
    lane = rng.uniform(2.9, 3.8)
    roads = [Road(rng.uniform(-12, 12, 2), heading, REACH_M, lane, rng.uniform(1.5, 3)), Road(rng.uniform(-30, 30, 2), heading + rng.uniform(0.9, 2.2), REACH_M, lane, 1.5)]
    _footpaths(rng, layout, materials, busy)
    for road in roads:
        road.paint(layout.ground, materials)
    for road in roads:
        road.paint(layout.ground, materials, surface_only=True)
        road.mark_centre(layout.ground, 6)
        _street_life(rng, layout, road, 0.9 * busy, 60)
        _park_along(rng, layout, road, rng.uniform(0, 0.4), 9)
        _lamps(rng, layout, road, lit)
    _car_park(rng, layout, roads[0], materials)
    _buildings(rng, layout, roads[0], int(rng.choice([-1, 1])), 30, 70, rng.uniform(4, 10))
    _clutter(rng, layout, roads, int(rng.integers(20, 50)), bare)
    return layout


def _footpaths(rng, layout: Layout, materials: Materials, busy: float) -> None:
    for _ in range(int(rng.integers(3, 7))):
        start, end = rng.uniform(-60, 60, 2), rng.uniform(-60, 60, 2)
        middle = (start + end) / 2 + rng.normal(0, 9, 2)
        for a, b in ((start, middle), (middle, end)):
            layout.ground.strip(a, b, 2.4, materials.pavement)
        for line in ([start, middle, end], [end, middle, start]):
            layout.paths.append(Path(line, (0.82, 0.18, 0, 0), 0.05 * busy * rng.uniform(0.3, 2), (0.8, 2.2), 0.6, pauses=0.02))


def _car_park(rng, layout: Layout, road: Road, materials: Materials) -> None:
    side, along = rng.choice([-1, 1]), rng.uniform(-30, -5)
    depth, rows, slots = 6.0, int(rng.integers(1, 4)), int(rng.integers(6, 14))
    near = road.lane_m + road.walk_m + 2
    corners = [(along - 2, near), (along + slots * 2.7 + 2, near), (along + slots * 2.7 + 2, near + rows * 11), (along - 2, near + rows * 11)]
    layout.ground.polygon([road.point(a, side * b) for a, b in corners], materials.asphalt * 1.1)
    for row in range(rows):
        for slot in range(slots):
            left, a = near + row * 11 + 3, along + slot * 2.7
            layout.ground.strip(road.point(a, side * (left - depth / 2)), road.point(a, side * (left + depth / 2)), 0.12, WHITE_PAINT)
            if rng.random() < 0.55:
                x, y = road.point(a + 1.35, side * left)
                layout.parked.append(Parked(CAR, x, y, road.heading + np.pi / 2 * rng.choice([-1, 1]) + rng.normal(0, 0.04)))


LAYOUTS = {"gate": gate, "crossroads": crossroads, "drone": park}


def draw_camera(kind: str, rng: np.random.Generator) -> Camera:
    """A camera as such a scene would have it; the drone's is one pose of its flight."""
    if kind == "gate":
        return Camera(rng.uniform(-6, 6), rng.uniform(-46, -36), rng.uniform(3.2, 7), rng.normal(0, 0.16), rng.uniform(0.1, 0.3), rng.uniform(420, 640))
    if kind == "crossroads":
        angle, distance, height = rng.uniform(0, 2 * np.pi), rng.uniform(22, 38), rng.uniform(5, 11)
        x, y = distance * np.cos(angle), distance * np.sin(angle)
        aim = rng.normal(0, 4, 2)
        yaw = float(np.arctan2(aim[0] - x, aim[1] - y))
        return Camera(x, y, height, yaw, float(np.arctan2(height, distance)) + rng.uniform(-0.06, 0.08), rng.uniform(400, 600))
    height, pitch, yaw = rng.uniform(14, 36), rng.uniform(0.5, 1.1), rng.uniform(0, 2 * np.pi)
    aim, reach = rng.uniform(-25, 25, 2), height / np.tan(pitch)
    return Camera(aim[0] - reach * np.sin(yaw), aim[1] - reach * np.cos(yaw), height, yaw, pitch, rng.uniform(420, 620))
