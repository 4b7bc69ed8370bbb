"""``forms-ocr run`` from the command line to the exports, with doubles of ingest and pipeline."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from signal import Signals
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from forms_ocr.batch import Equipment, StoppedAtOnce
from forms_ocr.cli import main, reading
from forms_ocr.errors import ExitCode
from forms_ocr.store import Workspace
from tests.integration.batch.batch_doubles import build_line_reader, build_no_reader, open_text_scan

Run = Callable[..., Result]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    put(tmp_path / "inbox", "north/a.pdf", "101", "blank", "doubtful 102")
    put(tmp_path / "inbox", "south/b.pdf", "103")
    return tmp_path / "inbox"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def run(inbox: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command over the inbox, the doubles in the place of ingest and pipeline."""
    equip(monkeypatch, Equipment(build_line_reader, open_text_scan, 4 << 30))

    def invoke(*arguments: str | Path, debug: bool = False, period: str = "2026-11") -> Result:
        before = ["--debug"] if debug else []
        after = ["--period", period] if period else []
        command = [*before, "run", inbox, "-w", workspace, "--workers", "1", *after, *arguments]
        return CliRunner().invoke(main, [str(argument) for argument in command])

    return invoke


def equip(monkeypatch: pytest.MonkeyPatch, equipment: Equipment) -> None:
    monkeypatch.setattr(reading, "pipeline_equipment", lambda *_: equipment)


def put(inbox: Path, name: str, *lines: str) -> None:
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")
    os.utime(path, (0, 0))  # written long ago: nobody has to wait whether more of it comes


def exports(workspace: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (workspace / "exports").iterdir()}


def summary(workspace: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(exports(workspace)["summary.json"])
    return found


def test_done(run: Run, workspace: Path) -> None:
    result = run()
    assert result.exit_code == ExitCode.DONE
    assert "This run: 4 page(s) read" in result.stdout
    assert "Pages: 4 = 3 slips + 1 blank" in result.stdout
    assert "Slips: 3 = 2 accepted + 1 review" in result.stdout
    assert str(workspace / "exports") in result.stdout
    assert set(exports(workspace)) >= {"records.csv", "review.csv", "refused.csv", "pages.csv", "report.html"}
    assert summary(workspace)["period"] == "2026-11"


def test_again_changes_nothing(run: Run, workspace: Path) -> None:
    run()
    before = exports(workspace)
    result = run()
    assert (result.exit_code, exports(workspace)) == (ExitCode.DONE, before)
    assert "0 page(s) read" in result.stdout
    assert "4 kept from an earlier run" in result.stdout


def test_quarantined(run: Run, inbox: Path) -> None:
    put(inbox, "north/c.pdf", "broken")
    result = run()
    assert result.exit_code == ExitCode.QUARANTINED
    assert "1 page(s) could not be read" in result.stdout
    assert run().exit_code == ExitCode.QUARANTINED


def test_nothing_read(run: Run, inbox: Path, workspace: Path) -> None:
    for name in ("north/a.pdf", "south/b.pdf"):
        put(inbox, name, "broken")
    assert run().exit_code == ExitCode.NOTHING_READ
    assert summary(workspace)["pages"]["quarantined"] == 2


def test_no_scans_at_all(run: Run, inbox: Path, workspace: Path) -> None:
    for path in [*inbox.glob("*/*")]:
        path.rename(path.with_suffix(".part"))
    result = run()
    assert result.exit_code == ExitCode.NOTHING_READ
    assert "no scans found, 2 file(s) left aside" in result.stderr
    assert "left behind by another program" in result.stderr
    assert not workspace.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--period", "2026-13"],
        ["--period", "November"],
        ["--workers", "0"],
        ["nowhere"],
        ["--tempo", "allegro"],
    ],
)
def test_usage(run: Run, workspace: Path, arguments: list[str]) -> None:
    assert run(*arguments).exit_code == ExitCode.USAGE
    assert not workspace.exists()


def test_busy_workspace(run: Run, workspace: Path) -> None:
    with Workspace(workspace).held():
        result = run()
    assert result.exit_code == ExitCode.WORKSPACE_BUSY
    assert "is held by another run: process" in result.stderr


