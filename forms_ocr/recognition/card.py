"""What a network's weights are: the card that stands beside them and is checked before they are used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forms_ocr.errors import ConfigurationError
from forms_ocr.model import CLASSES, GLYPH_SIDE_PX

CARD_NAME = "digits.json"
NETWORK_NAME = "digits.onnx"
_REMEDY = "install the package again or train new weights with `python -m training.train`"


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns a network's logits into posteriors; fitted on writers that it was not trained on.

    Attributes:
        temperature: What logits are divided by before the softmax; above 0.
        label_smoothing: Share of every posterior that training spread over all classes alike, 0 to 0.1; it is
            taken out again.
        other_odds: What the odds of ``other`` are multiplied by, above 0, at most 1: training sheets hold far
            more of it than slips do, and a posterior is true only for the shares it was learnt with.
        posterior_floor: No class's posterior falls below this, 0 to 1/24.
    """

    temperature: float = 1.0
    label_smoothing: float = 0.0
    other_odds: float = 1.0
    posterior_floor: float = 0.0


@dataclass(frozen=True, slots=True)
class Card:
    """The part of a weights card that running the network needs.

    Attributes:
        sha256: Of the network's file, in hexadecimal; names the weights wherever provenance is kept.
        date: When the network was trained, ISO.
    """

    sha256: str
    calibration: Calibration
    date: str


_CALIBRATION_BOUNDS = {
    "temperature": (0.05, 20.0),
    "label_smoothing": (0.0, 0.1),
    "other_odds": (1e-4, 1.0),
    "posterior_floor": (0.0, 0.5 / len(CLASSES)),
}


def load_weights(folder: Path) -> tuple[bytes, Card]:
    """Read a network and its card, and check that they belong together and to this program.

    Raises:
        ConfigurationError: A file is missing, was changed, or is for other classes or another glyph size.
    """
    network, card = _read(folder / NETWORK_NAME), _parse(folder / CARD_NAME)
    faults = list(_faults(card, hashlib.sha256(network).hexdigest()))
    if faults:
        raise ConfigurationError(str(folder / CARD_NAME), faults)
    calibration = Calibration(**{name: float(card[name]) for name in _CALIBRATION_BOUNDS})
    return network, Card(card["sha256"], calibration, str(card["date"]))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        fault = f"cannot be read ({error.strerror}); {_REMEDY}"
        raise ConfigurationError(str(path), [fault]) from error


def _parse(path: Path) -> dict[str, Any]:
    try:
        card = json.loads(_read(path))
    except ValueError as error:
        raise ConfigurationError(str(path), [f"is not JSON ({error}); {_REMEDY}"]) from error
    if not isinstance(card, dict):
        raise ConfigurationError(str(path), [f"is not a JSON object; {_REMEDY}"])
    return card


def _faults(card: dict[str, Any], found_sha256: str) -> Iterator[str]:
    if card.get("sha256") != found_sha256:
        yield (
            f"sha256: the card says {card.get('sha256')}, {NETWORK_NAME} has {found_sha256}: "
            f"the weights were changed; {_REMEDY}"
        )
    if card.get("classes") != list(CLASSES):
        yield f"classes: the card says {card.get('classes')}, this program needs {list(CLASSES)}; {_REMEDY}"
    if card.get("glyph_side_px") != GLYPH_SIDE_PX:
        yield f"glyph_side_px: the card says {card.get('glyph_side_px')}, this program cuts {GLYPH_SIDE_PX}"
    for name, (low, high) in _CALIBRATION_BOUNDS.items():
        if not _is_between(card.get(name), low, high):
            yield f"{name}: {card.get(name)} is not between {low:g} and {high:.4g}"
    if not isinstance(card.get("date"), str):
        yield f"date: {card.get('date')!r} is not a date"


def _is_between(value: object, low: float, high: float) -> bool:
    """False for NaN, for what is missing and for what is not a number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
