"""Posteriors one can believe: temperature and floor, fitted on writers the network was not trained on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import CLASSES, OTHER, Posteriors

_TEMPERATURES = np.geomspace(0.5, 3.0, 61)
_FLOORS = np.geomspace(1e-6, 1e-3, 25)
_BINS = 15

OTHER_ON_SLIPS = 0.01
"""Share of cells with ink that hold no digit: one cell in a hundred is one slip in four, and more than people
make of it. Nothing was measured on real slips yet, so it is chosen on the careful side."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns logits into posteriors; see :class:`forms_ocr.recognition.Card`."""

    temperature: float
    posterior_floor: float
    other_odds: float = 1.0

    def posteriors(self, logits: NDArray[np.float32]) -> Posteriors:
        """(N, 12) logits to (N, 12) posteriors, as at run time."""
        scaled = logits / np.float32(self.temperature)
        scaled[:, OTHER] += np.float32(np.log(self.other_odds))
        exponents = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        softmax = exponents / exponents.sum(axis=1, keepdims=True)
        lifted = self.posterior_floor + (1.0 - len(CLASSES) * self.posterior_floor) * softmax
        return np.asarray(lifted, np.float32)


def calibrate(logits: NDArray[np.float32], labels: NDArray[np.uint8]) -> Calibration:
    """The temperature and the floor under which the true labels are most likely.

    The floor is fitted last: it stands for mistakes that no temperature foresees.
    """
    temperature = min(
        _TEMPERATURES, key=lambda t: _surprise(Calibration(float(t), _FLOORS[0]), logits, labels)
    )
    floor = min(_FLOORS, key=lambda f: _surprise(Calibration(float(temperature), float(f)), logits, labels))
    return Calibration(round(float(temperature), 4), float(f"{floor:.3g}"))


def for_slips(calibration: Calibration, labels: NDArray[np.uint8]) -> Calibration:
    """The same for the shares of slips, where ``other`` is far rarer than among the training ``labels``."""
    trained = float(np.mean(labels == OTHER))
    odds = OTHER_ON_SLIPS / (1 - OTHER_ON_SLIPS) * (1 - trained) / max(trained, 1e-6)
    return replace(calibration, other_odds=float(f"{min(1.0, odds):.3g}"))


def _surprise(calibration: Calibration, logits: NDArray[np.float32], labels: NDArray[np.uint8]) -> float:
    """Mean negative logarithm of the posterior of the truth."""
    posteriors = calibration.posteriors(logits)
    return float(-np.log(posteriors[np.arange(len(labels)), labels]).mean())


def calibration_error(posteriors: Posteriors, labels: NDArray[np.uint8]) -> float:
    """Expected calibration error of the top answer in 15 equal bins (Naeini et al. 2015), 0 to 1."""
    confidence = posteriors.max(axis=1)
    is_right = posteriors.argmax(axis=1) == labels
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, weights=is_right - confidence, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(labels))
