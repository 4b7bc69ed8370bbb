"""The day on which a scan was made, as the scanner wrote it into the file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

_DAY = re.compile(r"\s*(?:D:)?(\d{4})[-:]?(\d{2})[-:]?(\d{2})")
"""Exif and TIFF write ``2026:11:24 10:02:00``, PDF ``D:20261124100200+03'00'``. The day is the one that
stands there: that of the clock on the scanner, wherever it is."""


def latest_day(stamps: Iterable[object]) -> date | None:
    """The latest of some time stamps, None if none of them is a day.

    The latest: programs that touch a file later may write the time anew, and what is asked is on which day
    the paper was on the glass at the latest.
    """
    return max((day for day in map(_day, stamps) if day is not None), default=None)


def _day(stamp: object) -> date | None:
    match = _DAY.match(str(stamp)) if stamp is not None else None
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:  # scanners without a clock write 0000:00:00
        return None
