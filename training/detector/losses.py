"""The two losses: penalty-reduced focal loss on heatmaps, generalised IoU on boxes."""

import torch
from torch import Tensor

BOX_WEIGHT = 2.5


def focal(logits: Tensor, heat: Tensor, weigh: Tensor) -> Tensor:
    """CenterNet's focal loss (Zhou et al., 2019, equation 1) a true centre; all [N, classes, h, w]."""
    score = logits.sigmoid().clamp(1e-4, 1 - 1e-4)
    positive = (heat > 0.999).float()
    hit = positive * (1 - score) ** 2 * score.log()
    miss = (1 - positive) * (1 - heat) ** 4 * score**2 * (1 - score).log()
    return -((hit + miss) * weigh).sum() / positive.sum().clamp(min=1)


def generalised_iou(a: Tensor, b: Tensor) -> Tensor:
    """GIoU of boxes x1, y1, x2, y2 in the second dimension (Rezatofighi et al., 2019): [N, h, w]."""
    size_a, size_b = (a[:, 2:] - a[:, :2]).clamp(min=0), (b[:, 2:] - b[:, :2]).clamp(min=0)
    shared = (torch.minimum(a[:, 2:], b[:, 2:]) - torch.maximum(a[:, :2], b[:, :2])).clamp(min=0).prod(1)
    hull = (torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])).clamp(min=0).prod(1)
    union = size_a.prod(1) + size_b.prod(1) - shared
    return shared / union.clamp(min=1e-6) - (hull - union) / hull.clamp(min=1e-6)


def box_loss(distances: Tensor, boxes: Tensor, weight: Tensor) -> Tensor:
    """distances: l, t, r, b in cells [N, 4, h, w]; boxes in cells [N, 4, h, w]; weight [N, h, w]; mean an object."""
    height, width = distances.shape[2:]
    y, x = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
    centre = torch.stack([x, y])
    predicted = torch.cat([centre - distances[:, :2], centre + distances[:, 2:]], 1)
    loss = (1 - generalised_iou(predicted, boxes)) * weight
    return loss.sum() / weight.sum().clamp(min=1)
