"""Which reading a slip gives, and whether the meter can show it."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from forms_ocr.decision.cells import Cells
from forms_ocr.decision.decode import best_candidates, left_aligned
from forms_ocr.model import Account, Candidate

BREAKS_A_RULE = 0.05
"""Weight of a reading that breaks a rule beside one that keeps all: readings below the last and of wrong
length are a few in a hundred. It settles nothing by itself: of a tie between two digits it leaves 5 %
doubt."""

MAX_ROLL_OVER = 0.05
"""A meter went round when the consumption that this means is at most this share of its range: 500 on four
dials, some months of heating with gas; more than that is likelier a wrong reading."""


@dataclass(frozen=True, slots=True)
class MeterReading:
    """What the reading says: the most likely digits, "" if none, and P(they were written)."""

    value: str
    confidence: float
    candidates: tuple[Candidate, ...] = ()


def read_meter(cells: Cells, account: Account | None) -> MeterReading:
    """Decide which reading was written.

    Args:
        cells: The reading begins in the first cell and leaves the rest empty.
        account: Gives the dials and the last reading; None leaves every length and value as likely.
    """
    strings = left_aligned(cells)
    weights = [_weight(value, account) for _, value in strings]
    weighted = [
        (posterior * weight, value) for (posterior, value), weight in zip(strings, weights, strict=True)
    ]
    p_legible = prod(digit + empty for digit, empty in zip(cells.is_digit, cells.is_empty, strict=True))
    # Legible strings not listed are neighbours of the best, as good or bad; the illegible may be any reading.
    unlisted = max(0.0, p_legible - sum(posterior for posterior, _ in strings)) * weights[0]
    total = sum(weight for weight, _ in weighted) + unlisted + max(0.0, 1.0 - p_legible)
    ranked = sorted(((weight / total, value) for weight, value in weighted), key=lambda c: (-c[0], c[1]))
    confidence, value = ranked[0]
    return MeterReading(value, min(1.0, max(0.0, confidence)), best_candidates(ranked))


def _weight(value: str, account: Account | None) -> float:
    if account is None or not value:
        return 1.0
    return BREAKS_A_RULE if is_wrong_length(value, account) or is_below_last(value, account) else 1.0


def is_wrong_length(value: str, account: Account) -> bool:
    """The reading has not as many digits as the meter has dials."""
    return len(value) != account.dials


def is_below_last(value: str, account: Account) -> bool:
    """The reading is below the last one, and the meter did not go round."""
    if not account.last_reading or is_wrong_length(value, account):
        return False
    consumption = int(value) - int(account.last_reading)
    span: int = 10**account.dials
    return consumption < 0 and consumption % span > MAX_ROLL_OVER * span
