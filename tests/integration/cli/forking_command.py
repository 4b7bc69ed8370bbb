"""Runs commands in forked processes, for tests that need many: started once, it loads everything once.

It reads a JSON object a line, ``{"arguments": [...], "fatal": 0, "now": "2026-11-23T00:00:00+03:00"}``: the
command, before which durable act it is killed (0: never), and what the wall clock says. For each it writes
one: the exit code, or minus the signal, and what was said. ``desk ACT WORKSPACE`` is a command of its own:
a reviewer does something, see ``desk_driver``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Any, Self

from click.testing import CliRunner

from forms_ocr.cli import main, reading
from forms_ocr.ingest import Arrivals
from forms_ocr.store import ledger
from tests.integration.cli import desk_driver
from tests.integration.cli.crash_driver import Executioner, forked, stand_in

ROOT = Path(__file__).parents[3]


class Servant:
    """That program, seen by a test. Use it as a context manager."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def call(self, *arguments: str | Path, fatal: int = 0, now: datetime | None = None) -> tuple[int, str]:
        """Exit code and words of a command, or minus the signal that killed it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        told = now.isoformat() if now is not None else ""
        order = {"arguments": [str(one) for one in arguments], "fatal": fatal, "now": told}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        code, said = json.loads(self._process.stdout.readline())
        return code, said

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._process:  # closes its pipes, at which it ends, and waits for it
            pass


def set_clock(now: datetime) -> None:
    """Let the program's wall clock stand still at a moment; the steady one goes on."""

    class Stopped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(now.timestamp(), tz)

    reading.__dict__["datetime"] = ledger.__dict__["datetime"] = Stopped
    reading.__dict__["Arrivals"] = partial(Arrivals, wall_clock=now.timestamp)


def perform(order: dict[str, Any], told: int) -> int:
    """Inside the forked process; never comes back from an act that was to be the last."""
    if order["now"]:
        set_clock(datetime.fromisoformat(order["now"]))
    if order["fatal"]:
        Executioner(order["fatal"], told).arm()
    if order["arguments"][0] == "desk":
        _, act, workspace = order["arguments"]
        now = datetime.fromisoformat(order["now"]) if order["now"] else None
        os.write(told, desk_driver.told(Path(workspace), act, now).encode())
        return 0
    done = CliRunner().invoke(main, order["arguments"])
    os.write(told, done.output.encode("utf-8", "backslashreplace"))
    return done.exit_code


def serve() -> None:
    stand_in()
    for line in sys.stdin:
        act: Callable[[int], int] = partial(perform, json.loads(line))
        status, said = forked(act)
        code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        sys.stdout.write(json.dumps([code, said]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
