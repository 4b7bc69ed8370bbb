"""Supervised worker processes: a task that kills its worker or takes too long fails alone."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from forms_ocr.batch.seat import Ended, Ending, Seat, environment_of_workers
from forms_ocr.batch.work import Equipment, Task
from forms_ocr.errors import StorageError

__all__ = ["Ended", "Ending", "WorkerPool"]

_MAX_BREAKS = 3
"""So many workers for each seat lost with no task finished in between: it will not get better."""

_MOST_TASKS = 2
"""One waits for each that runs, so that no worker is idle and little is under way."""


class WorkerPool:
    """Worker processes that are replaced when they die. Use it as a context manager.

    Args:
        equipment: What each worker sets up.
        workers: How many.
        tasks_per_worker: After so many a worker is replaced.
        task_timeout_s: A task that takes longer is stopped together with its worker.
    """

    def __init__(
        self, equipment: Equipment, workers: int, tasks_per_worker: int, task_timeout_s: float
    ) -> None:
        self.task_timeout_s = task_timeout_s
        self.task_cpu_s = equipment.task_cpu_s
        self._breaks = 0
        self._seats: list[Seat] = []
        with ExitStack() as opening:
            opening.enter_context(environment_of_workers())
            opening.callback(self._halt)
            for _ in range(workers):
                self._seats.append(Seat(equipment, tasks_per_worker, task_timeout_s))
            self._open = opening.pop_all()

    @property
    def has_room(self) -> bool:
        """There is a worker that can be handed something."""
        return any(seat.load < _MOST_TASKS for seat in self._seats)

    @property
    def is_busy(self) -> bool:
        """Something is under way."""
        return any(seat.load for seat in self._seats)

    @property
    def pages_under_way(self) -> int:
        """As far as known; a scan that nobody has opened counts as one."""
        return sum(task.expected_pages for seat in self._seats for task in seat.tasks)

    def submit(self, task: Task) -> None:
        """Hand a task out to who has least to do."""
        min(self._seats, key=lambda seat: (seat.load, seat.breaks)).submit(task)

    def wait(self, timeout_s: float) -> list[Ended]:
        """The tasks that ended, at least one unless the time is over.

        Raises:
            FormsOcrError: A worker says that settings or machine are at fault, or no worker stays alive.
        """
        wait([future for seat in self._seats for future in seat.futures], timeout_s, FIRST_COMPLETED)
        ended: list[Ended] = []
        for seat in self._seats:
            before = seat.breaks
            ended += seat.take_ended()
            self._breaks += seat.breaks > before
        self._breaks = 0 if ended else self._breaks
        if self._breaks > _MAX_BREAKS * len(self._seats):
            raise StorageError(
                f"worker processes died {self._breaks} times before finishing a single task; "
                "is there enough free memory? Try --workers 1, then run again, nothing is lost"
            )
        return ended

    def _halt(self) -> None:
        for seat in self._seats:
            seat.stop()
        for seat in self._seats:
            seat.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
