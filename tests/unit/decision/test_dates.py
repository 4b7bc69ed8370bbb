"""Which date a slip carries."""

from __future__ import annotations

import pytest

from forms_ocr.decision.cells import Cells
from forms_ocr.decision.date_prior import date_prior
from forms_ocr.decision.dates import DateReading, WrittenDate, read_date
from forms_ocr.model import CLASSES, Period

PERIOD = Period(2026, 11)


def part(*shares: str | dict[str, float]) -> Cells:
    rows = []
    for share in shares:
        wanted = {share: 1.0} if isinstance(share, str) else share
        row = [wanted.get(name, 0.0) + 1e-5 for name in CLASSES]
        rows.append([value / sum(row) for value in row])
    return Cells(rows)


def read(
    day: Cells, month: Cells | None = None, year: Cells | None = None, period: Period | None = PERIOD
) -> DateReading:
    written = WrittenDate(day, month or part("1", "1"), year or part("2", "6"))
    return read_date(written, period, 23, 26)


@pytest.mark.parametrize("day", range(1, 31))
def test_every_clear_day_is_read_as_written(day: int) -> None:
    reading = read(part(*f"{day:02d}"))
    assert reading.value == f"2026-11-{day:02d}"
    assert reading.is_inside is (23 <= day <= 26)
    assert reading.confidence > 0.98


@pytest.mark.parametrize("month", range(1, 13))
def test_every_clear_month_is_read_as_written(month: int) -> None:
    assert read(part("2", "4"), part(*f"{month:02d}")).value == f"2026-{month:02d}-24"


def test_every_clear_year_is_read_as_written() -> None:
    for year in range(100):
        assert read(part("2", "4"), year=part(*f"{year:02d}")).value == f"20{year:02d}-11-24"


def test_a_year_of_four_cells_carries_its_century() -> None:
    reading = read(part("2", "4"), year=part(*"2026"))
    assert reading.value == "2026-11-24"
    assert reading.parts[2].value == "2026"
    assert read(part("2", "4"), year=part(*"1926")).value == ""


def test_the_window_settles_what_the_ink_leaves_open() -> None:
    reading = read(part("2", {"4": 0.5, "9": 0.5}))
    assert reading.value == "2026-11-24"
    assert reading.confidence > 0.97


def test_the_window_does_not_bend_a_late_date() -> None:
    reading = read(part("2", {"9": 0.995, "4": 0.005}))
    assert reading.value == "2026-11-29"


def test_two_days_of_the_window_stay_a_tie() -> None:
    assert read(part("2", {"3": 0.5, "5": 0.5})).confidence == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("day", "month", "year"), [("31", "11", "26"), ("00", "11", "26"), ("24", "00", "26"), ("29", "02", "26")]
)
def test_dates_that_do_not_exist_are_impossible(day: str, month: str, year: str) -> None:
    reading = read(part(*day), part(*month), part(*year), period=Period(2026, int(month) or 11))
    assert reading.value == ""
    assert reading.p_impossible > 0.5
    assert [candidate.value for candidate in reading.parts] == [day, month, year]


def test_a_leap_day_exists_in_a_leap_year() -> None:
    assert read(part("2", "9"), part("0", "2"), part("2", "8"), Period(2028, 2)).value == "2028-02-29"


def test_without_a_period_any_month_will_do() -> None:
    reading = read(part("2", "4"), part("0", "3"), part("3", "1"), period=None)
    assert reading.value == "2031-03-24"
    assert reading.is_inside
    assert reading.confidence > 0.99


def test_a_missing_digit_is_no_date_but_has_a_proposal() -> None:
    reading = read(part("2", "empty"))
    assert reading.confidence < 0.01
    assert reading.parts[0].value.startswith("2")


@pytest.mark.parametrize("cells", [("empty", "9"), ("9", "empty")])
def test_a_month_below_ten_may_stand_as_one_digit_in_either_cell(cells: tuple[str, str]) -> None:
    reading = read(part("2", "4"), part(*cells), period=Period(2026, 9))
    assert reading.value == "2026-09-24"
    assert reading.confidence > 0.98
    assert [candidate.value for candidate in reading.parts] == ["24", "09", "26"]


@pytest.mark.parametrize("cells", [("empty", "9"), ("9", "empty")])
def test_a_month_of_one_digit_outside_the_period_is_late_and_not_impossible(cells: tuple[str, str]) -> None:
    reading = read(part("2", "4"), part(*cells))
    assert (reading.value, reading.p_impossible) == ("2026-09-24", 0.0)
    assert reading.p_outside > 0.9


def test_a_day_below_ten_may_stand_as_one_digit() -> None:
    reading = read(part("4", "empty"))
    assert (reading.value, reading.is_inside) == ("2026-11-04", False)
    assert reading.confidence > 0.98


@pytest.mark.parametrize(
    ("day", "month", "proposed"),
    [
        (("2", "empty"), "11", "2026-11-2"),
        (("empty", "4"), "11", "2026-11-24"),
        (("2", "4"), "_1", "2026-11-24"),
    ],
)
def test_a_digit_that_may_have_left_no_ink_is_proposed_and_never_believed(
    day: tuple[str, str], month: str, proposed: str
) -> None:
    cells = [character.replace("_", "empty") for character in month]
    reading = read(part(*day), part(*cells))
    assert reading.value.startswith(proposed)
    assert reading.confidence < 0.01
    assert reading.p_outside < 0.2


@pytest.mark.parametrize("cells", [("empty", "0"), ("0", "empty")])
def test_a_lone_zero_is_no_month(cells: tuple[str, str]) -> None:
    assert read(part("2", "4"), part(*cells)).confidence < 0.01


@pytest.mark.parametrize("period", [PERIOD, None, Period(2000, 1), Period(2099, 12), Period(1999, 5)])
def test_the_prior_is_a_distribution(period: Period | None) -> None:
    prior = date_prior(period, 23, 26, 20)
    assert prior.possible.sum() == pytest.approx(0.99)
    assert (prior.possible[prior.is_date == 0] == 0).all()
    assert (prior.possible[prior.is_date == 1] > 0).all()
