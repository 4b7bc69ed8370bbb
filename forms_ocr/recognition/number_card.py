"""The card beside the weights of the network that reads whole numbers, checked before they are used."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forms_ocr.errors import ConfigurationError
from forms_ocr.recognition.card import is_between, parse_card, read_weights
from forms_ocr.recognition.number_strip import STRIP_HEIGHT_PX

NUMBER_CARD_NAME = "numbers.json"
NUMBER_NETWORK_NAME = "numbers.onnx"
NUMBER_SYMBOLS = (*"0123456789", "other", "none")
_REMEDY = "install the package again or train new weights with `python -m training.numbers`"


@dataclass(frozen=True, slots=True)
class NumberCalibration:
    """What turns logits along a line into posteriors of numbers; fitted on writers not trained on.

    Attributes:
        weight: What the logits are multiplied by before the softmax, above 0 to 20.
        floor: Share of every number's posterior that is kept back, 0 to 0.5.
    """

    weight: float = 1.0
    floor: float = 0.0


@dataclass(frozen=True, slots=True)
class NumberCard:
    """The part of the card that running the network needs; ``sha256`` in hexadecimal, ``date`` ISO."""

    sha256: str
    calibration: NumberCalibration
    date: str


_BOUNDS = {"weight": (1e-3, 20.0), "floor": (0.0, 0.5)}


def load_number_weights(folder: Path) -> tuple[bytes, NumberCard]:
    """Read the network and its card; check that they belong together and here.

    Raises:
        ConfigurationError: A file is missing, was changed, or is for other symbols or another height.
    """
    network = read_weights(folder / NUMBER_NETWORK_NAME, _REMEDY)
    card = parse_card(folder / NUMBER_CARD_NAME, _REMEDY)
    sha256 = hashlib.sha256(network).hexdigest()
    faults = list(_faults(card, sha256))
    if faults:
        raise ConfigurationError(str(folder / NUMBER_CARD_NAME), faults)
    values = {name: float(card["calibration"][name]) for name in _BOUNDS}
    return network, NumberCard(sha256, NumberCalibration(**values), str(card["date"]))


def _faults(card: Mapping[str, Any], sha256: str) -> Iterator[str]:
    if card.get("sha256") != sha256:
        said = card.get("sha256")
        yield f"sha256: the card says {said}, {NUMBER_NETWORK_NAME} has {sha256}; {_REMEDY}"
    if card.get("symbols") != list(NUMBER_SYMBOLS):
        yield f"symbols: the card says {card.get('symbols')}, this program needs {list(NUMBER_SYMBOLS)}"
    if card.get("height_px") != STRIP_HEIGHT_PX:
        yield f"height_px: the card says {card.get('height_px')}, this program cuts {STRIP_HEIGHT_PX}"
    values = card.get("calibration")
    for name, (low, high) in _BOUNDS.items():
        value = values.get(name) if isinstance(values, dict) else None
        if not is_between(value, low, high):
            yield f"calibration.{name}: {value} is not between {low:g} and {high:g}"
    if not isinstance(card.get("date"), str):
        yield f"date: {card.get('date')!r} is not a date"
