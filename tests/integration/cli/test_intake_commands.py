"""Watching, archiving, and stopping when too much fails; doubles of ingest and pipeline."""

from __future__ import annotations

import hashlib
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from forms_ocr.cli.reading import Order
from forms_ocr.cli.watching import keep_watch
from forms_ocr.errors import ExitCode
from forms_ocr.model import Period
from tests.integration.cli.text_inbox import Desk, desk_at


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return desk_at(tmp_path, monkeypatch)


# -- archive -----------------------------------------------------------------------------------


def test_files_go_to_the_archive_once_they_are_taken_in(desk: Desk, tmp_path: Path) -> None:
    desk.put("north/a.pdf", "101")
    desk.put("north/b.pdf", "broken")
    desk.put("north/c.pdf.part", "102")
    result = desk.run("--archive", tmp_path / "read")
    assert "2 file(s) moved to the archive" in result.stdout
    inbox = sorted(path.name for path in desk.inbox.rglob("*") if path.is_file())
    archive = sorted(str(path.relative_to(tmp_path / "read")) for path in (tmp_path / "read").rglob("*.pdf"))
    assert (inbox, archive) == (["c.pdf.part"], ["north/a.pdf", "north/b.pdf"])
    assert desk.call("verify").exit_code == ExitCode.DONE


def test_an_archive_inside_the_inbox_is_not_read(desk: Desk) -> None:
    desk.put("north/a.pdf", "101")
    desk.run("--archive", desk.inbox / "read")
    assert desk.run("--archive", desk.inbox / "read").exit_code == ExitCode.NOTHING_READ


def test_without_an_archive_nothing_is_moved(desk: Desk) -> None:
    path = desk.put("north/a.pdf", "101")
    desk.run()
    assert path.exists()


# -- the ceiling -------------------------------------------------------------------------------


def test_a_batch_in_which_too_much_fails_stops_and_says_so(desk: Desk) -> None:
    desk.set_up("[batch]\nfailed_share_after_pages = 6\npages_per_task = 2\n")
    desk.put("north/a.pdf", *["torn"] * 40, "101")
    result = desk.run()
    assert result.exit_code == ExitCode.QUARANTINED
    assert "are foreign or quarantined, more than the share" in result.stderr
    assert "page(s) left: run the same command to go on" in result.stdout
    assert "stopped by itself because too much failed" in desk.call("status").stdout
    assert "are foreign or quarantined" in desk.run().stderr
    resumed = desk.run("--resume")
    assert "are foreign" not in resumed.stderr
    assert "pages: 41 = 40 quarantined + 1 slips" in desk.call("status").stdout


# -- watch -------------------------------------------------------------------------------------


def watch(desk: Desk, *steps: Callable[[], None], archive: Path | None = None) -> ExitCode:
    """Watch, doing one step after each look; after the last one somebody asks for the end."""
    waiting = list(steps)

    def rest(_: float) -> None:
        if waiting:
            waiting.pop(0)()
        else:
            signal.raise_signal(signal.SIGTERM)
        time.sleep(0.002)  # longer than the pause between two looks, so that each is followed by one step

    order = Order((desk.inbox,), desk.workspace, (), None, Period(2026, 11), 1, None, archive=archive)
    return keep_watch(order, rest)


@pytest.fixture
def quick(desk: Desk) -> Desk:
    """Looks again at once."""
    desk.set_up("[intake]\nrescan_s = 0.001\n")
    desk.inbox.mkdir()
    return desk


def test_files_are_read_as_they_come_and_the_end_is_orderly(quick: Desk, tmp_path: Path) -> None:
    def first() -> None:
        quick.put("north/a.pdf", "101")

    def second() -> None:
        assert b"101" in quick.exports()["records.csv"]
        quick.put("south/b.pdf", "102", "103")

    code = watch(quick, first, second, archive=tmp_path / "read")
    assert code == ExitCode.TERMINATED
    assert [number in quick.exports()["records.csv"] for number in (b"101", b"102", b"103")] == [True] * 3
    assert not [path for path in quick.inbox.rglob("*") if path.is_file()]


def test_a_file_is_not_read_before_its_manifest_agrees(quick: Desk) -> None:
    digest = hashlib.sha256(b"101\n102").hexdigest()

    def first() -> None:
        quick.put("north/a.pdf", "101")
        quick.put("north/manifest.csv", f"a.pdf,{digest}", "count,1")

    def second() -> None:
        assert not (quick.workspace / "exports").exists()
        quick.put("north/a.pdf", "101", "102")

    watch(quick, first, second)
    assert quick.exports()["pages.csv"].count(b"north/a.pdf") == 2


def test_what_an_interrupted_run_left_is_read_first(quick: Desk) -> None:
    quick.put("north/a.pdf", "101", "torn")
    quick.run()
    quick.call("retry", "--period", "2026-11")
    watch(quick)
    assert "everything is read" in quick.call("status").stdout


def test_watching_ends_when_too_much_fails(quick: Desk) -> None:
    quick.set_up("[intake]\nrescan_s = 0.001\n[batch]\nfailed_share_after_pages = 2\n")
    quick.put("north/a.pdf", "torn", "torn", "torn")
    assert watch(quick) == ExitCode.QUARANTINED


# -- repeats -----------------------------------------------------------------------------------


def test_the_same_file_under_two_names_counts_once(desk: Desk) -> None:
    desk.put("north/a.pdf", "101", "doubtful 102")
    desk.put("south/copy of a.pdf", "101", "doubtful 102")
    desk.run()
    assert desk.exports()["refused.csv"].count(b"scan_sent_twice") == 2
    assert desk.exports()["records.csv"].count(b"north/a.pdf") == 1
    assert desk.exports()["review.csv"].count(b".pdf") == 1
