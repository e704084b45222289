"""Batches, made by step number: batch k is the same however often training was interrupted."""

import os
from pathlib import Path

import cv2
import numpy as np
from torch.utils.data import DataLoader, Dataset

from ..dataset import Pictures
from ..render.layout import CLASSES
from .augment import training_view
from .networks import Recipe
from .targets import make_targets


class Batches(Dataset):
    """Item k: images uint8 [N, 3, h, w] and the stacked fields of Targets."""

    def __init__(self, folder: Path, recipe: Recipe):
        self.pictures, self.recipe = Pictures(folder, "train"), recipe

    def __len__(self) -> int:
        return self.recipe.steps

    def __getitem__(self, step: int):
        rng = np.random.default_rng([self.recipe.seed, step])
        items = [self._item(rng, int(i)) for i in rng.integers(0, len(self.pictures), self.recipe.batch)]
        return [np.stack(field) for field in zip(*items)]

    def _item(self, rng: np.random.Generator, i: int):
        recipe, source = self.recipe, self.pictures
        view, truth, ignore = training_view(rng, source.picture(i), source.truth(i), source.ignore(i), recipe)
        stride = recipe.network.stride
        targets = make_targets(truth, ignore, len(CLASSES), recipe.crop[1] // stride, recipe.crop[0] // stride, stride)
        image = np.ascontiguousarray(view.transpose(2, 0, 1))
        return image, targets.heat, targets.weigh, targets.boxes, targets.box_weight


def _free_worker(_: int) -> None:
    """The loader may run on any core, also where the trainer was pinned to one."""
    cv2.setNumThreads(1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(os.cpu_count() or 1))


def batches(folder: Path, recipe: Recipe, first_step: int) -> DataLoader:
    source = Batches(folder, recipe)
    return DataLoader(
        source,
        batch_size=None,
        sampler=range(first_step, len(source)),
        num_workers=1,
        prefetch_factor=6,
        worker_init_fn=_free_worker,
    )
