"""Logits to posteriors: laws of the calibration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forms_ocr.model import CLASSES, OTHER
from forms_ocr.recognition.card import Calibration
from forms_ocr.recognition.network import posteriors_of

_logits = arrays(np.float32, (5, len(CLASSES)), elements=st.floats(-60, 60, width=32))
_weights = st.floats(0.2, 3.0)
_floors = st.floats(0.0, 0.01)


@settings(max_examples=60, deadline=None)
@given(_logits, _weights, _floors)
def test_rows_sum_to_one_and_stay_above_the_floor(logits: np.ndarray, weight: float, floor: float) -> None:
    posteriors = posteriors_of([logits], Calibration((weight,), posterior_floor=floor))
    assert posteriors.dtype == np.float32
    np.testing.assert_allclose(posteriors.sum(axis=1), 1.0, atol=1e-5)
    assert posteriors.min() >= floor * 0.999
    assert posteriors.max() <= 1.0 + 1e-6


@settings(max_examples=60, deadline=None)
@given(_logits, _weights, _weights)
def test_a_smaller_weight_is_never_surer(logits: np.ndarray, first: float, second: float) -> None:
    small, large = sorted((first, second))
    surer = posteriors_of([logits], Calibration((large,))).max(axis=1)
    assert (posteriors_of([logits], Calibration((small,))).max(axis=1) <= surer + 1e-5).all()


@settings(max_examples=60, deadline=None)
@given(_logits, _weights, _floors)
def test_calibration_keeps_the_order(logits: np.ndarray, weight: float, floor: float) -> None:
    posteriors = posteriors_of([logits], Calibration((weight,), posterior_floor=floor))
    best = logits.argmax(axis=1)
    assert (posteriors[np.arange(len(best)), best] >= posteriors.max(axis=1) - 1e-6).all()


def test_a_class_that_cannot_be_still_gets_the_floor() -> None:
    logits = np.full((1, len(CLASSES)), -np.inf, np.float32)
    logits[0, 3] = 0.0
    posteriors = posteriors_of([logits], Calibration(posterior_floor=1e-3))
    assert posteriors[0, 3] == pytest.approx(1 - 11e-3)
    assert posteriors[0, 4] == pytest.approx(1e-3)


def test_no_rows_stay_no_rows() -> None:
    assert posteriors_of([np.zeros((0, len(CLASSES)), np.float32)], Calibration()).shape == (0, len(CLASSES))


def test_other_is_as_rare_as_on_slips() -> None:
    logits = np.zeros((1, len(CLASSES)), np.float32)
    even, rare = (posteriors_of([logits], Calibration(other_odds=odds))[0] for odds in (1.0, 0.05))
    assert rare[OTHER] / rare[0] == pytest.approx(0.05 * even[OTHER] / even[0])
    assert rare.sum() == pytest.approx(1.0)


@settings(max_examples=60, deadline=None)
@given(_logits, _logits)
def test_two_looks_that_agree_are_surer_than_one(first: np.ndarray, second: np.ndarray) -> None:
    second[np.arange(5), first.argmax(axis=1)] = second.max(axis=1) + 1
    alone = posteriors_of([first], Calibration((0.7,))).max(axis=1)
    assert (posteriors_of([first, second], Calibration((0.7, 0.5))).max(axis=1) >= alone - 1e-6).all()


def test_a_second_look_without_weight_changes_nothing() -> None:
    first, second = np.random.default_rng(0).normal(0, 3, (2, 5, len(CLASSES))).astype(np.float32)
    np.testing.assert_array_equal(
        posteriors_of([first, second], Calibration((1.0, 0.0))), posteriors_of([first], Calibration())
    )
