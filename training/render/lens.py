"""What lies between the scene and the file: rain and snow in the air, blur, vignette, sensor noise, JPEG."""

import cv2
import numpy as np

from .conditions import Conditions
from .noise import gaussian


def rain(frame: np.ndarray, rng: np.random.Generator, strength: float) -> None:
    """Streaks that fall in one direction, blended in place; frame float32 [h, w, 3]."""
    height, width = frame.shape[:2]
    streaks = np.zeros((height, width), np.uint8)
    slant = rng.uniform(-0.25, 0.25)
    for _ in range(int(40 + 160 * strength)):
        x, y, length = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(6, 22)
        cv2.line(streaks, (int(x), int(y)), (int(x + slant * length), int(y + length)), int(rng.uniform(60, 160)), 1)
    alpha = cv2.GaussianBlur(streaks, (3, 3), 0)[..., None].astype(np.float32) / 255 * (0.25 + 0.25 * strength)
    frame += alpha * (200 - frame)


def snow(frame: np.ndarray, rng: np.random.Generator, strength: float) -> None:
    """Flakes of several sizes, blended in place."""
    height, width = frame.shape[:2]
    flakes = np.zeros((height, width), np.uint8)
    for _ in range(int(30 + 200 * strength)):
        centre = int(rng.uniform(0, width)), int(rng.uniform(0, height))
        cv2.circle(
            flakes, centre, int(rng.choice([0, 1, 1, 2], p=[0.45, 0.3, 0.17, 0.08])), int(rng.uniform(90, 230)), -1
        )
    alpha = cv2.GaussianBlur(flakes, (3, 3), 0)[..., None].astype(np.float32) / 255
    frame += alpha * (235 - frame)


def _vignette(height: int, width: int, strength: float) -> np.ndarray:
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return (1 - strength * (x**2 + y**2) / 2).astype(np.float32)[..., None]


def develop(frame: np.ndarray, rng: np.random.Generator, conditions: Conditions) -> np.ndarray:
    """Float32 light [h, w, 3] to the camera's uint8 picture."""
    if conditions.rain:
        rain(frame, rng, conditions.rain)
    if conditions.snow_fall:
        snow(frame, rng, conditions.snow_fall)
    height, width = frame.shape[:2]
    if conditions.blur_px > 0.35:
        frame = cv2.GaussianBlur(frame, (0, 0), conditions.blur_px)
    frame *= _vignette(height, width, conditions.vignette) * np.float32(conditions.gain)
    grain = gaussian(rng, height, width)
    chroma = gaussian(rng, height // 2, width // 2 * 3).reshape(height // 2, width // 2, 3)
    colour_noise = cv2.resize(chroma, (width, height), interpolation=cv2.INTER_LINEAR)
    frame += conditions.noise_sigma * (0.8 * grain[..., None] + 0.6 * colour_noise)
    return np.clip(frame, 0, 255).astype(np.uint8)


def jpeg(picture: np.ndarray, quality: int) -> bytes:
    ok, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert ok, "the JPEG encoder refused a picture"
    return data.tobytes()
