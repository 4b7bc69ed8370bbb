"""Which cells of a slip are examples of its hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from forms_ocr.decision.slip_hand import SlipHand
from forms_ocr.model import HandModel

if TYPE_CHECKING:
    from tests.unit.decision.conftest import Evidence, Office, Writing

_MODEL = HandModel(closeness=4.0, expected=0.8, correction=6.0, sharpness=20.0)


@pytest.fixture
def slip(office: Office, writing: Writing) -> Evidence:
    """A cell of the reading between 3 and 5 that is drawn as a 5, and the flat's 5, which is not clear."""
    reading = writing.doubt(writing.comb("00573", 6), 4, {"3": 0.55, "5": 0.44})
    reading = writing.doubt(reading, 2, {"5": 0.99, "3": 0.009})
    return office.slip(
        reading=writing.drawn(reading, "00575_"),
        address_flat=writing.drawn(writing.doubt(writing.comb("5", 4), 0, {"5": 0.9, "3": 0.09}), "5___"),
        date_day=writing.drawn(writing.comb("24", 2), "24"),
    )


def _p_five(hand: SlipHand) -> float:
    seen = hand.look_again("reading")
    return 0.44 if seen is None else float(seen.posteriors[4, 5])


def _hand(office: Office, slip: Evidence, *printed: str) -> SlipHand:
    return SlipHand(slip, office.template, _MODEL, printed)


def test_a_cell_in_doubt_is_no_example_until_its_field_is_known(office: Office, slip: Evidence) -> None:
    hand = _hand(office, slip)
    before = _p_five(hand)
    hand.learn("address.flat", "5")
    assert before < 0.6
    assert _p_five(hand) > 0.8


def test_clear_cells_of_any_field_are_examples(office: Office, writing: Writing, slip: Evidence) -> None:
    clear = slip | {"address.house": writing.drawn(writing.comb("5", 4), "5___")}
    assert _p_five(_hand(office, clear)) > 0.6 > _p_five(_hand(office, slip))


def test_what_was_printed_says_nothing_about_the_hand(
    office: Office, writing: Writing, slip: Evidence
) -> None:
    clear = slip | {"address.house": writing.drawn(writing.comb("5", 4), "5___")}
    hand = _hand(office, clear, "address.house", "address.flat")
    hand.learn("address.flat", "5")
    assert _p_five(hand) == _p_five(_hand(office, slip))


def test_a_field_nobody_looked_at_is_not_looked_at_again(office: Office, slip: Evidence) -> None:
    assert _hand(office, slip).look_again("account") is None
    del slip["reading"]
    assert _hand(office, slip).look_again("reading") is None
    assert _hand(office, slip).look_beside_itself("reading") is None
    assert _hand(office, {}).look_again("date.day") is None
