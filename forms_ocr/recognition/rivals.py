"""What else a cell may hold, for people who ask why."""

from __future__ import annotations

from forms_ocr.model import CLASSES, Candidate, Posteriors

BEYOND_DOUBT = 0.995
"""A cell whose first class is this likely needs no others beside it."""

MIN_POSTERIOR = 0.005
MOST_RIVALS = 2


def rivals_of(posteriors: Posteriors) -> tuple[tuple[Candidate, ...], ...]:
    """The next likeliest classes of each cell, their posteriors to four decimals.

    Args:
        posteriors: (N, 12), one row a cell. Rows that are no probabilities have no rivals.

    Returns:
        One entry a cell; () if no cell has any.
    """
    rivals = tuple(_rivals(row) for row in posteriors.tolist())
    return rivals if any(rivals) else ()


def _rivals(row: list[float]) -> tuple[Candidate, ...]:
    """A dozen numbers are sorted faster in a list than in an array."""
    if not max(row) < BEYOND_DOUBT:
        return ()
    order = sorted(range(len(row)), key=lambda index: -row[index])[1 : 1 + MOST_RIVALS]
    return tuple(
        Candidate(CLASSES[index], round(row[index], 4)) for index in order if row[index] >= MIN_POSTERIOR
    )
