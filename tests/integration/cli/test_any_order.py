"""Whatever happens in whatever order, nothing is lost and the end is the same: a machine that tries it out.

Files arrive, some twice, some in halves; runs come and are killed; the clock jumps; people key slips, decide
on them and take it back. At every moment each page has one disposition and each slip one row, and what people
keyed and decided is there. At the end the exports are those of a fresh workspace that was given the same
files in one go, and the same decisions.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bench.torture import exports_of
from forms_ocr.errors import ExitCode
from forms_ocr.model import Action
from forms_ocr.store import Workspace, open_ledger
from tests.integration.cli.desk_driver import account_for
from tests.integration.cli.forking_command import Servant

MOSCOW = ZoneInfo("Europe/Moscow")
PERIOD = ("--period", "2026-11")
ENDED = (ExitCode.DONE, ExitCode.NOTHING_READ, ExitCode.QUARANTINED)

EXPLORES = settings().derandomize is False
"""`make explore` has more time."""

LINES = ("101", "102", "103", "doubtful 101", "doubtful 104", "blank", "torn")
CONTENTS = st.lists(st.sampled_from(LINES), min_size=1, max_size=3)
KILLS = st.integers(1, 60)
KILLS_AT_DESK = st.just(0) | st.integers(1, 6)
MOMENTS = st.sampled_from(
    [
        datetime(2026, 11, day, hour, minute, tzinfo=MOSCOW)
        for day, hour, minute in ((22, 23, 59), (23, 0, 0), (26, 23, 59), (27, 0, 0))
    ]
    + [datetime(2026, 12, 31, 23, 59, tzinfo=MOSCOW), datetime(2027, 1, 1, tzinfo=MOSCOW)]
)


class District(RuleBasedStateMachine):
    """An inbox, a workspace and what happens to them."""

    def __init__(self, servant: Servant, folder: Path) -> None:
        super().__init__()
        self.servant = servant
        self.folder = folder
        self.inbox, self.workspace = folder / "inbox", folder / "workspace"
        self.numbers = count(1)
        self.whole: dict[Path, str] = {}
        self.halves: dict[Path, str] = {}
        self.keyed: list[tuple[str, str]] = []
        self.decided: dict[str, Action] = {}
        self.now = datetime(2026, 11, 24, 3, tzinfo=MOSCOW)

    @initialize()
    def begin(self) -> None:
        self.inbox.mkdir(parents=True)

    # -- what comes in -------------------------------------------------------------------------

    @rule(office=st.sampled_from(["north", "south"]), lines=CONTENTS)
    def arrive(self, office: str, lines: list[str]) -> None:
        self._lay(self.inbox / office / f"{next(self.numbers)}.pdf", "\n".join(lines))

    @rule()
    def arrive_broken(self) -> None:
        self._lay(self.inbox / "south" / f"{next(self.numbers)}.pdf", "broken")

    @precondition(lambda self: self.whole)
    @rule(data=st.data())
    def arrive_twice(self, data: st.DataObject) -> None:
        first = data.draw(st.sampled_from(sorted(self.whole)))
        self._lay(self.inbox / "north" / f"{next(self.numbers)}.pdf", self.whole[first])

    @rule(lines=CONTENTS)
    def arrive_half(self, lines: list[str]) -> None:
        path = self.inbox / "careful" / f"{next(self.numbers)}.pdf"
        self.halves[path] = "\n".join(lines)
        self._write(path, self.halves[path][:2])
        self._list()

    @precondition(lambda self: self.halves)
    @rule()
    def complete(self) -> None:
        for path, text in self.halves.items():
            self._lay(path, text)
        self.halves.clear()

    # -- what the operator does ----------------------------------------------------------------

    @rule()
    def run(self) -> None:
        assert self._call("run", self.inbox)[0] in ENDED
        self._find_decided()

    @rule(fatal=KILLS)
    def run_and_kill(self, fatal: int) -> None:
        self._call("run", self.inbox, fatal=fatal)

    @precondition(lambda self: self._has_ledger)
    @rule(fatal=KILLS | st.just(0))
    def resume(self, fatal: int) -> None:
        self._call("resume", fatal=fatal)

    @precondition(lambda self: self._has_ledger)
    @rule(fatal=KILLS | st.just(0))
    def retry(self, fatal: int) -> None:
        self._call("retry", fatal=fatal)

    @rule(moment=MOMENTS, seconds=st.integers(-90, 90))
    def jump(self, moment: datetime, seconds: int) -> None:
        self.now = moment + timedelta(seconds=seconds)

    @precondition(lambda self: bool(rows_of(self.workspace, "review.csv")))
    @rule(data=st.data(), reading=st.sampled_from(["0042", "0043"]), fatal=KILLS | st.just(0))
    def key(self, data: st.DataObject, reading: str, fatal: int) -> None:
        slip = data.draw(st.sampled_from(rows_of(self.workspace, "review.csv")))
        self.answer(slip["slip_id"], reading, fatal)

    def answer(self, slip_id: str, reading: str, fatal: int) -> None:
        """Keying another value takes the first one back: answers are only ever added."""
        path = self.folder / "keyed.csv"
        path.write_text(
            f"slip_id,account,reading,date,who\n{slip_id},{account_for(slip_id)},{reading},2026-11-24,anna\n",
            encoding="utf-8",
        )
        code, said = self.servant.call(
            "answers", "import", path, "-w", self.workspace, fatal=fatal, now=self.now
        )
        assert code == ExitCode.DONE or (fatal and code == -9), said
        if code == ExitCode.DONE:
            self._remember(slip_id, reading)

    # -- what reviewers do ---------------------------------------------------------------------

    @precondition(lambda self: bool(rows_of(self.workspace, "review.csv")))
    @rule(action=st.sampled_from([Action.CONFIRM, Action.REFUSE]), fatal=KILLS_AT_DESK)
    def review(self, action: Action, fatal: int) -> None:
        slip_id, known = self._attend(action, fatal)
        if slip_id is not None:
            assert known == self.decided | ({slip_id: action} if slip_id else {})
        assert known.keys() >= self.decided.keys()
        assert len(known) <= len(self.decided) + 1
        self.decided = known

    @precondition(lambda self: self.decided)
    @rule(fatal=KILLS_AT_DESK)
    def undo(self, fatal: int) -> None:
        slip_id, known = self._attend(Action.UNDO, fatal)
        if slip_id is not None:
            assert known == {slip: action for slip, action in self.decided.items() if slip != slip_id}
        assert known.keys() <= self.decided.keys()
        assert len(known) >= len(self.decided) - 1
        self.decided = known

    def _attend(self, action: Action, fatal: int) -> tuple[str | None, dict[str, Action]]:
        """The slip, "" for none, None where somebody was killed over it; and what is decided now."""
        code, said = self.servant.call("desk", action, self.workspace, fatal=fatal, now=self.now)
        assert code == ExitCode.DONE or (fatal and code == -9), said
        return (json.loads(said) if code == ExitCode.DONE else None), self._standing()

    def _standing(self) -> dict[str, Action]:
        with open_ledger(Workspace(self.workspace)) as ledger:
            standing = ledger.decision_book().standing(PERIOD[1])
        return {slip_id: decision.action for slip_id, decision in standing.items()}

    # -- what must hold ------------------------------------------------------------------------

    @invariant()
    def nothing_is_lost(self) -> None:
        if not self._has_ledger:
            return
        with open_ledger(Workspace(self.workspace)) as ledger:
            assert ledger.violations() == ()
            filed = Counter((one.slip_id, one.values.reading) for one in ledger.answer_book().all())
        assert Counter(self.keyed) <= filed
        assert self._standing() == self.decided

    def teardown(self) -> None:
        """All that arrived is whole by now; one more run, and a fresh workspace beside it."""
        if not self.inbox.exists():
            return
        self.complete()
        if self.whole:
            self._compare()
        shutil.rmtree(self.folder)

    def _compare(self) -> None:
        fresh = self.folder / "fresh"
        self._read_all(self.workspace)
        self._read_all(fresh)
        if self.decided:
            copy_decisions(self.workspace, fresh)
            self._read_all(fresh)
        self._find_decided()
        assert exports_of(self.workspace) == exports_of(fresh)
        pages = rows_of(fresh, "pages.csv")
        assert len(pages) == sum(1 + text.count("\n") for text in self.whole.values())
        slips = [row for name in ("records", "review", "refused") for row in rows_of(fresh, f"{name}.csv")]
        assert len(slips) == sum(int(page["slips"]) for page in pages)
        assert len({row["slip_id"] for row in slips}) == len(slips)

    def _find_decided(self) -> None:
        """What a person decided is what the exports say, whatever came in since."""
        accepted = {row["slip_id"]: row["account"] for row in rows_of(self.workspace, "records.csv")}
        refused = {row["slip_id"] for row in rows_of(self.workspace, "refused.csv")}
        for slip_id, action in self.decided.items():
            if action is Action.CONFIRM:
                assert accepted[slip_id] == account_for(slip_id)
            else:
                assert slip_id in refused

    # -- how it is done ------------------------------------------------------------------------

    @property
    def _has_ledger(self) -> bool:
        return Workspace(self.workspace).has_ledger

    def _read_all(self, workspace: Path) -> None:
        code, said = self.servant.call("run", self.inbox, "-w", workspace, "--workers", "1", *PERIOD)
        assert code in ENDED, said

    def _call(self, *arguments: str | Path, fatal: int = 0) -> tuple[int, str]:
        given = (*arguments, "-w", self.workspace, *PERIOD)
        workers = () if arguments[0] == "retry" else ("--workers", "1")
        code, said = self.servant.call(*given, *workers, fatal=fatal, now=self.now)
        assert code in ENDED or code == -9, said
        return code, said

    def _lay(self, path: Path, text: str) -> None:
        self.whole[path] = text
        self._write(path, text)
        self._list()

    def _write(self, path: Path, text: str) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        os.utime(path, (0, 0))

    def _list(self) -> None:
        """The careful office names what it sends before it is whole."""
        sent = {
            path.name: text
            for path, text in (self.whole | self.halves).items()
            if path.parent.name == "careful"
        }
        lines = [f"{name},{hashlib.sha256(text.encode()).hexdigest()}" for name, text in sent.items()]
        if lines:
            self._write(self.inbox / "careful" / "manifest.csv", "\n".join([*lines, f"count,{len(lines)}"]))

    def _remember(self, slip_id: str, reading: str) -> None:
        if dict(self.keyed).get(slip_id) != reading:
            self.keyed.append((slip_id, reading))


def copy_decisions(of: Path, to: Path) -> None:
    """What people decided in one workspace, into another that nobody has decided anything in."""
    with closing(sqlite3.connect(Workspace(to).ledger_path)) as ledger, ledger:
        ledger.execute("ATTACH ? AS other", (str(Workspace(of).ledger_path),))
        for table in ("decisions", "decision_values"):
            ledger.execute(f"INSERT INTO {table} SELECT * FROM other.{table}")  # noqa: S608  # names of ours


def rows_of(workspace: Path, name: str) -> list[dict[str, str]]:
    path = workspace / "exports" / name
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def servant() -> Iterator[Servant]:
    with Servant() as started:
        yield started


@pytest.mark.parametrize("examples", [2, pytest.param(8, marks=pytest.mark.slow)])
def test_whatever_happens_in_whatever_order(servant: Servant, tmp_path: Path, examples: int) -> None:
    numbers = count(1)
    run_state_machine_as_test(
        lambda: District(servant, tmp_path / str(next(numbers))),  # type: ignore[arg-type]  # a factory will do
        settings=settings(
            max_examples=200 if EXPLORES else examples,
            stateful_step_count=40 if EXPLORES else 10,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_what_a_person_decided_stands_through_kills_and_later_runs(servant: Servant, tmp_path: Path) -> None:
    """One order of things that few draws of the machine come to."""
    district = District(servant, tmp_path / "story")
    district.begin()
    district.arrive("north", ["doubtful 101", "102", "doubtful 103"])
    district.run()
    district.review(Action.CONFIRM, 0)
    district.review(Action.REFUSE, 0)
    assert sorted(district.decided.values()) == [Action.CONFIRM, Action.REFUSE]
    (confirmed,) = (slip for slip, action in district.decided.items() if action is Action.CONFIRM)
    district.arrive("south", [f"says {account_for(confirmed)} 0043", "doubtful 104"])
    district.run_and_kill(25)
    district.run()
    district.nothing_is_lost()
    district.undo(0)
    assert len(district.decided) == 1
    waiting = rows_of(district.workspace, "review.csv")[-1]["slip_id"]
    for reading, fatal in (("0042", 0), ("0043", 2), ("0043", 0)):
        district.answer(waiting, reading, fatal)
        district.nothing_is_lost()
    for fatal in range(1, 5):
        district.review(Action.CONFIRM, fatal)
        district.nothing_is_lost()
    district.run()
    district.teardown()
