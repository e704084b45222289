"""Light, weather and camera quality of a scene, drawn from a seed."""

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Conditions:
    """sun: unit vector; light as BGR gains; fog_per_m: extinction; noise and blur in grey levels and pixels."""

    name: str
    night: bool
    sun: np.ndarray
    direct: np.ndarray
    ambient: np.ndarray
    shadow: float
    fog_colour: np.ndarray
    sky_top: np.ndarray
    fog_per_m: float = 0.0008
    rain: float = 0.0
    snow_fall: float = 0.0
    snow_cover: float = 0.0
    noise_sigma: float = 2.0
    blur_px: float = 0.5
    exposure_s: float = 0.008
    vignette: float = 0.1
    gain: float = 1.0

    @property
    def ground_light(self) -> np.ndarray:
        return self.direct * max(0.0, self.sun[2]) + self.ambient


def _daylight(rng: np.random.Generator, cloudy: bool) -> dict:
    azimuth, height = rng.uniform(0, 2 * np.pi), rng.uniform(0.25, 1.2)
    sun = np.array([np.cos(azimuth) * np.cos(height), np.sin(azimuth) * np.cos(height), np.sin(height)])
    warmth = np.array([1 - 0.25 * (1 - np.sin(height)), 1.0, 1.05]) if not cloudy else np.ones(3)
    direct = warmth * (0.15 if cloudy else rng.uniform(0.65, 1.0))
    ambient = np.array([1.06, 1.0, 0.96]) * (rng.uniform(0.65, 1.0) if cloudy else rng.uniform(0.45, 0.65))
    grey = np.ones(3) * rng.uniform(165, 230) + rng.normal(0, 4, 3)
    top = grey * 0.95 if cloudy else np.array([rng.uniform(190, 240), rng.uniform(140, 190), rng.uniform(90, 150)])
    return dict(
        night=False,
        sun=sun,
        direct=direct,
        ambient=ambient,
        shadow=0.0 if cloudy else rng.uniform(0.3, 0.6),
        fog_colour=grey,
        sky_top=top,
    )


def _night(rng: np.random.Generator) -> dict:
    ambient = np.array([1.05, 1.0, 0.95]) * rng.uniform(0.14, 0.36)
    sky = np.array([1.1, 1.0, 0.9]) * rng.uniform(12, 45)
    return dict(
        night=True,
        sun=np.array([0, 0, 1.0]),
        direct=np.zeros(3),
        ambient=ambient,
        shadow=0.0,
        fog_colour=sky * 1.3,
        sky_top=sky,
        noise_sigma=rng.uniform(4, 11),
        exposure_s=rng.uniform(0.02, 0.045),
        blur_px=rng.uniform(0.4, 0.9),
    )


WEATHERS = {"clear": 0.36, "overcast": 0.26, "fog": 0.12, "rain": 0.15, "snow": 0.11}


def draw(rng: np.random.Generator, weather: str | None = None, night: bool | None = None) -> Conditions:
    """Conditions at random, or of a given weather and time of day."""
    weather = weather or str(rng.choice(list(WEATHERS), p=list(WEATHERS.values())))
    night = rng.random() < 0.2 if night is None else night
    light = _night(rng) if night else _daylight(rng, weather != "clear")
    base = dict(
        noise_sigma=rng.uniform(0.8, 5),
        blur_px=rng.uniform(0.3, 0.8),
        exposure_s=rng.uniform(0.002, 0.02),
        vignette=rng.uniform(0, 0.25),
        gain=rng.uniform(0.85, 1.3),
    )
    conditions = Conditions(weather, **{**base, **light})
    if weather == "fog":
        return replace(conditions, fog_per_m=rng.uniform(0.008, 0.026))
    if weather == "rain":
        return replace(conditions, rain=rng.uniform(0.3, 1), fog_per_m=rng.uniform(0.002, 0.008))
    if weather == "snow":
        return replace(
            conditions, snow_fall=rng.uniform(0, 1), snow_cover=rng.uniform(0.3, 1), fog_per_m=rng.uniform(0.002, 0.008)
        )
    return replace(conditions, fog_per_m=rng.uniform(0.0002, 0.002))
