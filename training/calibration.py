"""Posteriors one can believe, fitted on writers that the network was not trained on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import OTHER, Posteriors
from forms_ocr.recognition import Calibration, posteriors_of

_FIRST_WEIGHTS = np.geomspace(0.4, 2.0, 25)
_SECOND_WEIGHTS = np.linspace(0.0, 1.4, 15)
_FLOORS = np.geomspace(1e-6, 1e-3, 25)

_BINS = 15

OTHER_ON_SLIPS = 0.0075
"""Share of cells with ink that hold no digit: three cells in four hundred are one slip in six. Nothing was
measured on real slips yet, so it is chosen on the careful side."""


def calibrate(
    first: NDArray[np.float32], labels: NDArray[np.uint8], second: NDArray[np.float32] | None = None
) -> Calibration:
    """Weights of the logits and floor under which the true labels are most likely.

    The floor is fitted last: it stands for mistakes that nothing else foresees.

    Args:
        first: (N, 12) logits of the first look.
        labels: (N,) what a reader should say.
        second: (N, 12) logits of the second look at the same glyphs, if there was one.
    """
    pairs = [(w, 0.0) for w in _FIRST_WEIGHTS]
    if second is not None:
        pairs = [(a, b) for a in _SECOND_WEIGHTS for b in _SECOND_WEIGHTS if a or b]
    settings = [Calibration(float(a), float(b), 1.0, float(_FLOORS[0])) for a, b in pairs]
    best = min(settings, key=lambda setting: _surprise(setting, first, second, labels))
    floors = [replace(best, posterior_floor=float(floor)) for floor in _FLOORS]
    best = min(floors, key=lambda setting: _surprise(setting, first, second, labels))
    return replace(
        best,
        first_weight=round(best.first_weight, 4),
        second_weight=round(best.second_weight, 4),
        posterior_floor=float(f"{best.posterior_floor:.3g}"),
    )


def for_slips(calibration: Calibration, labels: NDArray[np.uint8]) -> Calibration:
    """The same for the shares of slips, where ``other`` is far rarer than among the training ``labels``."""
    trained = float(np.mean(labels == OTHER))
    odds = OTHER_ON_SLIPS / (1 - OTHER_ON_SLIPS) * (1 - trained) / max(trained, 1e-6)
    return replace(calibration, other_odds=float(f"{min(1.0, odds):.3g}"))


def _surprise(
    calibration: Calibration,
    first: NDArray[np.float32],
    second: NDArray[np.float32] | None,
    labels: NDArray[np.uint8],
) -> float:
    """Mean negative logarithm of the posterior of the truth."""
    posteriors = posteriors_of(first, calibration, second)
    return float(-np.log(posteriors[np.arange(len(labels)), labels]).mean())


def calibration_error(posteriors: Posteriors, labels: NDArray[np.uint8]) -> float:
    """Expected calibration error of the top answer in 15 equal bins (Naeini et al. 2015), 0 to 1."""
    confidence = posteriors.max(axis=1)
    is_right = posteriors.argmax(axis=1) == labels
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, weights=is_right - confidence, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(labels))
