"""House and flat against the registered ones: misread, or another number written?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_ocr.decision.address import MIN_CONTRADICTION, contradiction, is_as_registered
from forms_ocr.decision.cells import Cells
from forms_ocr.model import Disposition, Reason

if TYPE_CHECKING:
    from tests.unit.decision.conftest import Office, Writing


def _cells(writing: Writing, text: str, shares: dict[str, float] | None = None, index: int = 0) -> Cells:
    comb = writing.comb(text, 4, sure=0.99999)
    if shares:
        comb = writing.doubt(comb, index, shares)
    return Cells(comb.posteriors.astype(float).tolist())


@pytest.mark.parametrize("number", ["7", "34", "134"])
def test_clear_digits_contradict(writing: Writing, number: str) -> None:
    other = str(int(number) + 5)
    assert contradiction(_cells(writing, other), number) > MIN_CONTRADICTION
    assert contradiction(_cells(writing, number), number) == 0.0


@given(st.floats(0.01, 0.4))
def test_a_registered_number_that_the_ink_leaves_room_for_was_misread(writing: Writing, share: float) -> None:
    cells = _cells(writing, "154", {"5": 1.0 - share, "3": share}, 1)
    assert contradiction(cells, "134") < 0.05
    assert contradiction(cells, "194") > 0.5


@given(st.floats(0.0, 0.4), st.floats(0.0, 0.4))
def test_more_room_for_the_registered_number_never_contradicts_more(
    writing: Writing, one: float, other: float
) -> None:
    less, more = sorted((one, other))
    p_less, p_more = (
        contradiction(_cells(writing, "54", {"5": 1.0 - share, "3": share}), "34") for share in (less, more)
    )
    assert p_more <= p_less + 1e-9


def test_a_misread_flat_does_not_hold_a_slip_back_and_another_one_does(
    office: Office, writing: Writing
) -> None:
    misread = writing.doubt(writing.comb("12", 4), 1, {"7": 0.97, "2": 0.02})
    assert office.decide(office.slip(address_house=misread)).disposition is Disposition.ACCEPTED
    record = office.decide(office.slip(address_house=writing.comb("17", 4)))
    assert Reason.ADDRESS_MISMATCH in record.reasons


@pytest.mark.parametrize(
    ("written", "registered", "is_known"),
    [
        ("12", "12", True),
        ("12", "13", False),
        ("12", "12а", False),
        ("12", "", False),
        ("1212", "12121", False),
    ],
)
def test_numbers_that_are_known(writing: Writing, written: str, registered: str, is_known: bool) -> None:
    assert is_as_registered(_cells(writing, written), registered) == is_known
