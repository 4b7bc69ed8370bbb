"""Each reason on the slip that calls for it, and on no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from forms_ocr.model import (
    AccountStatus,
    Disposition,
    FieldEvidence,
    Period,
    Reason,
    Rules,
)

if TYPE_CHECKING:
    from tests.unit.decision.conftest import Office, Writing

Change = Callable[["Writing"], dict[str, FieldEvidence]]


def test_a_good_slip_is_accepted(office: Office) -> None:
    record = office.decide()
    assert record.disposition is Disposition.ACCEPTED
    assert record.reasons == ()
    assert (record.account, record.reading, record.date) == (office.account, "00571", "2026-11-24")
    assert record.address == "ул. Ленина, д. 12, кв. 5"
    assert record.is_signed
    assert record.confidence > 0.99
    assert [field.name for field in record.fields] == [field.name for field in office.template.fields]


CASES: list[tuple[Change, tuple[Reason, ...], Disposition]] = [
    (lambda w: {"account": w.comb("", 12)}, (Reason.ACCOUNT_MISSING,), Disposition.REVIEW),
    (lambda w: {"account": w.comb("01234_678905", 12)}, (Reason.ACCOUNT_INCOMPLETE,), Disposition.REVIEW),
    (
        lambda w: {"account": w.comb("01234?678905", 12)},
        (Reason.ACCOUNT_UNCERTAIN, Reason.NOT_A_DIGIT),
        Disposition.REVIEW,
    ),
    (lambda w: {"reading": w.comb("", 6)}, (Reason.READING_MISSING,), Disposition.REVIEW),
    (
        lambda w: {"reading": w.comb("00?71", 6)},
        (Reason.READING_UNCERTAIN, Reason.NOT_A_DIGIT),
        Disposition.REVIEW,
    ),
    (lambda w: {"reading": w.comb("00_71", 6)}, (Reason.READING_UNCERTAIN,), Disposition.REVIEW),
    (lambda w: {"reading": w.comb("_00571", 6)}, (Reason.READING_UNCERTAIN,), Disposition.REVIEW),
    (
        lambda w: {"reading": w.doubt(w.comb("00571", 6), 4, {"1": 0.6, "7": 0.4})},
        (Reason.READING_UNCERTAIN,),
        Disposition.REVIEW,
    ),
    (lambda w: {"reading": w.comb("571", 6)}, (Reason.READING_WRONG_LENGTH,), Disposition.REVIEW),
    (lambda w: {"reading": w.comb("00551", 6)}, (Reason.READING_BELOW_LAST,), Disposition.REVIEW),
    (lambda w: {"reading": w.comb("84217", 6)}, (Reason.IMPLAUSIBLE_JUMP,), Disposition.REVIEW),
    (lambda w: {"date_day": w.comb("", 2)}, (Reason.DATE_MISSING,), Disposition.REVIEW),
    (
        lambda w: {"date_day": w.doubt(w.comb("24", 2), 1, {"4": 0.5, "3": 0.5})},
        (Reason.DATE_UNCERTAIN,),
        Disposition.REVIEW,
    ),
    (lambda w: {"date_day": w.comb("31", 2)}, (Reason.DATE_IMPOSSIBLE,), Disposition.REVIEW),
    (lambda w: {"date_month": w.comb("13", 2)}, (Reason.DATE_IMPOSSIBLE,), Disposition.REVIEW),
    (lambda w: {"date_day": w.comb("28", 2)}, (Reason.DATE_OUTSIDE_WINDOW,), Disposition.REFUSED),
    (lambda w: {"date_month": w.comb("10", 2)}, (Reason.DATE_OUTSIDE_WINDOW,), Disposition.REFUSED),
    (lambda w: {"address_street": w.inked(0.3)}, (Reason.ADDRESS_MISSING,), Disposition.REVIEW),
    (lambda w: {"address_house": w.comb("14", 4)}, (Reason.ADDRESS_MISMATCH,), Disposition.REVIEW),
    (lambda w: {"address_flat": w.comb("7", 4)}, (Reason.ADDRESS_MISMATCH,), Disposition.REVIEW),
    (lambda w: {"signature": w.inked(0.2)}, (Reason.SIGNATURE_MISSING,), Disposition.REFUSED),
    (lambda w: {"signature": w.inked(2.5)}, (Reason.SIGNATURE_UNCERTAIN,), Disposition.REVIEW),
    (lambda w: {"signature": w.inked(900.0)}, (Reason.SIGNATURE_UNCERTAIN,), Disposition.REVIEW),
]


@pytest.mark.parametrize(("change", "reasons", "disposition"), CASES)
def test_what_is_wrong_on_paper(
    office: Office, writing: Writing, change: Change, reasons: tuple[Reason, ...], disposition: Disposition
) -> None:
    record = office.decide(office.slip(**change(writing)))
    assert record.reasons == reasons
    assert record.disposition is disposition


HARMLESS: list[Change] = [
    lambda w: {"address_house": w.comb("", 4), "address_flat": w.comb("", 4)},
    lambda w: {"address_house": w.comb("12?", 4)},
    lambda w: {"address_house": w.comb("?", 4)},
    lambda w: {"address_house": w.comb("_12", 4)},
    lambda w: {"address_house": w.doubt(w.comb("12", 4), 1, {"2": 0.3, "7": 0.7})},
    lambda w: {"reading": w.comb("00560", 6)},
]


@pytest.mark.parametrize("change", HARMLESS)
def test_what_does_not_keep_a_slip_back(office: Office, writing: Writing, change: Change) -> None:
    assert office.decide(office.slip(**change(writing))).disposition is Disposition.ACCEPTED


@pytest.mark.parametrize(
    ("registered", "written", "is_same"),
    [
        ("12а", "120", True),
        ("12/3", "12?3", True),
        ("012", "12", True),
        ("12а", "140", False),
        ("", "12", True),
    ],
)
def test_only_the_leading_number_of_a_house_is_compared(
    office: Office, writing: Writing, registered: str, written: str, is_same: bool
) -> None:
    accounts = [writing.account(office.account, house=registered)]
    record = office.decide(office.slip(address_house=writing.comb(written, 4)), accounts=accounts)
    assert (Reason.ADDRESS_MISMATCH not in record.reasons) is is_same


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (AccountStatus.MANAGED, Reason.ACCOUNT_MANAGED),
        (AccountStatus.CLOSED, Reason.ACCOUNT_CLOSED),
    ],
)
def test_an_account_that_may_not_report_is_refused(
    office: Office, writing: Writing, status: AccountStatus, reason: Reason
) -> None:
    record = office.decide(accounts=[writing.account(office.account, status=status)])
    assert record.reasons == (reason,)
    assert record.disposition is Disposition.REFUSED


def test_an_unknown_account_goes_to_review_unless_told(office: Office, writing: Writing) -> None:
    slip = office.slip(account=writing.comb("999999999999", 12))
    record = office.decide(slip)
    assert record.reasons == (Reason.ACCOUNT_UNKNOWN,)
    assert record.disposition is Disposition.REVIEW
    assert record.account == "999999999999"
    strict = Rules(refuse_when_certain=frozenset({Reason.ACCOUNT_UNKNOWN}))
    assert office.decide(slip, rules=strict).disposition is Disposition.REFUSED


def test_a_meter_that_went_round_is_not_below_its_last_reading(office: Office, writing: Writing) -> None:
    accounts = [writing.account(office.account, last_reading="99880", last_date=date(2026, 10, 24))]
    assert office.decide(accounts=accounts).disposition is Disposition.ACCEPTED


def test_a_meter_does_not_go_round_for_a_small_step_back(office: Office, writing: Writing) -> None:
    accounts = [writing.account(office.account, last_reading="93000")]
    assert office.decide(accounts=accounts).reasons == (Reason.READING_BELOW_LAST,)


def test_digits_around_a_gap_are_proposed(office: Office, writing: Writing) -> None:
    record = office.decide(office.slip(reading=writing.comb("_00571", 6)))
    assert record.reading == "00571"
    assert record.confidence <= 0.5


def test_numbers_that_are_no_probabilities_are_not_believed(office: Office, writing: Writing) -> None:
    comb = writing.comb("00571", 6)
    for factor in (0.0, 0.5, 2.0):
        record = office.decide(office.slip(reading=replace(comb, posteriors=comb.posteriors * factor)))
        assert record.reasons == (Reason.READING_UNCERTAIN,)
        assert record.confidence == 0.0


def test_a_slip_that_lies_badly_is_never_refused(office: Office, writing: Writing) -> None:
    unsigned = office.slip(signature=writing.inked(0.0))
    for residual_mm in (0.5, float("nan")):
        record = office.decide(unsigned, residual_mm=residual_mm)
        assert record.reasons == (Reason.REGISTRATION_UNCERTAIN, Reason.SIGNATURE_MISSING)
        assert record.disposition is Disposition.REVIEW


def test_nobody_can_be_refused_whose_account_is_unread(office: Office, writing: Writing) -> None:
    unsigned = office.slip(signature=writing.inked(0.0), account=writing.comb("01234?678905", 12))
    record = office.decide(unsigned)
    assert Reason.SIGNATURE_MISSING in record.reasons
    assert record.disposition is Disposition.REVIEW


def test_a_late_date_that_is_not_clear_is_not_refused(office: Office, writing: Writing) -> None:
    late = office.slip(date_day=writing.doubt(writing.comb("28", 2), 1, {"8": 0.7, "5": 0.02, "0": 0.28}))
    assert office.decide(late).disposition is Disposition.REVIEW


def test_confidence_alone_keeps_a_record_back(office: Office) -> None:
    # Each field passes this cut, their product does not.
    read = office.decide()
    least = min(field.confidence for field in read.fields if field.name in {"account", "reading"})
    record = office.decide(rules=Rules(min_confidence=(read.confidence + min(least, 0.9999)) / 2))
    assert record.reasons == (Reason.CONFIDENCE_TOO_LOW,)
    assert record.disposition is Disposition.REVIEW


def test_without_a_registry_the_slip_is_read_as_it_is(office: Office) -> None:
    record = office.decide(has_registry=False)
    assert record.disposition is Disposition.ACCEPTED
    assert record.address == "д. 12, кв. 5"
    assert record.confidence < office.decide().confidence


def test_without_a_period_the_window_still_holds(office: Office, writing: Writing) -> None:
    assert office.decide(period=None).disposition is Disposition.ACCEPTED
    late = office.slip(date_day=writing.comb("28", 2))
    assert office.decide(late, period=None).reasons == (Reason.DATE_OUTSIDE_WINDOW,)


def test_another_period_is_outside_the_window(office: Office) -> None:
    record = office.decide(period=Period(2026, 12))
    assert record.date == "2026-11-24"
    assert record.reasons == (Reason.DATE_OUTSIDE_WINDOW,)


def test_a_slip_dated_after_its_scan_is_for_a_person_where_the_clock_is_trusted(office: Office) -> None:
    trusting = Rules(trust_scanner_clock=True)
    day_before, same_day = date(2026, 11, 23), date(2026, 11, 24)
    assert office.decide(rules=trusting, scanned_on=day_before).reasons == (Reason.DATE_AFTER_SCAN,)
    assert office.decide(rules=trusting, scanned_on=day_before).disposition is Disposition.REVIEW
    assert office.decide(rules=trusting, scanned_on=same_day).disposition is Disposition.ACCEPTED
    assert office.decide(rules=trusting).disposition is Disposition.ACCEPTED
    assert office.decide(scanned_on=day_before).disposition is Disposition.ACCEPTED


def test_a_slip_filled_in_on_a_computer_lacks_only_ink(office: Office, writing: Writing) -> None:
    values = {
        "account": office.account,
        "reading": "00571",
        "date_day": "24",
        "date_month": "11",
        "date_year": "26",
        "address_street": "ул. Ленина",
        "address_house": "12",
        "address_flat": "5",
    }
    typed = {name: writing.typed(value) for name, value in values.items()}
    unsigned = office.decide(office.slip(**typed, signature=writing.typed("")))
    assert unsigned.reasons == (Reason.SIGNATURE_MISSING,)
    signed = office.decide(office.slip(**typed))
    assert signed.disposition is Disposition.ACCEPTED
    assert signed.confidence > 0.9999


def test_no_date_is_made_up_where_none_was_written(office: Office, writing: Writing) -> None:
    blank = {name: writing.comb("", 2) for name in ("date_day", "date_month", "date_year")}
    assert office.decide(office.slip(**blank)).date == ""
    assert office.decide(office.slip(date_day=blank["date_day"])).date == ""


def test_a_digital_signature_needs_no_ink(office: Office, writing: Writing) -> None:
    record = office.decide(office.slip(signature=writing.typed("signed")))
    assert record.disposition is Disposition.ACCEPTED
    assert record.is_signed


@pytest.mark.parametrize(("day", "month", "date"), [("24", "9", "2026-09-24"), ("4", "09", "2026-09-04")])
def test_a_single_typed_digit_is_a_day_or_month_below_ten(
    office: Office, writing: Writing, day: str, month: str, date: str
) -> None:
    slip = office.slip(date_day=writing.typed(day), date_month=writing.typed(month))
    assert office.decide(slip, period=Period(2026, 9)).date == date


def test_a_house_is_needed_where_the_form_requires_one(office: Office, writing: Writing) -> None:
    fields = tuple(replace(f, is_required=f.name == "address.house") for f in office.template.fields)
    strict = replace(office, template=replace(office.template, fields=fields))
    assert strict.decide().disposition is Disposition.ACCEPTED
    assert strict.decide(office.slip(address_flat=writing.comb("", 4))).disposition is Disposition.ACCEPTED
    for nothing in (writing.comb("", 4), writing.typed("")):
        record = strict.decide(office.slip(address_house=nothing))
        assert record.reasons == (Reason.ADDRESS_MISSING,)
        assert record.disposition is Disposition.REVIEW


@pytest.mark.parametrize("text", ["12345", "ab", "0123456789055", "01234567890x"])
def test_typed_nonsense_is_not_believed(office: Office, writing: Writing, text: str) -> None:
    record = office.decide(office.slip(account=writing.typed(text)))
    assert record.disposition is Disposition.REVIEW
    assert record.confidence == pytest.approx(0.0, abs=1e-6)
