"""Digits on a line without cells: decided from whole values."""

from __future__ import annotations

from dataclasses import replace
from math import nan
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_ocr.decision import Registry, decide
from forms_ocr.decision.cells import all_hold_digits, cells_of
from forms_ocr.decision.numbers import are_sound, rows_of_numbers
from forms_ocr.model import (
    CLASSES,
    OTHER,
    Account,
    Box,
    Candidate,
    Disposition,
    Field,
    FieldEvidence,
    Reason,
    Record,
    Roles,
    Rules,
    Shape,
    Template,
)

if TYPE_CHECKING:
    from tests.unit.decision.conftest import Office

BOX = Box(10, 10, 70, 20)


def line(*numbers: tuple[str, float], ink_mm2: float = 20.0) -> FieldEvidence:
    """Evidence as a reader of whole numbers gives it."""
    found = tuple(Candidate(value, posterior) for value, posterior in numbers)
    nothing = np.zeros((0, len(CLASSES)), np.float32)
    text, confidence = (found[0].value or None, found[0].posterior) if found else (None, 0.0)
    return FieldEvidence("own", nothing, np.array([ink_mm2], np.float32), text, confidence, numbers=found)


def read_own(evidence: FieldEvidence, *, is_required: bool = False) -> Record:
    own = Field("own", "Own", Shape.LINE, BOX, is_required=is_required)
    template = Template("form", 210, 148, (own,), np.zeros((1, 1), np.uint8), 100)
    return decide({"own": evidence}, template, Rules(), None, None, 0.1)


def with_lines(office: Office, *names: str) -> Template:
    """The office's form with some of its combs as plain lines."""
    fields = tuple(
        replace(field, shape=Shape.LINE, cells=()) if field.name in names else field
        for field in office.template.fields
    )
    return replace(office.template, fields=fields)


def decide_with(office: Office, evidence: FieldEvidence, name: str = "reading", **account: object) -> Record:
    usual = office.registry.find(office.account)
    assert usual is not None
    registered: Account = replace(usual, **account)  # type: ignore[arg-type]
    slip = office.slip(**{name: evidence})
    return replace(office, template=with_lines(office, name)).decide(slip, accounts=[registered])


def test_a_clear_number_is_accepted() -> None:
    record = read_own(line(("0417", 0.998), ("0411", 0.001)))
    assert record.disposition is Disposition.ACCEPTED
    assert record.fields[0].value == "0417"
    assert record.fields[0].candidates[0] == Candidate("0417", 0.998)


@pytest.mark.parametrize(
    "evidence",
    [line(("0417", 0.9), ("0411", 0.09)), line(), line(("", 0.6))],
)
def test_a_doubtful_one_goes_to_review(evidence: FieldEvidence) -> None:
    record = read_own(evidence)
    assert record.disposition is Disposition.REVIEW
    assert Reason.FIELD_UNCERTAIN in record.reasons


def test_an_empty_line_is_empty() -> None:
    empty = line(("", 1.0), ink_mm2=0.0)
    assert read_own(empty).disposition is Disposition.ACCEPTED
    assert Reason.FIELD_MISSING in read_own(empty, is_required=True).reasons


def test_a_reading_without_cells_is_decided_like_one_in_cells(office: Office) -> None:
    record = decide_with(office, line(("00571", 0.999)))
    assert record.disposition is Disposition.ACCEPTED, record.reasons
    assert record.reading == "00571"
    reading = next(field for field in record.fields if field.name == "reading")
    assert reading.cells == ()
    assert reading.rivals == ()
    assert reading.doubtful_cells == ()


def test_the_meter_tells_how_many_digits_were_written(office: Office) -> None:
    numbers = (("0571", 0.5), ("00571", 0.48))
    record = decide_with(office, line(*numbers))
    assert record.reading == "00571"
    other = decide_with(office, line(*numbers), dials=4, last_reading="0560")
    assert other.reading == "0571"


def test_the_meter_does_not_overrule_clear_ink(office: Office) -> None:
    record = decide_with(office, line(("90571", 0.999)))
    assert record.reading == "90571"
    assert record.disposition is not Disposition.ACCEPTED


def test_an_account_without_cells_is_looked_up(office: Office) -> None:
    number = office.account
    wrong = "7" + number[1:]
    record = decide_with(office, line((wrong, 0.55), (number, 0.42)), "account")
    assert record.account == number


@pytest.mark.parametrize(
    "numbers",
    [(("12", nan),), (("12", 1.2),), (("12", 0.7), ("13", 0.7)), (("1x", 0.9),), (("12", 0.4), ("12", 0.4))],
)
def test_what_is_no_probability_of_numbers_is_unreadable(
    office: Office, numbers: tuple[tuple[str, float], ...]
) -> None:
    assert not are_sound(line(*numbers).numbers or ())
    record = decide_with(office, line(*numbers))
    assert record.disposition is Disposition.REVIEW


_NUMBERS = st.dictionaries(
    st.text("0123456789", max_size=6), st.integers(1, 100), min_size=1, max_size=8
).map(
    lambda weights: tuple(
        Candidate(value, weight / (sum(weights.values()) + 5)) for value, weight in weights.items()
    )
)


@given(_NUMBERS)
@settings(max_examples=80, deadline=None)
def test_cells_hold_digits_as_surely_as_the_line_has_their_length(numbers: tuple[Candidate, ...]) -> None:
    rows = rows_of_numbers(numbers)
    assert all(sum(row) == pytest.approx(1.0) for row in rows)
    by_length = {length: sum(n.posterior for n in numbers if len(n.value) == length) for length in range(7)}
    if rows and rows != [rows_of_numbers(())[0]]:
        cells = cells_of(Field("f", "", Shape.LINE, BOX), line(*((n.value, n.posterior) for n in numbers)))
        assert by_length[len(rows)] == max(by_length.values())
        assert all_hold_digits(cells) == pytest.approx(by_length[len(rows)], abs=1e-6)


def test_a_line_that_cannot_be_read_is_one_unreadable_cell() -> None:
    (row,) = rows_of_numbers(())
    assert row[OTHER] == 1.0
    assert rows_of_numbers((Candidate("", 0.999),)) == []


def test_without_roles_or_registry_a_line_stands_for_itself(office: Office) -> None:
    template = replace(with_lines(office, "reading"), roles=Roles(reading="reading"))
    record = decide({"reading": line(("0417", 0.999))}, template, Rules(), None, None, 0.1)
    assert record.reading == "0417"
    assert isinstance(office.registry, Registry)
