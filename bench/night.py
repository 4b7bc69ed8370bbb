"""A whole night in one workspace: does a page cost the same at its end, in time and memory?

Originals, supervisor, worker processes, ledger and exports are the real ones. Pages are read by a double that
gives out what the real reader had said of a few pages, each time under another account: what is measured is
what may grow with the ledger, and the reader does not.
"""

from __future__ import annotations

import os
import pickle
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.pages import PERIOD
from bench.processes import children_of, resident_mib
from forms_ocr.batch import Crew, Equipment, Settings, Standing, Stop, mark_repeats, run_batch
from forms_ocr.config import load_configuration
from forms_ocr.decision import resolve_conflicts
from forms_ocr.export import RunFacts, write_exports
from forms_ocr.ingest import Limits, discover, open_scan
from forms_ocr.model import Page, PageReading, SlipReading
from forms_ocr.pipeline import Reader, read_page
from forms_ocr.store import Ledger, Workspace, open_ledger
from forms_ocr.template import load_template

PAGES_A_BOX = 50
_BYTES_A_PAGE = 50_000
_EVERY = 500
_WARM_UP_SHARE = 0.1


@dataclass(slots=True)
class Night:
    """What was seen after so many pages.

    Attributes:
        elapsed_s: Since the first page was filed.
        supervisor_s: CPU of the supervising process.
        supervisor_mib: Memory of the supervising process.
        workers_mib: Memory of all its worker processes together, shared pages counted in each.
        ledger_mib: Size of the ledger with its log.
        export_s: What writing the exports of all pages took at the end.
        export_mib: The most memory this process ever had, exports included.
    """

    pages: list[int] = field(default_factory=list)
    elapsed_s: list[float] = field(default_factory=list)
    supervisor_s: list[float] = field(default_factory=list)
    supervisor_mib: list[float] = field(default_factory=list)
    workers_mib: list[float] = field(default_factory=list)
    ledger_mib: list[float] = field(default_factory=list)
    export_s: float = 0.0
    export_mib: float = 0.0

    @property
    def supervisor_ms(self) -> list[float]:
        """CPU milliseconds a page of the supervising process, over each stretch of pages."""
        return list(np.diff(self.supervisor_s) * 1e3 / np.diff(self.pages))

    @property
    def page_ms(self) -> list[float]:
        """Milliseconds a page over each stretch."""
        return list(np.diff(self.elapsed_s) * 1e3 / np.diff(self.pages))

    def growth(self, values: list[float]) -> float:
        """How much a value grows over the night, as a share of its mean, by a line through all of it."""
        at = self.pages[-len(values) :]
        warm = np.array(at) >= _WARM_UP_SHARE * at[-1]
        slope = np.polyfit(np.array(at)[warm], np.array(values)[warm], 1)[0]
        return float(slope * at[-1] / np.mean(np.array(values)[warm]))


def measure_night(folder: Path, scans: list[Path], reader: Reader, template: Path, pages: int) -> Night:
    """Fill a workspace with so many pages in one run, then write its exports."""
    readings = folder / "readings.pickle"
    readings.write_bytes(pickle.dumps([_read(scan, reader) for scan in scans]))
    _write_boxes(folder / "inbox", pages)
    workspace = Workspace(folder / "night")
    batch = load_configuration(None).batch
    equipment = Equipment(partial(_build_parrot, readings), _open_box, batch.worker_memory_mb << 20)
    crew = Crew(
        equipment,
        batch.worker_count,
        batch.pages_per_task,
        batch.page_timeout_s,
        batch.recycle_after_pages,
    )
    watch = _Watch(workspace)
    files = discover([folder / "inbox"]).scans
    with workspace.held(), open_ledger(workspace) as ledger:
        run_batch(files, Settings(PERIOD, {}), ledger, workspace.originals, crew, watch, Stop())
        watch.night.export_s = _export(workspace, ledger, template)
    watch.night.export_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return watch.night


def _read(scan: Path, reader: Reader) -> PageReading:
    with open_scan(scan, Limits()) as opened:
        return read_page(opened.read(1), reader)


