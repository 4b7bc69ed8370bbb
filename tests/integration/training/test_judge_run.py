"""The judge from the first sheet to the report, on drawn hands, with the program's own weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from forms_ocr import recognition
from training.judge.__main__ import Judgement, judge
from training.judge.rates import Table

_WEIGHTS = Path(recognition.__path__[0]) / "weights"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("judge")


@pytest.fixture(scope="module")
def tables(out: Path) -> dict[str, Table]:
    judgement = Judgement("", (_WEIGHTS,), out, out / "cache", pages=2, number_pages=1, threads=1)
    return {table.title: table for table in judge(judgement)}


def test_the_report_holds_every_table_and_picture(out: Path, tables: dict[str, Table]) -> None:
    assert {path.name for path in out.iterdir() if path.is_file()} == {
        *("report.md", "report.json"),
        *("reliability.png", "some_digits.png", "worst_digits.png", "worst_rest.png"),
    }
    text = (out / "report.md").read_text(encoding="utf-8")
    assert all(f"## {title}" in text for title in tables)
    found = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert [table["title"] for table in found["tables"]] == list(tables)


def test_the_programs_own_weights_read_drawn_hands(tables: dict[str, Table]) -> None:
    everything = tables["Digits of writers never seen"].as_json()["rows"][0]
    assert everything["glyphs"] > 200
    assert everything["right"]["share"] > 0.97
    letters = tables["What is not a digit"].as_json()["rows"][0]
    assert letters["other"]["share"] > 0.8


def test_numbers_are_read_in_their_cells(tables: dict[str, Table]) -> None:
    row = tables["Numbers by one writer, scanned"].as_json()["rows"][0]
    assert sum(row[kind]["trials"] for kind in ("ZIP codes", "amounts", "clock times")) > 20
    assert row["ZIP codes"]["share"] < 0.3


def test_cost_is_that_of_the_folder(tables: dict[str, Table]) -> None:
    row = tables["Cost"].as_json()["rows"][0]
    assert row["bytes"] == sum(path.stat().st_size for path in _WEIGHTS.glob("*_look.onnx"))
    assert 0 < float(row["ms a slip"]) < 200
