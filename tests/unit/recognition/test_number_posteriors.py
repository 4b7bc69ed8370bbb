"""Logits along a line to the numbers that it may hold."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from forms_ocr.recognition.number_card import NumberCalibration
from forms_ocr.recognition.numbers import NO_MARK, OTHER_MARK, SYMBOLS, numbers_of


def _logits(*places: dict[int, float]) -> NDArray[np.float32]:
    """One place each, with "nothing new" between them; what is not named is most unlikely."""
    rows = np.full((2 * len(places) + 1, SYMBOLS), -9.0, np.float32)
    rows[::2, NO_MARK] = 5.0
    for row, place in zip(rows[1::2], places, strict=True):
        for symbol, logit in place.items():
            row[symbol] = logit
    return rows


def test_the_likeliest_number_comes_first_and_rivals_behind_it() -> None:
    found = numbers_of(_logits({1: 5}, {7: 5, 4: 4}, {0: 5}), NumberCalibration())
    assert [each.value for each in found[:2]] == ["170", "140"]
    assert found[0].posterior / found[1].posterior == pytest.approx(np.e, rel=0.01)


def test_what_is_no_digit_is_no_number() -> None:
    found = numbers_of(_logits({1: 5}, {OTHER_MARK: 5, 7: 3}), NumberCalibration())
    assert found[0].value == "17"
    assert found[0].posterior == pytest.approx(1 / (1 + np.e**2), abs=0.01)
    assert all(str(OTHER_MARK) not in each.value for each in found)
    assert sum(each.posterior for each in found) < 0.2
    assert numbers_of(_logits({OTHER_MARK: 9}), NumberCalibration()) == ()


def test_an_empty_line_is_the_empty_number() -> None:
    found = numbers_of(_logits(), NumberCalibration())
    assert [each.value for each in found] == [""]
    assert found[0].posterior > 0.99


def test_a_smaller_weight_is_less_sure_and_the_floor_is_kept_back() -> None:
    logits = _logits({1: 5, 7: 2}, {0: 5})
    sure, unsure, floored = (
        numbers_of(logits, each)[0].posterior
        for each in (NumberCalibration(1.0), NumberCalibration(0.5), NumberCalibration(1.0, 0.25))
    )
    assert unsure < sure
    assert floored == pytest.approx(0.75 * sure)


def test_leading_zeros_are_digits() -> None:
    assert numbers_of(_logits({0: 5}, {0: 5}, {5: 5}), NumberCalibration())[0].value == "005"
