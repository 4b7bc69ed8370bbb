"""Households of every kind: what they use in a month, how often they report, where they live.

Deliberately nothing like the prior with which readings are decided (:mod:`forms_ocr.decision.meter_prior`): a
mixture of kinds of homes with seasons and gaps, so that a measurement on them says something about others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from forms_ocr.model import Account

_WINTER = frozenset({11, 12, 1, 2, 3})
_FLATS_A_HOUSE = 80


@dataclass(frozen=True, slots=True)
class _Home:
    """A kind of home.

    Attributes:
        share: Of all homes.
        shape, mean_kwh: Of the gamma distribution of the use in a month of the average season.
        winter, summer: Factors of the season.
    """

    share: float
    shape: float
    mean_kwh: float
    winter: float = 1.0
    summer: float = 1.0


_HOMES = (
    _Home(share=0.42, shape=3.0, mean_kwh=130.0, winter=1.1, summer=0.9),  # flats with gas
    _Home(share=0.28, shape=4.0, mean_kwh=260.0, winter=1.15, summer=0.85),  # flats with an electric stove
    _Home(share=0.12, shape=2.0, mean_kwh=900.0, winter=1.7, summer=0.3),  # houses heated with electricity
    _Home(share=0.09, shape=1.0, mean_kwh=40.0, winter=0.3, summer=1.8),  # summer cottages
    _Home(share=0.07, shape=0.3, mean_kwh=4.0),  # vacant: nothing, or a doorbell
    _Home(share=0.02, shape=1.5, mean_kwh=1800.0),  # workshops, greenhouses
)
_GAPS = ((0.84, 1, 1), (0.09, 2, 3), (0.05, 4, 12), (0.02, 13, 30))
"""Share, and the fewest and most months since the last reading."""

_MAX_SHARE_OF_RANGE = 0.45
"""No household goes round half its meter between two readings."""


def draw_gap_months(rng: np.random.Generator) -> int:
    """Months since the last reading; most report every month."""
    _, fewest, most = _GAPS[int(rng.choice(len(_GAPS), p=[share for share, *_ in _GAPS]))]
    return int(rng.integers(fewest, most + 1))


def draw_use_kwh(rng: np.random.Generator, account: Account, day: date) -> int:
    """What a household used between its last reading and ``day``, month by month.

    The kind of home belongs to the account, so that two slips of it are alike.
    """
    home = _home_of(account)
    months = _months_between(account.last_date, day)
    seasons = [home.winter if _month_before(day, back) in _WINTER else home.summer for back in range(months)]
    used = sum(float(rng.gamma(home.shape, home.mean_kwh * season / home.shape)) for season in seasons)
    return min(round(used), int(_MAX_SHARE_OF_RANGE * 10**account.dials))


def _home_of(account: Account) -> _Home:
    kind = np.random.default_rng(int(account.account)).choice(len(_HOMES), p=[home.share for home in _HOMES])
    return _HOMES[int(kind)]


def _months_between(first: date | None, last: date) -> int:
    if first is None:
        return 1
    return max(1, (last.year - first.year) * 12 + last.month - first.month)


def _month_before(day: date, months: int) -> int:
    return (day.month - 1 - months) % 12 + 1


def house_and_flat(index: int) -> tuple[int, int]:
    """Where the account of this index lives when accounts were numbered from door to door.

    Returns:
        Index of the house, and the flat, counted from 1.
    """
    return index // _FLATS_A_HOUSE, index % _FLATS_A_HOUSE + 1
