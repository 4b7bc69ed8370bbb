"""From accepted slips to people's answers, to quality, to a new cut, to the next run."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from forms_ocr import __version__
from forms_ocr.batch import Equipment
from forms_ocr.budget import (
    Budget,
    Cut,
    LabelledSlip,
    Learned,
    Reading,
    RegistryKind,
    Source,
    gather,
    is_sampled,
    learn_cut,
)
from forms_ocr.cli import main, reading
from forms_ocr.errors import ExitCode
from forms_ocr.model import (
    Disposition,
    FieldReading,
    PageDisposition,
    PageReading,
    Period,
    Reason,
    Record,
    Registration,
    Rules,
    SlipReading,
)
from forms_ocr.recognition import NetworkRecognizer
from forms_ocr.store import (
    ReceivedScan,
    ScanFindings,
    Workspace,
    open_ledger,
    page_entry,
    write_cut_file,
)
from forms_ocr.template import default_template_path, load_template
from tests.integration.batch.batch_doubles import build_line_reader, open_text_scan

NOVEMBER = Period(2026, 11)
SETTINGS = {"weights": "aa", "template": "form", "registry_kind": "sparse", "program": __version__}
SHARE = 0.3

Forms = Callable[..., Result]


def record(number: int) -> Record:
    """Every fifth slip is under review for its confidence, every seventh for its signature."""
    confidence = 0.95 if number % 5 == 0 else 0.9995
    reasons: tuple[Reason, ...] = (Reason.CONFIDENCE_TOO_LOW,) if number % 5 == 0 else ()
    reasons += (Reason.SIGNATURE_UNCERTAIN,) if number % 7 == 0 else ()
    disposition = Disposition.REVIEW if reasons else Disposition.ACCEPTED
    account = f"{121000000000 + number}"
    fields = (FieldReading("account", account, confidence),)
    return Record(account, "00563", "2026-11-24", "", True, fields, confidence, disposition, reasons)


def entry(number: int) -> Any:
    slip = SlipReading(1, Registration(np.eye(3), 0.1, 0.9, 0, 11.8), record(number))
    return page_entry(PageReading(number, PageDisposition.SLIPS, (slip,)))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A ledger of 400 slips, of which a third belongs to the sample."""
    place = Workspace(tmp_path / "workspace")
    place.folder.mkdir()
    place.configuration_path.write_text(f"[budget]\nblind_share = {SHARE}\nmax_error = 0.05\n")
    with open_ledger(place) as ledger:
        (scan,) = ledger.receive([ReceivedScan("north/a.pdf", "north", "a1" * 32, 9)], NOVEMBER)
        ledger.describe_settings("f1", SETTINGS)
        pages = tuple(entry(number) for number in range(1, 401))
        ledger.file([ScanFindings(scan.id, 400, pages)], "f1")
    return place


@pytest.fixture
def forms(workspace: Workspace) -> Forms:
    def invoke(*arguments: str | Path) -> Result:
        command = [str(argument) for argument in (*arguments, "-w", workspace.folder)]
        return CliRunner().invoke(main, command, env={"COLUMNS": "160"})

    return invoke


