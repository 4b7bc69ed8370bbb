"""A line of digits without cells, read whole, made safe to reason with.

Whole values stay whole where values are weighed, as a reading is against its meter. Where characters are
weighed, as an account is against the registry, they become the cells of the likeliest length.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from forms_ocr.model import CLASSES, OTHER, Candidate

CERTAINLY_EMPTY = 0.99
"""Below, a line that seems empty is one that cannot be read: of nothing there is never much doubt."""

SUM_TOLERANCE = 1e-3
_DIGITS = CLASSES[:10]


def are_sound(numbers: Sequence[Candidate]) -> bool:
    """Values of digits, each once, with posteriors that sum to at most 1; NaN fails."""
    values = [number.value for number in numbers]
    return (
        all(set(value) <= set(_DIGITS) for value in values)
        and len(set(values)) == len(values)
        and all(0.0 <= number.posterior <= 1.0 for number in numbers)
        and sum(number.posterior for number in numbers) <= 1.0 + SUM_TOLERANCE
    )


def rows_of_numbers(numbers: Sequence[Candidate]) -> list[list[float]]:
    """P(class) of one cell a digit, by the values of the length that has the most posterior in all.

    A cell is ``other`` as far as the line is no number of that length; all cells together are digits with
    just the posterior of that length.

    Args:
        numbers: Sound.

    Returns:
        No row for a line that is certainly empty, one that says ``other`` where nothing can be read.
    """
    by_length: defaultdict[int, list[Candidate]] = defaultdict(list)
    for number in numbers:
        by_length[len(number.value)].append(number)
    length = max(by_length, key=lambda each: (_posterior(by_length[each]), each), default=0)
    share = min(1.0, _posterior(by_length[length]))
    if length == 0:
        return [] if share >= CERTAINLY_EMPTY else [_row({}, 0.0)]
    return [_row(_digits_at(by_length[length], place), share ** (1.0 / length)) for place in range(length)]


def _posterior(numbers: Sequence[Candidate]) -> float:
    return sum(number.posterior for number in numbers)


def _digits_at(numbers: Sequence[Candidate], place: int) -> Mapping[str, float]:
    """P(digit) at a place of numbers of one length, given that it is one of them."""
    shares: defaultdict[str, float] = defaultdict(float)
    total = _posterior(numbers) or 1.0
    for number in numbers:
        shares[number.value[place]] += number.posterior / total
    return shares


def _row(digits: Mapping[str, float], certainty: float) -> list[float]:
    row = [certainty * digits.get(character, 0.0) for character in CLASSES]
    row[OTHER] = max(0.0, 1.0 - sum(row))
    return row
