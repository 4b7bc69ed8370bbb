"""A slip that was printed for its customer: the code, the account beside it, and what is written over it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms_ocr.model import AccountStatus, Disposition, HandModel, Reason, Rules
from tests.unit.decision.conftest import Office, Writing

OTHER = "012345678914"


@pytest.fixture
def personal(office: Office, writing: Writing) -> Office:
    """The code names the account of the first line of this registry."""
    return replace(office, registry=type(office.registry).of([writing.account(office.account)]))


def test_a_personal_slip_needs_reading_date_and_signature_only(personal: Office, writing: Writing) -> None:
    bare = personal.slip(
        account=writing.comb("", 12),
        address_street=writing.inked(0.0),
        address_house=writing.comb("", 4),
        address_flat=writing.comb("", 4),
    )
    record = personal.decide(bare, code=personal.account)
    assert (record.disposition, record.account) == (Disposition.ACCEPTED, personal.account)
    assert personal.decide(bare).disposition is Disposition.REVIEW


def test_code_and_printed_account_agree(personal: Office) -> None:
    record = personal.decide(code=personal.account)
    assert (record.disposition, record.reasons) == (Disposition.ACCEPTED, ())


@pytest.mark.parametrize("has_registry", [True, False])
def test_another_account_written_over_the_printed_one_goes_to_review(
    personal: Office, writing: Writing, has_registry: bool
) -> None:
    over = personal.slip(account=writing.comb(OTHER, 12))
    record = personal.decide(over, code=personal.account, has_registry=has_registry)
    assert record.disposition is Disposition.REVIEW
    assert Reason.CODE_MISMATCH in record.reasons
    assert record.account == OTHER
    candidates = {candidate.value for candidate in record.fields[0].candidates}
    assert personal.account in candidates or not candidates


@pytest.mark.parametrize("at", [0, 5, 11])
def test_a_struck_out_digit_goes_to_review(personal: Office, writing: Writing, at: int) -> None:
    text = personal.account[:at] + "?" + personal.account[at + 1 :]
    record = personal.decide(personal.slip(account=writing.comb(text, 12)), code=personal.account)
    assert Reason.CODE_MISMATCH in record.reasons
    assert record.disposition is Disposition.REVIEW


def test_a_digit_in_doubt_is_settled_by_the_code(personal: Office, writing: Writing) -> None:
    cells = writing.doubt(writing.comb(personal.account, 12), 3, {personal.account[3]: 0.6, "8": 0.38})
    record = personal.decide(personal.slip(account=cells), code=personal.account, has_registry=False)
    assert record.account == personal.account
    assert Reason.CODE_MISMATCH not in record.reasons


def test_a_mismatch_never_refuses_however_it_is_configured_by_default(
    personal: Office, writing: Writing
) -> None:
    over = personal.slip(account=writing.comb(OTHER, 12), signature=writing.inked(30.0))
    assert personal.decide(over, code=personal.account).disposition is not Disposition.REFUSED


def test_a_code_of_a_closed_account_is_refused(personal: Office, writing: Writing) -> None:
    closed = [writing.account(personal.account, status=AccountStatus.CLOSED)]
    record = personal.decide(code=personal.account, accounts=closed)
    assert (record.disposition, record.reasons) == (Disposition.REFUSED, (Reason.ACCOUNT_CLOSED,))


def test_a_code_that_the_registry_does_not_know_is_unknown(personal: Office, writing: Writing) -> None:
    others = [writing.account("999999999999")]
    assert Reason.ACCOUNT_UNKNOWN in personal.decide(code=personal.account, accounts=others).reasons


def test_a_code_of_another_length_names_nothing(personal: Office) -> None:
    assert personal.decide(code="1234567890") == personal.decide()


def test_a_missing_signature_is_refused_as_ever(personal: Office, writing: Writing) -> None:
    unsigned = personal.slip(account=writing.comb("", 12), signature=writing.inked(0.0))
    record = personal.decide(unsigned, code=personal.account)
    assert (record.disposition, record.reasons) == (Disposition.REFUSED, (Reason.SIGNATURE_MISSING,))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(low=st.floats(0.5, 0.9999), high=st.floats(0.5, 0.9999), sure=st.floats(0.8, 0.9999))
def test_a_stricter_cut_never_accepts_more(
    personal: Office, writing: Writing, low: float, high: float, sure: float
) -> None:
    low, high = sorted((low, high))
    slip = personal.slip(account=writing.comb(personal.account, 12, sure))
    loose, strict = (
        personal.decide(slip, code=personal.account, rules=Rules(min_confidence=cut)) for cut in (low, high)
    )
    if strict.disposition is Disposition.ACCEPTED:
        assert loose.disposition is Disposition.ACCEPTED


def test_print_is_no_example_of_the_hand(personal: Office, writing: Writing) -> None:
    """The account's cells look like the doubtful digit, and would settle it if they were written."""
    looks = np.eye(10, 16, dtype=np.float32)
    account = writing.comb(personal.account, 12)
    account = replace(account, features=np.array([looks[int(digit)] for digit in personal.account]))
    reading = writing.doubt(writing.comb("00571", 6), 4, {"1": 0.55, "7": 0.44})
    seen = np.zeros((6, 16), np.float32)
    seen[4] = looks[7]
    slip = personal.slip(account=account, reading=replace(reading, features=seen))
    hand = HandModel(closeness=8.0, expected=0.5, correction=0.0)
    as_written = personal.decide(slip, hand_model=hand, has_registry=True)
    as_printed = personal.decide(slip, hand_model=hand, code=personal.account)
    unaided = personal.decide(slip, code=personal.account)
    assert as_printed.reading == unaided.reading
    assert as_printed.confidence == pytest.approx(unaided.confidence)
    assert as_written.confidence != pytest.approx(personal.decide(slip).confidence)
