"""Throughput and agreement."""

from __future__ import annotations

from dataclasses import replace

from forms_ocr.model import Action, Decision
from forms_ocr.review.figures import agreements, work_seconds


def made(who: str, slip_id: str, action: Action = Action.CONFIRM, **typed: str) -> Decision:
    return Decision("2026-11", slip_id, "o", who, action, 1, typed=typed)


def test_pauses_are_no_work() -> None:
    clock = ("09:00:00", "09:00:10", "09:05:10", "09:30:00", "09:30:30")
    times = [f"2026-11-27T{time}+00:00" for time in clock]
    assert work_seconds(times) == 10 + 300 + 30
    assert work_seconds(reversed(times)) == work_seconds(times)
    assert work_seconds([]) == work_seconds(times[:1]) == 0


def test_agreement_is_about_what_both_were_asked() -> None:
    filed = [
        made("anna", "s1", reading="1", date="2"),
        made("boris", "s1", Action.SECOND_OPINION, reading="1"),
        made("anna", "s2", Action.UNCERTAIN, reading="1"),
        made("boris", "s2", reading="2"),
        made("anna", "s3", reading="1"),
        made("vera", "s4", account="1"),
        made("boris", "s4", reading="1"),
        replace(made("vera", "s1", Action.SKIP), typed={}),
    ]
    assert dict(agreements(filed)) == {"anna": (1, 2), "boris": (1, 2)}
