"""Who is blamed when a task fails; workers, ledger and intake are doubles."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self, cast

import pytest

from forms_ocr.batch import Standing, Stop
from forms_ocr.batch.agenda import Agenda
from forms_ocr.batch.intake import Intake
from forms_ocr.batch.pool import Ended, Ending, WorkerPool
from forms_ocr.batch.supervisor import Supervisor
from forms_ocr.batch.work import Failure, Task, Unit, UnitResult
from forms_ocr.model import PageDisposition, PageReading, Reason
from forms_ocr.store import Ledger, PageEntry, ScanFindings, page_entry

BLANK = PageDisposition.BLANK


class Notebook:
    """A ledger that remembers what was filed."""

    def __init__(self) -> None:
        self.filed: list[tuple[int, PageEntry]] = []

    def file(self, findings: Sequence[ScanFindings], _settings: str) -> None:
        self.filed += [(finding.scan_id, page) for finding in findings for page in finding.pages]

    def reasons(self) -> dict[int, Reason | None]:
        return {page.number: page.reason for _, page in self.filed}


class OneScan:
    """An intake of one scan that nobody has opened."""

    coming_scans = 0

    def __init__(self) -> None:
        self.is_over = False

    def next_units(self) -> list[Unit]:
        self.is_over = True
        return [Unit(1, Path("original"), "a.pdf", None)]


class OnePool:
    """A pool of one worker that ends each task as the script of its pages says.

    Args:
        pages: The scan's page count.
        fates: How a task ends that holds the page; all others are done.
        stop: Asked for the end at the first task that is alone.
    """

    task_timeout_s = 5.0
    pages_under_way = 0

    def __init__(self, pages: int, fates: dict[int, Ending], stop: Stop | None = None) -> None:
        self.handed_out: list[Task] = []
        self._pages = pages
        self._fates = fates
        self._stop = stop
        self._task: Task | None = None

    @property
    def has_room(self) -> bool:
        return self._task is None

    @property
    def is_busy(self) -> bool:
        return self._task is not None

    def submit(self, task: Task) -> None:
        self.handed_out.append(task)
        self._task = task
        if task.is_alone and self._stop is not None:
            self._stop.request(signal.SIGTERM)

    def wait(self, _timeout_s: float) -> list[Ended]:
        task, self._task = self._task, None
        assert task is not None
        for unit in task.units:
            for number in self._numbers(unit, task):
                if number in self._fates:
                    return [Ended(task, self._fates[number], exit_status=-9)]
        return [Ended(task, Ending.DONE, tuple(self._result(unit, task) for unit in task.units))]

    def _numbers(self, unit: Unit, task: Task) -> tuple[int, ...]:
        counted = range(1, min(self._pages, task.page_limit) + 1)
        return (0, *counted) if unit.numbers is None else unit.numbers

    def _result(self, unit: Unit, task: Task) -> UnitResult:
        pages = tuple(
            page_entry(PageReading(number, BLANK, reason=Reason.PAGE_BLANK))
            for number in self._numbers(unit, task)
            if number
        )
        count = self._pages if unit.numbers is None else None
        return UnitResult(unit, ScanFindings(unit.scan_id, count, pages))


class Silence:
    """No progress display."""

    def show(self, _standing: Standing) -> None:
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


def work(pool: Any, stop: Stop | None = None) -> Notebook:
    notebook = Notebook()
    supervisor = Supervisor(
        cast(Ledger, notebook),
        cast(Intake, OneScan()),
        Agenda(8, 1),
        cast(WorkerPool, pool),
        "settings",
        Standing(),
        stop or Stop(),
    )
    supervisor.work(Silence())
    return notebook


def test_all_pages_are_read_once() -> None:
    notebook = work(OnePool(20, {}))
    assert sorted(page.number for _, page in notebook.filed) == list(range(1, 21))


@pytest.mark.parametrize(
    ("ending", "reason"),
    [(Ending.CRASHED, Reason.PAGE_CRASHED_READER), (Ending.TIMED_OUT, Reason.PAGE_TIMEOUT)],
)
def test_only_the_page_at_fault_is_given_up(ending: Ending, reason: Reason) -> None:
    pool = OnePool(20, {7: ending})
    notebook = work(pool)
    assert notebook.reasons().pop(7) is reason
    assert len(notebook.filed) == 20
    assert [number for number, why in notebook.reasons().items() if why is reason] == [7]
    assert [task.units[0].numbers for task in pool.handed_out if task.is_alone].count((7,)) == 1


def test_a_scan_that_cannot_be_counted_is_given_up() -> None:
    assert work(OnePool(3, {0: Ending.CRASHED})).reasons() == {0: Reason.PAGE_CRASHED_READER}


def test_nobody_is_blamed_for_a_worker_that_dies_while_the_program_is_stopped() -> None:
    """Whoever stops the program may have stopped all its processes."""
    stop = Stop()
    notebook = work(OnePool(1, {0: Ending.CRASHED}, stop), stop)
    assert notebook.filed == []


class FailingOnce(OnePool):
    """The reader fails on page 2 the first time only."""

    def _result(self, unit: Unit, task: Task) -> UnitResult:
        result = super()._result(unit, task)
        if task.is_alone:
            return result
        findings = ScanFindings(
            unit.scan_id,
            result.findings.page_count,
            tuple(page for page in result.findings.pages if page.number != 2),
        )
        is_hit = len(findings.pages) < len(result.findings.pages)
        return UnitResult(unit, findings, (Failure(2, "MemoryError"),) if is_hit else ())


def test_a_reader_that_fails_once_gets_another_chance() -> None:
    notebook = work(FailingOnce(4, {}))
    assert notebook.reasons() == dict.fromkeys(range(1, 5), Reason.PAGE_BLANK)
