"""Runs whose supervisor and workers are killed at random moments, each resumed until it is done.

What such a run leaves must be what a run leaves that nobody disturbs, byte for byte. The moments and the
victims are drawn by a seed; what the system does in between is not, so a seed that failed once is a hint, not
a recipe.

    python -m bench.torture --seeds 50
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from bench.processes import processes_of_session
from forms_ocr.errors import ExitCode

_PATIENCE_S = 300.0
_GONE_AFTER_S = 60.0
"""What forks the workers first imports for about 2 s of processor time, and notices the end only then."""

_ENDED = (ExitCode.DONE, ExitCode.QUARANTINED)
_KILLED_BY = 0.8
"""Share of an undisturbed run by whose time kills come; a life that goes on from another one is shorter."""

_ATTEMPTS = 5
"""A run that nobody disturbs any more must end by then."""


@dataclass(frozen=True, slots=True)
class Job:
    """A command over an inbox.

    Attributes:
        command: Starts the program.
        options: Of ``run`` and ``resume``, the period among them.
    """

    command: tuple[str, ...]
    inbox: Path
    period: str
    options: tuple[str, ...] = ()

    def run(self, workspace: Path) -> list[str]:
        """Reads the inbox."""
        return [*self.command, "run", str(self.inbox), *self._common(workspace), *self.options]

    def resume(self, workspace: Path) -> list[str]:
        """Reads what is left."""
        return [*self.command, "resume", *self._common(workspace), *self.options]

    def retry(self, workspace: Path) -> list[str]:
        """Puts back what was quarantined."""
        return [*self.command, "retry", *self._common(workspace)]

    def verify(self, workspace: Path) -> list[str]:
        """Counts everything again."""
        return [*self.command, "verify", "-w", str(workspace)]

    def _common(self, workspace: Path) -> list[str]:
        return ["-w", str(workspace), "--period", self.period]


@dataclass(slots=True)
class Ordeal:
    """One seed's run.

    Attributes:
        supervisors: How often the supervisor was killed.
        workers: How often one of its processes was: a worker, or the one they are forked from.
        is_retried: A page whose worker was killed twice was quarantined, as it should be, and put back.
        faults: What was not as it should be; nothing when all went well.
    """

    seed: int
    supervisors: int = 0
    workers: int = 0
    is_retried: bool = False
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Whole:
    """What a run leaves that nobody disturbs, and how long it takes."""

    exports: dict[str, bytes]
    elapsed_s: float


def undisturbed(job: Job, workspace: Path) -> Whole:
    """Run once in peace.

    Raises:
        RuntimeError: Not even that ends well.
    """
    began = time.monotonic()
    code, said = _in_peace(job.run(workspace))
    elapsed_s = time.monotonic() - began
    if code not in _ENDED:
        raise RuntimeError(f"the undisturbed run ended with exit code {code}: {said}")
    return Whole(exports_of(workspace), elapsed_s)


def torment(job: Job, whole: Whole, workspace: Path, seed: int) -> Ordeal:
    """Kill, start again, let it end, and compare."""
    rng = random.Random(seed)  # noqa: S311  # to be repeated, not to be secret
    ordeal = Ordeal(seed)
    for _ in range(rng.randint(1, 3)):
        _disturb(job.run(workspace), rng, whole.elapsed_s, ordeal, is_fatal=True)
    _disturb(job.run(workspace), rng, whole.elapsed_s, ordeal, is_fatal=False)
    _end_in_peace(job, workspace, ordeal)
    _compare(job, whole, workspace, ordeal)
    return ordeal


def exports_of(workspace: Path) -> dict[str, bytes]:
    """Every exported file."""
    folder = workspace / "exports"
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}


def _disturb(
    command: Sequence[str], rng: random.Random, elapsed_s: float, ordeal: Ordeal, *, is_fatal: bool
) -> None:
    """One life: up to two of its processes are killed, then the supervisor itself if it is to die."""
    moments = sorted(rng.uniform(0.0, _KILLED_BY * elapsed_s) for _ in range(rng.randint(0, 2) + is_fatal))
    picks = [rng.random() for _ in moments]
    process = _start(command)
    began = time.monotonic()
    for number, (moment, pick) in enumerate(zip(moments, picks, strict=True)):
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, began + moment - time.monotonic()))
        if process.poll() is not None:
            break
        if is_fatal and number == len(moments) - 1:
            process.kill()
            ordeal.supervisors += 1
        else:
            ordeal.workers += _kill_one(processes_of_session(process.pid), pick)
    process.wait(_PATIENCE_S)
    _see_off(process.pid, ordeal)


def _kill_one(pids: Sequence[int], pick: float) -> bool:
    """Kill one of them; whether there was one."""
    if not pids:
        return False
    try:
        os.kill(pids[int(pick * len(pids))], signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def _see_off(session: int, ordeal: Ordeal) -> None:
    """Nobody may outlive the supervisor."""
    deadline = time.monotonic() + _GONE_AFTER_S
    while (left := processes_of_session(session)) and time.monotonic() < deadline:
        time.sleep(0.05)
    if left:
        ordeal.faults.append(f"{len(left)} process(es) outlived their supervisor")
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _end_in_peace(job: Job, workspace: Path, ordeal: Ordeal) -> None:
    command = job.run(workspace)
    for _ in range(_ATTEMPTS):
        code, said = _in_peace(command)
        if code not in _ENDED:
            ordeal.faults.append(f"a run that nobody disturbed ended with exit code {code}: {said}")
            return
        if b"page_crashed_reader" not in exports_of(workspace).get("pages.csv", b""):
            return
        ordeal.is_retried = True
        _in_peace(job.retry(workspace))
        command = job.resume(workspace)


def _compare(job: Job, whole: Whole, workspace: Path, ordeal: Ordeal) -> None:
    found = exports_of(workspace)
    names = sorted(found.keys() | whole.exports.keys())
    ordeal.faults += [f"{name} differs" for name in names if found.get(name) != whole.exports.get(name)]
    code, said = _in_peace(job.verify(workspace))
    if code != ExitCode.DONE:
        ordeal.faults.append(f"verify ended with exit code {code}: {said}")


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """As a session of its own, so that its processes can be told from others."""
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def _in_peace(command: Sequence[str]) -> tuple[int, str]:
    """Exit code and last words of a command that nobody disturbs."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
    return done.returncode, (done.stderr or done.stdout).strip().rpartition("\n")[2]


