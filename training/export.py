"""Writes the network and its card where the program finds them."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import onnx
import torch

from forms_ocr.model import CLASSES, GLYPH_SIDE_PX
from forms_ocr.recognition.card import CARD_NAME, NETWORK_NAME, Calibration
from training.network import DigitNetwork

_OPSET = 17


def export(
    network: DigitNetwork, calibration: Calibration, provenance: Mapping[str, Any], folder: Path
) -> None:
    """Write ``digits.onnx`` and ``digits.json``; the card names the network by its hash.

    Args:
        provenance: What goes onto the card beside what running the network needs; holds ``date``.
    """
    weights = onnx_of(network)
    card = {
        "network": NETWORK_NAME,
        "sha256": hashlib.sha256(weights).hexdigest(),
        "classes": list(CLASSES),
        "glyph_side_px": GLYPH_SIDE_PX,
        "input": "(N, 32, 32) uint8, 255 is ink, as forms_ocr.extraction cuts it out",
        "output": "(N, 12) float32 logits",
        **asdict(calibration),
        "weights": sum(parameter.numel() for parameter in network.parameters()),
        **provenance,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NETWORK_NAME).write_bytes(weights)
    (folder / CARD_NAME).write_text(json.dumps(card, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def onnx_of(network: DigitNetwork) -> bytes:
    """The network as an ONNX file: uint8 glyphs in, logits out, any number at a time."""
    example = torch.zeros((2, GLYPH_SIDE_PX, GLYPH_SIDE_PX), dtype=torch.uint8)
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        # the exporter that is to replace this one needs a further package and gains nothing here
        warnings.simplefilter("ignore", DeprecationWarning)
        path = Path(folder) / NETWORK_NAME
        torch.onnx.export(
            network.eval(),
            (example,),
            path,
            dynamo=False,
            opset_version=_OPSET,
            input_names=["glyphs"],
            output_names=["logits"],
            dynamic_axes={"glyphs": {0: "count"}, "logits": {0: "count"}},
        )
        onnx.checker.check_model(path, full_check=True)
        return path.read_bytes()
