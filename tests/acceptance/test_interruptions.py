"""Ctrl-C and the system's SIGTERM in the middle of a run of the installed command."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from forms_ocr.errors import ExitCode
from tests.acceptance.sample_run import COMMAND, SAMPLES, forms_ocr

COPIES = 2
"""Of a box of six pages; more than two workers have under way at once when they get them one by one."""

PAGES = COPIES * 6


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copies of one box, as so many scans."""
    office = tmp_path_factory.mktemp("interrupted") / "inbox" / "office-12"
    office.mkdir(parents=True)
    for number in range(COPIES):
        shutil.copy(SAMPLES / "scans" / "office-12" / "box-1.pdf", office / f"{number}.pdf")
    (office.parent.parent / "portions.toml").write_text("[batch]\npages_per_task = 1\n", encoding="utf-8")
    return office.parent


def arguments(inbox: Path, workspace: Path) -> list[str | Path]:
    given: list[str | Path] = ["run", inbox, "-w", workspace, "--registry", SAMPLES / "registry.csv"]
    return [*given, "--config", inbox.parent / "portions.toml", "--period", "2026-11", "--workers", "2"]


@pytest.fixture(scope="module")
def whole(inbox: Path) -> dict[str, bytes]:
    """What a run leaves that nobody interrupts."""
    finished = forms_ocr(*arguments(inbox, inbox.parent / "whole"), cwd=inbox.parent)
    assert finished.returncode == ExitCode.DONE, finished.stderr
    return exports(inbox.parent / "whole")


def exports(workspace: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((workspace / "exports").iterdir())}


def start(inbox: Path, workspace: Path) -> subprocess.Popen[str]:
    """The command as a job of its own, as a shell starts it, with a page of it filed."""
    process = subprocess.Popen(
        [COMMAND, *arguments(inbox, workspace)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not read_pages(workspace):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return process


def read_pages(workspace: Path) -> int:
    if not (workspace / "ledger.sqlite3").exists():
        return 0
    with sqlite3.connect(f"file:{workspace / 'ledger.sqlite3'}?mode=ro", uri=True) as ledger:
        try:
            return int(ledger.execute("SELECT count(*) FROM pages WHERE state = 'read'").fetchone()[0])
        except sqlite3.OperationalError:  # its tables are just being made
            return 0


def interrupt(inbox: Path, workspace: Path, number: signal.Signals) -> tuple[int, str]:
    """Exit code and last words of a run stopped in its middle, each process of it told, as a service is."""
    process = start(inbox, workspace)
    for member in members(process.pid):
        os.kill(member, number)
    said, _ = process.communicate(timeout=60)
    assert 0 < read_pages(workspace) < PAGES
    return process.returncode, said


def members(session: int) -> list[int]:
    """All processes of a session, in whatever process group."""
    alive = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    found = []
    for process in alive:
        with suppress(ProcessLookupError):
            if os.getsid(process) == session:
                found.append(process)
    return found


@pytest.mark.slow  # with doubles of the stages: batch/test_batch_signals.py
def test_after_ctrl_c_it_says_how_to_go_on_and_the_next_run_ends_like_a_whole_one(
    inbox: Path, tmp_path: Path, whole: dict[str, bytes]
) -> None:
    code, said = interrupt(inbox, tmp_path / "workspace", signal.SIGINT)
    assert code == ExitCode.INTERRUPTED, said
    assert "run the same command to go on" in said
    again = forms_ocr(*arguments(inbox, tmp_path / "workspace"), cwd=tmp_path)
    assert again.returncode == ExitCode.DONE, again.stderr
    assert exports(tmp_path / "workspace") == whole


def test_sigterm_ends_it_in_order_with_a_code_of_its_own(inbox: Path, tmp_path: Path) -> None:
    code, said = interrupt(inbox, tmp_path / "workspace", signal.SIGTERM)
    assert code == ExitCode.TERMINATED, said
    assert "run the same command to go on" in said


@pytest.mark.slow  # likewise
def test_asked_twice_it_stops_at_once(inbox: Path, tmp_path: Path) -> None:
    process = start(inbox, tmp_path / "workspace")
    for _ in range(2):
        os.kill(process.pid, signal.SIGINT)
        time.sleep(0.05)
    process.communicate(timeout=30)
    assert process.returncode == ExitCode.INTERRUPTED
    assert read_pages(tmp_path / "workspace") < PAGES
