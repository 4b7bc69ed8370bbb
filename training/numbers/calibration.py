"""Posteriors of whole numbers that one can believe, fitted on writers that the network was not trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import Candidate
from forms_ocr.recognition.number_card import NumberCalibration
from forms_ocr.recognition.numbers import OTHER_MARK, LineNetwork, numbers_of
from training.numbers.material import LabelledStrip

_WEIGHTS = tuple(float(f"{weight:.3g}") for weight in np.geomspace(0.6, 1.5, 8))
_FLOORS = (0.0, 5e-4, 1e-3, 2e-3, 4e-3, 8e-3)

TROUBLE_ON_LINES = 0.05
"""Share of lines with ink that hold no plain number. Nothing was measured on real forms yet, so it is chosen
on the careful side."""


@dataclass(frozen=True, eq=False)
class NumbersRead:
    """What was made of strips.

    Attributes:
        truth: The number on each, None where there is none to be read.
        candidates: Of each.
    """

    strips: Sequence[LabelledStrip]
    truth: tuple[str | None, ...]
    candidates: tuple[tuple[Candidate, ...], ...]

    @property
    def top(self) -> tuple[Candidate, ...]:
        """The likeliest number of each; "" with posterior 0 where there is none."""
        return tuple(each[0] if each else Candidate("", 0.0) for each in self.candidates)

    @property
    def confidence(self) -> NDArray[np.float64]:
        """(N,) posterior of the likeliest."""
        return np.array([top.posterior for top in self.top])

    @property
    def is_right(self) -> NDArray[np.bool_]:
        """(N,) the likeliest is what was written; False where there is no number."""
        pairs = zip(self.top, self.truth, strict=True)
        return np.array([top.value == truth and top.posterior > 0 for top, truth in pairs], np.bool_)


def truth_of(strip: LabelledStrip) -> str | None:
    """The number, "" for an empty line; None for what is no number or was lost by the scan."""
    if strip.is_lost or OTHER_MARK in strip.labels:
        return None
    return "".join(map(str, strip.labels))


def logits_along(network: bytes, strips: Sequence[LabelledStrip]) -> list[NDArray[np.float32]]:
    """(T, 12) of each strip, the way the program gets them."""
    line_network = LineNetwork(network)
    return [line_network.look(each.strip) for each in strips]


def read_all(
    strips: Sequence[LabelledStrip], logits: Sequence[NDArray[np.float32]], calibration: NumberCalibration
) -> NumbersRead:
    """What the program would make of strips."""
    candidates = tuple(numbers_of(each, calibration) for each in logits)
    return NumbersRead(strips, tuple(map(truth_of, strips)), candidates)


def calibrate_numbers(
    strips: Sequence[LabelledStrip], logits: Sequence[NDArray[np.float32]]
) -> NumberCalibration:
    """The weight of the logits and the floor with which the likeliest number is right as often as said."""
    read = {weight: read_all(strips, logits, NumberCalibration(weight)) for weight in _WEIGHTS}
    settings = [NumberCalibration(weight, floor) for weight in _WEIGHTS for floor in _FLOORS]
    return min(settings, key=lambda setting: _surprise(read[setting.weight], setting.floor))


def _surprise(read: NumbersRead, floor: float) -> float:
    """Mean logarithmic loss of the statement that the likeliest number is right."""
    confidence = np.clip(read.confidence * (1 - floor), 1e-6, 1 - 1e-6)
    loss = -np.log(np.where(read.is_right, confidence, 1 - confidence))
    return float(np.average(loss, weights=line_weights(read.truth)))


def line_weights(truth: Sequence[str | None]) -> NDArray[np.float64]:
    """(N,) how much each counts, so that trouble has the share that lines are taken to have."""
    is_trouble = np.array([each is None for each in truth])
    weights = np.ones(len(truth))
    if is_trouble.any():
        odds = TROUBLE_ON_LINES / (1 - TROUBLE_ON_LINES)
        weights[is_trouble] = odds * float((~is_trouble).sum()) / float(is_trouble.sum())
    return weights
