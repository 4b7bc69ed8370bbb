"""Posteriors one can believe, fitted on writers that the network was not trained on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import OTHER, Posteriors
from forms_ocr.recognition import Calibration, posteriors_of

_TEMPERATURES = np.geomspace(0.5, 2.5, 33)
_SMOOTHINGS = (0.0, 0.001, 0.002, 0.003, 0.004, 0.0045, 0.005)
_FLOORS = np.geomspace(1e-6, 1e-3, 25)
_BINS = 15

OTHER_ON_SLIPS = 0.02
"""Share of cells with ink that hold no digit: one cell in fifty is one slip in two, and far more than people
make of it. Nothing was measured on real slips yet, so it is chosen on the careful side."""


def calibrate(logits: NDArray[np.float32], labels: NDArray[np.uint8]) -> Calibration:
    """Temperature, label smoothing and floor under which the true labels are most likely.

    The floor is fitted last: it stands for mistakes that nothing else foresees.
    """
    settings = [Calibration(float(t), s, 1.0, _FLOORS[0]) for t in _TEMPERATURES for s in _SMOOTHINGS]
    best = min(settings, key=lambda setting: _surprise(setting, logits, labels))
    floors = [replace(best, posterior_floor=float(floor)) for floor in _FLOORS]
    best = min(floors, key=lambda setting: _surprise(setting, logits, labels))
    return replace(
        best, temperature=round(best.temperature, 4), posterior_floor=float(f"{best.posterior_floor:.3g}")
    )


def for_slips(calibration: Calibration, labels: NDArray[np.uint8]) -> Calibration:
    """The same for the shares of slips, where ``other`` is far rarer than among the training ``labels``."""
    trained = float(np.mean(labels == OTHER))
    odds = OTHER_ON_SLIPS / (1 - OTHER_ON_SLIPS) * (1 - trained) / max(trained, 1e-6)
    return replace(calibration, other_odds=float(f"{min(1.0, odds):.3g}"))


def _surprise(calibration: Calibration, logits: NDArray[np.float32], labels: NDArray[np.uint8]) -> float:
    """Mean negative logarithm of the posterior of the truth."""
    posteriors = posteriors_of(logits, calibration)
    return float(-np.log(posteriors[np.arange(len(labels)), labels]).mean())


def calibration_error(posteriors: Posteriors, labels: NDArray[np.uint8]) -> float:
    """Expected calibration error of the top answer in 15 equal bins (Naeini et al. 2015), 0 to 1."""
    confidence = posteriors.max(axis=1)
    is_right = posteriors.argmax(axis=1) == labels
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, weights=is_right - confidence, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(labels))
