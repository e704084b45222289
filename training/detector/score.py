"""Frame F1 as recorded traces define it: greedy by score, same class, IoU >= 0.5, each reference box once.

Boxes are rows [x1, y1, x2, y2, score, class] in pixels; there are no ignored regions.
"""

import numpy as np

MATCH_IOU = 0.5


def iou_matrix(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Intersection over union of boxes [n, >=4] and [m, >=4]: [n, m]."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:4], b[None, :, 2:4])
    shared = np.prod(np.maximum(high - low, 0), axis=2)
    area_a, area_b = np.prod(a[:, 2:4] - a[:, :2], axis=1), np.prod(b[:, 2:4] - b[:, :2], axis=1)
    return shared / np.maximum(area_a[:, None] + area_b[None] - shared, 1e-9)


def match(answer: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """For each answer the index of the reference box it found, or -1: [n]. The best free overlap wins."""
    found = np.full(len(answer), -1)
    if len(answer) == 0 or len(reference) == 0:
        return found
    overlap = iou_matrix(answer, reference)
    overlap[answer[:, None, 5] != reference[None, :, 5]] = 0
    for i in np.argsort(-answer[:, 4], kind="stable"):
        best = int(overlap[i].argmax())
        if overlap[i, best] >= MATCH_IOU:
            found[i] = best
            overlap[:, best] = 0
    return found


def frame_f1(answer: np.ndarray, reference: np.ndarray) -> float:
    """2 TP / (answers + references); 1 when both are empty."""
    if len(answer) + len(reference) == 0:
        return 1.0
    return 2 * int((match(answer, reference) >= 0).sum()) / (len(answer) + len(reference))


def best_threshold(answers: list[np.ndarray], references: list[np.ndarray]) -> tuple[float, float]:
    """The score threshold with the highest mean frame F1, and that mean."""
    scored = []
    for threshold in np.arange(0.15, 0.65, 0.01):
        kept = [answer[answer[:, 4] >= threshold] for answer in answers]
        scored.append((float(np.mean([frame_f1(a, r) for a, r in zip(kept, references)])), round(float(threshold), 2)))
    mean, threshold = max(scored)
    return threshold, mean


SIZE_LIMITS_PX2 = (400, 1600)
SIZE_NAMES = ("small", "medium", "large")


def recall_by_size(answers: list[np.ndarray], references: list[np.ndarray]) -> dict[str, float]:
    """Share of reference boxes found, by area: below 400, below 1600, and larger (square pixels)."""
    hits, totals = np.zeros(3), np.zeros(3)
    for answer, reference in zip(answers, references):
        if len(reference) == 0:
            continue
        size = np.searchsorted(SIZE_LIMITS_PX2, np.prod(reference[:, 2:4] - reference[:, :2], axis=1), side="right")
        found = np.isin(np.arange(len(reference)), match(answer, reference))
        totals += np.bincount(size, minlength=3)
        hits += np.bincount(size[found], minlength=3)
    return {name: float(hit / max(total, 1)) for name, hit, total in zip(SIZE_NAMES, hits, totals)}
