"""How many more pages a second two worker processes read than one, ledger and all."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Self

from bench.pages import PERIOD, write_scans
from bench.processes import children_of, cpu_s
from forms_ocr.batch import Crew, Settings, Standing, Stop, run_batch
from forms_ocr.batch.equipment import pipeline_equipment
from forms_ocr.config import load_configuration
from forms_ocr.ingest import discover
from forms_ocr.store import Workspace, open_ledger

TARGET_RATIO = 1.8

# Workers start one after the other and end one after the other; the pages a second in between are what a
# night is made of.
_FROM_SHARE, _TO_SHARE = 0.2, 0.9


@dataclass(frozen=True, slots=True)
class Pace:
    """Of the middle of a batch: pages a second; CPU a page of the supervisor, and of all processes."""

    pages_per_s: float
    supervisor_ms: float
    all_ms: float


@dataclass(slots=True)
class _Clock:
    """Notes when how many pages were done, and how much CPU this process had used by then."""

    pages: int
    times: list[tuple[int, float, float, float]] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def show(self, standing: Standing) -> None:
        if self.times and self.times[-1][0] == standing.done_pages:
            return
        below_s = sum(map(cpu_s, children_of(os.getpid())))
        self.times.append((standing.done_pages, time.perf_counter(), time.process_time(), below_s))

    @property
    def pace(self) -> Pace:
        steady = [look for look in self.times if _FROM_SHARE <= look[0] / self.pages <= _TO_SHARE]
        (first, began, own_before, below_before), (last, ended, own_after, below_after) = (
            steady[0],
            steady[-1],
        )
        pages, own_s, below_s = last - first, own_after - own_before, below_after - below_before
        return Pace(pages / (ended - began), own_s * 1e3 / pages, (own_s + below_s) * 1e3 / pages)


@dataclass(frozen=True, slots=True)
class WorkersGain:
    """Median pages a second with one worker and with two; ``ratio`` is the median of the paired ratios."""

    one: float
    two: float
    ratio: float


def measure_workers(
    folder: Path, pages: list[bytes], copies: int, template: Path, registry: Path, rounds: int
) -> WorkersGain:
    """Run the same batch with one worker and with two in turn, each in a fresh workspace."""
    scans = folder / "scans"
    write_scans(scans, pages, copies)
    ones, twos = [], []
    for _ in range(rounds):
        ones.append(measure_pace(folder / "workspace", scans, template, registry, 1).pages_per_s)
        twos.append(measure_pace(folder / "workspace", scans, template, registry, 2).pages_per_s)
    ratios = [two / one for one, two in zip(ones, twos, strict=True)]
    return WorkersGain(median(ones), median(twos), median(ratios))


def measure_pace(place: Path, scans: Path, template: Path, registry: Path, workers: int) -> Pace:
    """Read all scans in a fresh workspace with real workers, ledger and originals."""
    shutil.rmtree(place, ignore_errors=True)
    workspace = Workspace(place)
    configuration = load_configuration(None)
    batch = configuration.batch
    equipment = pipeline_equipment(
        template,
        registry,
        configuration.rules.to_rules(),
        PERIOD,
        configuration.ingest.to_limits(),
        batch.worker_memory_mb << 20,
    )
    crew = Crew(equipment, workers, batch.pages_per_task, batch.page_timeout_s, batch.recycle_after_pages)
    files = discover([scans]).scans
    clock = _Clock(len(files))
    with workspace.held(), open_ledger(workspace) as ledger:
        run_batch(files, Settings(PERIOD, {}), ledger, workspace.originals, crew, clock, Stop())
    return clock.pace
