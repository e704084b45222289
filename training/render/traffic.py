"""Moves persons, cyclists, cars and trucks along the paths of a layout, step by step."""

from dataclasses import dataclass
from typing import Callable

import numpy as np

from .layout import BICYCLE, PERSON, TRUCK, Layout, Path
from .people import CyclistLook, PersonLook
from .solids import Solid
from .vehicles import car, truck

LIGHT_CYCLE_S = 26.0
ALL_RED_S = 3.0
BRAKING_M_S2 = 3.0
STRIDE_RAD_PER_M = 4.2
MAX_TURN_RAD = 0.25  # in one step: actors round corners instead of snapping
MAX_ACTORS = 70


@dataclass
class Actor:
    """s and offset_m: place along and beside the path; phase: gait in radians."""

    cls: int
    look: object
    length: float
    path: Path | None
    s: float
    offset_m: float
    speed: float
    wish_speed: float
    x: float = 0.0
    y: float = 0.0
    heading: float = 0.0
    phase: float = 0.0
    still_until: float = 0.0

    def solid(self) -> Solid:
        if isinstance(self.look, Solid):
            return self.look
        return self.look.solid(self.phase, min(1.0, self.speed / 0.8))

    def locate(self) -> None:
        x, y, heading = self.path.at(self.s)
        self.x, self.y = x - np.sin(heading) * self.offset_m, y + np.cos(heading) * self.offset_m
        turn = (heading - self.heading + np.pi) % (2 * np.pi) - np.pi
        self.heading += float(np.clip(turn, -MAX_TURN_RAD, MAX_TURN_RAD))


def green(t: float, phase: int) -> bool:
    """Two phases share a cycle; each ends with a while of red for all."""
    half = LIGHT_CYCLE_S / 2
    place = (t - phase * half) % LIGHT_CYCLE_S
    return place < half - ALL_RED_S


def make_look(cls: int, rng: np.random.Generator, lit: bool) -> tuple[object, float]:
    """Returns (look, length in metres): a Solid for what does not change its shape, else something with `solid`."""
    if cls == PERSON:
        return PersonLook(rng), 0.5
    if cls == BICYCLE:
        return CyclistLook(rng), 1.8
    return (truck if cls == TRUCK else car)(rng, lit)


class Traffic:
    """activity(t) multiplies every path's arrival rate: 0 is a quiet street."""

    def __init__(
        self, layout: Layout, rng: np.random.Generator, lit: bool, activity: Callable[[float], float] = lambda t: 1.0
    ):
        self.layout, self.rng, self.lit, self.activity = layout, rng, lit, activity
        self.t = 0.0
        self.moving: list[Actor] = []
        self.parked = [self._parked(spot) for spot in layout.parked]
        for path in layout.paths:
            expected = path.rate_per_s * activity(0.0) * path.length / np.mean(path.speed_m_s)
            for _ in range(rng.poisson(expected)):
                self._arrive(path, rng.uniform(0, path.length))

    @property
    def actors(self) -> list[Actor]:
        return self.parked + self.moving

    def step(self, dt: float) -> None:
        self.t += dt
        for path in self.layout.paths:
            if self.rng.random() < path.rate_per_s * self.activity(self.t) * dt:
                self._arrive_group(path)
        for path in self.layout.paths:
            self._advance(path, dt)
        self.moving = [a for a in self.moving if a.s < a.path.length]

    def _parked(self, spot) -> Actor:
        look, length = make_look(spot.cls, self.rng, False)
        return Actor(spot.cls, look, length, None, 0, 0, 0, 0, spot.x, spot.y, spot.heading)

    def _arrive_group(self, path: Path) -> None:
        self._arrive(path, 0.0)
        if path.weights[PERSON] > 0.5 and self.rng.random() < 0.3:
            leader = self.moving[-1] if self.moving else None
            for _ in range(int(self.rng.integers(1, 4))):
                self._arrive(path, self.rng.uniform(0, 1.2), leader)

    def _arrive(self, path: Path, s: float, leader: Actor | None = None) -> None:
        if len(self.moving) >= MAX_ACTORS:
            return
        rng = self.rng
        cls = int(rng.choice(4, p=np.array(path.weights) / sum(path.weights)))
        look, length = make_look(cls, rng, self.lit)
        if cls != PERSON and any(a.path is path and abs(a.s - s) < (a.length + length) / 2 + 1 for a in self.moving):
            return
        wish = leader.wish_speed * rng.uniform(0.97, 1.03) if leader else rng.uniform(*path.speed_m_s)
        if cls == BICYCLE and path.weights[PERSON] > 0.5:
            wish = rng.uniform(2.5, 4.5)
        offset = float(np.clip(rng.normal(0, 1), -1.6, 1.6)) * path.spread_m
        actor = Actor(cls, look, length, path, s, offset, wish, wish, heading=path.at(s)[2], phase=rng.uniform(0, 6.28))
        actor.locate()
        self.moving.append(actor)

    def _advance(self, path: Path, dt: float) -> None:
        ahead: Actor | None = None
        for actor in sorted((a for a in self.moving if a.path is path), key=lambda a: -a.s):
            limit = self._limit(actor, ahead, dt)
            gain = np.clip(limit - actor.speed, -2 * BRAKING_M_S2 * dt, (3.0 if actor.cls == PERSON else 1.8) * dt)
            actor.speed = max(0.0, actor.speed + gain)
            actor.s += actor.speed * dt
            actor.phase += actor.speed * dt * (STRIDE_RAD_PER_M if actor.cls == PERSON else 1.6)
            actor.locate()
            if actor.cls != PERSON:
                ahead = actor

    def _limit(self, actor: Actor, ahead: Actor | None, dt: float) -> float:
        """The speed that keeps the gap, the red light and the wish to stand still."""
        path = actor.path
        if self.t < actor.still_until:
            return 0.0
        if path.pauses and self.rng.random() < path.pauses * dt:
            actor.still_until = self.t + self.rng.uniform(2, 9)
        limit = actor.wish_speed
        if path.stop_m is not None and not green(self.t, path.phase):
            room = path.stop_m - actor.s - (0 if actor.cls == PERSON else actor.length / 2)
            if room > -0.3:
                limit = min(limit, np.sqrt(2 * BRAKING_M_S2 * max(room, 0)))
        if ahead is not None and actor.cls != PERSON:
            room = ahead.s - actor.s - (ahead.length + actor.length) / 2 - 1.5
            limit = min(limit, ahead.speed * 0.5 + np.sqrt(2 * BRAKING_M_S2 * max(room, 0)) * 0.7)
        return float(limit)
