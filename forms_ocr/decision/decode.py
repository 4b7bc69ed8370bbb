"""Posteriors of cells into the strings that may stand in them."""

from __future__ import annotations

from itertools import accumulate
from math import prod
from operator import mul

from forms_ocr.decision.cells import DIGITS, Cells
from forms_ocr.model import EMPTY, Candidate

PLAUSIBLE = 1e-3
"""A digit less likely than this in its cell is no candidate: calibrated posteriors below it are noise."""

MAX_STRINGS = 100
"""Strings kept where all cells are used: what two unreadable cells among clear ones make."""

MAX_LENGTHWISE = 16
"""Strings kept of each length where the rest of the comb may be empty; a person needs five."""

MAX_CANDIDATES = 5
"""What :class:`forms_ocr.model.FieldReading` holds."""

GAP_TRUST = 0.5
"""A value written with a gap before or inside may lack the digit that the pen skipped: a coin toss, for a
person."""


def likely_strings(cells: Cells, limit: int = MAX_STRINGS) -> list[tuple[float, str]]:
    """The most likely digit strings, given that every cell holds one digit.

    Args:
        cells: n cells, independent of each other.
        limit: Strings kept at most.

    Returns:
        ``(posterior, string)``, best first, ties by string; exact for strings of plausible digits
        (the best prefixes of the best strings are themselves among the best). At least one string.
    """
    beam = [(1.0, "")]
    for row in cells.digits:
        beam = _extend(beam, row, limit)
    return beam


def _extend(beam: list[tuple[float, str]], row: list[float], limit: int) -> list[tuple[float, str]]:
    best = max(row)
    if best > 1.0 - PLAUSIBLE:
        digit = str(row.index(best))
        return [(score * best, string + digit) for score, string in beam]
    options = [(p, str(digit)) for digit, p in enumerate(row) if p >= PLAUSIBLE]
    longer = [(score * p, string + digit) for score, string in beam for p, digit in options]
    longer.sort(key=lambda item: (-item[0], item[1]))
    return longer[:limit]


def left_aligned(cells: Cells) -> list[tuple[float, str]]:
    """The most likely strings of digits that begin in the first cell and leave the rest of the comb empty.

    Returns:
        ``(posterior, string)``, best first, ties by string. The posteriors sum to at most 1; what is
        missing is unreadable. The empty string stands for an unused comb and is always listed. Digits
        that begin later or have a gap are listed with ``GAP_TRUST`` of their posterior.
    """
    rests = list(accumulate(reversed(cells.is_empty), mul, initial=1.0))[::-1]
    found = [(rests[0], "")]
    beam = [(1.0, "")]
    for row, is_digit, rest in zip(cells.digits, cells.is_digit, rests[1:], strict=True):
        beam = _extend(beam, [p * is_digit for p in row], MAX_LENGTHWISE)
        if not beam or beam[0][0] < PLAUSIBLE:
            break  # nothing longer is plausible either
        if rest >= PLAUSIBLE:
            found += [(score * rest, string) for score, string in beam if score * rest >= PLAUSIBLE]
    if cells.has_gap:
        found.append((GAP_TRUST * _posterior_of_tops(cells), cells.as_read))
    if not cells.is_blank and not any(string for _, string in found):
        found += _guess(cells)
    found.sort(key=lambda item: (-item[0], item[1]))
    return found


def _guess(cells: Cells) -> list[tuple[float, str]]:
    """The best digits of cells that are unlikely to hold any, struck out ones among them: for a person."""
    length = max(index for index, top in enumerate(cells.tops) if top != EMPTY) + 1
    best = [max(row[:DIGITS]) for row in cells.rows[:length]]
    digits = "".join(str(row.index(p)) for row, p in zip(cells.rows[:length], best, strict=True))
    return [(prod(best), digits)] if min(best) > 0 else []


def _posterior_of_tops(cells: Cells) -> float:
    """P(every cell holds its most likely class), 0 if one of them is no digit."""
    return prod(
        row[top] if top < DIGITS or top == EMPTY else 0.0
        for row, top in zip(cells.rows, cells.tops, strict=True)
    )


def best_candidates(weighted: list[tuple[float, str]]) -> tuple[Candidate, ...]:
    """The first few as candidates; those that nobody would consider are left out."""
    return tuple(
        Candidate(string, min(1.0, posterior))
        for posterior, string in weighted[:MAX_CANDIDATES]
        if posterior >= PLAUSIBLE
    )
