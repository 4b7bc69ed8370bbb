"""Which date a slip carries: the cells' posteriors against what people write on a slip of this period.

The prior puts most on the days of the window and little, but not nothing, on every other date and on
dates that do not exist. A late date that is clearly written stays late; only where the ink leaves a doubt
does the window speak.

A day or month below ten may stand as one digit in either cell. So may one of which a digit left no ink: what
that digit was is proposed, never believed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forms_ocr.decision.cells import DIGITS, TINY, Cells, all_hold_digits
from forms_ocr.decision.date_prior import (
    DAYS,
    IMPOSSIBLE,
    IMPOSSIBLE_DAY,
    IMPOSSIBLE_MONTH,
    MONTHS,
    DatePrior,
    date_prior,
)
from forms_ocr.decision.decode import PLAUSIBLE, best_candidates
from forms_ocr.model import Candidate, Period

OWN_YEARS = 3
"""Years kept apart because the ink says so; what lies further down could only be a wrong guess."""

ONE_DIGIT = 0.1
"""Share of the days and months below ten that are written without their zero, assumed."""

UNSEEN = 0.01
"""Share of the digits of a day or month that leave no ink anybody finds, assumed high: it keeps a "2" with an
empty cell behind it from being taken for the second of the month when the window begins on the 23rd."""

MIN_EMPTY = 1e-3
"""Below, a cell's being empty changes no weight that matters."""

TwoDigits = NDArray[np.float64]
"""(100,) P(number) of two cells."""


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """The cells of the three parts of a date. ``year`` holds two digits, or four with its century."""

    day: Cells
    month: Cells
    year: Cells
    century: int = 20

    @property
    def parts(self) -> tuple[Cells, Cells, Cells]:
        """Day, month, year."""
        return self.day, self.month, self.year

    def without_smudges(self) -> WrittenDate:
        """See :meth:`forms_ocr.decision.cells.Cells.without_smudges`."""
        day, month, year = (part.without_smudges() for part in self.parts)
        return WrittenDate(day, month, year, self.century)

    @property
    def is_readable(self) -> bool:
        """The parts have as many cells as a date, and their evidence can be reasoned with."""
        lengths = (len(self.day), len(self.month), len(self.year))
        return lengths in {(2, 2, 2), (2, 2, 4)} and all(part.is_sound for part in self.parts)


@dataclass(frozen=True, slots=True)
class DateReading:
    """What the date says.

    Attributes:
        value: ISO, "" when there is none or it is impossible.
        confidence: P(this date was written).
        parts: Day, month and year as digits, each with P(it is right).
        p_outside: P(a possible date outside the window was written).
        p_impossible: P(a date that does not exist was written).
    """

    value: str
    confidence: float
    candidates: tuple[Candidate, ...] = ()
    parts: tuple[Candidate, ...] = ()
    is_inside: bool = False
    p_outside: float = 0.0
    p_impossible: float = 0.0


def read_date(written: WrittenDate, period: Period | None, first_day: int, last_day: int) -> DateReading:
    """Decide which date was written.

    Args:
        written: Cells of the parts.
        period: None leaves month and year open.
        first_day, last_day: The window inside the period's month, both inclusive.
    """
    if not written.is_readable or any(part.is_blank for part in written.parts):
        return _as_read(written, 0.0)  # nobody wrote the date that the prior would propose
    prior = date_prior(period, first_day, last_day, written.century)
    day, month, years = _number_of(written.day), _number_of(written.month), _two_digits(written.year)
    if len(written.year) == 4:
        years = years * _two_digits(written.year.part(0, 2))[written.century % 100]
    dates = _weigh(day, month, years, prior)
    impossible = _impossible(day.as_read, month.as_read, years, prior)
    impossible += prior.any_impossible * dates.p_no_date
    p_readable = day.p_readable * month.p_readable * all_hold_digits(written.year)
    scale = p_readable / (float(dates.proposed.sum()) + impossible)
    return _best_of(_scaled(dates, scale), impossible * scale, written)


def _two_digits(cells: Cells) -> TwoDigits:
    tens, ones = cells.digits[-2:]
    return np.outer(tens, ones).ravel()


@dataclass(frozen=True, eq=False, slots=True)
class _Number:
    """A day or month.

    Attributes:
        as_read: P(number) from the digits that are there; sums to 1.
        proposed: The same, and on top of it the numbers of which one digit left no ink. The same array where
            no cell looks empty.
        p_readable: P(there is one digit at least, and nothing but digits).
    """

    as_read: TwoDigits
    proposed: TwoDigits
    p_readable: float


def _number_of(cells: Cells) -> _Number:
    """Two digits, or one in either cell."""
    pair = _two_digits(cells)
    if max(cells.is_empty) < MIN_EMPTY:
        return _Number(pair, pair, all_hold_digits(cells))
    tens, ones = (np.asarray(digits) for digits in cells.digits)
    first, last = cells.is_digit[0] * cells.is_empty[1] * tens, cells.is_empty[0] * cells.is_digit[1] * ones
    as_read = (all_hold_digits(cells) + TINY) * pair
    as_read[:DIGITS] += ONE_DIGIT * first + (ONE_DIGIT + UNSEEN) * last  # an unseen zero changes nothing
    unseen = UNSEEN * np.repeat(first, DIGITS)
    unseen[DIGITS:] += UNSEEN * np.tile(last, DIGITS - 1)
    total = float(as_read.sum())
    p_readable = all_hold_digits(cells) + float(first.sum() + last.sum())
    return _Number(as_read / total, (as_read + unseen) / total, min(1.0, p_readable))


