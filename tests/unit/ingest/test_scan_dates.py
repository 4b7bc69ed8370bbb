"""The day of a scan, from the stamps of scanners."""

from __future__ import annotations

from datetime import date

import pytest

from forms_ocr.ingest.scan_date import latest_day


@pytest.mark.parametrize(
    "stamp",
    ["2026:11:24 23:59:59", "D:20261124235959+03'00'", "D:20261124", "2026-11-24T23:59:59Z", " 2026:11:24"],
)
def test_the_day_is_the_one_that_stands_there(stamp: str) -> None:
    assert latest_day([stamp]) == date(2026, 11, 24)


@pytest.mark.parametrize("stamp", [None, "", "0000:00:00 00:00:00", "2026:13:40", "yesterday", 7, b"\0"])
def test_what_is_no_day_is_none(stamp: object) -> None:
    assert latest_day([stamp]) is None


def test_the_latest_counts() -> None:
    assert latest_day(["2026:11:24", None, "D:20261125", "2020:01:01"]) == date(2026, 11, 25)
    assert latest_day([]) is None
