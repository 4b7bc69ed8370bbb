"""A batch while somebody sets the machine's clock."""

from __future__ import annotations

import time
from itertools import cycle

import pytest

from forms_ocr.model import PageDisposition, Reason
from tests.integration.batch.batch_bench import Bench

TIME = time.time


def set_clock(monkeypatch: pytest.MonkeyPatch, *by_s: float) -> None:
    """From now on each look at the wall clock finds it set by the next of these seconds."""
    jumps = cycle(by_s)
    monkeypatch.setattr(time, "time", lambda: TIME() + next(jumps))


def test_a_clock_that_jumps_to_and_fro_times_nothing_out(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.put("a.pdf", *(f"slow 0.1 {number}" for number in range(100, 106)))
    set_clock(monkeypatch, 0.0, 86_400.0, -86_400.0)
    bench.run(pages_per_task=2)
    assert bench.accounts() == [str(number) for number in range(100, 106)]


def test_a_page_that_never_ends_is_stopped_although_the_clock_was_set_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.put("a.pdf", "101", "hangs")
    began_s = time.monotonic()
    set_clock(monkeypatch, *(-60.0 * number for number in range(5000)))
    bench.run(timeout_s=0.5)
    assert time.monotonic() - began_s < 30
    assert [(page.disposition, page.reason) for page in bench.pages()] == [
        (PageDisposition.SLIPS, None),
        (PageDisposition.QUARANTINED, Reason.PAGE_TIMEOUT),
    ]
