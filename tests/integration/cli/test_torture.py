"""Whoever is killed, whenever: resumed, a run leaves what a run leaves that nobody disturbs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bench.torture import Job, Whole, torment, undisturbed
from tests.integration.cli import text_command

ROOT = Path(__file__).parents[3]

SEEDS = int(os.environ.get("FORMS_OCR_KILLS", "1"))
"""``make torture`` tries fifty, over real scans."""

BOXES = {
    "north/a.pdf": [f"slow 0.03 {number}" for number in range(100, 116)],
    "north/b.pdf": ["blank", "slow 0.05 doubtful 120", "torn", "121"],
    "south/c.pdf": ["broken"],
    "south/d.pdf": ["slow 0.05 doubtful 100", "slow 0.05 200", "120"],
}


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    inbox = tmp_path_factory.mktemp("tortured") / "inbox"
    for name, lines in BOXES.items():
        path = inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines), encoding="utf-8")
        os.utime(path, (0, 0))
    return Job((sys.executable, text_command.__file__), inbox, "2026-11", ("--workers", "2"))


@pytest.fixture(scope="module")
def whole(job: Job) -> Whole:
    os.environ["PYTHONPATH"] = str(ROOT)
    return undisturbed(job, job.inbox.parent / "whole")


@pytest.mark.slow  # kills at chosen moments: test_crash_everywhere.py, batch/test_batch_signals.py
def test_killed_at_random_and_resumed_the_end_is_the_same(job: Job, whole: Whole, tmp_path: Path) -> None:
    assert len(whole.exports) == 6
    ordeals = [torment(job, whole, tmp_path / str(seed), seed) for seed in range(SEEDS)]
    assert [fault for ordeal in ordeals for fault in ordeal.faults] == []
    assert sum(ordeal.supervisors + ordeal.workers for ordeal in ordeals) > 0
