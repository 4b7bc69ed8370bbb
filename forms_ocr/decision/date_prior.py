"""Which dates people write on the slips of a period, before their ink is looked at."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import Period

IN_WINDOW = 0.85
REST_OF_MONTH = 0.08
NEIGHBOUR_WINDOWS = 0.02
NEIGHBOUR_MONTHS = 0.005
OTHER_MONTHS = 0.01
NEIGHBOUR_YEARS = 0.01
OTHER_YEARS = 0.01
IMPOSSIBLE = 0.01
"""Shares of the dates on the slips of one period, assumed: one in ten is written outside the window; right
but for the month or the year are a few in a hundred. What matters are ratios. A day of the window outweighs
another day of the month some seventy times: clear ink overrules that, and a tie between two digits is not
lifted to 0.99 by it. Every date that differs from the window in a single digit weighs so much more than the
floor of that digit (``cells.FLOOR``) that it is never bent into the window."""

IMPOSSIBLE_DAY = 0.4
IMPOSSIBLE_MONTH = 0.4
"""Of the impossible dates those wrong in the day alone and in the month alone; the others are wrong
anyhow."""

YEARS, MONTHS, DAYS = 100, 12, 31
TWO_DIGITS = np.arange(100)
WRITABLE_DATES = 10**6
"""Six digits."""

DateTable = NDArray[np.float64]
"""(100, 12, 31): a number for every year of the century, month and day."""


@dataclass(frozen=True, eq=False, slots=True)
class DatePrior:
    """Shares of written dates; with those of impossible ones they sum to 1.

    Attributes:
        possible: P(date); sums to 1 - ``IMPOSSIBLE``.
        is_date, is_inside: 1 where the entry is a date of the calendar, and where it lies in the window.
        years, months, days: (100,), (12,), (100,) shares of the parts that an impossible date has right.
        no_days: (12, 100) shares of the two digits that are no day of that month.
        no_months: (100,) shares of the two digits that are no month.
        special_years: Years of the century whose dates do not weigh as those of all others do.
        is_leap: (100,) leap years.
        any_impossible: P of one impossible string of no pattern.
    """

    possible: DateTable
    is_date: DateTable
    is_inside: DateTable
    years: NDArray[np.float64]
    months: NDArray[np.float64]
    days: NDArray[np.float64]
    no_days: NDArray[np.float64]
    no_months: NDArray[np.float64]
    special_years: NDArray[np.intp]
    is_leap: NDArray[np.bool_]
    any_impossible: float


@lru_cache(maxsize=8)
def date_prior(period: Period | None, first_day: int, last_day: int, century: int) -> DatePrior:
    """The prior for one period and window; without a period every month of the century is as likely."""
    is_date = _calendar(century)
    is_year, is_month = _period_masks(period, century)
    in_month = is_date & is_year[:, None, None] & is_month[None, :, None]
    is_day = (first_day <= TWO_DIGITS) & (last_day >= TWO_DIGITS)
    is_inside = in_month & is_day[None, None, 1 : DAYS + 1]
    return DatePrior(
        possible=_possible(period, century, is_date, in_month, is_inside),
        is_date=is_date.astype(float),
        is_inside=is_inside.astype(float),
        years=_shares(is_year),
        months=_shares(is_month),
        days=_shares(is_day),
        no_days=_no_days(is_date[is_year] if is_year.any() else is_date),
        no_months=_shares((TWO_DIGITS < 1) | (TWO_DIGITS > MONTHS)),
        special_years=_special_years(period, century),
        is_leap=np.asarray(is_date[:, 1, 28]),
        any_impossible=IMPOSSIBLE
        * (1.0 - IMPOSSIBLE_DAY - IMPOSSIBLE_MONTH)
        / (WRITABLE_DATES - int(is_date.sum())),
    )


def _possible(
    period: Period | None,
    century: int,
    is_date: NDArray[np.bool_],
    in_month: NDArray[np.bool_],
    is_inside: NDArray[np.bool_],
) -> DateTable:
    layers = [(IN_WINDOW, is_inside), (REST_OF_MONTH, in_month & ~is_inside)]
    if period is not None:
        years = century * 100 + np.arange(YEARS)[:, None, None] - period.year
        months = np.arange(1, MONTHS + 1)[None, :, None] - period.month
        distance = np.abs(years * MONTHS + months)
        in_window = is_date & is_inside.any(axis=(0, 1))
        layers += [
            (NEIGHBOUR_WINDOWS, in_window & (distance == 1)),
            (NEIGHBOUR_MONTHS, is_date & ~in_window & (distance == 1)),
            (OTHER_MONTHS, in_window & (years == 0) & (distance > 1)),
            (NEIGHBOUR_YEARS, in_window & (distance == MONTHS)),
            (OTHER_YEARS, in_window & (months == 0) & (distance > MONTHS)),
        ]
    table = sum((share * _shares(mask) for share, mask in layers), np.zeros(is_date.shape))
    # Whatever has no layer of its own, or whose layer is empty, is spread over the whole calendar.
    return np.asarray(table + (1.0 - IMPOSSIBLE - float(table.sum())) * _shares(is_date))


def _period_masks(period: Period | None, century: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    if period is None:
        return np.ones(YEARS, bool), np.ones(MONTHS, bool)
    years = century * 100 + np.arange(YEARS)
    return years == period.year, np.arange(1, MONTHS + 1) == period.month


def _special_years(period: Period | None, century: int) -> NDArray[np.intp]:
    if period is None:
        return np.zeros(0, np.intp)
    years = period.year - century * 100 + np.arange(-1, 2)
    return years[(years >= 0) & (years < YEARS)]


def _calendar(century: int) -> NDArray[np.bool_]:
    """(100, 12, 31): which of them are dates."""
    lengths = np.array(
        [[_days_in(century * 100 + year, month) for month in range(1, MONTHS + 1)] for year in range(YEARS)]
    )
    return np.asarray(np.arange(1, DAYS + 1)[None, None, :] <= lengths[:, :, None])


def _days_in(year: int, month: int) -> int:
    return monthrange(year, month)[1] if MINYEAR <= year <= MAXYEAR else 0


def _no_days(is_date: NDArray[np.bool_]) -> NDArray[np.float64]:
    no_day = np.ones((MONTHS, len(TWO_DIGITS)), bool)
    no_day[:, 1 : DAYS + 1] = ~is_date.any(axis=0)
    return np.asarray(no_day / no_day.sum(axis=1, keepdims=True))


def _shares(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """1 split evenly over the entries that are set; all zero if none is."""
    return np.asarray(mask / max(int(mask.sum()), 1))