def keyed(path: Path, rows: Iterable[tuple[str, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("slip_id", "account", "reading", "date", "who"), *rows])
    return path


def sampled(workspace: Workspace) -> dict[str, Record]:
    with open_ledger(workspace) as ledger:
        slips = ledger.slips(NOVEMBER)
    return {slip.slip_id: slip.record for slip in slips if is_sampled(slip.slip_id, SHARE)}


def answers(records: dict[str, Record], wrong: Iterable[str] = ()) -> list[tuple[str, ...]]:
    misread = set(wrong)
    return [
        (slip_id, one.account, "99999" if slip_id in misread else one.reading, one.date, "anna")
        for slip_id, one in records.items()
    ]


def test_the_list_holds_what_waits_and_nothing_of_what_was_read(
    forms: Forms, workspace: Workspace, tmp_path: Path
) -> None:
    result = forms("answers", "sample")
    assert result.exit_code == ExitCode.DONE, result.output
    with (workspace.sample_list_path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    accepted = {
        slip_id for slip_id, one in sampled(workspace).items() if one.disposition is Disposition.ACCEPTED
    }
    assert [row["slip_id"] for row in rows] == sorted(accepted)
    assert {row["account"] + row["reading"] + row["date"] + row["who"] for row in rows} == {""}
    assert "121000000" not in (workspace.sample_list_path).read_text()
    assert forms("answers", "import", workspace.sample_list_path).exit_code == ExitCode.DONE
    forms("answers", "import", keyed(tmp_path / "k.csv", answers(sampled(workspace))))
    assert "0 slip(s) wait" in forms("answers", "sample").output


def test_answers_are_filed_once(forms: Forms, workspace: Workspace, tmp_path: Path) -> None:
    path = keyed(tmp_path / "k.csv", answers(sampled(workspace)))
    count = len(sampled(workspace))
    assert f"{count} answer(s), {count} of them new" in forms("answers", "import", path).output
    assert f"{count} answer(s), 0 of them new" in forms("answers", "import", path).output


def test_an_unknown_slip_files_nothing(forms: Forms, workspace: Workspace, tmp_path: Path) -> None:
    rows = [*answers(sampled(workspace)), ("sNOBODY", "", "", "", "anna")]
    result = forms("answers", "import", keyed(tmp_path / "k.csv", rows))
    assert result.exit_code == ExitCode.CONFIGURATION
    assert "slip sNOBODY is not in this workspace" in result.output
    with open_ledger(workspace) as ledger:
        assert ledger.answer_book().all() == ()


def test_quality_counts_blind_and_reviewed(forms: Forms, workspace: Workspace, tmp_path: Path) -> None:
    records = sampled(workspace)
    blind = [slip_id for slip_id, one in records.items() if one.disposition is Disposition.ACCEPTED]
    forms("answers", "import", keyed(tmp_path / "k.csv", answers(records, wrong=blind[:1])))
    found = json.loads(forms("quality", "--json").output)
    (accepted,) = found["accepted"]
    assert (accepted["slips"], accepted["wrong"]) == (len(blind), 1)
    assert [rate["wrong"] for rate in found["field"]] == [0, 1, 0]
    assert found["review"][0]["slips"] == len(records) - len(blind)
    said = forms("quality", "--csv", tmp_path / "q.csv").output
    assert "The budget of 50 wrong in 1,000 accepted is" in said
    assert (tmp_path / "q.csv").read_text().startswith("group,name,slips,wrong")


def test_recalibrate_shows_and_changes_nothing_untold(
    forms: Forms, workspace: Workspace, tmp_path: Path
) -> None:
    assert "No slip of the sample has been keyed yet" in forms("recalibrate").output
    forms("answers", "import", keyed(tmp_path / "k.csv", answers(sampled(workspace))))
    result = forms("recalibrate")
    assert "Nothing is changed" in result.output
    assert not workspace.cut_path.exists()
    assert "Written" in forms("recalibrate", "--write").output
    learned = json.loads(workspace.cut_path.read_text())
    assert learned["reading"]["weights_sha256"] == "aa"
    assert learned["learned"]["basis"] == "confirmed"
    # what only confidence had kept back is accepted now, and so waits for blind keying
    with_looser_cut = json.loads(forms("quality", "--json").output)
    assert with_looser_cut["accepted"][0]["slips"] > 0
    assert "0 slip(s) wait" in forms("answers", "sample").output


def test_what_is_wrong_below_the_cut_keeps_it(forms: Forms, workspace: Workspace, tmp_path: Path) -> None:
    records = sampled(workspace)
    doubtful = [slip_id for slip_id, one in records.items() if one.confidence < 0.98]
    forms("answers", "import", keyed(tmp_path / "k.csv", answers(records, wrong=doubtful)))
    forms("recalibrate", "--write")
    learned = json.loads(workspace.cut_path.read_text())["learned"]
    assert learned["basis"] == "confirmed"
    assert 0.95 < learned["cut"] < 0.98


def test_explain(forms: Forms, workspace: Workspace) -> None:
    slip_id = next(iter(sampled(workspace)))
    assert "Checks" in forms("explain", slip_id).output
    assert "Проверки" in forms("explain", slip_id, "--lang", "ru").output
    missing = forms("explain", "s0")
    assert missing.exit_code == ExitCode.USAGE
    assert "no slip s0" in missing.output


@cache
def learned_cut(used: Reading) -> tuple[Learned, Cut]:
    """What 3,050 slips of a simulation teach."""
    slips = [*[LabelledSlip(0.9999)] * 3000, *[LabelledSlip(0.999, frozenset({"date"}))] * 50]
    learned = Learned(gather(slips), used, Source.SIMULATION)
    return learned, learn_cut(learned.evidence, Budget(), 0.98)


def run_with_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weights: str, *arguments: str
) -> tuple[dict[str, Any], str]:
    """A run of two good slips of confidence 0.998 beside a cut of 0.99937 that 3,000 slips confirm."""
    place = Workspace(tmp_path / "workspace")
    place.folder.mkdir()
    used = Reading(
        weights, load_template(default_template_path()).fingerprint, RegistryKind.NONE, __version__
    )
    write_cut_file(place.cut_path, *learned_cut(used))
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "a.pdf").write_text("101\n102")
    equipment = Equipment(build_line_reader, open_text_scan, 4 << 30)
    monkeypatch.setattr(reading, "pipeline_equipment", lambda *_: equipment)
    command = ["run", tmp_path / "inbox", "-w", place.folder, "--workers", "1", "--period", "2026-11"]
    result = CliRunner().invoke(main, [str(argument) for argument in (*command, *arguments)])
    assert result.exit_code == ExitCode.DONE, result.output
    return json.loads((place.exports / "summary.json").read_text()), result.stdout


def test_a_run_keeps_to_the_learned_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary, said = run_with_cut(tmp_path, monkeypatch, NetworkRecognizer().card.sha256)
    assert summary["cut"]["basis"] == "confirmed"
    assert summary["min_confidence"] > 0.999
    assert summary["slips"]["review"] == 2
    assert "learned from 3,050 slips of a simulation" in said


def test_a_larger_budget_accepts_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = NetworkRecognizer().card.sha256
    summary, _ = run_with_cut(tmp_path, monkeypatch, weights, "--max-error", "0.05")
    assert (summary["cut"]["max_error"], summary["slips"]["accepted"]) == (0.05, 2)


def test_other_weights_fall_back_and_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary, said = run_with_cut(tmp_path, monkeypatch, "another")
    assert (summary["cut"]["basis"], summary["min_confidence"]) == ("other_weights", Rules().min_confidence)
    assert summary["slips"]["accepted"] == 2
    assert "learned with other weights" in said


def test_the_list_may_hold_slips_under_review(forms: Forms, workspace: Workspace) -> None:
    without, beside = (forms("answers", "sample", *flag).output for flag in ((), ("--with-review",)))
    assert int(beside.split()[0]) == len(sampled(workspace)) > int(without.split()[0])
