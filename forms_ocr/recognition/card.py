"""What the networks' weights are: the card that stands beside them and is checked before they are used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forms_ocr.errors import ConfigurationError
from forms_ocr.model import CLASSES, GLYPH_SIDE_PX, HandModel

CARD_NAME = "digits.json"
NETWORK_NAMES = ("first_look.onnx", "second_look.onnx")
_REMEDY = "install the package again or train new weights with `python -m training.train`"


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns networks' logits into posteriors; fitted on writers that they were not trained on.

    Attributes:
        first_weight: What the first network's logits are multiplied by before the softmax, 0 to 20.
        second_weight: The same for the second network's, where it was asked.
        other_odds: What the odds of ``other`` are multiplied by, above 0, at most 1: training sheets hold far
            more of it than slips do, and a posterior is true only for the shares it was learnt with.
        posterior_floor: No class's posterior falls below this, 0 to 1/24.
    """

    first_weight: float = 1.0
    second_weight: float = 0.0
    other_odds: float = 1.0
    posterior_floor: float = 0.0


@dataclass(frozen=True, slots=True)
class Card:
    """The part of a weights card that running the networks needs.

    Attributes:
        sha256: Of both networks' hashes, in hexadecimal; names the weights wherever provenance is kept.
        sure: A glyph whose best posterior after the first look is below this gets a second one, 0 to 1.
        first, second: How posteriors come about after the first look alone, and after both.
        hand: How much known cells of a slip say about its others, by these networks' features.
        date: When the networks were trained, ISO.
    """

    sha256: str
    sure: float
    first: Calibration
    second: Calibration
    hand: HandModel
    date: str


_CALIBRATION_BOUNDS = {
    "first_weight": (0.0, 20.0),
    "second_weight": (0.0, 20.0),
    "other_odds": (1e-4, 1.0),
    "posterior_floor": (0.0, 0.5 / len(CLASSES)),
}
_BOUNDS = {
    "first": _CALIBRATION_BOUNDS,
    "second": _CALIBRATION_BOUNDS,
    "hand": {
        "closeness": (0.0, 100.0),
        "expected": (0.0, 1.0),
        "correction": (0.0, 100.0),
        "sharpness": (0.0, 1000.0),
    },
}


def load_weights(folder: Path) -> tuple[tuple[bytes, ...], Card]:
    """Read the networks, first look first, and their card; check that they belong together and here.

    Raises:
        ConfigurationError: A file is missing, was changed, or is for other classes or another glyph size.
    """
    networks = tuple(read_weights(folder / name, _REMEDY) for name in NETWORK_NAMES)
    card = parse_card(folder / CARD_NAME, _REMEDY)
    found = [hashlib.sha256(network).hexdigest() for network in networks]
    faults = [*_hash_faults(card, found), *_faults(card)]
    if faults:
        raise ConfigurationError(str(folder / CARD_NAME), faults)
    first, second, hand = (
        {name: float(card[part][name]) for name in bounds} for part, bounds in _BOUNDS.items()
    )
    name = hashlib.sha256("".join(found).encode()).hexdigest()
    calibrations = Calibration(**first), Calibration(**second)
    return networks, Card(name, float(card["sure"]), *calibrations, HandModel(**hand), str(card["date"]))


def read_weights(path: Path, remedy: str) -> bytes:
    """The bytes of a weights file; ``ConfigurationError`` with the remedy where they cannot be had."""
    try:
        return path.read_bytes()
    except OSError as error:
        fault = f"cannot be read ({error.strerror}); {remedy}"
        raise ConfigurationError(str(path), [fault]) from error


def parse_card(path: Path, remedy: str) -> dict[str, Any]:
    """The JSON object of a card; ``ConfigurationError`` with the remedy where there is none."""
    try:
        card = json.loads(read_weights(path, remedy))
    except ValueError as error:
        raise ConfigurationError(str(path), [f"is not JSON ({error}); {remedy}"]) from error
    if not isinstance(card, dict):
        raise ConfigurationError(str(path), [f"is not a JSON object; {remedy}"])
    return card


def _hash_faults(card: dict[str, Any], found: list[str]) -> Iterator[str]:
    stated = card.get("sha256")
    for name, sha256 in zip(NETWORK_NAMES, found, strict=True):
        said = stated.get(name) if isinstance(stated, dict) else None
        if said != sha256:
            yield (f"sha256: the card says {said}, {name} has {sha256}: the weights were changed; {_REMEDY}")


def _faults(card: dict[str, Any]) -> Iterator[str]:
    if card.get("classes") != list(CLASSES):
        yield f"classes: the card says {card.get('classes')}, this program needs {list(CLASSES)}; {_REMEDY}"
    if card.get("glyph_side_px") != GLYPH_SIDE_PX:
        yield f"glyph_side_px: the card says {card.get('glyph_side_px')}, this program cuts {GLYPH_SIDE_PX}"
    if not is_between(card.get("sure"), 0.0, 1.0):
        yield f"sure: {card.get('sure')} is not between 0 and 1"
    for part, bounds in _BOUNDS.items():
        values = card.get(part)
        for name, (low, high) in bounds.items():
            value = values.get(name) if isinstance(values, dict) else None
            if not is_between(value, low, high):
                yield f"{part}.{name}: {value} is not between {low:g} and {high:.4g}"
    if not isinstance(card.get("date"), str):
        yield f"date: {card.get('date')!r} is not a date"


def is_between(value: object, low: float, high: float) -> bool:
    """Whether a card's value is within bounds; False for NaN, what is missing and what is no number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
