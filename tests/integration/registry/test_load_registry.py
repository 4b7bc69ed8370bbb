"""A registry's CSV on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms_ocr.errors import ConfigurationError, ExitCode
from forms_ocr.registry import load_registry
from forms_ocr.registry.loader import ROWS_AT_ONCE

HEADER = "account,street,house,flat,last_reading,last_date,dials,status"
ROW = "000000417350,ул. Ленина,12,5,0560,2026-10-24,4,direct"


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    return tmp_path / "registry.csv"


def faults_of(path: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        load_registry(path)
    assert caught.value.exit_code is ExitCode.CONFIGURATION
    return caught.value.faults


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_registry_is_read(csv_file: Path, mark: str, newline: str) -> None:
    quoted = '000000417351,"ул. ""Мира"", б/н",12а,,,,5,managed'
    csv_file.write_bytes((mark + newline.join([HEADER, ROW, quoted, ""])).encode())
    registry = load_registry(csv_file)
    assert len(registry) == 2
    first, second = registry.find("000000417350"), registry.find("000000417351")
    assert first is not None
    assert second is not None
    assert (first.last_reading, first.house, first.flat) == ("0560", "12", "5")
    assert (second.street, second.last_reading, second.last_date) == ('ул. "Мира", б/н', "", None)


def test_columns_may_stand_in_any_order_among_others(csv_file: Path) -> None:
    names, cells = HEADER.split(","), ROW.split(",")
    csv_file.write_text(
        ",".join(["region", *reversed(names)]) + "\n" + ",".join(["R7", *reversed(cells)]) + "\n",
        encoding="utf-8",
    )
    found = load_registry(csv_file).find("000000417350")
    assert found is not None
    assert found.street == "ул. Ленина"


def test_faults_far_down_carry_their_line(csv_file: Path) -> None:
    rows = [ROW.replace("000000417350", f"{number:012d}") for number in range(ROWS_AT_ONCE + 2)]
    rows[0] = rows[0].replace("ул. Ленина", '"ул.\nЛенина"')
    rows[-1] = rows[-1].replace("direct", "gone")
    csv_file.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    line = ROWS_AT_ONCE + 4
    assert faults_of(csv_file) == (f"line {line}: status 'gone' is none of direct, managed, closed",)


def test_a_header_that_lacks_columns_names_them(csv_file: Path) -> None:
    csv_file.write_text("account;street;house\n", encoding="utf-8")
    faults = faults_of(csv_file)
    assert "line 1: column 'dials' is missing" in faults
    assert faults[-1].endswith("separated by commas")


def test_a_file_in_another_encoding_says_where(csv_file: Path) -> None:
    csv_file.write_bytes(f"{HEADER}\n{ROW}\n".encode() + ROW.encode("cp1251"))
    assert faults_of(csv_file) == ("line 3: not UTF-8; save the file as CSV in UTF-8",)


def test_no_file_no_rows_and_open_quotes_are_faults(csv_file: Path, tmp_path: Path) -> None:
    assert faults_of(tmp_path / "missing.csv")[0].startswith("cannot be opened")
    assert faults_of(tmp_path)[0].startswith("cannot be opened")
    csv_file.write_text(HEADER + "\n", encoding="utf-8")
    assert faults_of(csv_file) == ("line 2: no accounts; is this the registry?",)
    csv_file.write_text(f"{HEADER}\n{ROW.replace('direct', chr(34) + 'direct')}\n", encoding="utf-8")
    assert faults_of(csv_file)[0].startswith("no CSV")


def test_accounts_too_long_to_be_looked_up_are_a_fault(csv_file: Path) -> None:
    csv_file.write_text(f"{HEADER}\n{ROW.replace('000000417350', '9' * 20)}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="at most 18"):
        load_registry(csv_file, 20)
