"""What must be on the disk before what, in case the power fails: no kill shows it, the order of acts does."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from forms_ocr.store import Archive
from tests.integration.batch.batch_bench import Bench


class Acts:
    """Everything that changes for good what is on the disk, in its order; rows are put into tables before."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[tuple[str, Path]] = []
        for name in ("fsync", "replace", "rename", "unlink"):
            monkeypatch.setattr(os, name, self._noting(name, getattr(os, name)))
        event.listen(Engine, "commit", self._note_commit)
        event.listen(Engine, "before_cursor_execute", self._note_statement)

    def _noting(self, name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def noted(target: Any, *rest: Any, **more: Any) -> Any:
            is_open = isinstance(target, int)
            self.done.append((name, Path(f"/proc/self/fd/{target}").readlink() if is_open else Path(target)))
            return act(target, *rest, **more)

        return noted

    def _note_commit(self, _connection: object) -> None:
        self.done.append(("commit", Path()))

    def _note_statement(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO "):
            self.done.append(("insert", Path(statement.split()[2])))

    def stop(self) -> None:
        event.remove(Engine, "commit", self._note_commit)
        event.remove(Engine, "before_cursor_execute", self._note_statement)

    def find(self, name: str, is_meant: Callable[[Path], bool] = lambda _: True, after: int = -1) -> int:
        """Where an act comes first behind a place."""
        for place, (one, path) in enumerate(self.done):
            if place > after and one == name and is_meant(path):
                return place
        raise AssertionError(f"no {name} after {after}: {self.done}")


@pytest.fixture
def acts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Acts]:
    noted = Acts(monkeypatch)
    yield noted
    noted.stop()


def test_a_file_leaves_the_inbox_once_its_copy_is_synced_and_its_receipt_committed(
    bench: Bench, acts: Acts, tmp_path: Path
) -> None:
    bench.put("north/a.pdf", "101")
    bench.run(archive=Archive(tmp_path / "read"))
    synced = acts.find("fsync", lambda path: path.name.endswith(".part"))
    named = acts.find("replace", lambda path: path.name.endswith(".part"), after=synced)
    kept = acts.find("fsync", lambda path: path.parent.name == "originals", after=named)
    received = acts.find("commit", after=kept)
    moved = acts.find("rename", lambda path: path.name == "a.pdf", after=received)
    assert acts.find("rename", lambda path: path.name == "a.pdf") == moved
    assert acts.find("replace", lambda path: path.name.endswith(".part")) == named
    acts.find("fsync", lambda path: path == tmp_path / "read" / "north", after=moved)


def test_a_picture_is_synced_before_the_slip_that_names_it_is_committed(bench: Bench, acts: Acts) -> None:
    bench.put("a.pdf", "doubtful 101")
    bench.run()
    (picture,) = (path for path in (bench.workspace.folder / "crops").rglob("*") if path.is_file())
    filed = acts.find("commit", after=acts.find("insert", lambda table: table == Path("slips")))
    synced = acts.find("fsync", lambda path: path.parent == picture.parent)
    named = acts.find("replace", lambda path: path.parent == picture.parent)
    kept = acts.find("fsync", lambda path: path == picture.parent, after=named)
    assert synced < named < kept < filed
