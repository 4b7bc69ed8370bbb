"""Which reading a slip gives, and whether the meter can show it.

The ink says which strings may stand in the comb, the registry which of them the meter can be expected to
show. Both are weighed over whole readings, not digit by digit: where the meter stands leaves its first digits
nearly known and its last ones open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forms_ocr.decision.cells import DIGITS, Cells
from forms_ocr.decision.decode import best_candidates, left_aligned
from forms_ocr.decision.meter_prior import ANYTHING
from forms_ocr.model import Account, Candidate

MAX_ROLL_OVER = 0.05
"""A meter went round when the consumption that this means is at most this share of its range a month: 500 on
four dials, a month of heating; more than that is likelier a wrong reading."""

MAX_ROLL_OVER_EVER = 0.3
"""And at most this share after however many months."""

STRANGER_SUPPORT = 1.0 / 3.0
"""Of a reading by somebody who is not in the registry: meters have four, five or six dials."""

MIN_RESOLVED_POSTERIOR = 0.03
MAX_RESOLVED_CELLS = 1
"""What is expected may overrule one cell, and only where its ink leaves this much room."""

UNRESOLVED_CONFIDENCE = 0.5
"""Highest confidence of a reading that breaks one of these bounds: a proposal."""


@dataclass(frozen=True, slots=True)
class MeterReading:
    """What the reading says: the most likely digits, "" if none, and P(they were written)."""

    value: str
    confidence: float
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class ReadingInk:
    """The readings that the ink allows.

    Attributes:
        strings: Each once, the likely ones best first, then the best one with each digit exchanged.
        posteriors: (S,) P(string | every cell holds a digit or nothing), from the cells alone.
        values, lengths: (S,) the strings as numbers, and their digits; 0 for the empty string.
        p_legible: P(every cell holds a digit or nothing).
        p_unlisted: P(some other string | legible).
        cells: As they were read.
    """

    strings: tuple[str, ...]
    posteriors: NDArray[np.float64]
    values: NDArray[np.int64]
    lengths: NDArray[np.int64]
    p_legible: float
    p_unlisted: float
    cells: Cells

    def likelihoods(self, support: NDArray[np.float64]) -> NDArray[np.float64]:
        """(K,) how much better the ink fits these meters than somebody's who is not in the registry.

        Args:
            support: (K, S) of :func:`forms_ocr.decision.meter_prior.reading_support`.
        """
        return np.asarray((support @ self.posteriors + self.p_unlisted) / STRANGER_SUPPORT)


def line_ink(numbers: Sequence[Candidate], cells: Cells) -> ReadingInk:
    """What may be written on a line without cells: the numbers as they were read, whatever their lengths.

    Args:
        numbers: As a reader gave them; unsound ones count for nothing.
        cells: What :func:`forms_ocr.decision.cells.cells_of` makes of them.
    """
    numbers = numbers if cells.is_sound else ()
    p_legible = min(1.0, sum(number.posterior for number in numbers))
    weighted = [(number.posterior / p_legible, number.value) for number in numbers if number.posterior > 0]
    weighted = weighted or [(1.0, "")]
    if len(weighted[0][1]) == len(cells):
        weighted += _one_digit_off(weighted, cells.given_legible())
    return _listed(weighted, cells, p_legible)


def reading_ink(cells: Cells) -> ReadingInk:
    """What may be written in the comb of a reading: it begins in the first cell and leaves the rest empty."""
    legible = cells.given_legible()
    weighted = left_aligned(legible)
    weighted += _one_digit_off(weighted, legible)
    return _listed(weighted, cells, cells.p_legible)


def _listed(weighted: Sequence[tuple[float, str]], cells: Cells, p_legible: float) -> ReadingInk:
    strings = tuple(string for _, string in weighted)
    posteriors = np.array([posterior for posterior, _ in weighted])
    return ReadingInk(
        strings=strings,
        posteriors=posteriors,
        values=np.array([int(string or 0) for string in strings], np.int64),
        lengths=np.array([len(string) for string in strings], np.int64),
        p_legible=p_legible,
        p_unlisted=max(0.0, 1.0 - float(posteriors.sum())),
        cells=cells,
    )


def _one_digit_off(weighted: list[tuple[float, str]], cells: Cells) -> list[tuple[float, str]]:
    """The best string with one digit exchanged, where that is not listed already.

    Each of them is unlikely, but a meter that speaks against the best string may speak for one of them.
    """
    posterior, best = weighted[0]
    if not best or cells.has_gap:
        return []
    listed = {string for _, string in weighted}
    off = []
    for place, row in enumerate(cells.digits[: len(best)]):
        head, tail, share = best[:place], best[place + 1 :], posterior / row[int(best[place])]
        for digit in range(DIGITS):
            string = f"{head}{digit}{tail}"
            if string not in listed:
                off.append((share * row[digit], string))
    return off


def read_meter(ink: ReadingInk, support: NDArray[np.float64] | None) -> MeterReading:
    """Decide which reading was written.

    Args:
        support: (S,) how far the account's meter speaks for each string; None leaves every length and value
            as likely.
    """
    is_expected = support is not None
    support = np.ones(len(ink.strings)) if support is None else support
    weights = support * ink.posteriors
    # What is not listed has two digits wrong or more; nothing speaks for it that does not speak for the best.
    total = float(weights.sum()) + ink.p_unlisted * max(ANYTHING, float(support[0]))
    order = np.argsort(-weights, kind="stable")[:5].tolist()
    ranked = [(float(weights[i]) / total * ink.p_legible, ink.strings[i]) for i in order]
    confidence, value = ranked[0]
    if is_expected and not ink.cells.backs(value, MAX_RESOLVED_CELLS, MIN_RESOLVED_POSTERIOR):
        confidence = min(confidence, UNRESOLVED_CONFIDENCE)
    return MeterReading(value, min(1.0, confidence), best_candidates(ranked))


def is_wrong_length(value: str, account: Account) -> bool:
    """The reading has not as many digits as the meter has dials."""
    return len(value) != account.dials


def is_below_last(value: str, account: Account, months: float = 1.0) -> bool:
    """The reading is below the last one, and the meter did not go round in so many months."""
    if not account.last_reading or is_wrong_length(value, account):
        return False
    span: int = 10**account.dials
    most = min(MAX_ROLL_OVER * max(months, 1.0), MAX_ROLL_OVER_EVER) * span
    return int(value) < int(account.last_reading) and used_since_last(value, account) > most


def is_implausible_jump(value: str, account: Account, months: float, max_monthly_kwh: float) -> bool:
    """More was used than any household uses in so many months."""
    if not account.last_reading or is_wrong_length(value, account) or is_below_last(value, account, months):
        return False
    return used_since_last(value, account) > max_monthly_kwh * max(months, 1.0)


def used_since_last(value: str, account: Account) -> int:
    """What the meter counted since the last reading, round the dials if the reading is below it."""
    span: int = 10**account.dials
    return (int(value) - int(account.last_reading)) % span
