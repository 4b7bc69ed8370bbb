"""A network taken up again where an earlier run left it, from the ONNX file that it wrote."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from forms_ocr.model import Glyphs
from training.network import DigitNetwork, Widths

_SEEN_GLYPHS = 4096

Pairs = list[tuple[nn.Conv2d, nn.BatchNorm2d]]


def taken_up(written: bytes, widths: Widths, glyphs: Glyphs) -> DigitNetwork:
    """The network whose answers the file gives, ready to be trained on.

    The file holds each normalization within its convolution. It is brought back to life by what the
    convolution gives for glyphs like those to come: its mean and spread are what the normalization takes away
    and, until training changes it, gives back.

    Args:
        glyphs: (N, 32, 32) uint8, some of what the network is going to be trained on.

    Raises:
        ValueError: The file holds another network, or one in eight bits, whose weights cannot be trained on.
    """
    network = DigitNetwork(widths)
    arrays, nodes = _read(written)
    found = [[arrays.get(name) for name in node.input[1:3]] for node in nodes if node.op_type == "Conv"]
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
        chosen = np.linspace(0, len(glyphs) - 1, min(_SEEN_GLYPHS, len(glyphs))).astype(int)
        _revive(network.eval(), pairs, torch.from_numpy(glyphs[chosen]))
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def _read(written: bytes) -> tuple[dict[str, Tensor], list[onnx.NodeProto]]:
    """The file's arrays by name, those that are kept in 16 bits as the nodes after them get them."""
    graph = onnx.load_from_string(written).graph
    arrays = {
        array.name: torch.from_numpy(numpy_helper.to_array(array).copy()) for array in graph.initializer
    }
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in arrays:
            arrays[node.output[0]] = arrays[node.input[0]].to(torch.float32)
    return arrays, list(graph.node)


def _revive(network: DigitNetwork, pairs: Pairs, glyphs: Tensor) -> None:
    """Give every normalization the statistics of its input, and a scale and shift that undo it."""
    given: dict[nn.Module, Tensor] = {}
    hooks = [
        convolution.register_forward_hook(lambda layer, _, output: given.__setitem__(layer, output))
        for convolution, _ in pairs
    ]
    network(glyphs)
    for hook in hooks:
        hook.remove()
    for convolution, normalization in pairs:
        variance, mean = torch.var_mean(given[convolution], dim=(0, 2, 3))
        normalization.weight.copy_((variance + normalization.eps).sqrt())
        normalization.bias.add_(mean)
        normalization.running_mean = mean
        normalization.running_var = variance


def _put(parameter: Tensor, value: Tensor | None) -> None:
    if value is None or value.shape != parameter.shape or not value.is_floating_point():
        shape = "none" if value is None else f"{tuple(value.shape)} of {value.dtype}"
        raise ValueError(f"weights of the shape {tuple(parameter.shape)} are needed, the file holds {shape}")
    parameter.copy_(value)