@dataclass(frozen=True, eq=False, slots=True)
class _Dates:
    """The dates of the century with their weights.

    Attributes:
        years: (Y,) the years that stand for themselves; two more rows hold all other leap and common years.
        weights: (Y + 2, 12, 31) prior times likelihood of the dates as they are read.
        proposed: The same with those of which a digit left no ink.
        is_inside: The same shape, 1 inside the window.
        p_no_date: P(the digits make no date), from the cells alone.
    """

    years: NDArray[np.intp]
    weights: NDArray[np.float64]
    proposed: NDArray[np.float64]
    is_inside: NDArray[np.float64]
    p_no_date: float


def _scaled(dates: _Dates, scale: float) -> _Dates:
    weights = dates.weights * scale
    proposed = weights if dates.proposed is dates.weights else dates.proposed * scale
    return replace(dates, weights=weights, proposed=proposed)


def _weigh(day: _Number, month: _Number, years: TwoDigits, prior: DatePrior) -> _Dates:
    """Weights of all dates; years that neither prior nor ink single out are added up, for there are many."""
    own = np.union1d(prior.special_years, np.argpartition(-years, OWN_YEARS)[:OWN_YEARS])
    is_rest = np.ones(len(years), bool)
    is_rest[own] = False
    leap, common = np.flatnonzero(is_rest & prior.is_leap), np.flatnonzero(is_rest & ~prior.is_leap)
    likely = np.concatenate([years[own], [years[leap].sum(), years[common].sum()]])
    rows = np.concatenate([own, leap[:1], common[:1]])
    joint = likely[:, None, None] * _days_of_year(day.as_read, month.as_read)
    weights = joint * prior.possible[rows]
    is_complete = day.proposed is day.as_read and month.proposed is month.as_read
    return _Dates(
        years=own,
        weights=weights,
        proposed=weights
        if is_complete
        else likely[:, None, None] * _days_of_year(day.proposed, month.proposed) * prior.possible[rows],
        is_inside=prior.is_inside[rows],
        p_no_date=max(0.0, 1.0 - float((joint * prior.is_date[rows]).sum())),
    )


def _days_of_year(days: TwoDigits, months: TwoDigits) -> NDArray[np.float64]:
    """(12, 31)."""
    return np.outer(months[1 : MONTHS + 1], days[1 : DAYS + 1])


def _impossible(days: TwoDigits, months: TwoDigits, years: TwoDigits, prior: DatePrior) -> float:
    """Weight of the dates wrong in the day alone or in the month alone."""
    wrong_day = float((prior.months * months[1 : MONTHS + 1]) @ (prior.no_days @ days))
    wrong_month = float(prior.no_months @ months) * float(prior.days @ days)
    wrong = IMPOSSIBLE_DAY * wrong_day + IMPOSSIBLE_MONTH * wrong_month
    return IMPOSSIBLE * float(prior.years @ years) * wrong


def _best_of(dates: _Dates, p_impossible: float, written: WrittenDate) -> DateReading:
    """The best date of the years that stand for themselves; the weights are posteriors by now."""
    flat = dates.proposed[: len(dates.years)].ravel()
    best = int(flat.argmax())
    if p_impossible > flat[best]:
        return _as_read(written, p_impossible)
    rivals = [(float(flat[i]), _iso(dates, i, written)) for i in np.flatnonzero(flat >= PLAUSIBLE).tolist()]
    return DateReading(
        value=_iso(dates, best, written),
        confidence=min(1.0, float(dates.weights.ravel()[best])),
        candidates=best_candidates(sorted(rivals, key=lambda rival: (-rival[0], rival[1]))),
        parts=_marginals(dates, best, written),
        is_inside=bool(dates.is_inside.ravel()[best]),
        p_outside=float((dates.weights * (1.0 - dates.is_inside)).sum()),
    )


def _as_read(written: WrittenDate, p_impossible: float) -> DateReading:
    parts = tuple(Candidate(part.as_read, p_impossible) for part in written.parts)
    return DateReading("", 0.0, parts=parts, p_impossible=p_impossible)


def _marginals(dates: _Dates, best: int, written: WrittenDate) -> tuple[Candidate, ...]:
    row, month, day = _indexes(best)
    century = f"{written.century:02d}" if len(written.year) == 4 else ""
    posteriors = dates.weights
    return (
        Candidate(f"{day + 1:02d}", min(1.0, float(posteriors[:, :, day].sum()))),
        Candidate(f"{month + 1:02d}", min(1.0, float(posteriors[:, month].sum()))),
        Candidate(f"{century}{dates.years[row]:02d}", min(1.0, float(posteriors[row].sum()))),
    )


def _indexes(place: int) -> tuple[int, int, int]:
    row, rest = divmod(place, MONTHS * DAYS)
    month, day = divmod(rest, DAYS)
    return row, month, day


def _iso(dates: _Dates, place: int, written: WrittenDate) -> str:
    row, month, day = _indexes(place)
    return f"{written.century * 100 + int(dates.years[row]):04d}-{month + 1:02d}-{day + 1:02d}"
