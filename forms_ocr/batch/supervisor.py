"""Hands work out, files what comes back, and finds the one page at fault when a task fails."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from forms_ocr.batch.agenda import Agenda
from forms_ocr.batch.ceiling import Ceiling
from forms_ocr.batch.intake import Intake
from forms_ocr.batch.pool import Ended, Ending, WorkerPool
from forms_ocr.batch.standing import Progress, Standing
from forms_ocr.batch.stop import Stop
from forms_ocr.batch.work import Failure, Unit, UnitResult
from forms_ocr.model import PageDisposition, PageReading, Reason
from forms_ocr.store import Ledger, PageEntry, ScanFindings, page_entry

_log = logging.getLogger(__name__)

_LOOK_AROUND_S = 0.25
"""How long a signal or the progress display waits at most while all workers are busy."""


class Supervisor:
    """One run over one workspace. A task's results count only once they are committed."""

    def __init__(  # noqa: PLR0913, PLR0917  # all that a batch works with
        self,
        ledger: Ledger,
        intake: Intake,
        agenda: Agenda,
        pool: WorkerPool,
        fingerprint: str,
        standing: Standing,
        stop: Stop,
        ceiling: Ceiling | None = None,
    ) -> None:
        self._ceiling = ceiling
        self._ledger = ledger
        self._intake = intake
        self._agenda = agenda
        self._pool = pool
        self._fingerprint = fingerprint
        self._standing = standing
        self._stop = stop
        self._began = time.monotonic()

    def work(self, progress: Progress) -> None:
        """Go on until everything is done, or what is under way is when the end was asked for."""
        while True:
            self._hand_out()
            self._show(progress)
            if not self._pool.is_busy:
                return
            for ended in self._pool.wait(_LOOK_AROUND_S):
                self._take(ended)

    @property
    def _is_ending(self) -> bool:
        return self._stop.is_requested or self._standing.is_over_ceiling

    def _hand_out(self) -> None:
        """Keep every worker supplied."""
        while self._pool.has_room and not self._is_ending:
            if self._agenda.is_thin and not self._intake.is_over:
                self._agenda.add(self._intake.next_units())
            elif not self._agenda.is_empty:
                self._pool.submit(self._agenda.next_task(self._intake.coming_scans))
            else:
                return

    def _show(self, progress: Progress) -> None:
        self._standing.elapsed_s = time.monotonic() - self._began
        self._standing.expected_pages = (
            self._agenda.expected_pages + self._intake.coming_scans + self._pool.pages_under_way
        )
        self._standing.is_stopping = self._stop.is_requested
        progress.show(self._standing)

    def _take(self, ended: Ended) -> None:
        if ended.ending is Ending.DONE:
            self._take_results(ended)
        elif self._stop.is_requested:
            return  # whoever stops the program may have stopped its workers too: nobody is to blame
        elif ended.task.is_alone:
            self._condemn(ended)
        else:
            _log.warning("task failed, its pages are tried alone", extra={"facts": _facts(ended)})
            self._agenda.add_alone(ended.task.units)

    def _take_results(self, ended: Ended) -> None:
        """File what was read; plan what was counted and not read, and what failed."""
        is_final = ended.task.is_alone
        self._file([_with_failures(result) if is_final else result.findings for result in ended.results])
        for result in ended.results:
            self._agenda.add(_uncovered(result))
            if not is_final:
                self._agenda.add_alone(_failed(result))

    def _condemn(self, ended: Ended) -> None:
        """Quarantine the one page that made a task fail twice."""
        _log.error("page given up", extra={"facts": _facts(ended)})
        (unit,) = ended.task.units
        page = _given_up(unit, ended, self._pool)
        self._file([ScanFindings(unit.scan_id, None, (page,))])

    def _file(self, findings: Sequence[ScanFindings]) -> None:
        self._ledger.file(findings, self._fingerprint)
        for finding in findings:
            self._standing.count(finding)
            self._look_at_ceiling()
            for page in finding.pages:
                if page.disposition is PageDisposition.QUARANTINED:
                    facts = {"scan_id": finding.scan_id, "page": page.number, "reason": page.reason}
                    _log.warning("page quarantined", extra={"facts": facts})

    def _look_at_ceiling(self) -> None:
        if self._ceiling is not None and self._ceiling.is_broken_by(self._standing.pages_but_covers):
            self._standing.is_over_ceiling = True


def _uncovered(result: UnitResult) -> Iterable[Unit]:
    """The pages of a scan just counted that this task did not come to."""
    if result.findings.page_count is None:
        return
    tried = {page.number for page in result.findings.pages} | {failure.page for failure in result.failures}
    numbers = tuple(number for number in range(1, result.findings.page_count + 1) if number not in tried)
    if numbers:
        yield replace(result.unit, numbers=numbers)


def _failed(result: UnitResult) -> Iterable[Unit]:
    for failure in result.failures:
        yield replace(result.unit, numbers=(failure.page,) if failure.page else None)


def _with_failures(result: UnitResult) -> ScanFindings:
    """The findings with the pages on which the reader failed again."""
    pages = tuple(_broke_reader(failure) for failure in result.failures)
    return replace(result.findings, pages=result.findings.pages + pages)


def _broke_reader(failure: Failure) -> PageEntry:
    what = f"the reader failed on it twice ({failure.what}); please report this"
    return _quarantined(failure.page, Reason.PAGE_CRASHED_READER, what)


def _given_up(unit: Unit, ended: Ended, pool: WorkerPool) -> PageEntry:
    page = unit.numbers[0] if unit.numbers else 0
    if ended.ending is Ending.TIMED_OUT:
        what = f"not read within {pool.task_timeout_s:g} s, tried twice; scan it again, at 300 dpi"
        return _quarantined(page, Reason.PAGE_TIMEOUT, what)
    if ended.exit_status == -signal.SIGXCPU:
        what = (
            f"not read with {pool.task_cpu_s:g} s of processor time, tried twice; scan it again, at 300 dpi"
        )
        return _quarantined(page, Reason.PAGE_TIMEOUT, what)
    what = f"the process that read it died twice ({_death(ended.exit_status)}); scan it again"
    return _quarantined(page, Reason.PAGE_CRASHED_READER, what)


def _quarantined(page: int, reason: Reason, what: str) -> PageEntry:
    return page_entry(PageReading(page, PageDisposition.QUARANTINED, reason=reason, message=what))


def _death(exit_status: int) -> str:
    if exit_status >= 0:
        return f"exit status {exit_status}"
    try:
        return signal.Signals(-exit_status).name
    except ValueError:
        return f"signal {-exit_status}"


def _facts(ended: Ended) -> dict[str, object]:
    units = [{"scan_id": unit.scan_id, "pages": unit.numbers} for unit in ended.task.units]
    return {"ending": ended.ending.value, "exit_status": ended.exit_status, "units": units}
