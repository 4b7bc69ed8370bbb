"""Calibration finds the weights that made the labels."""

from __future__ import annotations

import numpy as np
import pytest

from forms_ocr.model import CLASSES
from forms_ocr.recognition import Calibration, posteriors_of
from training.calibration import OTHER_ON_SLIPS, calibrate, calibration_error, for_slips


def _drawn(weight: float, count: int = 8000) -> tuple[np.ndarray, np.ndarray]:
    """Logits and labels that are drawn from their posteriors at a weight."""
    rng = np.random.default_rng(4)
    logits = rng.normal(0, 4, (count, 12)).astype(np.float32)
    posteriors = posteriors_of([logits], Calibration((weight,)))
    labels = (posteriors.cumsum(axis=1) < rng.random((count, 1))).sum(axis=1)
    return logits, np.minimum(labels, 11).astype(np.uint8)


@pytest.mark.parametrize("weight", [0.55, 1.0, 1.4])
def test_the_true_weight_is_found(weight: float) -> None:
    logits, labels = _drawn(weight)
    assert calibrate([logits], labels).weights[0] == pytest.approx(weight, rel=0.08)


def test_a_second_look_that_knows_better_gets_the_weight() -> None:
    second, labels = _drawn(1.0)
    first = np.random.default_rng(8).normal(0, 4, second.shape).astype(np.float32)
    assert calibrate([first, second], labels).weights == pytest.approx((0.0, 1.0), abs=0.11)


def test_looks_that_know_as_much_share_the_weight() -> None:
    """Each says the truth with an error of its own, so their mean is nearer to it than either."""
    rng = np.random.default_rng(6)
    truth, labels = _drawn(1.0)
    said = [(truth + rng.normal(0, 1.5, truth.shape)).astype(np.float32) for _ in range(2)]
    one, other = calibrate(said, labels).weights
    assert one == pytest.approx(other, abs=0.11)
    assert 0.3 < one < 0.6


def test_mistakes_that_no_weight_foresees_raise_the_floor() -> None:
    logits, labels = _drawn(1.0)
    clean = calibrate([logits], labels)
    labels[::300] = (labels[::300] + 5) % 12
    assert calibrate([logits], labels).posterior_floor > clean.posterior_floor


def test_calibrated_posteriors_have_a_small_error() -> None:
    logits, labels = _drawn(0.55)
    before = calibration_error(posteriors_of([logits], Calibration()), labels)
    after = calibration_error(posteriors_of([logits], calibrate([logits], labels)), labels)
    assert after < 0.02 < before


def test_other_is_moved_to_its_share_on_slips() -> None:
    labels = np.repeat(np.arange(len(CLASSES)), 10).astype(np.uint8)
    odds = for_slips(Calibration(), labels).other_odds
    assert odds == pytest.approx(OTHER_ON_SLIPS / (1 - OTHER_ON_SLIPS) * (len(CLASSES) - 1), rel=0.01)
