"""Workers that die at the worst moments of their talk with the supervisor, each of them once.

Worker processes import this module by its name. Whoever sets its reader up first and finds no marker file
leaves one behind and is the saboteur; it lays a trap in its own copy of Pebble and steps into it.
"""

from __future__ import annotations

import os
import pickle
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pebble.pool import channel, process

from forms_ocr.batch import Equipment
from tests.integration.batch.batch_bench import EQUIPMENT
from tests.integration.batch.batch_doubles import LineReader, build_line_reader

Trap = Callable[[], None]

_LATE_S = 0.2
"""By then the others are in the middle of a task."""


def die(*_: object, **__: object) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def between_locking_and_taking() -> None:
    """Nothing is taken, but what the next task is fetched with stays locked."""
    channel.WorkerChannel.lock = _then_die(channel.WorkerChannel.lock)  # type: ignore[method-assign]


def _then_die(lock: Callable[..., Any]) -> Callable[..., Any]:
    def locked(*given: Any, **more: Any) -> Any:
        lock(*given, **more).__enter__()
        die()

    return locked


def between_taking_and_saying_so() -> None:
    """The task is out of the channel, nobody knows by whom, and the channel stays locked."""
    process.__dict__["Acknowledgement"] = die


def just_after_saying_so() -> None:
    """The supervisor may find the worker dead before it hears what the worker had taken."""
    take = process.task_transaction

    def take_and_die(*given: Any) -> Any:
        take(*given)
        die()

    process.__dict__["task_transaction"] = take_and_die


def in_the_middle_of_the_answer() -> None:
    """The supervisor has half a message, and nobody else may write."""
    process.__dict__["send_result"] = _send_half


def _send_half(workers: channel.WorkerChannel, result: object) -> None:
    message = pickle.dumps(result)
    with workers.mutex.writer:
        os.write(workers.writer.fileno(), len(message).to_bytes(4, "big") + message[: len(message) // 2])
        die()


def never_ready() -> None:
    """It hangs where it sets itself up, and takes nothing."""
    time.sleep(600)


def never_alive() -> LineReader:
    """Whoever sets itself up dies of it, as where memory is short."""
    return die()  # type: ignore[no-any-return]


def equipment(trap: Trap, marker: Path) -> Equipment:
    """Equipment of which one worker walks into the trap."""
    return replace(EQUIPMENT, build_reader=partial(_build, trap, marker))


def _build(trap: Trap, marker: Path) -> LineReader:
    try:
        marker.touch(exist_ok=False)
    except FileExistsError:
        return build_line_reader()
    time.sleep(_LATE_S)
    trap()
    return build_line_reader()
