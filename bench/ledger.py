"""What the ledger costs: a batch with everything around it beside the bare pipeline over the same pages."""

from __future__ import annotations

import gc
import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import median

import cv2

from bench.pages import PERIOD, write_scans
from bench.workers import Pace, measure_pace
from forms_ocr.ingest import Limits, open_scan
from forms_ocr.model import Rules
from forms_ocr.pipeline import build_reader, read_page

TARGET_RATIO = 1.25

_WARM_UP_PAGES = 4


@dataclass(frozen=True, slots=True)
class LedgerCost:
    """Of so many workers: medians of pages a second, of the paired ratios, of the supervisor's own time.

    Attributes:
        bare: Pages a second of processes that only open files and read pages, and keep nothing.
        filed: Pages a second of a batch: originals kept and synced, supervised workers, everything committed.
        ratio: Time a page with the ledger to time a page without.
        bare_ms, filed_ms: CPU a page of all processes together; a busy machine changes their ratio least.
        cpu_ratio: The second to the first.
        supervisor_ms: CPU a page of the supervising process, its threads included.
    """

    workers: int
    bare: float
    filed: float
    ratio: float
    bare_ms: float
    filed_ms: float
    cpu_ratio: float
    supervisor_ms: float


def measure_ledger(
    folder: Path,
    pages: list[bytes],
    copies: int,
    template: Path,
    registry: Path,
    workers: Sequence[int],
    rounds: int,
) -> list[LedgerCost]:
    """Measure both ways in turn, so that a slow moment of the machine hits both; for each of ``workers``."""
    scans = folder / "scans"
    write_scans(scans, pages, copies)
    return [
        _compare(folder / "workspace", sorted(scans.iterdir()), template, registry, count, rounds)
        for count in workers
    ]


def _compare(
    workspace: Path, scans: list[Path], template: Path, registry: Path, workers: int, rounds: int
) -> LedgerCost:
    bare: list[Pace] = []
    filed: list[Pace] = []
    for _ in range(rounds):
        bare.append(_bare_pace(scans, template, registry, workers))
        filed.append(measure_pace(workspace, scans[0].parent, template, registry, workers))
    pairs = list(zip(bare, filed, strict=True))
    return LedgerCost(
        workers,
        bare=median(pace.pages_per_s for pace in bare),
        filed=median(pace.pages_per_s for pace in filed),
        ratio=median(alone.pages_per_s / pace.pages_per_s for alone, pace in pairs),
        bare_ms=median(pace.all_ms for pace in bare),
        filed_ms=median(pace.all_ms for pace in filed),
        cpu_ratio=median(pace.all_ms / alone.all_ms for alone, pace in pairs),
        supervisor_ms=median(pace.supervisor_ms for pace in filed),
    )


def _bare_pace(scans: list[Path], template: Path, registry: Path, workers: int) -> Pace:
    """Of so many processes together, each over its share of the files."""
    context = multiprocessing.get_context("forkserver")
    start, told = context.Barrier(workers), context.SimpleQueue()
    processes = [
        context.Process(target=_read_bare, args=(scans[first::workers], template, registry, start, told))
        for first in range(workers)
    ]
    for process in processes:
        process.start()
    shares = [told.get() for _ in processes]
    for process in processes:
        process.join()
    return Pace(
        pages_per_s=sum(pages / elapsed_s for pages, elapsed_s, _ in shares),
        supervisor_ms=0.0,
        all_ms=sum(cpu_s for *_, cpu_s in shares) * 1e3 / len(scans),
    )


def _read_bare(
    scans: list[Path],
    template: Path,
    registry: Path,
    start: Barrier,
    told: SimpleQueue[tuple[int, float, float]],
) -> None:
    """The inside of a process: what a worker does to a page, and nothing around it."""
    cv2.setNumThreads(1)
    reader = build_reader(template, registry, Rules(), PERIOD)
    gc.freeze()
    limits = Limits()
    began = cpu_before = 0.0
    for number, scan in enumerate([*scans[:_WARM_UP_PAGES], *scans]):
        if number == _WARM_UP_PAGES:
            start.wait()
            began, cpu_before = time.perf_counter(), time.process_time()
        with open_scan(scan, limits) as opened:
            read_page(opened.read(1), reader)
    told.put((len(scans), time.perf_counter() - began, time.process_time() - cpu_before))
