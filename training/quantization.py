"""Smaller files: eight bits where they cost next to no accuracy and save a fifth of the time, else 16."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from forms_ocr.model import EMPTY, Glyphs
from forms_ocr.recognition import Network
from training.glyphs import LabelledGlyphs

LARGEST_LOSS = 0.0002
"""Share of digits that the eight-bit network may read wrong beyond those that the exact one does."""

_LEAST_HALVED = 256
_SEEN_GLYPHS = 4096
_PIECE = 256


def lighter(
    exact: bytes, training: LabelledGlyphs, validation: LabelledGlyphs
) -> tuple[bytes, dict[str, float | bool]]:
    """The eight-bit network if it reads validation digits as well as the exact one, else one kept in 16 bits.

    Returns:
        An ONNX file, and the trade: the accuracy of both and which of them was kept.
    """
    small = quantized(exact, training.glyphs)
    before, after = (_accuracy(network, validation) for network in (exact, small))
    is_kept = before - after <= LARGEST_LOSS
    trade = {"accuracy": round(before, 5), "accuracy_in_8_bits": round(after, 5), "is_in_8_bits": is_kept}
    return small if is_kept else halved(exact), trade


def halved(exact: bytes) -> bytes:
    """The same network, its weights kept in 16 bits and taken to 32 when it is loaded.

    Rounding moves a weight by at most one in two thousand.
    """
    model = onnx.load_from_string(exact)
    casts = []
    for array in model.graph.initializer:
        weights = numpy_helper.to_array(array)
        if weights.dtype == np.float32 and weights.size >= _LEAST_HALVED:
            name = array.name
            array.CopyFrom(numpy_helper.from_array(weights.astype(np.float16), f"{name}_in_16_bits"))
            casts.append(helper.make_node("Cast", [array.name], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def quantized(exact: bytes, glyphs: Glyphs) -> bytes:
    """Weights and activations in eight bits, their ranges taken from glyphs it was trained on.

    Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
    Inference", 2018; one scale a channel.
    """
    chosen = np.linspace(0, len(glyphs) - 1, min(_SEEN_GLYPHS, len(glyphs))).astype(int)
    with TemporaryDirectory() as folder:
        before, ready, after = (Path(folder) / name for name in ("exact.onnx", "ready.onnx", "small.onnx"))
        before.write_bytes(exact)
        # the library warns that it was not told to do what has just been done
        logging.disable(logging.WARNING)
        try:
            quant_pre_process(before, ready, skip_symbolic_shape=True)
            quantize_static(
                ready,
                after,
                _Pieces(glyphs[chosen]),
                quant_format=QuantFormat.QDQ,
                activation_type=QuantType.QInt8,
                weight_type=QuantType.QInt8,
                per_channel=True,
            )
        finally:
            logging.disable(logging.NOTSET)
        return after.read_bytes()


class _Pieces(CalibrationDataReader):  # type: ignore[misc]  # the library has no types
    """Hands glyphs to the library, piece by piece."""

    def __init__(self, glyphs: Glyphs) -> None:
        self._pieces = iter([glyphs[i : i + _PIECE] for i in range(0, len(glyphs), _PIECE)])

    def get_next(self) -> Mapping[str, Glyphs] | None:
        piece = next(self._pieces, None)
        return None if piece is None else {"glyphs": piece}


def logits_of(network: bytes, glyphs: Glyphs) -> NDArray[np.float32]:
    """(N, 12) logits of an ONNX file, the way the program gets them."""
    return np.concatenate(list(_logits(Network(network), glyphs)))


def _logits(network: Network, glyphs: Glyphs) -> Iterator[NDArray[np.float32]]:
    for start in range(0, len(glyphs), _PIECE):
        yield network.look(glyphs[start : start + _PIECE])[0]


def _accuracy(network: bytes, glyphs: LabelledGlyphs) -> float:
    digits = glyphs[glyphs.to_be_read < EMPTY]
    return float((logits_of(network, digits.glyphs).argmax(axis=1) == digits.labels).mean())
