"""A network taken up again where an earlier run left it, from the ONNX file that it wrote."""

from __future__ import annotations

from itertools import pairwise

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from training.network import DigitNetwork, Widths


def taken_up(written: bytes, widths: Widths) -> DigitNetwork:
    """The network whose answers the file gives, ready to be trained on.

    The file holds each normalization within its convolution, where it can no longer be told apart. So it
    comes back as a scale and a shift that are learned, over statistics that stand still: see ``stand_still``.

    Raises:
        ValueError: The file holds another network, or one in eight bits, whose weights cannot be trained on.
    """
    network = DigitNetwork(widths)
    graph = onnx.load_from_string(written).graph
    arrays = {
        array.name: torch.from_numpy(numpy_helper.to_array(array).copy()) for array in graph.initializer
    }
    found = [[arrays.get(name) for name in node.input[1:3]] for node in graph.node if node.op_type == "Conv"]
    layers = list(network.modules())
    pairs = [
        (a, b) for a, b in pairwise(layers) if isinstance(a, nn.Conv2d) and isinstance(b, nn.BatchNorm2d)
    ]
    if len(found) != len(pairs):
        raise ValueError(f"the file holds {len(found)} convolutions, the network has {len(pairs)}")
    with torch.no_grad():
        for (convolution, normalization), (weight, bias) in zip(pairs, found, strict=True):
            _put(convolution.weight, weight)
            _put(normalization.bias, bias)
            normalization.weight.fill_((1 + normalization.eps) ** 0.5)
        for name in ("description.2.weight", "description.2.bias", "answer.1.weight", "answer.1.bias"):
            _put(network.get_parameter(name), arrays.get(name))
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def stand_still(network: nn.Module) -> None:
    """Keep the statistics of normalizations as they are while the rest is trained."""
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.eval()


def _put(parameter: Tensor, value: Tensor | None) -> None:
    if value is None or value.shape != parameter.shape or not value.is_floating_point():
        shape = "none" if value is None else f"{tuple(value.shape)} of {value.dtype}"
        raise ValueError(f"weights of the shape {tuple(parameter.shape)} are needed, the file holds {shape}")
    parameter.copy_(value)
