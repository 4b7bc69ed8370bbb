"""The inside of a worker process: set up once, then read what it is handed."""

from __future__ import annotations

import fcntl
import math
import multiprocessing
import os
import resource
import sys
from collections.abc import Iterable
from multiprocessing import connection
from pathlib import Path

import cv2

from forms_ocr.batch.work import Equipment, Failure, OpenScan, PageReader, Task, Unit, UnitResult
from forms_ocr.errors import FormsOcrError, ScanError, StorageError
from forms_ocr.model import PageDisposition, PageReading, Reason
from forms_ocr.store import PageEntry, ScanFindings, page_entry


class _Station:
    """What this process works with; nothing until it is prepared."""

    equipment: Equipment
    read_page: PageReader
    error: Exception | None = RuntimeError("this process was never prepared")

    def set_up(self, equipment: Equipment) -> None:
        """Build the reader. A failure is kept: the supervisor sees it when the first task raises it."""
        try:
            self.equipment = equipment
            self.read_page = equipment.build_reader()
            self.error = None
        except Exception as error:  # noqa: BLE001  # whatever it is, the supervisor decides
            self.error = error


_station = _Station()


def prepare(equipment: Equipment) -> None:
    """Make this process a worker."""
    _end_with_parent()
    _silence()
    cv2.setNumThreads(1)
    resource.setrlimit(resource.RLIMIT_AS, (equipment.memory_bytes, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _station.set_up(equipment)


def _end_with_parent() -> None:
    """Let the system kill this process when the supervisor is gone, however it went.

    It sends SIGIO when the other end of the pipe to the supervisor is closed. A thread that waited for that
    could not end a decoder which keeps Python to itself.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    fcntl.fcntl(parent.sentinel, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(parent.sentinel, fcntl.F_GETFL)
    fcntl.fcntl(parent.sentinel, fcntl.F_SETFL, flags | os.O_ASYNC)
    if connection.wait([parent.sentinel], 0):  # it was gone before
        os._exit(1)


def _silence() -> None:
    """Decoding libraries write warnings straight to the terminal, through the progress bar."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.__stdout__.fileno() if sys.__stdout__ else 1)
    os.dup2(nowhere, sys.__stderr__.fileno() if sys.__stderr__ else 2)


def perform(task: Task) -> tuple[UnitResult, ...]:
    """Work a task off.

    Raises:
        FormsOcrError: The settings or the machine are at fault; the batch cannot go on.
    """
    if _station.error is not None:
        raise _station.error
    _allow_processor_time(_station.equipment.task_cpu_s)
    results: list[UnitResult] = []
    pages_left = task.page_limit
    for unit in task.units:
        result = _work_off(unit, pages_left, _station)
        pages_left -= len(result.findings.pages) + len(result.failures)
        results.append(result)
    return tuple(results)


def _allow_processor_time(seconds: float) -> None:
    """Bound what is used from here on; beyond it the system sends SIGXCPU, which kills.

    What is meant is the task, so the bound is drawn anew with each. Programs that are started meanwhile get
    the same one, and begin to count from zero.
    """
    if math.isinf(seconds):
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    bound = math.ceil(used.ru_utime + used.ru_stime + seconds)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(
        resource.RLIMIT_CPU, (bound if hard == resource.RLIM_INFINITY else min(bound, hard), hard)
    )


def _work_off(unit: Unit, page_limit: int, station: _Station) -> UnitResult:
    if not unit.original.exists():
        raise StorageError(
            f"{unit.original}: the original of {unit.title} is gone; restore the workspace's originals"
        )
    try:
        with station.equipment.open_scan(unit.original) as scan:
            count, numbers = _plan(unit, scan, page_limit)
            pages, failures = _read(scan, numbers, unit, station)
    except ScanError as error:
        pages = [_quarantined(number, error, unit) for number in _pages_at_stake(unit)]
        return UnitResult(unit, _findings(unit, None, pages))
    except FormsOcrError:
        raise
    except Exception as error:  # noqa: BLE001  # a fault of ours costs these pages, not the batch
        place = _place_of(error)
        lost = tuple(Failure(number, place) for number in _pages_at_stake(unit))
        return UnitResult(unit, _findings(unit, None, []), lost)
    return UnitResult(unit, _findings(unit, count, pages), tuple(failures))


def _pages_at_stake(unit: Unit) -> tuple[int, ...]:
    """What cannot be read when the scan does not open: all of it, or the pages that were still to be read.

    A scan whose pages were counted has opened before. What was read of it then stands: page 0 would take its
    place.
    """
    return (0,) if unit.numbers is None else unit.numbers


def _plan(unit: Unit, scan: OpenScan, page_limit: int) -> tuple[int | None, Iterable[int]]:
    """The scan's page count where it is asked for, and the pages to read now."""
    if unit.numbers is not None:
        return None, unit.numbers
    count = scan.page_count
    return count, range(1, min(count, page_limit) + 1)


def _read(
    scan: OpenScan, numbers: Iterable[int], unit: Unit, station: _Station
) -> tuple[list[PageEntry], list[Failure]]:
    pages: list[PageEntry] = []
    failures: list[Failure] = []
    for number in numbers:
        try:
            pages.append(_read_one(scan, number, unit, station))
        except FormsOcrError:
            raise
        except Exception as error:  # noqa: BLE001  # a fault of ours costs this page, not the batch
            failures.append(Failure(number, _place_of(error)))
    return pages, failures


def _read_one(scan: OpenScan, number: int, unit: Unit, station: _Station) -> PageEntry:
    try:
        return page_entry(station.read_page(scan.read(number)))
    except ScanError as error:
        return _quarantined(number, error, unit)


def _quarantined(number: int, error: ScanError, unit: Unit) -> PageEntry:
    """The message without its place, which names the original by its hash; the ledger knows scan and page."""
    message = error.message.removeprefix(f"page {number} of ").removeprefix(f"{unit.original.name}: ")
    reading = PageReading(number, PageDisposition.QUARANTINED, reason=Reason(error.reason), message=message)
    return page_entry(reading)


def _findings(unit: Unit, count: int | None, pages: list[PageEntry]) -> ScanFindings:
    return ScanFindings(unit.scan_id, count, tuple(pages))


def _place_of(error: Exception) -> str:
    """Kind and place of an error. Not its message, which may hold what stands on the slip."""
    trace = error.__traceback__
    if trace is None:
        return type(error).__name__
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{type(error).__name__} at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
