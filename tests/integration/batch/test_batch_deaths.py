"""Workers that die while they talk to the supervisor: seconds are lost, no page is, and nobody is blamed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pebble.pool import process
from pebble.pool.process import TaskManager

from forms_ocr.batch import seat
from forms_ocr.errors import StorageError
from tests.integration.batch import batch_saboteurs as saboteurs
from tests.integration.batch.batch_bench import EQUIPMENT, Bench

ACCOUNTS = [str(number) for number in range(100, 124)]

SOON_S = 10.0
"""Starting again takes well under a second; Pebble itself would wait a minute for the lock of the dead."""


@pytest.fixture
def slow_ears(monkeypatch: pytest.MonkeyPatch) -> None:
    """The supervisor is busy and hears late what workers have taken."""
    hear = TaskManager.task_start

    def hear_late(*given: Any) -> None:
        time.sleep(0.3)
        hear(*given)

    monkeypatch.setattr(TaskManager, "task_start", hear_late)


@pytest.mark.parametrize(
    "trap",
    [
        saboteurs.between_locking_and_taking,
        saboteurs.between_taking_and_saying_so,
        saboteurs.in_the_middle_of_the_answer,
    ],
)
def test_a_worker_that_dies_with_the_channel_in_its_hands_costs_nobody_anything(
    bench: Bench, trap: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    lose_one(bench, trap, caplog)


@pytest.mark.usefixtures("slow_ears")
def test_a_worker_that_dies_before_it_is_known_what_it_took_costs_nobody_anything(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    lose_one(bench, saboteurs.just_after_saying_so, caplog)


def test_a_worker_that_never_gets_ready_is_replaced(
    bench: Bench, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seat, "_READY_WITHIN_S", 2.5)
    lose_one(bench, saboteurs.never_ready, caplog)


def test_where_no_worker_stays_alive_the_batch_stops_and_quarantines_nothing(bench: Bench) -> None:
    bench.put("a.pdf", "101")
    with pytest.raises(StorageError, match="died 4 times before finishing a single task"):
        bench.run(equipment=replace(EQUIPMENT, build_reader=saboteurs.never_alive))
    bench.run()
    assert bench.accounts() == ["101"]


@pytest.mark.parametrize("lost", [1, 2])
def test_a_start_that_fails_is_tried_again(bench: Bench, monkeypatch: pytest.MonkeyPatch, lost: int) -> None:
    fail_to_start(monkeypatch, lost)
    bench.put("a.pdf", "101")
    bench.run()
    assert bench.accounts() == ["101"]


def test_where_no_worker_can_be_started_the_machine_is_at_fault(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_to_start(monkeypatch, 100)
    bench.put("a.pdf", "101")
    with pytest.raises(StorageError, match="no worker process could be started"):
        bench.run()


def fail_to_start(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """As when the process that forks the workers is killed while it is asked for one."""
    launch = process.__dict__["launch_process"]
    failures = iter(range(times))

    def launch_or_fail(*given: Any) -> Any:
        if next(failures, None) is not None:
            raise EOFError("unexpected EOF")
        return launch(*given)

    monkeypatch.setattr(process, "launch_process", launch_or_fail)


def lose_one(bench: Bench, trap: Callable[[], None], caplog: pytest.LogCaptureFixture) -> None:
    """One of two workers steps into the trap."""
    bench.put("a.pdf", *(f"slow 0.05 {account}" for account in ACCOUNTS))
    marker = bench.workspace.folder / "laid"
    began_s = time.monotonic()
    with caplog.at_level(logging.WARNING, "forms_ocr"):
        bench.run(workers=2, pages_per_task=3, equipment=saboteurs.equipment(trap, marker))
    assert marker.exists()
    assert bench.accounts() == ACCOUNTS
    assert [record.getMessage() for record in caplog.records if "given up" in record.getMessage()] == []
    assert time.monotonic() - began_s < SOON_S
