"""The commands that look after a workspace, over runs with doubles of ingest and pipeline."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

import pytest

from forms_ocr.errors import ExitCode
from forms_ocr.store import Workspace
from forms_ocr.template.drawing import FormDrawing
from tests.integration.cli.text_inbox import Desk, desk_at


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A workspace with two offices, one torn page, one broken scan."""
    desk = desk_at(tmp_path, monkeypatch)
    desk.put("north/a.pdf", "101", "blank", "doubtful 102")
    desk.put("south/b.pdf", "103", "torn")
    desk.put("south/c.pdf", "broken")
    assert desk.run().exit_code == ExitCode.QUARANTINED
    return desk


def ledger(desk: Desk) -> sqlite3.Connection:
    return sqlite3.connect(desk.workspace / "ledger.sqlite3")


def originals(desk: Desk) -> list[Path]:
    return [path for path in (desk.workspace / "originals").rglob("*") if path.is_file()]


@pytest.mark.parametrize("command", ["status", "verify", "retry", "backup", "purge", "receipt"])
def test_a_folder_without_a_ledger_is_said_and_left_alone(tmp_path: Path, command: str) -> None:
    (tmp_path / "empty").mkdir()
    given = {
        "backup": [str(tmp_path / "copy")],
        "receipt": ["north", "--period", "2026-11"],
        "retry": ["--period", "2026-11"],
        "purge": ["--before", "2026-11", "--yes"],
    }
    result = Desk(tmp_path, tmp_path / "empty").call(command, *given.get(command, []))
    assert result.exit_code == ExitCode.CONFIGURATION
    assert "it holds no ledger" in result.stderr
    assert list((tmp_path / "empty").iterdir()) == []


# -- status ------------------------------------------------------------------------------------


def test_status_for_people(desk: Desk) -> None:
    said = desk.call("status").stdout
    assert "At work: nobody" in said
    assert "2026-11: everything is read" in said
    assert "scans: 3 = 2 opened + 1 quarantined" in said
    assert "pages: 6 = 1 blank + 2 quarantined + 3 slips" in said
    assert "slips: 3 = 2 accepted + 1 review" in said


def test_status_for_monitoring(desk: Desk) -> None:
    facts = json.loads(desk.call("status", "--json").stdout)
    assert facts["periods"][0]["pages"] == {"slips": 3, "blank": 1, "quarantined": 2}
    assert facts["periods"][0]["is_finished"]
    assert facts["at_work"] == ""


def test_status_names_who_is_at_work(desk: Desk) -> None:
    with Workspace(desk.workspace).held():
        assert "At work: process" in desk.call("status").stdout


# -- verify ------------------------------------------------------------------------------------


def test_a_sound_workspace_is_said_to_be(desk: Desk) -> None:
    result = desk.call("verify")
    assert result.exit_code == ExitCode.DONE, result.stdout
    assert "3 scan(s)" in result.stdout


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("DELETE FROM slips WHERE page = 1 AND scan_id = 1", "page 1 of north/a.pdf: is slips but has 0"),
        (
            "DELETE FROM pages WHERE number = 2 AND scan_id = 1",
            "north/a.pdf: is opened and should have pages",
        ),
        ("UPDATE pages SET disposition = NULL WHERE number = 2", "was read but has no disposition"),
        ("UPDATE pages SET state = 'waiting' WHERE number = 2", "waits to be read but has a disposition"),
        ("UPDATE pages SET reason = NULL WHERE number = 2", "is blank with the reason None"),
        ("UPDATE slips SET slip_id = 's1' WHERE scan_id = 1", "its slip_id is another slip's"),
        ("UPDATE slips SET disposition = 'refused' WHERE page = 3", "its record says review"),
        ("UPDATE slips SET record = '{}' WHERE page = 3", "its record cannot be read"),
        ("UPDATE slips SET picture_path = 'crops/x.jpg' WHERE page = 3", "crops/x.jpg: the picture is gone"),
        ("UPDATE scans SET state = 'received' WHERE id = 1", "is received and should have pages none"),
        ("UPDATE slips SET page = 9 WHERE page = 3", "a row of slips refers to nothing"),
    ],
)
def test_verify_finds_what_is_wrong_in_the_ledger(desk: Desk, harm: str, said: str) -> None:
    with ledger(desk) as connection:
        connection.execute(harm)
    result = desk.call("verify")
    assert result.exit_code == ExitCode.BUG
    assert said in result.stdout


