"""What goes to a worker and what comes back."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from forms_ocr.model import Page, PageReading
from forms_ocr.store import ScanFindings

PageReader = Callable[[Page], PageReading]
"""The pipeline with everything it needs already loaded."""


class OpenScan(Protocol):
    """A scan whose pages can be read; both members raise ``ScanError`` or ``PageError``."""

    @property
    def page_count(self) -> int:
        """At least 1."""

    def read(self, number: int) -> Page:
        """One page, counted from 1."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """What a worker sets up once, before its first page. Crosses to the worker, so everything is picklable.

    Attributes:
        build_reader: Loads template, registry and network.
        open_scan: Opens an original.
        memory_bytes: Address space the worker may use.
        preload: Modules that all workers need, imported once for all of them. They must start no threads.
        task_cpu_s: Processor time that one task may use; a worker that uses more is killed by the system.
    """

    build_reader: Callable[[], PageReader]
    open_scan: Callable[[Path], AbstractContextManager[OpenScan]]
    memory_bytes: int
    preload: tuple[str, ...] = ()
    task_cpu_s: float = math.inf


@dataclass(frozen=True, slots=True)
class Unit:
    """Some work on one scan.

    Attributes:
        title: What people call the scan; its original is named by its hash.
        numbers: Pages to read. None: count its pages, then read as many from the first on as the task allows.
    """

    scan_id: int
    original: Path
    title: str
    numbers: tuple[int, ...] | None

    @property
    def expected_pages(self) -> int:
        """A scan that nobody has opened has one page at least."""
        return 1 if self.numbers is None else len(self.numbers)


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is handed at once.

    Attributes:
        page_limit: How many pages are read at most. 0: only count.
        is_alone: One page, or one scan to count, that is tried again because a task with it failed.
    """

    units: tuple[Unit, ...]
    page_limit: int
    is_alone: bool = False

    @property
    def expected_pages(self) -> int:
        """As far as known."""
        return sum(unit.expected_pages for unit in self.units)


@dataclass(frozen=True, slots=True)
class Failure:
    """The reader itself failed on a page, or on opening a scan (page 0); says where, never on what."""

    page: int
    what: str


@dataclass(frozen=True, slots=True)
class UnitResult:
    """What a worker found out about one unit. Pages that failed are in ``failures`` only."""

    unit: Unit
    findings: ScanFindings
    failures: tuple[Failure, ...] = ()