@click.command()
@click.option("--seeds", default=50, show_default=True, help="How many runs, each with kills of its own.")
@click.option("--first", default=0, show_default=True, help="The first seed.")
@click.option(
    "--inbox",
    default=Path("samples/scans"),
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    show_default=True,
    help="What they read.",
)
@click.option(
    "--registry", default=Path("samples/registry.csv"), type=click.Path(exists=True, path_type=Path)
)
def main(seeds: int, first: int, inbox: Path, registry: Path) -> None:
    """Kill runs of the installed command at random; exit code 1 if one did not end like a whole run."""
    command = (str(Path(sys.executable).with_name("forms-ocr")),)
    job = Job(command, inbox, "2026-11", ("--registry", str(registry)))
    ordeals: list[Ordeal] = []
    with tempfile.TemporaryDirectory(prefix="forms-ocr-torture-") as folder:
        whole = undisturbed(job, Path(folder, "whole"))
        for seed in range(first, first + seeds):
            ordeals.append(torment(job, whole, Path(folder, str(seed)), seed))
            click.echo(_told(ordeals[-1]))
    failed = sum(bool(ordeal.faults) for ordeal in ordeals)
    supervisors = sum(ordeal.supervisors for ordeal in ordeals)
    workers = sum(ordeal.workers for ordeal in ordeals)
    retried = sum(ordeal.is_retried for ordeal in ordeals)
    click.echo(
        f"{seeds} runs, {supervisors} supervisors and {workers} of their processes killed; in {retried} a "
        f"page was quarantined for it and put back; {seeds - failed} ended like a whole run, {failed} not"
    )
    sys.exit(failed > 0)


def _told(ordeal: Ordeal) -> str:
    said = "; ".join(ordeal.faults) or "ended like a whole run"
    return (
        f"seed {ordeal.seed}: {ordeal.supervisors} supervisor(s), {ordeal.workers} process(es) killed; {said}"
    )


if __name__ == "__main__":
    main()
