"""The wall clock, set to and fro over the window of the 23rd to the 26th and over New Year."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bench.torture import exports_of
from forms_ocr.errors import ExitCode
from tests.integration.cli.forking_command import Servant

MOSCOW = ZoneInfo("Europe/Moscow")
BEFORE_WINDOW = datetime(2026, 12, 22, 23, 59, 59, tzinfo=MOSCOW)
WINDOW_OPENS = datetime(2026, 12, 23, tzinfo=MOSCOW)
WINDOW_ENDS = datetime(2026, 12, 26, 23, 59, 59, tzinfo=MOSCOW)
WINDOW_IS_OVER = datetime(2026, 12, 27, tzinfo=MOSCOW)
OLD_YEAR = datetime(2026, 12, 31, 23, 59, 59, tzinfo=MOSCOW)
NEW_YEAR = datetime(2027, 1, 1, tzinfo=MOSCOW)

KILLED = 30
"""Before this durable act there is something in the ledger and something left to do."""


class Office:
    """An inbox and a workspace, and commands over them at given moments; nobody names a month."""

    def __init__(self, servant: Servant, folder: Path) -> None:
        self._servant = servant
        self.inbox, self.workspace = folder / "inbox", folder / "workspace"
        for name, text in (
            ("north/a.pdf", "101\ndoubtful 102"),
            ("north/b.pdf", "103\ntorn"),
            ("c.pdf", "104"),
        ):
            self.put(name, text)

    def put(self, name: str, text: str) -> None:
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        os.utime(path, (0, 0))

    def run(self, now: datetime, fatal: int = 0) -> tuple[int, str]:
        return self.call("run", self.inbox, "--workers", "1", now=now, fatal=fatal)

    def call(self, *arguments: str | Path, now: datetime, fatal: int = 0) -> tuple[int, str]:
        return self._servant.call(*arguments, "-w", self.workspace, now=now, fatal=fatal)

    def exports(self) -> dict[str, bytes]:
        return exports_of(self.workspace)

    def filed(self) -> dict[str, int]:
        """Pages that were read, by period."""
        with sqlite3.connect(self.workspace / "ledger.sqlite3") as ledger:
            counted = ledger.execute(
                "SELECT period, count(*) FROM pages JOIN scans ON scans.id = scan_id "
                "WHERE pages.state = 'read' GROUP BY period"
            )
            return dict(counted.fetchall())


@pytest.fixture(scope="module")
def servant() -> Iterator[Servant]:
    with Servant() as started:
        yield started


@pytest.fixture
def open_office(servant: Servant, tmp_path: Path) -> Callable[[str], Office]:
    return lambda name: Office(servant, tmp_path / name)


@pytest.fixture
def office(open_office: Callable[[str], Office]) -> Office:
    return open_office("office")


def test_the_moment_of_a_run_changes_no_byte(open_office: Callable[[str], Office]) -> None:
    """The dates stand on the slips: when they are read decides nothing."""
    found = []
    for number, now in enumerate((BEFORE_WINDOW, WINDOW_OPENS, WINDOW_ENDS, WINDOW_IS_OVER)):
        office = open_office(str(number))
        assert office.run(now)[0] == ExitCode.QUARANTINED
        found.append(office.exports())
    assert len(found[0]) == 6
    assert all(exports == found[0] for exports in found)


def test_a_run_that_is_killed_while_the_clock_goes_to_and_fro_ends_like_any_other(
    open_office: Callable[[str], Office],
) -> None:
    """Also the lease: its fence is a number that grows, and no time takes it away."""
    disturbed, whole = open_office("disturbed"), open_office("whole")
    for now, fatal in (
        (WINDOW_IS_OVER, KILLED),
        (BEFORE_WINDOW, KILLED + 9),
        (WINDOW_ENDS, KILLED),
        (WINDOW_OPENS, 0),
    ):
        disturbed.run(now, fatal)
    whole.run(WINDOW_OPENS)
    assert disturbed.exports() == whole.exports()
    assert disturbed.call("verify", now=BEFORE_WINDOW)[0] == ExitCode.DONE


def test_what_new_year_cut_off_is_finished_for_the_old_month(office: Office) -> None:
    code, _ = office.run(OLD_YEAR, KILLED)
    assert code == -9
    code, said = office.call("resume", "--workers", "1", now=NEW_YEAR)
    assert code in {ExitCode.DONE, ExitCode.QUARANTINED}, said
    assert set(office.filed()) == {"2026-12"}
    assert "everything is read" in office.call("status", now=NEW_YEAR)[1]


def test_an_inbox_read_in_december_is_not_read_again_for_january(office: Office) -> None:
    office.run(OLD_YEAR)
    before, exports = office.filed(), office.exports()
    office.put("south/new.pdf", "105")
    (office.inbox / "south" / "new.pdf").rename(office.inbox / "new.part")
    code, said = office.run(NEW_YEAR)
    assert code == ExitCode.DONE, said
    assert "3 scan(s) were read for another month already" in said
    assert (office.filed(), office.exports()) == (before, exports)
    office.put("south/new.pdf", "105")
    office.run(NEW_YEAR)
    assert office.filed() == before | {"2027-01": 1}
    office.run(OLD_YEAR)
    assert office.filed() == before | {"2027-01": 1}


def test_a_month_that_is_named_is_read_whatever_the_clock_says(office: Office) -> None:
    office.run(OLD_YEAR)
    before = office.filed()
    code, said = office.call("run", office.inbox, "--workers", "1", "--period", "2027-01", now=OLD_YEAR)
    assert code == ExitCode.QUARANTINED, said
    assert office.filed() == before | {"2027-01": before["2026-12"]}
