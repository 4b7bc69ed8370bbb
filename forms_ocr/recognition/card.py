"""What the networks' weights are: the card that stands beside them and is checked before they are used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forms_ocr.errors import ConfigurationError
from forms_ocr.model import CLASSES, GLYPH_SIDE_PX, HandModel

CARD_NAME = "digits.json"
NETWORK_NAMES = ("first_look.onnx", "second_look.onnx", "third_look.onnx")
_REMEDY = "install the package again or train new weights with `python -m training.train`"


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns networks' logits into posteriors; fitted on writers that they were not trained on.

    Attributes:
        weights: What each network's logits are multiplied by before the softmax, 0 to 20, in the order of the
            looks.
        other_odds: What the odds of ``other`` are multiplied by, above 0, at most 1: training sheets hold far
            more of it than slips do, and a posterior is true only for the shares it was learnt with.
        posterior_floor: No class's posterior falls below this, 0 to 1/24.
        sure: A glyph whose best posterior is below this, 0 to 1, is looked at again, if there is a look left.
    """

    weights: tuple[float, ...] = (1.0,)
    other_odds: float = 1.0
    posterior_floor: float = 0.0
    sure: float = 0.0


@dataclass(frozen=True, slots=True)
class Card:
    """The part of a weights card that running the networks needs.

    Attributes:
        sha256: Of all networks' hashes, in hexadecimal; names the weights wherever provenance is kept.
        looks: How posteriors come about after the first look alone, after two, and so on.
        hand: How much known cells of a slip say about its others, by these networks' features.
        date: When the networks were trained, ISO.
    """

    sha256: str
    looks: tuple[Calibration, ...]
    hand: HandModel
    date: str


_WEIGHT_BOUNDS = (0.0, 20.0)
_CALIBRATION_BOUNDS = {
    "other_odds": (1e-4, 1.0),
    "posterior_floor": (0.0, 0.5 / len(CLASSES)),
    "sure": (0.0, 1.0),
}
_HAND_BOUNDS = {
    "closeness": (0.0, 100.0),
    "expected": (0.0, 1.0),
    "correction": (0.0, 100.0),
    "sharpness": (0.0, 1000.0),
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
    looks = tuple(
        Calibration(tuple(map(float, look["weights"])), *(float(look[name]) for name in _CALIBRATION_BOUNDS))
        for look in card["looks"]
    )
    hand = HandModel(**{name: float(card["hand"][name]) for name in _HAND_BOUNDS})
    name = hashlib.sha256("".join(found).encode()).hexdigest()
    return networks, Card(name, looks, hand, str(card["date"]))


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
    yield from _look_faults(card.get("looks"))
    yield from _range_faults("hand", card.get("hand"), _HAND_BOUNDS)
    if not isinstance(card.get("date"), str):
        yield f"date: {card.get('date')!r} is not a date"


def _look_faults(looks: object) -> Iterator[str]:
    if not isinstance(looks, list) or len(looks) != len(NETWORK_NAMES):
        yield f"looks: there must be one for each of {', '.join(NETWORK_NAMES)}"
        return
    for number, look in enumerate(looks, start=1):
        weights = look.get("weights") if isinstance(look, dict) else None
        if not _are_weights(weights, number):
            yield f"looks.{number}.weights: {weights} are not {number} numbers between 0 and 20"
        yield from _range_faults(f"looks.{number}", look, _CALIBRATION_BOUNDS)


def _are_weights(weights: object, number: int) -> bool:
    if not isinstance(weights, list) or len(weights) != number:
        return False
    return all(is_between(weight, *_WEIGHT_BOUNDS) for weight in weights)


def _range_faults(part: str, values: object, bounds: Mapping[str, tuple[float, float]]) -> Iterator[str]:
    for name, (low, high) in bounds.items():
        value = values.get(name) if isinstance(values, dict) else None
        if not is_between(value, low, high):
            yield f"{part}.{name}: {value} is not between {low:g} and {high:.4g}"


def is_between(value: object, low: float, high: float) -> bool:
    """Whether a card's value is within bounds; False for NaN, what is missing and what is no number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
