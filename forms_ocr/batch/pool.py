"""Supervised worker processes: a task that kills its worker or takes too long fails alone."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from multiprocessing import resource_tracker
from types import TracebackType
from typing import Self

from pebble import CONSTS, ProcessExpired, ProcessPool

from forms_ocr.batch.stop import SIGNALS
from forms_ocr.batch.work import Equipment, Task, UnitResult
from forms_ocr.batch.worker import perform, prepare
from forms_ocr.errors import StorageError

_MAX_RESTARTS = 3
"""A pool that breaks this often with no task finished in between will not get better."""

_ONE_THREAD = ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Read by the libraries of numpy and tesseract when they are loaded: a worker is one thread."""


class Ending(Enum):
    """How a task ended."""

    DONE = "done"
    CRASHED = "crashed"
    TIMED_OUT = "timed out"


@dataclass(frozen=True, slots=True)
class Ended:
    """A task that is over. ``exit_status`` of the worker that crashed: negative for a signal."""

    task: Task
    ending: Ending
    results: tuple[UnitResult, ...] = ()
    exit_status: int = 0


Results = tuple[UnitResult, ...]


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
        self.workers = workers
        self._equipment = equipment
        self._tasks_per_worker = tasks_per_worker
        self.task_timeout_s = task_timeout_s
        self._running: dict[Future[Results], Task] = {}
        self._began_s: dict[Future[Results], float] = {}
        self._restarts = 0
        self._pool = self._start()

    def _start(self) -> ProcessPool:
        for variable in _ONE_THREAD:
            os.environ.setdefault(variable, "1")
        # Forked from a bare process that has only imported: a fork of the supervisor would copy its threads'
        # locks, its ledger and its lock file, and a fresh start would import for a second each time.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([prepare.__module__, *self._equipment.preload])
        CONSTS.term_timeout = 0.0  # the workers are deaf to the signal tried first
        pool = ProcessPool(
            max_workers=self.workers,
            max_tasks=self._tasks_per_worker,
            initializer=prepare,
            initargs=(self._equipment,),
            context=context,
        )
        with _deafness():
            if not pool.active:  # asked, it starts: its processes and the threads that replace them
                raise StorageError("no worker process could be started; is there enough free memory?")
        return pool

    @property
    def has_room(self) -> bool:
        """One task waits for each that runs, so that no worker is idle and little is under way."""
        return len(self._running) < 2 * self.workers

    @property
    def is_busy(self) -> bool:
        """Something is under way."""
        return bool(self._running)

    @property
    def pages_under_way(self) -> int:
        """As far as known; a scan that nobody has opened counts as one."""
        return sum(task.expected_pages for task in self._running.values())

    def submit(self, task: Task) -> None:
        """Hand a task out."""
        try:
            future = self._pool.schedule(perform, args=(task,))
        except RuntimeError:  # the pool broke since the last look
            self._restart([*self._running.values(), task])
        else:
            self._running[future] = task

    def wait(self, timeout_s: float) -> list[Ended]:
        """The tasks that ended, at least one unless the time is over.

        Raises:
            FormsOcrError: A worker says that settings or machine are at fault, or no worker stays alive.
        """
        over, _ = wait(self._running, timeout_s, FIRST_COMPLETED)
        over |= self._stop_overdue()
        ended: list[Ended] = []
        stranded: list[Task] = []
        for future in over:
            task = self._running.pop(future)
            self._began_s.pop(future, None)
            try:
                ended.append(_ended(task, future))
            except BrokenProcessPool:
                stranded.append(task)
        if ended:
            self._restarts = 0
        if stranded:
            self._restart([*stranded, *self._running.values()])
        return ended

    def _stop_overdue(self) -> set[Future[Results]]:
        """Stop tasks that take too long, together with their workers.

        Pebble has time-outs of its own, by the wall clock: a clock set forward would end every task.
        """
        now_s = time.monotonic()
        for future in self._running:
            if future.running():
                self._began_s.setdefault(future, now_s)
        late = {future for future, began_s in self._began_s.items() if now_s - began_s > self.task_timeout_s}
        return {future for future in late if future.cancel()}

    def _restart(self, tasks: Sequence[Task]) -> None:
        """Begin with fresh workers. Nobody knows which task broke the pool, so all are handed out again."""
        self._restarts += 1
        if self._restarts > _MAX_RESTARTS:
            raise StorageError(
                f"worker processes died {self._restarts} times before finishing a single task; "
                "is there enough free memory? Try --workers 1, then run again, nothing is lost"
            )
        self._running.clear()
        self._began_s.clear()
        self._halt()
        self._pool = self._start()
        for task in tasks:
            self.submit(task)

    def _halt(self) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]  # Pebble has left it untyped
        self._pool.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._halt()


@contextmanager
def _deafness() -> Iterator[None]:
    """Processes and threads begun in here never hear of Ctrl-C and SIGTERM, nor does what they begin.

    A terminal sends them to the whole process group, a service manager to every process of the service.
    Were the process that forks the workers to die of it, the workers would lose their parent, and with it
    tasks they had just taken.
    """
    resource_tracker.ensure_running()  # multiprocessing's own helper; starting it would end the deafness
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _ended(task: Task, future: Future[Results]) -> Ended:
    try:
        return Ended(task, Ending.DONE, future.result())
    except ProcessExpired as death:
        return Ended(task, Ending.CRASHED, exit_status=death.exitcode or 0)
    except CancelledError:
        return Ended(task, Ending.TIMED_OUT)
