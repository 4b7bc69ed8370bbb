"""A slip decided beside its writer's hand, and what a record keeps for people who ask why."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from forms_ocr.model import Candidate, Disposition, FieldEvidence, FieldReading, HandModel, Record

if TYPE_CHECKING:
    from tests.unit.decision.conftest import Evidence, Office, Writing

_MODEL = HandModel(closeness=4.0, expected=0.8, correction=6.0, sharpness=20.0)


def _slip(office: Office, writing: Writing, looks_like: int, **changes: FieldEvidence) -> Evidence:
    """A reading 0057? whose fifth cell may hold a 3 or a 5, written as this hand writes ``looks_like``."""
    reading = writing.doubt(writing.comb("00573", 6), 4, {"3": 0.55, "5": 0.44})
    usual = {
        "account": writing.drawn(writing.comb(office.account, 12), office.account),
        "reading": writing.drawn(reading, f"0057{looks_like}_"),
        "date_day": writing.drawn(writing.comb("24", 2), "24"),
        "date_month": writing.drawn(writing.comb("11", 2), "11"),
        "date_year": writing.drawn(writing.comb("26", 2), "26"),
    }
    return office.slip(**(usual | changes))


def _reading(record: Record) -> FieldReading:
    return next(field for field in record.fields if field.name == "reading")


def _day(record: Record) -> FieldReading:
    return next(field for field in record.fields if field.name == "date.day")


@pytest.mark.parametrize("looks_like", [3, 5])
def test_the_accounts_digits_show_how_this_writer_writes(
    office: Office, writing: Writing, looks_like: int
) -> None:
    slip = _slip(office, writing, looks_like)
    alone, beside = office.decide(slip), office.decide(slip, hand_model=_MODEL)
    assert alone.disposition is Disposition.REVIEW
    assert beside.reading == f"0057{looks_like}"
    assert _reading(beside).confidence > 0.9 > _reading(alone).confidence
    assert _reading(beside).cells[4].value == str(looks_like)


def test_a_doubtful_cell_of_a_doubtful_account_teaches_nothing(office: Office, writing: Writing) -> None:
    rival = "012345678965"
    tie = writing.doubt(writing.comb(office.account, 12), 10, {"0": 0.5, "6": 0.5})
    reading = writing.doubt(writing.comb("00573", 6), 4, {"0": 0.45, "6": 0.54})
    slip = _slip(
        office,
        writing,
        3,
        account=writing.drawn(tie, office.account),
        reading=writing.drawn(reading, "00570_"),
    )
    odd = np.zeros(16, np.float32)
    odd[12] = 1.0  # how this writer draws the account's last digit but one, and the last one of the reading
    for name, place in (("account", 10), ("reading", 4)):
        looks = np.array(slip[name].features)
        looks[place] = odd
        slip[name] = replace(slip[name], features=looks)
    both = [writing.account(office.account), writing.account(rival)]
    assert office.decide(slip, accounts=both[:1], hand_model=_MODEL).reading == "00570"
    assert office.decide(slip, accounts=both, hand_model=_MODEL).reading == "00576"


def test_an_account_of_no_registry_is_read_beside_its_clear_digits(office: Office, writing: Writing) -> None:
    account = "912345678905"
    comb = writing.doubt(writing.comb(account, 12), 8, {"8": 0.6, "9": 0.39})
    slip = _slip(office, writing, 3, account=writing.drawn(comb, "912345679905"))
    alone = office.decide(slip, has_registry=False)
    beside = office.decide(slip, has_registry=False, hand_model=_MODEL)
    assert alone.account == account
    assert beside.account == "912345679905"


def test_a_smudge_that_looks_like_the_hands_own_digits_is_one(office: Office, writing: Writing) -> None:
    comb = writing.comb(office.account, 12)
    for index in (5, 11):  # both fives of the account, written in a way that the recogniser finds odd
        comb = writing.doubt(comb, index, {"5": 0.85, "other": 0.15})
    alike = _slip(office, writing, 3, account=writing.drawn(comb, office.account))
    looks = np.array(alike["account"].features)
    looks[[5, 11]] = 0
    looks[5, 14] = looks[11, 15] = 1
    unlike = alike | {"account": replace(alike["account"], features=looks)}
    assert _account(office.decide(alike, hand_model=_MODEL)).confidence > 0.99
    assert _account(office.decide(unlike, hand_model=_MODEL)).confidence < 0.8


def _account(record: Record) -> FieldReading:
    return next(field for field in record.fields if field.name == "account")


def test_the_date_teaches_without_a_registry(office: Office, writing: Writing) -> None:
    reading = writing.doubt(writing.comb("00571", 6), 4, {"1": 0.55, "7": 0.44})
    slip = _slip(office, writing, 1, reading=writing.drawn(reading, "00571_"))
    alone = office.decide(slip, has_registry=False)
    beside = office.decide(slip, has_registry=False, hand_model=_MODEL)
    assert beside.reading == "00571"
    assert _reading(beside).confidence > _reading(alone).confidence + 0.1


@pytest.mark.parametrize("looks_like", [3, 5])
def test_the_account_teaches_how_to_read_the_date(office: Office, writing: Writing, looks_like: int) -> None:
    day = writing.doubt(writing.comb("23", 2), 1, {"3": 0.5, "5": 0.5})
    slip = _slip(office, writing, 3, date_day=writing.drawn(day, f"2{looks_like}"))
    alone, beside = office.decide(slip), office.decide(slip, hand_model=_MODEL)
    assert beside.date == f"2026-11-2{looks_like}"
    assert _day(alone).confidence < 0.6
    assert _day(beside).confidence > 0.9


def test_looks_that_are_no_numbers_keep_the_slip_from_being_accepted(
    office: Office, writing: Writing
) -> None:
    slip = _slip(office, writing, 5)
    broken = replace(slip["reading"], features=np.full((6, 16), np.nan, np.float32))
    record = office.decide(slip | {"reading": broken}, hand_model=_MODEL)
    assert record.disposition is Disposition.REVIEW


def test_a_doubtful_cell_names_its_rivals_and_clear_ones_none(office: Office, writing: Writing) -> None:
    rivals = _reading(office.decide(_slip(office, writing, 3))).rivals
    assert [cell.value for cell in rivals[4]] == ["5"]
    assert rivals[4][0].posterior == pytest.approx(0.441, abs=1e-3)
    assert not any(rivals[:4])
    clear = office.decide()
    assert _reading(clear).rivals == ()


def test_rivals_are_those_left_after_the_hand_was_seen(office: Office, writing: Writing) -> None:
    record = office.decide(_slip(office, writing, 5), hand_model=_MODEL)
    reading = _reading(record)
    assert reading.cells[4].value == "5"
    assert Candidate("3", reading.rivals[4][0].posterior) == reading.rivals[4][0]
    assert reading.rivals[4][0].posterior < 0.1


def test_no_more_than_two_rivals_none_of_them_next_to_nothing(office: Office, writing: Writing) -> None:
    shares = {"1": 0.6, "7": 0.3, "4": 0.06, "9": 0.04}
    reading = writing.doubt(writing.comb("00571", 6), 4, shares)
    rivals = _reading(office.decide(office.slip(reading=reading))).rivals
    assert [cell.value for cell in rivals[4]] == ["7", "4"]


def test_evidence_that_is_no_probability_has_no_rivals(office: Office, writing: Writing) -> None:
    comb = writing.comb("00571", 6)
    broken = replace(comb, posteriors=np.full_like(comb.posteriors, np.nan))
    assert _reading(office.decide(office.slip(reading=broken))).rivals == ()


def test_the_registrys_line_is_kept_with_the_record(office: Office, writing: Writing) -> None:
    assert office.decide().registered == writing.account(office.account)
    assert office.decide(has_registry=False).registered is None
    stranger = office.slip(account=writing.comb("999999999999", 12))
    assert office.decide(stranger).registered is None
