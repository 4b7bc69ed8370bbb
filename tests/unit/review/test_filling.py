"""The order of the queue, and which slips are in it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_ocr.budget import is_sampled
from forms_ocr.model import Disposition, FiledSlip, Reason, Roles
from forms_ocr.review.checking import Checker
from forms_ocr.review.filling import (
    Waiting,
    is_for_people,
    queue_entry,
    rank_of,
    readers_by_account,
    said_by,
    value_at_risk,
)
from forms_ocr.store import FIRST, SENIOR
from tests.unit.review.conftest import ReadSlip

NOON = "2026-11-26T12:00:00.000+00:00"
LATER = "2026-11-26T12:01:00.000+00:00"


def waiting(read_slip: ReadSlip, slip_id: str = "s1", **changed: object) -> Waiting:
    record = read_slip(**changed)
    return Waiting(FiledSlip(slip_id, "o", "a.pdf", 1, 1, record), "w", is_answered=False)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("2026-10", 26, 9, 0, LATER), ("2026-11", 26, 1, 4000, NOON)),
        (("2026-11", 26, 1, 0, LATER), ("2026-11", 26, 2, 4000, NOON)),
        (("2026-11", 26, 1, 200, LATER), ("2026-11", 26, 1, 199, NOON)),
        (("2026-11", 26, 1, 200, NOON), ("2026-11", 26, 1, 200, LATER)),
    ],
)
def test_what_closes_first_then_cheap_then_dear_then_old(
    first: tuple[str, int, int, int, str], second: tuple[str, int, int, int, str]
) -> None:
    assert rank_of(*first) < rank_of(*second)


@settings(max_examples=30)
@given(st.integers(0, 99), st.integers(-(10**7), 10**7), st.sampled_from(["", NOON, LATER]))
def test_a_rank_fits_the_ledger(asked: int, kwh: int, received: str) -> None:
    assert 0 <= rank_of("9999-12", 31, asked, kwh, received) < 2**63


def test_what_is_at_stake(read_slip: ReadSlip) -> None:
    assert value_at_risk(read_slip(reading="01600")) == 100
    assert value_at_risk(read_slip(account="121000000026")) == 180, "nobody knows the last reading"


def test_who_is_seen_by_people(read_slip: ReadSlip) -> None:
    sampled = next(f"s{n}" for n in range(10_000) if is_sampled(f"s{n}", 0.01))
    other = next(f"s{n}" for n in range(10_000) if not is_sampled(f"s{n}", 0.01))
    doubtful = {"reading": {4: {"0": 0.5, "6": 0.45}}}
    assert is_for_people(waiting(read_slip, other, doubts=doubtful), 0.01)
    assert is_for_people(waiting(read_slip, sampled), 0.01)
    assert not is_for_people(replace(waiting(read_slip, sampled), is_answered=True), 0.01)
    assert not is_for_people(waiting(read_slip, other), 0.01)
    assert not is_for_people(waiting(read_slip, sampled, account="121000000042"), 0.01), "refused"


def test_a_sample_looks_like_a_slip_whose_confidence_was_too_low(
    checker: Checker, read_slip: ReadSlip
) -> None:
    sample = queue_entry(waiting(read_slip), checker, "2026-11", NOON, 1.0)
    record = replace(read_slip(), disposition=Disposition.REVIEW, reasons=(Reason.CONFIDENCE_TOO_LOW,))
    slip = Waiting(FiledSlip("s1", "o", "a.pdf", 1, 1, record), "w", is_answered=False)
    review = queue_entry(slip, checker, "2026-11", NOON, 1.0)
    assert sample.is_sample
    assert replace(sample, is_sample=False) == review


def test_cells_in_doubt_go_to_sheets_with_a_few_that_are_known(checker: Checker, read_slip: ReadSlip) -> None:
    slip = waiting(read_slip, doubts={"reading": {4: {"0": 0.5, "6": 0.45}}})
    entry = queue_entry(slip, checker, "2026-11", NOON, 0.0)
    assert (entry.fields, entry.reasons) == (("reading",), ("reading_uncertain",))
    asked = [(cell.field, cell.cell, cell.digit) for cell in entry.cells if not cell.is_known]
    assert asked == [("reading", 4, "0")]
    known = [cell for cell in entry.cells if cell.is_known]
    assert len(known) == 2
    assert all(cell.field != "reading" for cell in known)


def test_a_slip_is_asked_about_by_its_own_form(checker: Checker, read_slip: ReadSlip) -> None:
    box = next(field for field in checker.template.fields if field.name == "box")
    order = replace(checker.template, fields=(box,), roles=Roles(), fingerprint="order")
    both = Checker(checker.template, checker.rules, None, [order])
    slip = waiting(read_slip, account="", reading="")
    of_order = replace(slip, slip=replace(slip.slip, template="order"))
    assert queue_entry(of_order, both, "2026-11", NOON, 0.0).fields == ("box",)
    assert "account" in queue_entry(slip, both, "2026-11", NOON, 0.0).fields
    assert both.of("order").template is order
    assert both.of("of a form that nobody named") is both


def contradicting(read_slip: ReadSlip, slip_id: str, decided_by: str = "") -> Waiting:
    record = replace(read_slip(), disposition=Disposition.REVIEW, reasons=(Reason.CONFLICTING_READINGS,))
    slip = FiledSlip(slip_id, "o", "a.pdf", 1, 1, record)
    return Waiting(slip, "w", is_answered=False, decided_by=decided_by)


def test_who_confirmed_slips_that_contradict_each_other_reads_none_of_them(
    checker: Checker, read_slip: ReadSlip
) -> None:
    slips = [contradicting(read_slip, "s1", "anna"), contradicting(read_slip, "s2", "boris")]
    slips += [contradicting(read_slip, "s3"), replace(waiting(read_slip), decided_by="vera")]
    readers = readers_by_account(slips)
    assert readers == {"121000000000": frozenset({"anna", "boris"})}
    read, *_, unread = (
        queue_entry(one, checker, "2026-11", NOON, 0.0, readers["121000000000"]) for one in slips[:3]
    )
    assert (read.stage, read.readers) == (SENIOR, frozenset({"anna", "boris"}))
    assert (unread.stage, unread.readers) == (FIRST, frozenset()), "nobody has read it"


def test_what_is_said_is_what_is_through_or_would_be(read_slip: ReadSlip) -> None:
    through, held = waiting(read_slip), contradicting(read_slip, "s2", "boris")
    doubtful = waiting(read_slip, "s3", doubts={"reading": {4: {"0": 0.5, "6": 0.45}}})
    said = list(said_by([through, held, doubtful]))
    assert [(one.slip_id, one.who) for one in said] == [("s1", ""), ("s2", "boris")]
    assert {one.account for one in said} == {"121000000000"}
