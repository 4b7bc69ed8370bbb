"""Rows of text into columns."""

from __future__ import annotations

from forms_ocr.decision.registry import AccountColumns
from forms_ocr.registry.columns import ColumnReader
from forms_ocr.registry.faults import MAX_SHOWN, Faults

NAMES = ("account", "street", "house", "flat", "last_reading", "last_date", "dials", "status")
GOOD = ["121000417350", "ул. Ленина", "12", "", "00560", "2026-10-24", "5", "direct"]


def read(*rows: list[str]) -> tuple[AccountColumns, Faults]:
    reader = ColumnReader({name: place for place, name in enumerate(NAMES)}, len(NAMES), 12)
    reader.add(rows, range(2, 2 + len(rows)))
    return reader.finish()


def changed(**cells: str) -> list[str]:
    return [cells.get(name, cell) for name, cell in zip(NAMES, GOOD, strict=True)]


def faults_of(**cells: str) -> list[str]:
    return read(
        GOOD, changed(account="121000417351", **cells) if "account" not in cells else changed(**cells)
    )[1].sentences()


def test_good_rows_have_no_faults() -> None:
    columns, faults = read(GOOD, changed(account=" 000000000042 ", last_reading="", last_date=""))
    assert faults.sentences() == []
    assert columns.numbers.tolist() == [121000417350, 42]
    assert columns.last_readings.tolist() == [560, -1]
    assert columns.last_dates[1] == 0
    assert columns.streets[1] == "ул. Ленина"


def test_each_cell_is_checked() -> None:
    assert faults_of(account="12100041735") == ["line 3: account '12100041735' is not 12 digits"]
    assert faults_of(account="12100041735٣") == ["line 3: account '12100041735٣' is not 12 digits"]
    assert faults_of(last_reading="1,5") == ["line 3: last_reading '1,5' is not a whole number"]
    assert faults_of(last_reading="-15") == ["line 3: last_reading '-15' is not a whole number"]
    assert faults_of(last_reading="123456") == [
        "line 3: last_reading '123456' has more digits than the 5 dials"
    ]
    assert faults_of(last_date="24.10.2026") == [
        "line 3: last_date '24.10.2026' is not a date; write YYYY-MM-DD"
    ]
    assert faults_of(dials="0") == ["line 3: dials '0' is not a whole number from 1 to 9"]
    assert faults_of(status="Direct") == ["line 3: status 'Direct' is none of direct, managed, closed"]


def test_an_account_may_stand_there_once() -> None:
    assert read(GOOD, GOOD)[1].sentences() == ["line 3: account 121000417350 stands on line 2 already"]


def test_a_row_of_another_width_is_a_fault_and_an_empty_line_is_none() -> None:
    assert read(GOOD[:-1], [], GOOD)[1].sentences() == ["line 2: 7 cells where the header has 8"]


def test_all_faults_of_a_row_are_told() -> None:
    assert len(faults_of(account="1", dials="x", status="?")) == 3


def test_many_faults_are_counted() -> None:
    faults = Faults()
    for line in range(500, 0, -1):
        faults.add(line, "wrong")
    sentences = faults.sentences()
    assert sentences[:2] == ["line 1: wrong", "line 2: wrong"]
    assert len(sentences) == MAX_SHOWN + 1
    assert sentences[-1] == "and 480 more"
