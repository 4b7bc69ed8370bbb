"""Account, reading and address decided together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_ocr.decision.address import MAX_SUPPORT, OTHERWISE, NumberInk
from forms_ocr.decision.cells import Cells
from forms_ocr.decision.decode import left_aligned
from forms_ocr.model import CLASSES, Disposition, Reason

if TYPE_CHECKING:
    from tests.unit.decision.conftest import Office, Writing

RIVAL = "012345678965"
"""The office's account, 0 and 6 taken for each other."""
TIE = {"0": 0.5, "6": 0.5}


def number_ink(writing: Writing, text: str) -> NumberInk:
    cells = Cells(writing.comb(text, 4).posteriors.astype(float).tolist())
    return NumberInk(cells, left_aligned(cells))


def test_house_and_flat_tell_registered_neighbours_apart(office: Office, writing: Writing) -> None:
    ours = writing.account(office.account, last_reading="")
    slip = office.slip(account=writing.doubt(writing.comb(office.account, 12), 10, TIE))
    alone = office.decide(slip, accounts=[ours, replace(ours, account=RIVAL)])
    assert alone.disposition is Disposition.REVIEW
    apart = office.decide(slip, accounts=[ours, replace(ours, account=RIVAL, house="77", flat="31")])
    assert apart.account == office.account
    assert apart.disposition is Disposition.ACCEPTED


def test_the_last_reading_tells_registered_neighbours_apart(office: Office, writing: Writing) -> None:
    ours = writing.account(office.account)
    slip = office.slip(account=writing.doubt(writing.comb(office.account, 12), 10, TIE))
    record = office.decide(slip, accounts=[ours, replace(ours, account=RIVAL, last_reading="71230")])
    assert record.account == office.account
    assert record.fields[0].confidence > 0.99


def test_a_clear_account_may_be_a_neighbours_slip_of_the_pen(office: Office, writing: Writing) -> None:
    ours = writing.account(office.account, house="77", flat="31", last_reading="71230")
    neighbour = writing.account(RIVAL)
    assert office.decide(accounts=[ours]).fields[0].confidence > 0.99
    record = office.decide(accounts=[ours, neighbour])
    assert record.account == office.account
    assert Reason.ACCOUNT_UNCERTAIN in record.reasons


def test_the_meter_settles_a_low_digit_only_where_it_can(office: Office, writing: Writing) -> None:
    first = office.slip(reading=writing.doubt(writing.comb("00571", 6), 0, {"0": 0.6, "6": 0.4}))
    assert office.decide(first).disposition is Disposition.ACCEPTED
    last = office.slip(reading=writing.doubt(writing.comb("00571", 6), 4, {"1": 0.6, "7": 0.4}))
    assert office.decide(last).fields[1].confidence == pytest.approx(0.6, abs=0.1)


@pytest.mark.parametrize("reading", ["84217", "00213", "98001", "00560"])
def test_a_clear_but_unexpected_reading_is_read_as_written(
    office: Office, writing: Writing, reading: str
) -> None:
    record = office.decide(office.slip(reading=writing.comb(reading, 6)))
    assert record.reading == reading
    assert record.fields[1].confidence > 0.9


def test_what_is_expected_overrules_no_clear_digit(office: Office, writing: Writing) -> None:
    faint = {"8": 0.99, "0": 0.01}
    record = office.decide(office.slip(reading=writing.doubt(writing.comb("80571", 6), 0, faint)))
    assert record.fields[1].confidence <= 0.5
    assert record.disposition is Disposition.REVIEW


def test_readings_of_one_slip_sum_to_one_at_most(office: Office, writing: Writing) -> None:
    doubts = writing.doubt(writing.comb("00571", 6), 3, {"7": 0.4, "1": 0.3, "4": 0.2})
    for field in office.decide(office.slip(reading=doubts)).fields:
        assert sum(candidate.posterior for candidate in field.candidates) <= 1.0 + 1e-9


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 11), st.integers(1, 9), st.sampled_from(["12", "77"]), st.sampled_from(["00560", "50000"])
)
def test_an_account_that_looks_alike_never_raises_confidence(
    office: Office, writing: Writing, place: int, step: int, house: str, last: str
) -> None:
    digit = (int(office.account[place]) + step) % 10
    alike = office.account[:place] + str(digit) + office.account[place + 1 :]
    slip = office.slip(account=writing.comb(office.account, 12, 0.99))
    others = [account for row in range(200) if (account := office.registry.account(row)).account != alike]
    before = office.decide(slip, accounts=others)
    rival = writing.account(alike, house=house, last_reading=last)
    after = office.decide(slip, accounts=[*others, rival])
    assert after.account == before.account
    assert after.fields[0].confidence <= before.fields[0].confidence * 1.0001


@pytest.mark.parametrize(
    ("registered", "written", "low", "high"),
    [
        ("12", "12", 100, MAX_SUPPORT),
        ("12", "14", OTHERWISE, 0.2),
        ("12А", "12?", 50, MAX_SUPPORT),
        ("5/2", "5?2", 10, MAX_SUPPORT),
        ("12А", "128", 50, MAX_SUPPORT),
        ("12", "?", 0.9, 1.1),
        ("12", "", 1, 1),
        ("", "12", 1, 1),
        ("007", "7", 10, MAX_SUPPORT),
    ],
)
def test_how_far_a_number_speaks_for_an_address(
    writing: Writing, registered: str, written: str, low: float, high: float
) -> None:
    assert low <= number_ink(writing, written).support_of(registered) <= high


def test_numbers_that_are_none_say_nothing() -> None:
    broken = Cells([[float("nan")] * len(CLASSES)] * 4, is_sound=False)
    assert NumberInk(broken, []).support_of("12") == 1.0


def test_a_broken_house_changes_no_account(office: Office, writing: Writing) -> None:
    house = writing.comb("12", 4)
    slip = office.slip(address_house=replace(house, posteriors=np.full_like(house.posteriors, np.nan)))
    assert office.decide(slip).account == office.account
