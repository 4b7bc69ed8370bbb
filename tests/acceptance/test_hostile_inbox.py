"""An inbox full of hostile files: each ends in its rows with a clear reason, inside its limits."""

from __future__ import annotations

import csv
import re
import time
from collections import defaultdict

import pytest

from forms_ocr.errors import ExitCode
from forms_ocr.ingest.names import printable
from tests.acceptance.hostile_files import Hostile, hostile_files
from tests.acceptance.sample_run import Row, SampleRun, forms_ocr, in_process, read_table

LIMITS = "[ingest]\npage_timeout_s = 1.0\n[batch]\npage_timeout_s = 30.0\nworker_memory_mb = 1536\n"
FORMULA = re.compile(r"[=+\-@\t\r\n]")


@pytest.fixture(scope="module")
def files() -> list[Hostile]:
    return list(hostile_files())


@pytest.fixture(scope="module")
def hostile_run(files: list[Hostile], tmp_path_factory: pytest.TempPathFactory) -> SampleRun:
    folder = tmp_path_factory.mktemp("hostile")
    for file in files:
        path = folder / "inbox" / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    (folder / "limits.toml").write_text(LIMITS, encoding="utf-8")
    began_s = time.monotonic()
    finished = forms_ocr(
        *("run", folder / "inbox", "-w", folder / "workspace", "--period", "2026-11"),
        *("--config", folder / "limits.toml"),
        cwd=folder,
    )
    assert finished.returncode == ExitCode.QUARANTINED, finished.stderr
    assert time.monotonic() - began_s < 120
    return SampleRun(folder / "workspace", finished)


def test_each_ends_in_its_rows_with_a_clear_reason(hostile_run: SampleRun, files: list[Hostile]) -> None:
    rows: defaultdict[str, list[Row]] = defaultdict(list)
    for row in read_table(hostile_run.exports / "pages.csv"):
        rows[row["scan"].removeprefix("'")].append(row)
    wrong = {}
    for file in files:
        name = "/".join(printable(part) for part in file.name.split("/"))
        found = rows.pop(name, [])
        told = {row["reason"] or row["disposition"] for row in found} | {
            row["disposition"] for row in found[:1]
        }
        is_single = len({row["page"] for row in found}) == len(found) >= 1
        if not is_single or not told & file.wanted:
            wrong[file.name] = told or "no row"
    assert wrong == {}
    assert not rows


def test_nothing_in_the_tables_is_taken_for_a_formula(hostile_run: SampleRun) -> None:
    for path in hostile_run.exports.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert [cell for cell in cells if FORMULA.match(cell)] == []


def test_nothing_in_the_report_is_taken_for_markup(hostile_run: SampleRun) -> None:
    report = (hostile_run.exports / "report.html").read_text(encoding="utf-8")
    assert "<img src=x" not in report
    assert "<b>bold" not in report
    assert "\u202e" not in report
    assert "{{ 7 * 7 }}" in report


def test_nothing_was_unpacked_and_everything_adds_up(hostile_run: SampleRun) -> None:
    below = hostile_run.workspace.parent
    assert not list(below.rglob("escape.sh"))
    assert not list(below.rglob("autorun.pdf"))
    verified = in_process("verify", "-w", hostile_run.workspace)
    assert verified.exit_code == ExitCode.DONE, verified.stdout