def test_verify_finds_originals_that_are_gone_or_changed(desk: Desk) -> None:
    first, second, _ = originals(desk)
    first.unlink()
    second.chmod(0o600)
    second.write_bytes(b"something else")
    said = desk.call("verify").stdout
    assert "its original is gone" in said
    assert "its original has been changed" in said


# -- retry and resume --------------------------------------------------------------------------


def test_quarantined_pages_are_read_again_when_asked_for(desk: Desk) -> None:
    before = desk.exports()
    result = desk.call("retry", "--period", "2026-11")
    assert "2 page(s) of 2026-11 put back" in result.stdout
    said = desk.call("status").stdout
    assert "1 page(s) and 1 scan(s) nobody has opened are left" in said
    assert desk.call("verify").exit_code == ExitCode.DONE
    assert "This run: 2 page(s) read" in desk.resume().stdout
    assert desk.exports() == before


def test_one_scan_may_be_named_and_must_exist(desk: Desk) -> None:
    assert "1 page(s)" in desk.call("retry", "south/c.pdf", "--period", "2026-11").stdout
    assert desk.call("retry", "south/x.pdf", "--period", "2026-11").exit_code == ExitCode.USAGE


def test_resume_needs_no_inbox(desk: Desk) -> None:
    desk.call("retry", "--period", "2026-11")
    for path in desk.inbox.glob("*/*"):
        path.unlink()
    assert desk.resume().exit_code == ExitCode.QUARANTINED
    assert desk.call("status").stdout.count("everything is read") == 1


# -- purge -------------------------------------------------------------------------------------


def test_purging_forgets_people_and_keeps_the_counts(desk: Desk) -> None:
    before = json.loads(desk.call("status", "--json").stdout)["periods"]
    assert desk.call("purge", "--before", "2026-11", "--yes").stdout.startswith("0 scan(s)")
    assert len(originals(desk)) == 3
    result = desk.call("purge", "--before", "2026-12", "--yes")
    assert result.stdout.startswith("3 scan(s) from before 2026-12 purged, 4 file(s) removed")
    assert originals(desk) == []
    assert not (desk.workspace / "crops" / "2026-11").exists()
    assert json.loads(desk.call("status", "--json").stdout)["periods"] == before
    with ledger(desk) as connection:
        records = "".join(record for (record,) in connection.execute("SELECT record FROM slips"))
    assert not any(number in records for number in ("101", "102", "103", "0042"))
    assert desk.call("verify").exit_code == ExitCode.DONE
    assert desk.call("purge", "--before", "2026-12", "--yes").stdout.startswith("0 scan(s)")


def test_an_original_that_a_later_period_needs_stays(desk: Desk) -> None:
    desk.call("run", desk.inbox / "north" / "a.pdf", "--workers", "1", "--period", "2026-12")
    desk.call("purge", "--before", "2026-12", "--yes")
    assert len(originals(desk)) == 1
    assert desk.call("verify").exit_code == ExitCode.DONE


def test_purging_asks_first(desk: Desk) -> None:
    assert desk.call("purge", "--before", "2026-12").exit_code != ExitCode.DONE
    assert len(originals(desk)) == 3


# -- backup ------------------------------------------------------------------------------------


