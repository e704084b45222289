"""Training targets on the output grid, as numpy arrays made by the loader."""

from dataclasses import dataclass

import numpy as np

SPREAD = 0.11  # standard deviation of a peak as a share of the box's side
MIN_SIGMA_CELLS = 0.45
BOX_REACH = 0.35  # cells whose Gaussian is above this learn the box


@dataclass
class Targets:
    """heat: [classes, h, w] 0..1 with 1 at centres; weigh: [classes, h, w] 0 where ignored;
    boxes: [4, h, w] x1, y1, x2, y2 in cells; box_weight: [h, w], sums to 1 over each object's cells."""

    heat: np.ndarray
    weigh: np.ndarray
    boxes: np.ndarray
    box_weight: np.ndarray

    @staticmethod
    def empty(classes: int, height: int, width: int) -> "Targets":
        return Targets(
            np.zeros((classes, height, width), np.float32),
            np.ones((classes, height, width), np.float32),
            np.zeros((4, height, width), np.float32),
            np.zeros((height, width), np.float32),
        )


def _peak(box: np.ndarray, height: int, width: int) -> tuple[np.ndarray, int, int]:
    """A Gaussian [h, w] that is 1 in the cell of the box's centre; box in cells."""
    centre_x = min(int((box[0] + box[2]) / 2), width - 1)
    centre_y = min(int((box[1] + box[3]) / 2), height - 1)
    sigma_x = max(MIN_SIGMA_CELLS, SPREAD * (box[2] - box[0]))
    sigma_y = max(MIN_SIGMA_CELLS, SPREAD * (box[3] - box[1]))
    across = np.exp(-((np.arange(width) - centre_x) ** 2) / (2 * sigma_x**2))
    down = np.exp(-((np.arange(height) - centre_y) ** 2) / (2 * sigma_y**2))
    return np.outer(down, across).astype(np.float32), centre_x, centre_y


def make_targets(truth: np.ndarray, ignore: np.ndarray, classes: int, height: int, width: int, stride: int) -> Targets:
    """truth, ignore: [n, 5] in input pixels. Larger boxes are laid first, so small ones keep their cells."""
    out = Targets.empty(classes, height, width)
    for box in ignore:
        x1, y1 = (box[:2] / stride).astype(int)
        x2, y2 = np.ceil(box[2:4] / stride).astype(int)
        out.weigh[int(box[4]), y1:y2, x1:x2] = 0
    order = np.argsort(-(truth[:, 2] - truth[:, 0]) * (truth[:, 3] - truth[:, 1]))
    for box in truth[order]:
        cells = box[:4] / stride
        peak, x, y = _peak(cells, height, width)
        cls = int(box[4])
        np.maximum(out.heat[cls], peak, out=out.heat[cls])
        out.weigh[cls, y, x] = 1
        near = peak > BOX_REACH
        out.boxes[:, near] = cells[:, None]
        out.box_weight[near] = peak[near] / peak[near].sum()
    return out
