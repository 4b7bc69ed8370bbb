"""What people decided, in the records that billing gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_ocr.decision import resolve_conflicts
from forms_ocr.model import Action, Decision, Disposition, FiledSlip, Reason, Record, Rules
from forms_ocr.review.settling import KEYED_CONFIDENCE, settle
from tests.unit.review.conftest import plain_field


def slip(number: int, account: str = "1", reading: str = "10", **changed: object) -> FiledSlip:
    fields = (plain_field("account", account), plain_field("reading", reading))
    record = Record(account, reading, "2026-11-24", "", True, fields, 0.5, Disposition.REVIEW)
    return FiledSlip(f"s{number}", "o", f"{number}.pdf", 1, 1, replace(record, **changed))  # type: ignore[arg-type]


def accepted(number: int, account: str = "1", reading: str = "10") -> FiledSlip:
    return slip(number, account, reading, disposition=Disposition.ACCEPTED)


def said(number: int, account: str = "1", reading: str = "10", at: int = 1, **changed: object) -> Decision:
    after = {"account": account, "reading": reading, "date": "2026-11-25", "address": "Л, 1"}
    plain = Decision("2026-11", f"s{number}", "o", "anna", Action.CONFIRM, 1, after=after, settles=True)
    plain = replace(plain, number=at)
    return replace(plain, **changed)  # type: ignore[arg-type]


def settled(slips: Sequence[FiledSlip], *decisions: Decision) -> dict[str, FiledSlip]:
    standing = {one.slip_id: one for one in decisions}
    found = settle(slips, standing, lambda some: resolve_conflicts(some, Rules()))
    assert [one.slip_id for one in found] == [one.slip_id for one in slips]
    return {one.slip_id: one for one in found}


def fate(one: FiledSlip) -> tuple[Disposition, tuple[Reason, ...]]:
    return one.record.disposition, one.record.reasons


ACCEPTED = (Disposition.ACCEPTED, ())
CONFLICT = (Disposition.REVIEW, (Reason.CONFLICTING_READINGS,))


def test_what_a_person_confirmed_is_the_record() -> None:
    record = settled([slip(1, "7", "9")], said(1, "1", "10"))["s1"].record
    assert (record.account, record.reading, record.date, record.address) == ("1", "10", "2026-11-25", "Л, 1")
    assert (record.disposition, record.reasons, record.confidence) == (*ACCEPTED, KEYED_CONFIDENCE)
    assert [(field.value, field.is_doubtful) for field in record.fields] == [("1", False), ("10", False)]


@pytest.mark.parametrize(
    ("action", "why"), [(Action.REFUSE, Reason.DATE_MISSING), (Action.RESCAN, Reason.SLIP_UNREADABLE)]
)
def test_what_a_person_refused_says_why(action: Action, why: Reason) -> None:
    found = settled([accepted(1)], said(1, action=action, refusal=why))["s1"]
    assert fate(found) == (Disposition.REFUSED, (why,))


def test_a_later_slip_does_not_overwrite_what_was_confirmed() -> None:
    found = settled([slip(1), accepted(2, reading="11")], said(1))
    assert fate(found["s1"]) == ACCEPTED
    assert fate(found["s2"]) == CONFLICT


def test_whoever_knew_of_the_contradiction_decides_it() -> None:
    slips = [slip(1), slip(2, reading="11")]
    unaware = settled(slips, said(1, at=1), said(2, reading="11", at=2))
    assert {fate(one) for one in unaware.values()} == {CONFLICT}
    aware = said(2, reading="11", at=2, reasons=(Reason.CONFLICTING_READINGS,))
    found = settled(slips, said(1, at=3), aware)
    assert (fate(found["s2"]), fate(found["s1"])) == (ACCEPTED, CONFLICT)


def test_the_same_reading_goes_through_once() -> None:
    found = settled([slip(1), accepted(2), slip(3)], said(1), said(3))
    fates = [fate(one)[0] for one in found.values()]
    assert fates.count(Disposition.ACCEPTED) == 1
    assert fates.count(Disposition.REFUSED) == 2


def test_slips_without_account_do_not_meet() -> None:
    found = settled([slip(1, ""), slip(2, "")], said(1, ""), said(2, "", "11"))
    assert {fate(one) for one in found.values()} == {ACCEPTED}


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from("12"), st.sampled_from(["10", "11"]), st.booleans()), max_size=6),
    st.sets(st.integers(0, 5)),
    st.sets(st.integers(0, 5)),
    st.randoms(use_true_random=False),
)
def test_one_record_an_account_whatever_people_decide_and_in_any_order(
    facts: list[tuple[str, str, bool]], confirmed: set[int], aware: set[int], shuffle: object
) -> None:
    slips = [
        (accepted if is_accepted else slip)(number, account, reading)
        for number, (account, reading, is_accepted) in enumerate(facts)
    ]
    decisions = [
        said(
            number,
            account,
            reading,
            at=number + 1,
            reasons=(Reason.CONFLICTING_READINGS,) if number in aware else (),
        )
        for number, (account, reading, _) in enumerate(facts)
        if number in confirmed
    ]
    found = settled(slips, *decisions)
    through = [one.record.account for one in found.values() if one.record.disposition is Disposition.ACCEPTED]
    assert len(through) == len(set(through))
    mixed = list(slips)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    assert settled(mixed, *decisions) == found