def test_configuration_template_and_registry_are_checked_before_anything_starts(
    run: Run, workspace: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("[rules]\nfirst_day = 0\n", encoding="utf-8")
    for option in ("--config", "--template", "--registry"):
        result = run(option, wrong)
        assert result.exit_code == ExitCode.CONFIGURATION
        assert str(wrong) in result.stderr
    assert not workspace.exists()


def test_a_workspace_may_carry_its_configuration(run: Run, workspace: Path) -> None:
    workspace.mkdir()
    (workspace / "forms-ocr.toml").write_text("[rules]\nmin_confidence = 0.9\n", encoding="utf-8")
    run()
    assert summary(workspace)["min_confidence"] == 0.9


def test_a_worker_that_cannot_begin_is_configuration(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    equip(monkeypatch, Equipment(build_no_reader, open_text_scan, 4 << 30))
    assert run().exit_code == ExitCode.CONFIGURATION


def test_storage(run: Run, workspace: Path) -> None:
    workspace.touch()
    assert run().exit_code == ExitCode.USAGE
    workspace.unlink()
    workspace.parent.joinpath("workspace").mkdir()
    (workspace / "originals").touch()
    result = run()
    assert result.exit_code == ExitCode.STORAGE
    assert "a file stands where a folder is needed" in result.stderr


def test_a_bug_is_one_line_unless_asked_for_more(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **_named: object) -> None:
        raise KeyError("121000000012")

    monkeypatch.setattr(reading, "write_exports", fail)
    result = run()
    assert result.exit_code == ExitCode.BUG
    assert "KeyError at test_run_command.py" in result.stderr
    assert "Traceback" not in result.stderr
    assert "121000000012" not in result.stderr
    assert "Traceback" in run(debug=True).stderr


@pytest.mark.parametrize(
    ("number", "code"), [(Signals.SIGINT, ExitCode.INTERRUPTED), (Signals.SIGTERM, ExitCode.TERMINATED)]
)
def test_asked_twice_the_exit_code_is_the_signals(
    run: Run, monkeypatch: pytest.MonkeyPatch, number: Signals, code: ExitCode
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise StoppedAtOnce(number)

    monkeypatch.setattr(reading, "run_batch", stop)
    assert run().exit_code == code


def test_scans_given_again_under_other_rules_are_read_again(run: Run, tmp_path: Path) -> None:
    run()
    config = tmp_path / "other.toml"
    config.write_text("[rules]\nmin_confidence = 0.95\n", encoding="utf-8")
    assert "2 scan(s) read again because the settings changed" in run("--config", config).stdout


def test_periods_are_kept_apart(run: Run, workspace: Path) -> None:
    run()
    november = exports(workspace)
    run(period="2026-12")
    assert summary(workspace)["period"] == "2026-12"
    run()
    assert exports(workspace) == november


def test_the_period_is_the_districts_current_month(run: Run, workspace: Path) -> None:
    run(period="")
    now = datetime.now(UTC).astimezone(ZoneInfo("Europe/Moscow"))
    assert summary(workspace)["period"] == f"{now:%Y-%m}"


def test_two_slips_of_one_account_are_settled_over_all_scans(run: Run, inbox: Path, workspace: Path) -> None:
    run()
    put(inbox, "south/late.pdf", "101")
    run()
    assert b"duplicate_slip" in exports(workspace)["refused.csv"]


def test_a_workspace_inside_the_inbox_is_not_read(inbox: Path, run: Run) -> None:
    for _ in range(2):
        result = run("-w", inbox / "workspace")
        assert "Pages: 4" in result.stdout


def test_files_named_beside_the_scans_are_not_read(inbox: Path, run: Run) -> None:
    (inbox / "settings.toml").write_text("", encoding="utf-8")
    result = run("--config", inbox / "settings.toml")
    assert "Pages: 4" in result.stdout


def test_the_log_is_json_lines_without_what_stands_on_slips(run: Run, inbox: Path, workspace: Path) -> None:
    put(inbox, "north/c.pdf", "torn", "bug 121000000012", "121000000013")
    run()
    text = (workspace / "log.jsonl").read_text(encoding="utf-8")
    entries = [json.loads(line) for line in text.splitlines()]
    assert [entry["event"] for entry in entries][:1] == ["batch began"]
    assert entries[-1]["event"] == "batch ended"
    assert {entry["reason"] for entry in entries if entry["event"] == "page quarantined"} == {
        "page_broken",
        "page_crashed_reader",
    }
    assert "1210000000" not in text
    assert not any(
        isinstance(handler, logging.FileHandler) for handler in logging.getLogger("forms_ocr").handlers
    )
