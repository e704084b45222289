"""Colours, BGR 0..255, drawn from what streets show."""

import numpy as np

_PAINTS_RGB = [
    (235, 235, 232),
    (200, 202, 205),
    (150, 153, 158),
    (90, 93, 98),
    (38, 40, 44),
    (22, 22, 24),
    (150, 30, 34),
    (34, 62, 120),
    (70, 110, 160),
    (44, 80, 60),
    (190, 170, 130),
    (200, 150, 40),
    (110, 70, 50),
]
_SKINS_RGB = [(240, 205, 180), (222, 178, 145), (190, 140, 105), (140, 95, 68), (92, 62, 46)]
_HAIR_RGB = [(30, 25, 22), (70, 48, 32), (120, 90, 55), (190, 160, 105), (150, 150, 150)]


def _vary(rng: np.random.Generator, rgb, spread: float) -> np.ndarray:
    return np.clip(np.array(rgb[::-1], float) + rng.normal(0, spread, 3), 4, 250)


def paint(rng: np.random.Generator) -> np.ndarray:
    return _vary(rng, _PAINTS_RGB[rng.integers(len(_PAINTS_RGB))], 8)


def skin(rng: np.random.Generator) -> np.ndarray:
    return _vary(rng, _SKINS_RGB[rng.integers(len(_SKINS_RGB))], 6)


def hair(rng: np.random.Generator) -> np.ndarray:
    return _vary(rng, _HAIR_RGB[rng.integers(len(_HAIR_RGB))], 6)


def cloth(rng: np.random.Generator) -> np.ndarray:
    """Clothes: mostly dull, sometimes saturated."""
    value = rng.uniform(25, 220)
    saturation = rng.uniform(0, 0.25) if rng.random() < 0.6 else rng.uniform(0.3, 0.9)
    return value * (1 - saturation * rng.random(3))


def tinted(rng: np.random.Generator, low: float, high: float, spread: float) -> np.ndarray:
    """A grey between low and high with some colour."""
    return np.clip(rng.uniform(low, high) + rng.normal(0, spread, 3), 5, 250)
