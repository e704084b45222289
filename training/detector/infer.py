"""Runs an exported detector with onnxruntime, as the platform's adapter does: letterbox, decode, light NMS."""

from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from .score import iou_matrix

PAD_VALUE = 114
NMS_IOU = 0.6
LOWEST_SCORE = 0.15


def letterbox(picture: np.ndarray, width: int, height: int) -> tuple[np.ndarray, float]:
    """BGR uint8 [h, w, 3] to RGB float32 [3, height, width] in 0..1, placed top-left; and the scale."""
    scale = min(width / picture.shape[1], height / picture.shape[0])
    size = round(picture.shape[1] * scale), round(picture.shape[0] * scale)
    view = np.full((height, width, 3), PAD_VALUE, np.uint8)
    view[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(view[..., ::-1].transpose(2, 0, 1), np.float32) / 255, scale


def decode(scores: np.ndarray, boxes: np.ndarray, input_size: tuple[int, int], lowest: float) -> np.ndarray:
    """Outputs of one picture, [classes, h, w] and [4, h, w], to rows x1, y1, x2, y2, score, class in input pixels."""
    stride = input_size[0] / scores.shape[2]
    cls, row, column = np.nonzero(scores >= lowest)
    left, top, right, bottom = boxes[:, row, column]
    x, y = (column + 0.5) * stride, (row + 0.5) * stride
    return np.stack([x - left, y - top, x + right, y + bottom, scores[cls, row, column], cls], axis=1)


def suppress(found: np.ndarray) -> np.ndarray:
    """Greedy non-maximum suppression within each class, best first."""
    found = found[np.argsort(-found[:, 4], kind="stable")]
    overlap = iou_matrix(found, found) * (found[:, None, 5] == found[None, :, 5])
    kept: list[int] = []
    for i in range(len(found)):
        if not kept or overlap[i, kept].max() <= NMS_IOU:
            kept.append(i)
    return found[kept]


class Detector:
    """One ONNX file on one thread."""

    def __init__(self, path: Path, input_size: tuple[int, int]):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.input_size = input_size
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def run(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        scores, boxes = self.session.run(["scores", "boxes"], {"images": images})
        return scores, boxes

    def __call__(self, picture: np.ndarray, lowest: float = LOWEST_SCORE) -> np.ndarray:
        """Boxes in the picture's pixels, cut to the picture: [n, 6], best first."""
        image, scale = letterbox(picture, *self.input_size)
        scores, boxes = self.run(image[None])
        found = decode(scores[0], boxes[0], self.input_size, lowest)
        found[:, :4] /= scale
        height, width = picture.shape[:2]
        found[:, :4] = np.clip(found[:, :4], 0, [width, height, width, height])
        return suppress(found)
