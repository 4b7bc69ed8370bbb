"""Which readings a meter is expected to show."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from forms_ocr.decision.meter_prior import (
    UNKNOWN_MONTHS,
    WRONG_LENGTH,
    Meters,
    months_since,
    reading_support,
)
from forms_ocr.model import Period


def meter(dials: int, last: int, months: float = 1.0) -> Meters:
    return Meters(np.array([dials]), np.array([last]), np.array([months]))


def support(value: int, dials: int, last: int, months: float = 1.0, length: int | None = None) -> float:
    lengths = np.array([dials if length is None else length])
    return float(reading_support(np.array([value]), lengths, meter(dials, last, months))[0, 0])


@settings(max_examples=30, deadline=None)
@given(st.integers(3, 5), st.integers(-1, 99_999), st.integers(1, 60))
def test_the_shares_of_all_readings_sum_to_one(dials: int, last: int, months: int) -> None:
    values: NDArray[np.int64] = np.arange(10**dials)
    lengths = np.full(len(values), dials)
    shares = reading_support(values, lengths, meter(dials, min(last, 10**dials - 1), months)) / 10**dials
    assert (shares > 0).all()
    assert float(shares.sum()) == pytest.approx(1.0 - WRONG_LENGTH, abs=0.02)


@pytest.mark.parametrize("used", [30, 180, 600])
def test_usual_use_is_expected(used: int) -> None:
    assert support(20_000 + used, 5, 20_000) > 10


@pytest.mark.parametrize(("value", "last"), [(80_000, 20_000), (12_345, 20_000)])
def test_nothing_is_impossible(value: int, last: int) -> None:
    assert 0.01 < support(value, 5, last) < 1


def test_after_a_long_gap_more_is_expected() -> None:
    assert support(27_000, 5, 20_000, months=24) > 5 * support(27_000, 5, 20_000)


def test_a_meter_that_goes_round_is_expected_to() -> None:
    assert support(80, 5, 99_900) == pytest.approx(support(20_180, 5, 20_000), rel=0.05)


def test_another_length_is_hardly_expected() -> None:
    assert support(571, 5, 560, length=3) < 0.01


def test_without_a_last_reading_all_are_alike() -> None:
    assert support(3, 5, -1) == support(77_777, 5, -1) == 1.0 - WRONG_LENGTH


def test_months_count_from_the_last_reading() -> None:
    days = [date(2026, 10, 24), date(2025, 11, 25), date(2026, 11, 20)]
    ordinals = np.array([*(day.toordinal() for day in days), 0], np.int32)
    assert months_since(ordinals, Period(2026, 11)).tolist() == [1.0, 12.0, 1.0, UNKNOWN_MONTHS]
    assert set(months_since(ordinals, None).tolist()) == {UNKNOWN_MONTHS}
