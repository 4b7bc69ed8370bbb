"""Showing how far a batch has come: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as RichProgress

from forms_ocr.batch import Standing
from forms_ocr.model import Disposition, PageDisposition

_LINE_EVERY_S = 30.0

STOPPING = "stopping when the pages under way are done (Ctrl-C again: at once)"


def describe_counts(standing: Standing) -> str:
    """The counts by disposition, e.g. ``310 accepted, 41 review, 2 refused; 3 blank``; without those at 0."""
    slips = [f"{standing.slips[kind]} {kind}" for kind in Disposition if standing.slips[kind]]
    others = [kind for kind in PageDisposition if kind is not PageDisposition.SLIPS and standing.pages[kind]]
    pages = [f"{standing.pages[kind]} {kind}" for kind in others]
    return "; ".join(part for part in (", ".join(slips), ", ".join(pages)) if part)


def describe_duration(seconds: float) -> str:
    """``0:07``, ``12:30`` or ``3:05:00``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def describe_pace(standing: Standing) -> str:
    """Rate and time left, e.g. ``93.1 pages/s, 0:42 left``; "" as long as nothing can be said."""
    if standing.left_s is None:
        return ""
    return f"{standing.pages_per_s:.1f} pages/s, {describe_duration(standing.left_s)} left"


class BarProgress:
    """A bar with rate, time left and the counts so far, for a person at a terminal."""

    def __init__(self, console: Console) -> None:
        self._bar = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TextColumn("{task.fields[pace]}"),
            TextColumn("{task.fields[counts]}"),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("reading", total=None, pace="starting", counts="")

    def show(self, standing: Standing) -> None:
        """Redraw."""
        self._bar.update(
            self._task,
            description=STOPPING if standing.is_stopping else "reading",
            completed=standing.done_pages,
            total=standing.done_pages + standing.expected_pages,
            pace=describe_pace(standing) or "starting",
            counts=describe_counts(standing),
        )

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()


class LineProgress:
    """One plain line every half minute, for a log.

    Args:
        write: Gets each line without its end.
        clock: Seconds that only go forward.
    """

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._write = write
        self._clock = clock
        self._last = clock()
        self._said_stopping = False

    def show(self, standing: Standing) -> None:
        """Write a line if it is time for one, or when the end is asked for."""
        if standing.is_stopping and not self._said_stopping:
            self._said_stopping = True
            self._write(STOPPING)
        if self._clock() - self._last >= _LINE_EVERY_S:
            self._last = self._clock()
            self._write(describe_line(standing))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


def describe_line(standing: Standing) -> str:
    """Everything in one line."""
    expected = standing.done_pages + standing.expected_pages
    parts = [f"{standing.done_pages} of {expected} pages", describe_pace(standing), describe_counts(standing)]
    return "; ".join(part for part in parts if part)
