"""Posteriors one can believe: temperature and floor, fitted on writers the network was not trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import CLASSES, Posteriors

_TEMPERATURES = np.geomspace(0.5, 3.0, 61)
_FLOORS = np.geomspace(1e-6, 1e-3, 25)
_BINS = 15


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns logits into posteriors; see :class:`forms_ocr.recognition.Card`."""

    temperature: float
    posterior_floor: float

    def posteriors(self, logits: NDArray[np.float32]) -> Posteriors:
        """(N, 12) logits to (N, 12) posteriors, as at run time."""
        exponents = np.exp((logits - logits.max(axis=1, keepdims=True)) / self.temperature)
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
