"""What the three clips show: held-out scenes, none of whose seeds training or validation uses."""

from dataclasses import dataclass, replace

import numpy as np

from .render.camera import Camera

FPS = 10
FRAMES = 600
WIDTH, HEIGHT = 640, 360
BEFORE_S = -1000.0  # any time before the clip, for the traffic that runs up to it


@dataclass(frozen=True)
class Clip:
    """A held-out scene.

    busy: arrivals against a usual street; activity: (from second, factor) steps that multiply them;
    zoom: on the focal length that such a camera usually has; crf: x264's rate factor.
    """

    name: str
    seed: int
    weather: str
    busy: float
    activity: tuple[tuple[float, float], ...]
    zoom: float
    crf: int
    about: str

    def activity_at(self, t: float) -> float:
        return [factor for start, factor in self.activity if t >= start][-1]


CLIPS = (
    Clip(
        name="gate",
        seed=90_000_103,
        weather="clear",
        busy=0.4,
        activity=((BEFORE_S, 0.05), (6, 7.0), (10, 0.05), (26, 9.0), (31, 0.05)),
        zoom=1.0,
        crf=20,
        about="a fixed camera over a yard; hardly anything happens, then a group comes through the gate, twice.",
    ),
    Clip(
        name="crossroads",
        seed=90_000_203,
        weather="rain",
        busy=0.6,
        activity=((BEFORE_S, 0.8), (12, 0.1), (32, 2.0), (42, 0.4)),
        zoom=1.25,
        crf=21,
        about="a fixed camera in the rain; traffic comes and goes with the lights, people wait and cross.",
    ),
    Clip(
        name="drone",
        seed=90_000_307,
        weather="overcast",
        busy=0.7,
        activity=((BEFORE_S, 1.0),),
        zoom=1.15,
        crf=20,
        about="a drone that hovers, crosses a park and a street, turns and climbs; most people are small from there.",
    ),
)


def flight(start: Camera, t: float) -> Camera:
    """Where the drone is after t seconds: it hovers, crosses the park, turns, hovers, climbs and comes back."""
    way = np.interp(t, [0, 8, 22, 30, 42, 52, 60], [0, 0, 26, 26, 4, -10, -10])
    turn = np.interp(t, [0, 20, 30, 42, 60], [0, 0, 0.9, 0.9, 0.3])
    climb = np.interp(t, [0, 30, 42, 60], [0, 0, 5, 2])
    side = start.yaw + 0.5 * np.pi
    return replace(
        start,
        x=start.x + way * np.sin(side) + 0.25 * np.sin(t * 0.9),
        y=start.y + way * np.cos(side) + 0.2 * np.sin(t * 0.7 + 1),
        z=start.z + climb,
        yaw=start.yaw + turn,
        pitch=start.pitch + 0.006 * np.sin(t * 1.3),
    )
