"""Lists of answers as people and spreadsheets leave them."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms_ocr.cli.keyed import read_keyed
from forms_ocr.errors import ConfigurationError
from forms_ocr.model import Values

HEAD = "slip_id,account,reading,date,who"
ROW = "s1,121000000012,0563,2026-11-24,Анна"


def keyed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> list[tuple[str, Values]]:
    text = "\n".join(lines)
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: text)
    return [(answer.slip_id, answer.values) for answer in read_keyed(Path("keyed.csv"), 12)]


def test_rows_become_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert keyed(monkeypatch, HEAD, ROW) == [("s1", Values("121000000012", "0563", "2026-11-24"))]


def test_semicolons_russian_dates_and_columns_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    found = keyed(
        monkeypatch, "who;date;office;slip_id;account;reading", "A;24.11.2026;x;s1;121000000012;0563"
    )
    assert found == [("s1", Values("121000000012", "0563", "2026-11-24"))]


def test_rows_that_nobody_keyed_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert keyed(monkeypatch, HEAD, "s1,,,,", ",,,,", ROW.replace("s1", "s2"))[0][0] == "s2"


def test_an_unreadable_slip_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert keyed(monkeypatch, HEAD, "s1,,,,Анна") == [("s1", Values("", "", ""))]


def test_the_same_row_twice_is_one_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(keyed(monkeypatch, HEAD, ROW, ROW)) == 1


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("s1,1.21E+11,0563,2026-11-24,A", "line 2: account: 8 characters, not 12 digits"),
        ("s1,12100000001²,0563,2026-11-24,A", "account"),
        ("s1,121000000012,5 63,2026-11-24,A", "line 2: reading: not 1 to 10 digits"),
        ("s1,121000000012,0563,2026-02-30,A", "line 2: date: no date"),
        ("s1,121000000012,0563,20261124,A", "line 2: date: no date"),
        ("s1,121000000012,0563,2026-11-24,", "line 2: who: empty"),
        (f"s1,121000000012,0563,2026-11-24,{'A' * 61}", "who: at most 60"),
        (",121000000012,0563,2026-11-24,A", "slip_id: empty"),
        ("s1,121000000012,0563,2026-11-24,A,more", "6 values under 5 columns"),
        (f"{ROW}\n{ROW.replace('0563', '0663')}", "another thing of s1 than on line 2"),
    ],
)
def test_a_fault_is_told_with_its_line(monkeypatch: pytest.MonkeyPatch, row: str, fault: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        keyed(monkeypatch, HEAD, row)
    assert fault in str(raised.value)


def test_all_faults_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError) as raised:
        keyed(monkeypatch, HEAD, "s1,12,0563,24/11,A", ROW, "s3,121000000012,x,2026-11-24,A")
    assert len(raised.value.faults) == 3


def test_missing_columns_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError) as raised:
        keyed(monkeypatch, "slip_id,account", "s1,2")
    assert len(raised.value.faults) == 3
