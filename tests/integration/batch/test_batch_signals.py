"""Signals to a running batch: Ctrl-C, SIGTERM, a second Ctrl-C, kill -9."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.processes import processes_of_session
from tests.integration.batch.batch_bench import Bench

ROOT = Path(__file__).parents[3]
DRIVER = Path(__file__).with_name("batch_driver.py")

MakeBench = Callable[[str], Bench]


@pytest.fixture
def two(make_bench: MakeBench) -> tuple[Bench, Bench]:
    """One to be disturbed, one to be left alone, over an inbox that takes two workers a good half second."""
    disturbed, whole = make_bench("disturbed"), make_bench("whole")
    disturbed.put("north/a.pdf", *(f"slow 0.05 {number}" for number in range(100, 116)))
    disturbed.put("south/b.pdf", *(f"slow 0.05 doubtful {number}" for number in range(200, 210)), "torn")
    return disturbed, whole


def start(bench: Bench, *, is_reading: bool = True, folder: Path = ROOT) -> subprocess.Popen[str]:
    """The driver in a process group of its own, as a shell does it; usually with its first page committed."""
    process = subprocess.Popen(
        [sys.executable, DRIVER, bench.inbox, bench.workspace.folder],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
        cwd=folder,
    )
    assert process.stdout is not None
    assert not is_reading or process.stdout.readline() == "reading\n"
    return process


def end(process: subprocess.Popen[str]) -> int:
    with process:
        return process.wait(timeout=30)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_whole_group_drains_and_the_next_run_completes(
    two: tuple[Bench, Bench], number: signal.Signals
) -> None:
    disturbed, whole = two
    process = start(disturbed)
    os.killpg(process.pid, number)
    assert end(process) == 128 + number
    assert 0 < len(disturbed.pages()) < 27
    disturbed.run(workers=2)
    whole.run(workers=2)
    assert disturbed.outcome() == whole.outcome()


def test_a_killed_supervisor_takes_its_workers_along_and_the_next_run_completes(
    two: tuple[Bench, Bench],
) -> None:
    disturbed, whole = two
    process = start(disturbed)
    process.kill()
    assert end(process) == -signal.SIGKILL
    assert wait_until(lambda: not processes_of_session(process.pid))
    disturbed.run(workers=2)
    whole.run(workers=2)
    assert disturbed.outcome() == whole.outcome()


def test_workers_in_the_middle_of_a_page_die_with_a_killed_supervisor(bench: Bench) -> None:
    bench.put("a.pdf", "101", "102", *["slow 20 103"] * 4)
    process = start(bench)
    process.kill()
    end(process)
    assert wait_until(lambda: not processes_of_session(process.pid))


def test_workers_that_no_thread_of_theirs_can_end_die_with_a_killed_supervisor(bench: Bench) -> None:
    bench.put("a.pdf", "101", "102", *["grips"] * 4)
    process = start(bench)
    time.sleep(1.0)
    process.kill()
    end(process)
    assert wait_until(lambda: not processes_of_session(process.pid))


def test_nothing_that_lies_in_the_current_folder_is_run(bench: Bench) -> None:
    """Somebody changes to the inbox and starts it there; a scan's neighbour has the name of a library."""
    bench.put("a.pdf", "101", "102")
    for name in ("cv2", "pebble", "multiprocessing", "selectors"):
        bench.put(f"{name}.py", "raise SystemExit('run out of the inbox')")
    assert end(start(bench, folder=bench.inbox)) == 0
    assert "101" in bench.accounts()


def test_a_second_signal_stops_at_once(bench: Bench) -> None:
    bench.put("a.pdf", "101", "102", *["slow 20 103"] * 4)
    process = start(bench)
    began = time.monotonic()
    os.kill(process.pid, signal.SIGINT)
    time.sleep(0.3)
    os.kill(process.pid, signal.SIGINT)
    assert end(process) != 0
    assert time.monotonic() - began < 10
    assert wait_until(lambda: not processes_of_session(process.pid))


def wait_until(is_so: Callable[[], bool], timeout_s: float = 5.0) -> bool:
    deadline = time.monotonic() + timeout_s
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_so()
