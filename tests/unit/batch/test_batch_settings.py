from __future__ import annotations

import signal
from collections import Counter

import pytest

from forms_ocr.batch import Settings, Standing, Stop, StoppedAtOnce
from forms_ocr.model import PageDisposition, Period

NOVEMBER = Period(2026, 11)


def test_the_fingerprint_does_not_depend_on_the_order() -> None:
    one = Settings(NOVEMBER, {"registry": "a", "rules": {"first": 1, "last": 2}})
    other = Settings(NOVEMBER, {"rules": {"last": 2, "first": 1}, "registry": "a"})
    assert one.fingerprint == other.fingerprint


@pytest.mark.parametrize(
    "other", [Settings(NOVEMBER, {"registry": "b"}), Settings(Period(2026, 12), {"registry": "a"})]
)
def test_other_settings_have_another_fingerprint(other: Settings) -> None:
    assert Settings(NOVEMBER, {"registry": "a"}).fingerprint != other.fingerprint


def test_the_first_signal_asks_and_the_second_insists() -> None:
    stop = Stop()
    assert not stop.is_requested
    stop.request(signal.SIGTERM)
    assert stop.signal is signal.SIGTERM
    with pytest.raises(StoppedAtOnce) as caught:
        stop.request(signal.SIGINT)
    assert caught.value.exit_code == 130


def test_time_left_is_said_once_something_was_read() -> None:
    standing = Standing(expected_pages=30, elapsed_s=2.0)
    assert standing.left_s is None
    standing.pages = Counter({PageDisposition.SLIPS: 10})
    assert standing.left_s == pytest.approx(6.0)
