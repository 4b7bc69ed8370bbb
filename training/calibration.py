"""Posteriors one can believe, fitted on writers that the network was not trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import OTHER, Posteriors
from forms_ocr.recognition import Calibration, posteriors_of

_SOLE_WEIGHTS = np.geomspace(0.4, 2.0, 25)
_SHARED_WEIGHTS = np.linspace(0.0, 1.4, 15)
_FLOORS = np.geomspace(1e-6, 1e-3, 25)

_BINS = 15

OTHER_ON_SLIPS = 0.0075
"""Share of cells with ink that hold no digit: three cells in four hundred are one slip in six. Nothing was
measured on real slips yet, so it is chosen on the careful side."""


def calibrate(said: Sequence[NDArray[np.float32]], labels: NDArray[np.uint8]) -> Calibration:
    """Weights of the logits and floor under which the true labels are most likely.

    The floor is fitted last: it stands for mistakes that nothing else foresees.

    Args:
        said: (N, 12) logits of every network that was asked, about the same glyphs.
        labels: (N,) what a reader should say.
    """
    choices = product(_SHARED_WEIGHTS, repeat=len(said)) if len(said) > 1 else ((w,) for w in _SOLE_WEIGHTS)
    settings = [
        Calibration(tuple(round(float(one), 4) for one in weights), 1.0, float(_FLOORS[0]))
        for weights in choices
        if any(weights)
    ]
    best = min(settings, key=lambda setting: _surprise(setting, said, labels))
    floors = [replace(best, posterior_floor=float(f"{floor:.3g}")) for floor in _FLOORS]
    return min(floors, key=lambda setting: _surprise(setting, said, labels))


def for_slips(calibration: Calibration, labels: NDArray[np.uint8]) -> Calibration:
    """The same for the shares of slips, where ``other`` is far rarer than among the training ``labels``."""
    trained = float(np.mean(labels == OTHER))
    odds = OTHER_ON_SLIPS / (1 - OTHER_ON_SLIPS) * (1 - trained) / max(trained, 1e-6)
    return replace(calibration, other_odds=float(f"{min(1.0, odds):.3g}"))


def _surprise(
    calibration: Calibration, said: Sequence[NDArray[np.float32]], labels: NDArray[np.uint8]
) -> float:
    """Mean negative logarithm of the posterior of the truth."""
    posteriors = posteriors_of(said, calibration)
    return float(-np.log(posteriors[np.arange(len(labels)), labels]).mean())


def calibration_error(posteriors: Posteriors, labels: NDArray[np.uint8]) -> float:
    """Expected calibration error of the top answer in 15 equal bins (Naeini et al. 2015), 0 to 1."""
    confidence = posteriors.max(axis=1)
    is_right = posteriors.argmax(axis=1) == labels
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, weights=is_right - confidence, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(labels))
