"""Runs the command in forked processes and kills it before each durable act in turn.

    python crash_driver.py FOLDER [STRIDE]

A durable act is what changes what is on disk for good: a sync, a rename, a removal, a new folder, a commit.
After each kill the same command runs to its end, and what it leaves is compared with what a run leaves that
nobody kills. Writes one JSON object: how often each kind of act was killed, and where the ends differed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any, Self

import pandas as pd
from alembic import command as _alembic
from click.testing import CliRunner
from sqlalchemy import Engine, event

from forms_ocr.batch import Crew, Equipment
from forms_ocr.batch import worker as worker_module
from forms_ocr.batch.pool import Ended, Ending
from forms_ocr.batch.work import Task
from forms_ocr.cli import main, reading
from forms_ocr.export import report
from forms_ocr.store import migrations
from forms_ocr.template import default_template_path, loading
from tests.integration.batch.batch_doubles import build_line_reader, open_text_scan

LOADED_ONCE = (pd, _alembic, report, migrations)
"""Imported before the first fork, so that no run has to."""

EQUIPMENT = Equipment(build_line_reader, open_text_scan, 4 << 30)

SCANS = {
    "north/a.pdf": ["101", "doubtful 102", "blank"],
    "north/b.pdf": ["103", "torn"],
    "south/c.pdf": ["broken"],
    "south/d.pdf": ["101", "104"],
}


class PoolInside:
    """Does the work of a pool in this process: workers change nothing on disk."""

    task_timeout_s = 60.0

    def __init__(self, equipment: Equipment) -> None:
        worker_module._station.set_up(equipment)
        self._tasks: list[Task] = []

    @property
    def has_room(self) -> bool:
        return not self._tasks

    @property
    def is_busy(self) -> bool:
        return bool(self._tasks)

    @property
    def pages_under_way(self) -> int:
        return sum(task.expected_pages for task in self._tasks)

    def submit(self, task: Task) -> None:
        self._tasks.append(task)

    def wait(self, _timeout_s: float) -> list[Ended]:
        task = self._tasks.pop()
        return [Ended(task, Ending.DONE, worker_module.perform(task))]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class Executioner:
    """Counts durable acts and kills this process before the one that was named."""

    def __init__(self, fatal: int, told: int) -> None:
        self._fatal = fatal
        self._told = told
        self._count = 0

    def arm(self) -> None:
        for name in ("fsync", "replace", "rename", "unlink", "mkdir"):
            setattr(os, name, partial(self._act, name, getattr(os, name)))
        event.listen(Engine, "commit", lambda _connection: self._before("commit", ""))

    def _act(self, name: str, act: Callable[..., Any], *args: Any, **more: Any) -> Any:
        self._before(name, _place(args[0]))
        return act(*args, **more)

    def _before(self, name: str, place: str) -> None:
        self._count += 1
        if self._count == self._fatal:
            os.write(self._told, f"{name} {place}".strip().encode())
            os.kill(os.getpid(), signal.SIGKILL)


def _place(target: Any) -> str:
    """In which part of the workspace, inbox or archive something happens."""
    path = Path(f"/proc/self/fd/{target}").readlink() if isinstance(target, int) else Path(os.fspath(target))
    known = ("originals", "crops", "exports", "read", "inbox", "workspace")
    return next((part for part in known if part in path.parts), "")


def run(folder: Path) -> int:
    """The command, in this process."""
    workspace, inbox, archive = folder / "workspace", folder / "inbox", folder / "read"
    inbox.mkdir(exist_ok=True)  # with an archive nothing may be left in it
    arguments = ["-w", workspace, "--workers", "1", "--period", "2026-11", "--archive", archive]
    has_scans = any(path.is_file() for path in inbox.rglob("*"))
    command = ["run", inbox, *arguments] if has_scans else ["resume", *arguments[:-2]]
    return CliRunner().invoke(main, [str(one) for one in command]).exit_code


def forked(act: Callable[[int], int]) -> tuple[int, str]:
    """Do something in a process of its own; its wait status, and what it said before it was killed."""
    heard, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(heard)
        os._exit(act(told))
    os.close(told)
    with os.fdopen(heard) as stream:
        said = stream.read()
    return os.waitpid(pid, 0)[1], said


def killed(folder: Path, fatal: int, told: int) -> int:
    Executioner(fatal, told).arm()
    return run(folder)


def lay_out(folder: Path) -> None:
    for name, lines in SCANS.items():
        path = folder / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines), encoding="utf-8")
        os.utime(path, (0, 0))


def outcome(folder: Path) -> dict[str, object]:
    """Everything a run leaves that must not depend on how it came about."""
    exports = {path.name: path.read_bytes() for path in (folder / "workspace" / "exports").iterdir()}
    archived = sorted(
        str(path.relative_to(folder)) for path in (folder / "read").rglob("*") if path.is_file()
    )
    left = [path.name for path in (folder / "inbox").rglob("*") if path.is_file()]
    pictures = sorted(path.name for path in (folder / "workspace" / "crops").rglob("*.jpg"))
    sound = CliRunner().invoke(main, ["verify", "-w", str(folder / "workspace")])
    return {
        "exports": exports,
        "archived": archived,
        "left": left,
        "pictures": pictures,
        "verify": (sound.exit_code, sound.stdout.split(": ", 1)[1]),
    }


def stand_in() -> None:
    """Let doubles read the scans, inside this process, and load once what every run loads."""
    reading.__dict__["pipeline_equipment"] = lambda *_: EQUIPMENT
    loading.__dict__["load_template"] = cache(loading.load_template)
    loading.load_template(default_template_path())  # once for all runs: it renders the form
    report._environment().get_template("report.html")  # and this compiles the page
    Crew.hire = lambda crew: PoolInside(crew.equipment)  # type: ignore[assignment,method-assign,return-value]


def crash_everywhere(folder: Path, stride: int) -> dict[str, Any]:
    stand_in()
    whole = folder / "whole"
    lay_out(whole)
    forked(lambda _: run(whole))
    wanted = outcome(whole)
    acts: Counter[str] = Counter()
    different: list[str] = []
    for fatal in range(1, 10_000, stride):
        place = folder / str(fatal)
        lay_out(place)
        status, said = forked(partial(killed, place, fatal))
        if not os.WIFSIGNALED(status):
            break
        acts[said] += 1
        forked(lambda _, place=place: run(place))  # type: ignore[misc]
        got = outcome(place)
        different += [f"{fatal} {said}: {key}" for key in wanted if got[key] != wanted[key]]
        shutil.rmtree(place)
    return {"acts": acts, "different": different, "verify": wanted["verify"], "archived": wanted["archived"]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(crash_everywhere(Path(sys.argv[1]), int((sys.argv[2:] or ["1"])[0]))))
