"""Exact bounds on rare errors: what so many wrong among so many say about the rest.

SciPy is imported where a bound is asked for: it takes longer to load than all else that most commands need.
"""

from __future__ import annotations

LEVEL = 0.95
"""How certain a bound is, one-sided."""


def upper_bound(events: int, trials: int, level: float = LEVEL) -> float:
    """One-sided upper bound of a rate (Clopper and Pearson 1934); 1 without trials."""
    if events >= trials:
        return 1.0
    from scipy.special import betaincinv  # noqa: PLC0415

    return float(betaincinv(events + 1, trials - events, level))


def trials_needed(events: int, max_rate: float, level: float = LEVEL) -> int:
    """The fewest trials with so many events whose upper bound is no more than ``max_rate``.

    Args:
        max_rate: Above 0; ``ValueError`` otherwise, since nothing ever shows that a rate is 0.
    """
    if not max_rate > 0.0:
        raise ValueError(f"a rate of {max_rate} cannot be confirmed by any number of trials")
    low, high = events, events + 1
    while not _confirms(events, high, max_rate, level):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if _confirms(events, middle, max_rate, level):
            high = middle
        else:
            low = middle
    return high


def _confirms(events: int, trials: int, max_rate: float, level: float) -> bool:
    """So few events would be this rare at the highest rate; the same as the upper bound being below it."""
    from scipy.special import bdtr  # noqa: PLC0415

    return max_rate >= 1.0 or float(bdtr(events, trials, max_rate)) <= 1.0 - level
