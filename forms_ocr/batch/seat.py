"""A place for one worker process: who works there is known, and nobody else depends on it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from multiprocessing import resource_tracker

from pebble import CONSTS, ProcessExpired, ProcessPool

from forms_ocr.batch.stop import SIGNALS
from forms_ocr.batch.work import Equipment, Task, UnitResult
from forms_ocr.batch.worker import perform, prepare
from forms_ocr.errors import StorageError

_READY_WITHIN_S = 120.0
"""A worker is set up in 2 s; one that has not begun its first task by then never will."""

_STARTS = 3
"""How often a worker is started before the machine is at fault; what forks it may die at that very moment."""

_ENVIRONMENT = {
    # read by the libraries of numpy and tesseract when they are loaded: a worker is one thread
    "OMP_NUM_THREADS": "1",
    "OMP_THREAD_LIMIT": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # otherwise what lies in the current folder, an inbox perhaps, is imported in the place of a library
    "PYTHONSAFEPATH": "1",
}
"""Of the processes that are begun for workers, unless it is set otherwise."""


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


@contextmanager
def environment_of_workers() -> Iterator[None]:
    """Processes begun in here, at whatever moment, find what workers need to find."""
    missing = _ENVIRONMENT.keys() - os.environ.keys()
    os.environ.update({name: _ENVIRONMENT[name] for name in missing})
    try:
        yield
    finally:
        for name in missing:
            os.environ.pop(name, None)


class Seat:
    """One worker process at a time, and the tasks it was handed, which it takes in their order.

    A worker that dies in the middle of its talk with the supervisor leaves locks that nobody opens and half a
    message that nobody ends. So each has a channel of its own, and after any death both are replaced. To be
    used within :func:`environment_of_workers`.

    Args:
        equipment: What each worker here sets up.
        tasks_per_worker: After so many a worker is replaced.
        task_timeout_s: A task that takes longer is stopped together with its worker.

    Attributes:
        breaks: How often in a row a worker was lost of which nobody knows at what task.
    """

    def __init__(self, equipment: Equipment, tasks_per_worker: int, task_timeout_s: float) -> None:
        self._equipment = equipment
        self._tasks_per_worker = tasks_per_worker
        self._task_timeout_s = task_timeout_s
        self.breaks = 0
        self._tasks: dict[Future[Results], Task] = {}
        self._pool = self._start()

    def _start(self) -> ProcessPool:
        for _ in range(_STARTS):
            pool = self._new_pool()
            with suppress(BrokenProcessPool), _deafness():
                if pool.active:  # asked, it starts: its process and the threads that replace it
                    self._look_again()
                    return pool
            _end(pool)
        raise StorageError("no worker process could be started; is there enough free memory?")

    def _new_pool(self) -> ProcessPool:
        # Forked from a bare process that has only imported: a fork of the supervisor would copy its threads'
        # locks, its ledger and its lock file, and a fresh start would import for a second each time.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([prepare.__module__, *self._equipment.preload])
        CONSTS.term_timeout = 0.0  # the workers are deaf to the signal tried first
        return ProcessPool(
            max_workers=1,
            max_tasks=self._tasks_per_worker,
            initializer=prepare,
            initargs=(self._equipment,),
            context=context,
        )

    @property
    def load(self) -> int:
        """Tasks under way."""
        return len(self._tasks)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Those under way."""
        return tuple(self._tasks.values())

    @property
    def futures(self) -> tuple[Future[Results], ...]:
        """What to wait for."""
        return tuple(self._tasks)

    def submit(self, task: Task) -> None:
        """Hand a task out."""
        if not self._tasks:
            self._look_again()
        try:
            future = self._pool.schedule(perform, args=(task,))
        except RuntimeError:  # the worker died idle, and the pool broke with it
            self._replace()
            future = self._pool.schedule(perform, args=(task,))
        self._tasks[future] = task

    def take_ended(self) -> list[Ended]:
        """The tasks that ended since the last look, or took too long; the others go on, if need be anew.

        Raises:
            FormsOcrError: A worker says that settings or machine are at fault.
        """
        ended: list[Ended] = []
        is_lost = False
        for future in [future for future in self._tasks if future.done()]:
            try:
                ended.append(_ended(self._tasks[future], future))
                del self._tasks[future]
            except BrokenProcessPool:
                is_lost = True
        if ended:
            self._look_again()
            self.breaks = 0
        late = self._take_late()
        is_lost = is_lost or (not late and self._is_stuck)
        if is_lost or late or any(one.ending is not Ending.DONE for one in ended):
            self._replace()
        self.breaks += is_lost
        return ended + late

    def _look_again(self) -> None:
        """Time counts from here for the task that is next in line."""
        self._free_since_s = time.monotonic()
        self._began_s: float | None = None

    def _take_late(self) -> list[Ended]:
        """The running task, if it takes too long.

        Pebble has time-outs of its own, by the wall clock: a clock set forward would end every task.
        """
        first = next(iter(self._tasks), None)
        if first is None or not first.running():
            return []
        now_s = time.monotonic()
        self._began_s = self._began_s or now_s
        if now_s - self._began_s <= self._task_timeout_s:
            return []
        return [Ended(self._tasks.pop(first), Ending.TIMED_OUT)]

    @property
    def _is_stuck(self) -> bool:
        """There is work, and nobody begins."""
        waits_s = time.monotonic() - self._free_since_s
        return bool(self._tasks) and self._began_s is None and waits_s > _READY_WITHIN_S

    def _replace(self) -> None:
        """Begin with a fresh worker, to which everything that is under way is handed anew."""
        tasks = list(self._tasks.values())
        self._tasks.clear()
        _end(self._pool)
        self._pool = self._start()
        for task in tasks:
            self.submit(task)

    def stop(self) -> None:
        """End the worker, whatever it does; :meth:`join` waits until it is gone."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # Pebble has left it untyped

    def join(self) -> None:
        """Wait until the worker is gone."""
        self._pool.join()


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]  # Pebble has left it untyped
    pool.join()


@contextmanager
def _deafness() -> Iterator[None]:
    """Processes and threads begun in here never hear of Ctrl-C and SIGTERM, nor does what they begin.

    A terminal sends them to the whole process group, a service manager to every process of the service.
    Were the process that forks the workers to die of it, the workers would lose their parent, and with it
    tasks they had just taken.
    """
    resource_tracker.ensure_running()  # starting it, multiprocessing ends the deafness
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
