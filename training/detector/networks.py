"""The weak edge network and the strong cloud network; both predict a heatmap a class and a box a cell.

The heads follow "Objects as Points" (Zhou et al., 2019): a peak at each object's centre, and there its offset and size.
"""

from dataclasses import dataclass

import cv2
import torch
from torch import Tensor, nn

HEATMAP_BIAS = -4.6  # sigmoid(-4.6) = 0.01, so that training starts from "nothing here"
MAX_LOG_SIZE = 6.0


class ConvUnit(nn.Sequential):
    """3x3 convolution, batch norm, ReLU."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, kernel: int = 3):
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )


class Residual(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.body = nn.Sequential(
            ConvUnit(channels, channels), nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels)
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.body(x))


class Head(nn.Module):
    """features [N, c, h, w] to heatmap logits [N, classes, h, w] and raw boxes [N, 4, h, w]."""

    def __init__(self, channels: int, width: int, classes: int):
        super().__init__()
        self.shared = ConvUnit(channels, width)
        self.heatmap = nn.Conv2d(width, classes, 1)
        self.box = nn.Conv2d(width, 4, 1)
        nn.init.constant_(self.heatmap.bias, HEATMAP_BIAS)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.shared(x)
        return self.heatmap(x), self.box(x)


class EdgeNet(nn.Module):
    """Plain convolutions 12-24-48 down to stride 8: small on purpose."""

    stride = 8

    def __init__(self, classes: int):
        super().__init__()
        self.body = nn.Sequential(ConvUnit(3, 12, 2), ConvUnit(12, 24, 2), ConvUnit(24, 48, 2), Residual(48))
        self.head = Head(48, 48, classes)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        return self.head(self.body(images))


class CloudNet(nn.Module):
    """A residual backbone to stride 32 with a top-down path back to stride 4 (after Lin et al., FPN, 2017)."""

    stride = 4
    widths = (32, 64, 112, 128)

    def __init__(self, classes: int):
        super().__init__()
        self.stem = ConvUnit(3, 16, 2)
        inputs = (16, *self.widths[:-1])
        depths = (1, 2, 1, 2)
        self.stages = nn.ModuleList(
            nn.Sequential(ConvUnit(i, o, 2), *(Residual(o) for _ in range(depth)))
            for i, o, depth in zip(inputs, self.widths, depths)
        )
        self.lateral = nn.ModuleList(nn.Conv2d(width, 64, 1) for width in self.widths)
        self.smooth = nn.ModuleList(ConvUnit(64, 64) for _ in self.widths[1:-1])
        self.head = Head(64, 64, classes)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        x, levels = self.stem(images), []
        for stage, lateral in zip(self.stages, self.lateral):
            x = stage(x)
            levels.append(lateral(x))
        top = levels[-1]
        for level, smooth in zip(levels[-2:0:-1], self.smooth):
            top = smooth(level + nn.functional.interpolate(top, scale_factor=2.0, mode="nearest"))
        return self.head(torch.relu(levels[0] + nn.functional.interpolate(top, scale_factor=2.0, mode="nearest")))


def decode_boxes(raw: Tensor, stride: int) -> Tensor:
    """Raw dx, dy, log w, log h (in cells) to distances left, top, right, bottom of the cell centre in input pixels.

    A distance is negative where a box smaller than a cell does not hold the cell's centre.
    """
    offset, half = raw[:, :2], raw[:, 2:].clamp(max=MAX_LOG_SIZE).exp() / 2
    return torch.cat([half - offset, half + offset], 1) * stride


class Exported(nn.Module):
    """What the ONNX file computes: scores with only the peaks left, and boxes in input pixels."""

    def __init__(self, network: nn.Module):
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        logits, raw = self.network(images)
        scores = logits.sigmoid()
        peaks = scores == nn.functional.max_pool2d(scores, 3, 1, 1)
        return scores * peaks.to(scores.dtype), decode_boxes(raw, self.network.stride)


@dataclass(frozen=True)
class Recipe:
    """How one of the pair is trained.

    crop: width and height in pixels of a training picture; scales: range of its scale; shrink: OpenCV's interpolation
    for small scales. The edge model always sees shrunk pictures, so it learns them as the platform makes them
    (bilinear, without smoothing first); the cloud model sees smaller things in training than in use.
    """

    name: str
    network: type
    input_size: tuple[int, int]
    crop: tuple[int, int]
    scales: tuple[float, float]
    shrink: int
    batch: int
    steps: int
    peak_rate: float
    seed: int


RECIPES = {
    "edge": Recipe(
        name="street-edge",
        network=EdgeNet,
        input_size=(256, 160),
        crop=(256, 160),
        scales=(0.3, 0.6),
        shrink=cv2.INTER_LINEAR,
        batch=32,
        steps=4_000,
        peak_rate=4e-3,
        seed=11,
    ),
    "cloud": Recipe(
        name="street-cloud",
        network=CloudNet,
        input_size=(640, 384),
        crop=(320, 192),
        scales=(0.45, 1.3),
        shrink=cv2.INTER_AREA,
        batch=16,
        steps=13_000,
        peak_rate=2.5e-3,
        seed=12,
    ),
}
