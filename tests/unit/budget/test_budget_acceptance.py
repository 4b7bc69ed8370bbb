"""Records held against another cut, samples, and whether what was learned may be used."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_ocr.budget import (
    Basis,
    Budget,
    LabelledSlip,
    Learned,
    Reading,
    RegistryKind,
    Source,
    choose_cut,
    gather,
    is_sampled,
    with_cut,
)
from forms_ocr.budget.acceptance import DOUBTS
from forms_ocr.model import Disposition, Reason, Record

READING = Reading("aa", "form", RegistryKind.SPARSE, "0.1.0")


def record(
    confidence: float, disposition: Disposition = Disposition.ACCEPTED, reasons: tuple[Reason, ...] = ()
) -> Record:
    return Record("121000000012", "0563", "2026-11-24", "", True, (), confidence, disposition, reasons)


def doubted(confidence: float, *reasons: Reason) -> Record:
    return record(confidence, Disposition.REVIEW, reasons or (Reason.CONFIDENCE_TOO_LOW,))


records = st.builds(
    record,
    st.one_of(st.floats(0, 1), st.just(math.nan)),
    st.sampled_from(Disposition),
    st.lists(st.sampled_from([*DOUBTS, Reason.SIGNATURE_MISSING]), max_size=3).map(tuple),
)


def is_accepted(one: Record) -> bool:
    return one.disposition is Disposition.ACCEPTED


@given(records, st.floats(0.5, 1), st.floats(0.5, 1))
def test_a_stricter_cut_never_accepts_more(one: Record, a: float, b: float) -> None:
    assert is_accepted(with_cut(one, min(a, b))) or not is_accepted(with_cut(one, max(a, b)))


@given(records, st.floats(0.5, 1))
def test_a_cut_changes_no_value(one: Record, cut: float) -> None:
    after = with_cut(one, cut)
    assert repr(replace(after, disposition=one.disposition, reasons=one.reasons)) == repr(one)
    assert is_accepted(after) == (after.reasons == () and is_accepted(after))


def test_nan_is_never_accepted() -> None:
    assert not is_accepted(with_cut(record(math.nan), 0.5))
    assert not is_accepted(with_cut(record(0.9999), math.nan))


def test_a_looser_cut_lets_mere_doubts_through() -> None:
    assert is_accepted(with_cut(doubted(0.95, Reason.ACCOUNT_UNCERTAIN), 0.9))
    assert with_cut(doubted(0.95, Reason.ACCOUNT_UNCERTAIN), 0.96).reasons == (Reason.ACCOUNT_UNCERTAIN,)


@pytest.mark.parametrize(
    "reason", [Reason.SIGNATURE_UNCERTAIN, Reason.NOT_A_DIGIT, Reason.READING_BELOW_LAST]
)
def test_no_cut_overrules_another_reason(reason: Reason) -> None:
    one = doubted(0.999, Reason.ACCOUNT_UNCERTAIN, reason)
    assert with_cut(one, 0.5) == one


def test_a_refusal_stays() -> None:
    one = record(0.999, Disposition.REFUSED, (Reason.SIGNATURE_MISSING,))
    assert with_cut(one, 0.5) == one


def test_a_field_of_which_nothing_was_read_is_not_accepted() -> None:
    one = replace(doubted(0.95, Reason.READING_UNCERTAIN), reading="")
    assert not is_accepted(with_cut(one, 0.9))


def test_a_stricter_cut_sends_to_review_with_its_reason() -> None:
    after = with_cut(record(0.985), 0.999)
    assert (after.disposition, after.reasons) == (Disposition.REVIEW, (Reason.CONFIDENCE_TOO_LOW,))


@given(st.text(max_size=12), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_sample_holds_the_smaller(slip_id: str, a: float, b: float) -> None:
    assert is_sampled(slip_id, max(a, b)) or not is_sampled(slip_id, min(a, b))


def test_about_the_share_is_sampled_and_never_another() -> None:
    names = [f"s{number:015x}" for number in range(20_000)]
    found = [name for name in names if is_sampled(name, 0.01)]
    assert 150 < len(found) < 250
    assert found[:2] == ["s000000000000067", "s0000000000000af"]
    assert not any(is_sampled(name, math.nan) or is_sampled(name, 0.0) for name in names[:100])
    assert all(is_sampled(name, 1.0) for name in names[:100])


LEARNED = Learned(gather([LabelledSlip(0.99999)] * 3000), READING, Source.SIMULATION)


def test_what_was_learned_is_used_where_it_holds() -> None:
    cut = choose_cut(LEARNED, READING, Budget(0.001), 0.98)
    assert cut.is_confirmed
    assert cut.slips == 3000


@pytest.mark.parametrize(
    ("change", "basis"),
    [
        ({"weights_sha256": "bb"}, Basis.OTHER_WEIGHTS),
        ({"template": "another"}, Basis.OTHER_TEMPLATE),
        ({"registry": RegistryKind.NONE}, Basis.OTHER_REGISTRY),
        ({"program": "0.2.0"}, Basis.OTHER_PROGRAM),
    ],
)
def test_another_reading_falls_back(change: dict[str, str], basis: Basis) -> None:
    now = replace(READING, **change)  # type: ignore[arg-type]
    cut = choose_cut(LEARNED, now, Budget(0.001), 0.98)
    assert (cut.confidence, cut.basis) == (0.98, basis)


def test_nothing_learned_falls_back() -> None:
    assert choose_cut(Basis.UNREADABLE, READING, Budget(), 0.98).confidence == 0.98
