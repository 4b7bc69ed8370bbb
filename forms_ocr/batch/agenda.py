"""What is still to be handed out, and in what portions."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from forms_ocr.batch.work import Task, Unit

_PORTIONS_A_WORKER = 4
"""Near the end tasks become small, so that the workers end together."""


class Agenda:
    """Units of work in the order they came; those to be tried alone go first.

    Args:
        pages_per_task: At most so many pages go out together.
        workers: Among so many the work is spread.
    """

    def __init__(self, pages_per_task: int, workers: int) -> None:
        self._pages_per_task = pages_per_task
        self._portions = workers * _PORTIONS_A_WORKER
        self._units: deque[Unit] = deque()
        self._suspects: deque[Unit] = deque()
        self.expected_pages = 0

    @property
    def is_empty(self) -> bool:
        """There is nothing to hand out now."""
        return not self._units and not self._suspects

    @property
    def is_thin(self) -> bool:
        """There is not enough for a full task."""
        return not self._suspects and self.expected_pages < self._pages_per_task

    def add(self, units: Iterable[Unit]) -> None:
        """Put units at the end."""
        for unit in units:
            self._units.append(unit)
            self.expected_pages += unit.expected_pages

    def add_alone(self, units: Iterable[Unit]) -> None:
        """Put units of a failed task on, each page for itself."""
        for unit in units:
            self._suspects.extend(_single(unit))
            self.expected_pages += unit.expected_pages

    def next_task(self, coming_scans: int = 0) -> Task:
        """Take the next task off.

        Args:
            coming_scans: Scans that are not on the agenda yet but will be.
        """
        task = self._next_suspect() if self._suspects else self._next_portion(coming_scans)
        self.expected_pages -= task.expected_pages
        return task

    def _next_suspect(self) -> Task:
        unit = self._suspects.popleft()
        return Task((unit,), page_limit=len(unit.numbers or ()), is_alone=True)

    def _next_portion(self, coming_scans: int) -> Task:
        share = (self.expected_pages + coming_scans) // self._portions
        limit = max(1, min(self._pages_per_task, share))
        units: list[Unit] = []
        room = limit
        while room and self._units:
            unit = self._first(room)
            units.append(unit)
            room -= unit.expected_pages
        return Task(tuple(units), page_limit=limit)

    def _first(self, room: int) -> Unit:
        """The first unit; of one with more pages than there is room for, the first pages."""
        unit = self._units.popleft()
        if unit.numbers is None or len(unit.numbers) <= room:
            return unit
        self._units.appendleft(replace(unit, numbers=unit.numbers[room:]))
        return replace(unit, numbers=unit.numbers[:room])


def _single(unit: Unit) -> list[Unit]:
    """A unit a page; a scan to be counted stays one."""
    if unit.numbers is None:
        return [unit]
    return [replace(unit, numbers=(number,)) for number in unit.numbers]
