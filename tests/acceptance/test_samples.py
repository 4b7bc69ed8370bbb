"""The samples, read: every row of the truth is met, nothing is lost, nothing is guessed; people's answers."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from pathlib import Path

import cv2
import pytest

from forms_ocr.errors import ExitCode
from forms_ocr.model import PageDisposition
from tests.acceptance.sample_run import (
    SAMPLES,
    SLIP_TABLES,
    Row,
    SampleRun,
    in_process,
    read_table,
    run_samples,
)

pytestmark = pytest.mark.acceptance

TRUTH = read_table(SAMPLES / "truth.csv")
TRUE_SLIPS = [row for row in TRUTH if row["slip"] != "0"]
TRUE_PAGES = [row for row in TRUTH if row["slip"] == "0"]

VALUES = ("account", "reading", "date", "signed")


def _name(row: Row) -> str:
    return f"{row['scan']}:{row['page']}:{row['slip']}"


def test_run_ends_with_the_code_for_some_quarantined(sample_run: SampleRun) -> None:
    assert sample_run.finished.returncode == ExitCode.QUARANTINED, sample_run.finished.stderr


@pytest.mark.parametrize("true", TRUE_SLIPS, ids=_name)
def test_slip_becomes_what_it_should(sample_run: SampleRun, true: Row) -> None:
    row = sample_run.slips[true["scan"], int(true["page"]), int(true["slip"])]
    assert row["disposition"] in true["disposition"].split("|"), row["reasons"]
    assert {*true["reasons"].split(";")} - {""} <= {*row["reasons"].split(";")}


@pytest.mark.parametrize("true", TRUE_SLIPS, ids=_name)
def test_accepted_values_are_right(sample_run: SampleRun, true: Row) -> None:
    row = sample_run.slips[true["scan"], int(true["page"]), int(true["slip"])]
    if row["disposition"] == "accepted":
        assert {name: row[name] for name in VALUES} == {name: true[name] for name in VALUES}
        assert row["reasons"] == ""


@pytest.mark.parametrize("true", TRUE_PAGES, ids=_name)
def test_page_without_slips_becomes_what_it_should(sample_run: SampleRun, true: Row) -> None:
    row = sample_run.pages[true["scan"], int(true["page"])]
    assert (row["disposition"], row["reason"], row["slips"]) == (true["disposition"], true["reasons"], "0")


def test_nothing_is_found_that_is_not_there(sample_run: SampleRun) -> None:
    assert {*sample_run.slips} == {(row["scan"], int(row["page"]), int(row["slip"])) for row in TRUE_SLIPS}
    assert {*sample_run.pages} == {(row["scan"], int(row["page"])) for row in TRUTH}


def test_every_page_and_slip_has_exactly_one_row(sample_run: SampleRun) -> None:
    pages = read_table(sample_run.exports / "pages.csv")
    slips = [row for name in SLIP_TABLES.values() for row in read_table(sample_run.exports / name)]
    assert max(Counter((row["scan"], row["page"]) for row in pages).values()) == 1
    assert max(Counter(row["slip_id"] for row in slips).values()) == 1
    on_page = Counter((row["scan"], row["page"]) for row in slips)
    assert {
        place: int(row["slips"]) for row in pages if (place := (row["scan"], row["page"])) in on_page
    } == on_page
    assert sum(int(row["slips"]) for row in pages) == len(slips)


@pytest.mark.parametrize(("disposition", "table"), SLIP_TABLES.items())
def test_table_holds_only_its_own_slips(sample_run: SampleRun, disposition: str, table: str) -> None:
    rows = read_table(sample_run.exports / table)
    assert rows
    assert {row["disposition"] for row in rows} == {disposition}


def test_summary_counts_what_the_tables_hold(sample_run: SampleRun) -> None:
    summary = json.loads((sample_run.exports / "summary.json").read_text(encoding="utf-8"))
    slips = Counter(row["disposition"] for row in sample_run.slips.values())
    expected_slips = {name: slips[name] for name in SLIP_TABLES}
    assert summary["slips"] == expected_slips | {"total": slips.total()}
    pages = Counter(row["disposition"] for row in sample_run.pages.values())
    expected_pages = {str(name): pages[name] for name in PageDisposition}
    assert summary["pages"] == expected_pages | {"total": pages.total()}
    offices = summary["offices"].values()
    assert sum(office["slips"]["total"] for office in offices) == slips.total()
    assert sum(office["pages"]["total"] for office in offices) == pages.total()


def test_report_needs_nothing_but_itself(sample_run: SampleRun) -> None:
    report = (sample_run.exports / "report.html").read_text(encoding="utf-8")
    assert "http:" not in report
    assert "https:" not in report
    assert all(
        row["slip_id"] in report for row in sample_run.slips.values() if row["disposition"] == "review"
    )


def test_contradicting_slips_have_their_pictures_in_the_report(sample_run: SampleRun) -> None:
    report = (sample_run.exports / "report.html").read_text(encoding="utf-8")
    cards = [card.partition("</article>")[0] for card in report.split("<article ")[1:]]
    contradicting = [
        row["slip_id"] for row in sample_run.slips.values() if row["reasons"] == "conflicting_readings"
    ]
    assert len(contradicting) == 2
    for slip_id in contradicting:
        (card,) = [card for card in cards if slip_id in card]
        assert '<image id="picture-' in card
        assert 'href="data:image/jpeg' in card


@pytest.mark.slow  # with doubles of the stages: cli/test_run_command.py
def test_second_run_changes_nothing(sample_run: SampleRun) -> None:
    before = sample_run.files()
    again = run_samples(sample_run.workspace, "--workers", "2")
    assert again.finished.returncode == ExitCode.QUARANTINED, again.finished.stderr
    assert again.files() == before


@pytest.mark.slow  # with doubles of the stages: batch/test_batch_runs.py
def test_number_of_workers_changes_nothing(sample_run: SampleRun, tmp_path: Path) -> None:
    alone = run_samples(tmp_path / "workspace", "--workers", "1")
    assert alone.files() == sample_run.files()


# -- people's answers --------------------------------------------------------------------------


def test_pictures_of_the_blind_sample_show_slips_and_answers_measure_quality(
    sample_run: SampleRun, tmp_path: Path
) -> None:
    everything = tmp_path / "all.toml"
    everything.write_text("[budget]\nblind_share = 1.0\n")
    shutil.copytree(sample_run.workspace, tmp_path / "workspace")
    options = ("-w", tmp_path / "workspace", "--config", everything)
    assert in_process("answers", "sample", *options, "--out", tmp_path / "s.csv").exit_code == 0
    rows = read_table(tmp_path / "s.csv")
    accepted = [row for row in sample_run.slips.values() if row["disposition"] == "accepted"]
    assert {row["slip_id"] for row in rows} == {row["slip_id"] for row in accepted}
    for row in rows:
        picture = cv2.imread(row["picture"], cv2.IMREAD_GRAYSCALE)
        assert picture is not None
        assert picture.shape[1] > picture.shape[0] > 400

    truth = {(row["scan"], row["page"], row["slip"]): row for row in read_table(SAMPLES / "truth.csv")}
    with (tmp_path / "keyed.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("slip_id", "account", "reading", "date", "who"))
        for row in rows:
            true = truth[row["scan"], row["page"], row["slip"]]
            writer.writerow((row["slip_id"], true["account"], true["reading"], true["date"], "anna"))
    filed = in_process("answers", "import", tmp_path / "keyed.csv", *options)
    assert filed.exit_code == 0, filed.stderr
    said = in_process("quality", *options).stdout
    assert f"{len(rows)} │     0" in said
    assert "is not confirmed yet" in said


def test_a_slip_is_explained_to_a_clerk(sample_run: SampleRun) -> None:
    below = next(row for row in sample_run.slips.values() if row["reasons"] == "reading_below_last")
    said = in_process("explain", below["slip_id"], "-w", sample_run.workspace, "--lang", "ru")
    assert said.exit_code == 0, said.stderr
    assert "На проверку человеком: показание меньше предыдущего" in said.stdout
    assert "прошлое показание" in said.stdout
    assert "- Показание подходит к счётчику и к прошлому показанию" in said.stdout
    assert "+ Бланк подписан" in said.stdout
