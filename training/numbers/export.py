"""The number network as an ONNX file, and the card beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from forms_ocr.recognition.number_card import (
    NUMBER_CARD_NAME,
    NUMBER_NETWORK_NAME,
    NUMBER_SYMBOLS,
    NumberCalibration,
)
from forms_ocr.recognition.number_strip import STRIP_HEIGHT_PX
from training.export import as_onnx
from training.numbers.network import NumberNetwork

_EXAMPLE_WIDTH_PX = 128


def onnx_of_numbers(network: NumberNetwork) -> bytes:
    """The network as an ONNX file: uint8 strips in, logits along them out, of any number and width."""
    example = torch.zeros((2, STRIP_HEIGHT_PX, _EXAMPLE_WIDTH_PX), dtype=torch.uint8)
    free = {0: "count", 2: "width"}
    return as_onnx(network, example, {"strips": free}, {"logits": {0: "count", 1: "places"}})


def export_numbers(
    network: bytes, calibration: NumberCalibration, provenance: Mapping[str, Any], folder: Path
) -> None:
    """Write the network and its card, which knows it by its hash.

    Args:
        provenance: What goes onto the card beside what running the network needs; holds ``date``.
    """
    card = {
        "sha256": hashlib.sha256(network).hexdigest(),
        "symbols": list(NUMBER_SYMBOLS),
        "height_px": STRIP_HEIGHT_PX,
        "input": "(N, 32, W) uint8, 255 is ink, as forms_ocr.recognition.number_strip lays it out",
        "output": "(N, W / 4, 12) float32 logits along the strip",
        "calibration": asdict(calibration),
        "bytes": len(network),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NUMBER_NETWORK_NAME).write_bytes(network)
    text = json.dumps(card | dict(provenance), ensure_ascii=False, indent=2)
    (folder / NUMBER_CARD_NAME).write_text(text + "\n", encoding="utf-8")
