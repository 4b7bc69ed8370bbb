"""The queue follows the ledger while the pages are served."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from forms_ocr.cli import refilling
from forms_ocr.cli.refilling import Refiller, refill_command
from forms_ocr.errors import StorageError
from tests.integration.desk.conftest import OLEG, Place


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refilling, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(refilling, "REST_S", 0.01)


def wait_for(path: Path) -> bool:
    deadline = time.monotonic() + 20
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    return path.exists()


def test_something_new_in_the_ledger_refills_the_queue_once(tmp_path: Path) -> None:
    told = tmp_path / "refilled"
    marks = iter([1, 1, None, 2])

    def mark() -> int:
        found = next(marks, 2)
        if found is None:
            raise StorageError("gone for a moment")
        return found

    command = [sys.executable, "-S", "-c", f"open({str(told)!r}, 'x').close()"]
    with Refiller(command, mark):
        assert wait_for(told)


def test_nothing_that_lies_in_the_current_folder_is_run(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise SystemExit('run out of the current folder')")
    command = refill_command(tmp_path / "workspace", ["--help"])
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)


def test_nothing_new_refills_nothing(tmp_path: Path) -> None:
    told = tmp_path / "refilled"
    with Refiller([sys.executable, "-S", "-c", f"open({str(told)!r}, 'x').close()"], lambda: 7):
        time.sleep(0.2)
    assert not told.exists()


def test_the_ledgers_mark_grows_with_what_is_filed(place: Place) -> None:
    before = place.books.filling.last_event()
    place.room.back_office.requeue(OLEG, "2026-11", ["office-07/broken.tif"])
    assert place.books.filling.last_event() > before
