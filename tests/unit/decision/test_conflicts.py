"""Several slips of one account."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from forms_ocr.decision import resolve_conflicts
from forms_ocr.model import Disposition, FiledSlip, Reason, Record, Rules

ACCEPTED, REVIEW, REFUSED = Disposition.ACCEPTED, Disposition.REVIEW, Disposition.REFUSED


def slip(
    number: int, account: str = "1", reading: str = "5", reasons: tuple[Reason, ...] = (), scan: str = "a.pdf"
) -> FiledSlip:
    disposition = REVIEW if reasons else ACCEPTED
    record = Record(account, reading, "2026-11-24", "", True, (), 0.999, disposition, reasons)
    return FiledSlip(f"{scan}-{number}", "office", scan, number, 1, record)


def outcomes(
    slips: list[FiledSlip], rules: Rules | None = None
) -> dict[str, tuple[Disposition, tuple[Reason, ...]]]:
    resolved = resolve_conflicts(slips, rules or Rules())
    assert [s.slip_id for s in resolved] == [s.slip_id for s in slips]
    return {s.slip_id: (s.record.disposition, s.record.reasons) for s in resolved}


def test_the_same_reading_twice_is_one_record() -> None:
    assert outcomes([slip(2), slip(1), slip(3, account="2")]) == {
        "a.pdf-1": (ACCEPTED, ()),
        "a.pdf-2": (REFUSED, (Reason.DUPLICATE_SLIP,)),
        "a.pdf-3": (ACCEPTED, ()),
    }


def test_different_readings_go_to_people() -> None:
    conflicting = (REVIEW, (Reason.CONFLICTING_READINGS,))
    assert set(outcomes([slip(1), slip(2), slip(3, reading="05")]).values()) == {conflicting}


def test_slips_that_were_not_accepted_conflict_with_nothing() -> None:
    late = slip(2, reading="9", reasons=(Reason.DATE_OUTSIDE_WINDOW,))
    assert outcomes([slip(1), late])["a.pdf-1"] == (ACCEPTED, ())


def test_slips_without_an_account_conflict_with_nothing() -> None:
    assert outcomes([slip(1, account=""), slip(2, account="")])["a.pdf-2"] == (ACCEPTED, ())


def test_the_rules_say_whether_a_duplicate_is_refused() -> None:
    lenient = Rules(refuse_when_certain=frozenset())
    assert outcomes([slip(1), slip(2)], lenient)["a.pdf-2"] == (REVIEW, (Reason.DUPLICATE_SLIP,))


SLIPS = st.lists(
    st.builds(
        slip,
        st.integers(1, 9),
        st.sampled_from(["1", "2", ""]),
        st.sampled_from(["5", "6"]),
        st.sampled_from([(), (), (), (Reason.READING_UNCERTAIN,)]),
        st.sampled_from(["a.pdf", "b.pdf"]),
    ),
    max_size=8,
    unique_by=lambda made: made.slip_id,
)


@settings(max_examples=60, deadline=None)
@given(SLIPS, st.randoms(use_true_random=False))
def test_order_changes_nothing(slips: list[FiledSlip], random: Random) -> None:
    assert outcomes(slips) == outcomes(random.sample(slips, len(slips)))


@settings(max_examples=60, deadline=None)
@given(SLIPS, SLIPS)
def test_resolving_in_two_steps_is_resolving_once(first: list[FiledSlip], second: list[FiledSlip]) -> None:
    known = {made.slip_id for made in first}
    later = [made for made in second if made.slip_id not in known]
    in_steps = resolve_conflicts([*resolve_conflicts(first, Rules()), *later], Rules())
    assert list(in_steps) == list(resolve_conflicts([*first, *later], Rules()))


@settings(max_examples=60, deadline=None)
@given(SLIPS)
def test_at_most_one_record_an_account(slips: list[FiledSlip]) -> None:
    accepted = [
        s for s in resolve_conflicts(slips, Rules()) if s.record.disposition is ACCEPTED and s.record.account
    ]
    assert len({s.record.account for s in accepted}) == len(accepted)