def _write_boxes(folder: Path, pages: int) -> None:
    """Boxes: a line with the first page's number and their count, then as many bytes as fax scans have."""
    folder.mkdir()
    rng = np.random.default_rng(1)
    for first in range(0, pages, PAGES_A_BOX):
        count = min(PAGES_A_BOX, pages - first)
        body = rng.bytes(count * _BYTES_A_PAGE)
        (folder / f"{first:06d}.box").write_bytes(f"{first} {count}\n".encode() + body)
        os.utime(folder / f"{first:06d}.box", (0, 0))


class _Box:
    """A scan of numbered pages that show nothing."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._first, self.page_count = map(int, file.readline().split())

    def read(self, number: int) -> Page:
        return Page(number, np.zeros((1, 1), np.uint8), values={"page": str(self._first + number)})


@contextmanager
def _open_box(path: Path) -> Iterator[_Box]:
    yield _Box(path)


class _Parrot:
    """Says of each page what was said of another one, under an account of its own."""

    def __init__(self, readings: list[PageReading]) -> None:
        self._readings = readings

    def __call__(self, page: Page) -> PageReading:
        number = int(page.values["page"])
        said = self._readings[number % len(self._readings)]
        slips = tuple(_under(slip, f"{number:012d}") for slip in said.slips)
        return replace(said, number=page.number, slips=slips)


def _under(slip: SlipReading, account: str) -> SlipReading:
    fields = tuple(
        replace(read, value=account) if read.name == "account" else read for read in slip.record.fields
    )
    return replace(slip, record=replace(slip.record, account=account, fields=fields))


def _build_parrot(readings: Path) -> _Parrot:
    return _Parrot(pickle.loads(readings.read_bytes()))  # noqa: S301  # written by this process


class _Watch:
    """Looks every few hundred pages."""

    def __init__(self, workspace: Workspace) -> None:
        self.night = Night()
        self._workspace = workspace

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def show(self, standing: Standing) -> None:
        seen = self.night.pages[-1] if self.night.pages else 0
        if standing.done_pages >= seen + _EVERY:
            self._look(standing.done_pages)

    def _look(self, pages: int) -> None:
        night = self.night
        night.pages.append(pages)
        night.elapsed_s.append(time.perf_counter())
        night.supervisor_s.append(time.process_time())
        night.supervisor_mib.append(resident_mib(os.getpid()))
        night.workers_mib.append(sum(map(resident_mib, children_of(os.getpid()))))
        sizes = [path.stat().st_size for path in self._workspace.folder.glob("ledger.sqlite3*")]
        night.ledger_mib.append(sum(sizes) / 2**20)


def _export(workspace: Workspace, ledger: Ledger, template: Path) -> float:
    """Seconds that the exports of everything take, from the ledger to the disk."""
    began = time.perf_counter()
    rules = load_configuration(None).rules.to_rules()
    slips = resolve_conflicts(mark_repeats(ledger.slips(PERIOD), rules), rules)
    facts = RunFacts(
        workspace=workspace.folder,
        template=template.stem,
        version="",
        min_confidence=rules.min_confidence,
        period=PERIOD,
    )
    write_exports(workspace.exports, ledger.pages(PERIOD), slips, load_template(template), facts)
    return time.perf_counter() - began


def plot_night(night: Night, out: Path) -> None:
    """Draw it: time a page above, memory below."""
    figure = Figure(figsize=(7, 6), layout="constrained")
    times, memory = figure.subplots(2, 1, sharex=True)
    _draw(
        times, night.pages[1:], {"a page": night.page_ms, "of it the supervisor's CPU": night.supervisor_ms}
    )
    times.set_ylabel("ms a page")
    times.set_title(
        f"time a page {night.growth(night.page_ms):+.0%}, supervisor's CPU "
        f"{night.growth(night.supervisor_ms):+.0%} over the night",
        fontsize=10,
    )
    _draw(memory, night.pages, {"supervisor": night.supervisor_mib, "all workers": night.workers_mib})
    memory.plot(night.pages, night.ledger_mib, "--", color="#77767b", label="ledger on the disk")
    memory.set_ylabel("MiB")
    memory.set_xlabel("pages in the workspace")
    memory.legend(fontsize=8)
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=120)


def _draw(axes: Axes, pages: list[int], series: dict[str, list[float]]) -> None:
    for (label, values), colour in zip(series.items(), ("#1a5fb4", "#c64600"), strict=False):
        axes.plot(pages, values, color=colour, label=label)
    axes.set_ylim(0, None)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
