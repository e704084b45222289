"""Writes a trained network as ONNX and checks that onnxruntime computes the same as torch."""

import warnings
from pathlib import Path

import numpy as np
import torch
from torch import nn

from .compact import compact
from .infer import Detector
from .networks import Exported, Recipe

OPSET = 16
SCORE_TOLERANCE = 1e-4
BOX_TOLERANCE_PX = 0.01


def export(network: nn.Module, recipe: Recipe, path: Path) -> None:
    """Input `images`; outputs `scores` and `boxes`; the batch is dynamic in all three."""
    width, height = recipe.input_size
    model = Exported(compact(network)).eval()
    names = ["images", "scores", "boxes"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # shape inference of constants: compare() below is the better check
        torch.onnx.export(
            model,
            torch.zeros(1, 3, height, width),
            str(path),
            opset_version=OPSET,
            input_names=names[:1],
            output_names=names[1:],
            dynamic_axes={name: {0: "batch"} for name in names},
            do_constant_folding=False,  # it would turn the float16 weights back into float32
        )
    difference = compare(model, recipe, path)
    assert (
        difference["boxes"] < BOX_TOLERANCE_PX and difference["scores"] < SCORE_TOLERANCE
    ), f"{path} differs from torch: {difference}"


def compare(model: Exported, recipe: Recipe, path: Path) -> dict[str, float]:
    """Largest difference between torch and onnxruntime over a batch of two.

    Scores are compared where both see a peak: between near-equal neighbours rounding may choose either.
    """
    width, height = recipe.input_size
    images = np.random.default_rng(3).random((2, 3, height, width), np.float32)
    scores, boxes = Detector(path, recipe.input_size).run(images)
    with torch.no_grad():
        torch_scores, torch_boxes = (value.numpy() for value in model(torch.from_numpy(images)))
    both = (scores > 0) & (torch_scores > 0)
    return {
        "scores": float(np.abs(scores - torch_scores)[both].max(initial=0)),
        "boxes": float(np.abs(boxes - torch_boxes).max()),
    }
