"""Writes the networks and their card where the program finds them."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import onnx
import torch

from forms_ocr.model import CLASSES, GLYPH_SIDE_PX, HandModel
from forms_ocr.recognition import Calibration
from forms_ocr.recognition.card import CARD_NAME, NETWORK_NAMES
from training.network import DigitNetwork

_OPSET = 17

Axes = Mapping[str, Mapping[int, str]]
"""What the free axes of an input or output are called."""


@dataclass(frozen=True, slots=True)
class Looks:
    """What the networks' answers mean; see ``forms_ocr.recognition.Card``."""

    looks: tuple[Calibration, ...]
    hand: HandModel


def export(networks: Sequence[bytes], looks: Looks, provenance: Mapping[str, Any], folder: Path) -> None:
    """Write the networks, first look first, and ``digits.json``, which names them by their hashes.

    Args:
        networks: ONNX files.
        provenance: What goes onto the card beside what running the networks needs; holds ``date``.
    """
    files = dict(zip(NETWORK_NAMES, networks, strict=True))
    card = {
        "sha256": {name: hashlib.sha256(weights).hexdigest() for name, weights in files.items()},
        "classes": list(CLASSES),
        "glyph_side_px": GLYPH_SIDE_PX,
        "input": "(N, 32, 32) uint8, 255 is ink, as forms_ocr.extraction cuts it out",
        "output": "(N, 12) float32 logits, (N, D) float32 features",
        **asdict(looks),
        "bytes": {name: len(weights) for name, weights in files.items()},
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, weights in files.items():
        (folder / name).write_bytes(weights)
    _write_card(card | dict(provenance), folder)


def add_to_card(found: Mapping[str, Any], folder: Path) -> None:
    """Put figures onto the card of networks that are already written."""
    card = json.loads((folder / CARD_NAME).read_text(encoding="utf-8"))
    _write_card(card | dict(found), folder)


def _write_card(card: Mapping[str, Any], folder: Path) -> None:
    text = json.dumps(card, ensure_ascii=False, indent=2)
    (folder / CARD_NAME).write_text(text + "\n", encoding="utf-8")


def onnx_of(network: DigitNetwork) -> bytes:
    """The network as an ONNX file: uint8 glyphs in, logits and features out, any number at a time."""
    example = torch.zeros((2, GLYPH_SIDE_PX, GLYPH_SIDE_PX), dtype=torch.uint8)
    free = {0: "count"}
    return as_onnx(network, example, {"glyphs": free}, {"logits": free, "features": free})


def as_onnx(network: torch.nn.Module, example: torch.Tensor, inputs: Axes, outputs: Axes) -> bytes:
    """A network as a checked ONNX file.

    Args:
        example: An input of the shape that the network takes.
        inputs, outputs: By name, in their order, the axes whose length is free.
    """
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        # the exporter that is to replace this one needs a further package and gains nothing here
        warnings.simplefilter("ignore", DeprecationWarning)
        path = Path(folder) / "network.onnx"
        torch.onnx.export(
            network.eval(),
            (example,),
            path,
            dynamo=False,
            opset_version=_OPSET,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes={**inputs, **outputs},
        )
        onnx.checker.check_model(path, full_check=True)
        return path.read_bytes()
