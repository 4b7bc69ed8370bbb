"""Calibration finds the temperature that made the labels."""

from __future__ import annotations

import numpy as np
import pytest

from forms_ocr.model import CLASSES
from forms_ocr.recognition import Calibration, posteriors_of
from training.calibration import OTHER_ON_SLIPS, calibrate, calibration_error, for_slips


def _drawn(temperature: float, count: int = 8000) -> tuple[np.ndarray, np.ndarray]:
    """Logits and labels that are drawn from their posteriors at a temperature."""
    rng = np.random.default_rng(4)
    logits = rng.normal(0, 4, (count, 12)).astype(np.float32)
    posteriors = posteriors_of(logits, Calibration(temperature))
    labels = (posteriors.cumsum(axis=1) < rng.random((count, 1))).sum(axis=1)
    return logits, np.minimum(labels, 11).astype(np.uint8)


@pytest.mark.parametrize("temperature", [0.7, 1.0, 1.8])
def test_the_true_temperature_is_found(temperature: float) -> None:
    found = calibrate(*_drawn(temperature))
    assert found.temperature == pytest.approx(temperature, rel=0.08)


def test_mistakes_that_no_temperature_foresees_raise_the_floor() -> None:
    logits, labels = _drawn(1.0)
    clean = calibrate(logits, labels)
    labels[::300] = (labels[::300] + 5) % 12
    assert calibrate(logits, labels).posterior_floor > clean.posterior_floor


def test_calibrated_posteriors_have_a_small_error() -> None:
    logits, labels = _drawn(1.8)
    before = calibration_error(posteriors_of(logits, Calibration()), labels)
    after = calibration_error(posteriors_of(logits, calibrate(logits, labels)), labels)
    assert after < 0.02 < before


def test_other_is_moved_to_its_share_on_slips() -> None:
    labels = np.repeat(np.arange(len(CLASSES)), 10).astype(np.uint8)
    odds = for_slips(Calibration(), labels).other_odds
    assert odds == pytest.approx(OTHER_ON_SLIPS / (1 - OTHER_ON_SLIPS) * (len(CLASSES) - 1), rel=0.01)
