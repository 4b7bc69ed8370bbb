"""A disk that is full, wherever it fills up: exit code 7, nothing half written, the next run completes."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from forms_ocr.errors import ExitCode
from tests.integration.cli.text_inbox import Desk, desk_at


@pytest.fixture
def make_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Desk]:
    def make(name: str) -> Desk:
        desk = desk_at(tmp_path / name, monkeypatch)
        desk.put("north/a.pdf", "101", "doubtful 102", "blank")
        desk.put("south/b.pdf", "103", "torn")
        return desk

    return make


@contextmanager
def full_where(part: str) -> Iterator[None]:
    """No file in a part of the workspace can be synced any more."""
    fsync = os.fsync

    def refuse(descriptor: int) -> None:
        place = Path(f"/proc/self/fd/{descriptor}").readlink()
        if part in place.parts:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(place))
        fsync(descriptor)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        yield


@contextmanager
def full_ledger() -> Iterator[None]:
    """The ledger can hardly grow any more."""

    def bound(connection: sqlite3.Connection, _entry: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {max(pages, 5)}")

    event.listen(Engine, "connect", bound)
    try:
        yield
    finally:
        event.remove(Engine, "connect", bound)


@pytest.mark.parametrize("part", ["originals", "crops", "exports", "ledger"])
def test_a_full_disk_is_said_and_the_next_run_completes(make_desk: Callable[[str], Desk], part: str) -> None:
    full, whole = make_desk("full"), make_desk("whole")
    with full_ledger() if part == "ledger" else full_where(part):
        result = full.run()
    assert result.exit_code == ExitCode.STORAGE, result.output
    assert "full" in result.stderr
    assert "run the same command again" in result.stderr or part == "exports"
    left = [path.name for path in full.workspace.rglob("*") if path.name.endswith((".part", ".csv"))]
    assert left == []
    assert full.run().exit_code == whole.run().exit_code
    assert full.exports()["records.csv"] == whole.exports()["records.csv"]
    assert full.exports()["pages.csv"] == whole.exports()["pages.csv"]
    assert full.call("verify").exit_code == ExitCode.DONE
