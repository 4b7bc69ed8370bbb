"""Which readings a meter can be expected to show, before the ink is looked at.

A household uses some tens to some hundreds of kilowatt hours a month, seldom nothing, seldom thousands. The
use since the last reading is therefore taken to be log-logistic: its median grows with the months gone by,
and its tail is a power law, so that no use is impossible. Beside it stand a meter that did not move, a
reading below the last one, a reading of another length, and any reading at all: people make mistakes, meters
are replaced. All shares have closed forms and sum to 1 over the strings that can be written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import Period

MONTHLY_KWH = 180.0
"""Median use of a household in a month; half of all use 90 to 360, 5 % each below 30 and above 1,100."""

SHAPE = 1.6
"""Of the log-logistic distribution: one household in forty uses ten times the median."""

UNKNOWN_MONTHS = 4.0
"""Taken where nobody knows when the last reading was: between a month and a year."""

UNMOVED = 0.04
BELOW_LAST = 0.02
ANYTHING = 0.04
WRONG_LENGTH = 0.02
USE = 1.0 - UNMOVED - BELOW_LAST - ANYTHING - WRONG_LENGTH
"""Shares of the readings that people write, assumed: a few in a hundred each. ``ANYTHING`` is what keeps a
clear but unexpected reading as it is written: against the most expected one it weighs about 1 to 5,000 on
five dials, less than what a clear digit tells."""

DAYS_A_MONTH = 30.44
OTHER_LENGTHS = 5
"""Lengths from 1 to 6 but the right one."""

Support = NDArray[np.float64]
"""P(reading | meter) over P(reading) if every reading of its length were as likely: above 1 where the meter
speaks for a reading, below where against."""


@dataclass(frozen=True, eq=False, slots=True)
class Meters:
    """Meters of several accounts.

    Attributes:
        dials: (K,) digits before the comma.
        last_readings: (K,) negative where there is none.
        months: (K,) since the last reading, at least 1.
    """

    dials: NDArray[np.int64]
    last_readings: NDArray[np.int64]
    months: NDArray[np.float64]


def months_since(last_dates: NDArray[np.int32], period: Period | None) -> NDArray[np.float64]:
    """(K,) whole months from last readings to the days of readings of a period.

    Args:
        last_dates: Proleptic ordinals, 0 where there is none.
        period: None if nobody knows.
    """
    if period is None:
        return np.full(len(last_dates), UNKNOWN_MONTHS)
    months = np.rint((date(period.year, period.month, 25).toordinal() - last_dates) / DAYS_A_MONTH)
    return np.where(last_dates > 0, np.maximum(months, 1.0), UNKNOWN_MONTHS)


def reading_support(values: NDArray[np.int64], lengths: NDArray[np.int64], meters: Meters) -> Support:
    """How far meters speak for readings.

    Args:
        values, lengths: (S,) readings as numbers, and their digits.
        meters: K of them.

    Returns:
        (K, S). Over all strings of one to six digits, ``support / 10**length`` sums to 1 for each meter,
        within a hundredth.
    """
    dials, lasts = meters.dials[:, None], meters.last_readings[:, None]
    spans, median = 10.0**dials, MONTHLY_KWH * meters.months[:, None]
    used = values - lasts
    is_below = used < 0
    used = used + spans * is_below
    # The density stands for the share of a whole number: beside the median, one is next to nothing.
    odds = (used / median) ** SHAPE
    share = odds / (np.maximum(used, 1.0) * (1.0 + odds) ** 2)
    scale = USE * SHAPE * spans * (1.0 + (spans / median) ** -SHAPE)
    known = (
        scale * share
        + UNMOVED * spans * (used == 0.0)
        + is_below * (BELOW_LAST * spans / np.maximum(lasts, 1))
    )
    known += np.where(lasts > 0, ANYTHING, ANYTHING + BELOW_LAST)
    right_length = np.where(lasts < 0, 1.0 - WRONG_LENGTH, known)
    return np.where(lengths == dials, right_length, WRONG_LENGTH / OTHER_LENGTHS)