def test_a_backup_is_a_workspace(desk: Desk, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    assert "4 new file(s)" in desk.call("backup", copy).stdout
    assert "0 new file(s)" in desk.call("backup", copy).stdout
    restored = Desk(desk.inbox, copy)
    assert restored.call("verify").exit_code == ExitCode.DONE
    restored.run()
    assert restored.exports()["records.csv"] == desk.exports()["records.csv"]
    assert "0 page(s) read" in restored.run().stdout


@pytest.mark.parametrize(
    "command",
    [["retry", "--period", "2026-11"], ["purge", "--before", "2026-12", "--yes"], ["backup", "copy"]],
)
def test_nobody_changes_a_workspace_that_is_at_work(desk: Desk, command: list[str]) -> None:
    with Workspace(desk.workspace).held():
        assert desk.call(*command).exit_code == ExitCode.WORKSPACE_BUSY
        assert desk.call("status").exit_code == ExitCode.DONE


# -- receipt -----------------------------------------------------------------------------------


def test_an_office_learns_what_came_and_what_to_scan_again(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "receipt.html"
    result = desk.call("receipt", "south", "--period", "2026-11", "--out", out)
    assert result.exit_code == ExitCode.QUARANTINED
    page = out.read_text(encoding="utf-8")
    assert "2 файла, 2 страницы, 1 бланк. Отсканировать ещё раз: 2 страницы." in page
    assert "south/b.pdf, стр. 2" in page
    assert "Файл повреждён и не открывается" in page
    assert "north" not in page


def test_an_office_with_nothing_to_scan_again_is_told_so(desk: Desk) -> None:
    result = desk.call("receipt", "north", "--period", "2026-11")
    assert result.exit_code == ExitCode.DONE
    page = (desk.workspace / "exports" / "receipt-north.html").read_text(encoding="utf-8")
    assert "заново сканировать ничего не нужно" in page


def test_names_from_strangers_do_no_harm_in_a_receipt(desk: Desk) -> None:
    desk.put("<b>east/=cmd|<script>.pdf", "broken")
    desk.run()
    result = desk.call("receipt", "<b>east", "--period", "2026-11")
    (path,) = (desk.workspace / "exports").glob("receipt-*")
    assert path.name == "receipt-_b_east.html", result.output
    assert "<script>" not in path.read_text(encoding="utf-8")


def test_an_office_that_sent_nothing_is_said(desk: Desk) -> None:
    result = desk.call("receipt", "west", "--period", "2026-11")
    assert result.exit_code == ExitCode.CONFIGURATION
    assert "nothing of it was read in 2026-11" in result.stderr


# -- doctor ------------------------------------------------------------------------------------


def test_a_sound_machine_passes(desk: Desk) -> None:
    result = desk.call("doctor")
    assert result.exit_code == ExitCode.DONE, result.stdout
    assert "ok    ledger: opens, holds 2026-11" in result.stdout


@pytest.fixture
def forms(tmp_path: Path) -> list[str]:
    """Two small forms, quick to load."""
    paths = []
    for name in ("order", "receipt"):
        drawing = FormDrawing(60, 40, title=name)
        drawing.comb(name, name, 5, 20, 4)
        drawing.save(tmp_path / f"{name}.pdf")
        paths.append(str(tmp_path / f"{name}.pdf"))
    return paths


def test_every_form_of_a_batch_is_looked_at(desk: Desk, forms: list[str]) -> None:
    one, other = forms
    result = desk.call("doctor", "--template", one, "--template", other)
    assert result.exit_code == ExitCode.DONE, result.stdout
    assert "ok    forms: order, 1 fields; receipt, 1 fields" in result.stdout
    twice = desk.call("doctor", "--template", one, "--template", one)
    assert twice.exit_code == ExitCode.CONFIGURATION
    assert "order: it is named twice" in twice.stdout


def test_the_forms_of_the_settings_are_looked_at(desk: Desk) -> None:
    (desk.workspace / "forms-ocr.toml").write_text('templates = ["gone.pdf"]\n', encoding="utf-8")
    result = desk.call("doctor")
    assert result.exit_code == ExitCode.CONFIGURATION
    assert re.search(r"WRONG form: .*gone.pdf", result.stdout), result.stdout


def test_what_is_missing_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    result = desk.call("doctor")
    assert result.exit_code == ExitCode.CONFIGURATION
    assert "WRONG poppler: not installed; apt-get install poppler-utils" in result.stdout
    assert "ok    weights" in result.stdout
