"""Lays sprites over the ground from far to near and keeps an id mask, from which each object's visibility follows."""

from dataclasses import dataclass

import numpy as np

from .conditions import Conditions
from .sprites import Sprite
from .truth import Instance, judge, visible_box

COVERED = 0.5  # a pixel belongs to the nearest sprite that covers at least this much of it


@dataclass(frozen=True)
class Layer:
    """A sprite and the class of the object that it shows; None for what is not an object."""

    sprite: Sprite
    cls: int | None = None


def overlap(sprite: Sprite, height: int, width: int) -> tuple[tuple[slice, slice], tuple[slice, slice]] | None:
    """Rows and columns of the frame that the sprite touches, and the same within the sprite."""
    tall, wide = sprite.coverage.shape
    rows = slice(max(sprite.top, 0), min(sprite.top + tall, height))
    columns = slice(max(sprite.left, 0), min(sprite.left + wide, width))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return None
    inner_rows = slice(rows.start - sprite.top, rows.stop - sprite.top)
    inner_columns = slice(columns.start - sprite.left, columns.stop - sprite.left)
    return (rows, columns), (inner_rows, inner_columns)


def _blend(frame: np.ndarray, sprite: Sprite, outer, inner, conditions: Conditions) -> None:
    """Premultiplied "over", with the haze between the object and the camera."""
    coverage = sprite.coverage[inner][..., None]
    clear = float(np.exp(-conditions.fog_per_m * sprite.depth))
    haze = conditions.fog_colour.astype(np.float32) * (1 - clear)
    region = frame[outer]
    region *= 1 - coverage
    region += sprite.colour[inner] * clear + coverage * haze


def compose(frame: np.ndarray, layers: list[Layer], conditions: Conditions) -> list[Instance]:
    """Draws all layers into the frame, float32 [h, w, 3], in place; returns what is seen of the objects."""
    height, width = frame.shape[:2]
    ids = np.zeros((height, width), np.int16)
    objects = []
    for number, layer in enumerate(sorted(layers, key=lambda layer: -layer.sprite.depth), start=1):
        touched = overlap(layer.sprite, height, width)
        if touched is None:
            continue
        outer, inner = touched
        _blend(frame, layer.sprite, outer, inner, conditions)
        ids[outer][layer.sprite.coverage[inner] >= COVERED] = number if layer.cls is not None else 0
        if layer.cls is not None:
            objects.append((number, layer, outer))
    found = [_seen(ids, number, layer, outer) for number, layer, outer in objects]
    return [instance for instance in found if instance]


def _seen(ids: np.ndarray, number: int, layer: Layer, outer: tuple[slice, slice]) -> Instance | None:
    mask = ids[outer] == number
    height, width = ids.shape
    box = visible_box(mask, outer[1].start, outer[0].start, layer.sprite.box, width, height)
    if box is None:
        return None
    return judge(layer.cls, box, int(mask.sum()), int((layer.sprite.coverage >= COVERED).sum()))
