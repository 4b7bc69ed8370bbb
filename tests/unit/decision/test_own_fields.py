"""Fields that no business rule knows, of any office's own form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from forms_ocr.decision import decide
from forms_ocr.model import (
    Box,
    Content,
    Disposition,
    Field,
    FieldEvidence,
    Reason,
    Record,
    Rules,
    Shape,
    Template,
)

if TYPE_CHECKING:
    from tests.unit.decision.conftest import Writing

BOX = Box(10, 10, 42, 20)


def field(shape: Shape, content: Content = Content.DIGITS, *, is_required: bool = False) -> Field:
    cells = BOX.split(4) if shape is Shape.COMB else ()
    return Field("own", "Own", shape, BOX, cells, content, is_required)


def read(own: Field, evidence: FieldEvidence) -> Record:
    template = Template("form", 210, 148, (own,), np.zeros((1, 1), np.uint8), 100)
    return decide({"own": evidence}, template, Rules(), None, None, 0.1)


@pytest.mark.parametrize(("text", "value"), [("0417", "0417"), ("17", "17"), ("", "")])
def test_a_comb_is_digits_from_the_left(writing: Writing, text: str, value: str) -> None:
    record = read(field(Shape.COMB), writing.comb(text, 4))
    assert record.disposition is Disposition.ACCEPTED
    assert record.fields[0].value == value
    assert record.account == record.reading == record.date == ""


@pytest.mark.parametrize("text", ["04?7", "0_17"])
def test_a_doubtful_comb_goes_to_review_with_its_cell(writing: Writing, text: str) -> None:
    record = read(field(Shape.COMB), writing.comb(text, 4))
    assert Reason.FIELD_UNCERTAIN in record.reasons
    assert record.fields[0].is_doubtful
    assert (2 if "?" in text else 1) in record.fields[0].doubtful_cells


@pytest.mark.parametrize("shape", [Shape.COMB, Shape.LINE, Shape.MARK, Shape.SIGNATURE])
def test_a_required_field_must_be_filled_in(writing: Writing, shape: Shape) -> None:
    blank = writing.comb("", 4) if shape is Shape.COMB else writing.inked(0.0)
    assert read(field(shape, is_required=True), blank).reasons == (Reason.FIELD_MISSING,)
    assert read(field(shape), blank).disposition is Disposition.ACCEPTED


@pytest.mark.parametrize(
    ("ink_mm2", "value", "reasons"), [(0.1, "", ()), (1.0, "1", (Reason.FIELD_UNCERTAIN,)), (4.0, "1", ())]
)
def test_a_mark_is_ink(writing: Writing, ink_mm2: float, value: str, reasons: tuple[Reason, ...]) -> None:
    record = read(field(Shape.MARK), writing.inked(ink_mm2))
    assert record.fields[0].value == value
    assert record.reasons == reasons


@pytest.mark.parametrize(("state", "value"), [("Off", ""), ("Yes", "1"), ("", "")])
def test_a_check_box_ticked_on_a_computer(writing: Writing, state: str, value: str) -> None:
    assert read(field(Shape.MARK), writing.typed(state)).fields[0].value == value


def test_a_line_that_nobody_can_read_is_not_dropped(writing: Writing) -> None:
    record = read(field(Shape.LINE, Content.TEXT), writing.inked(60.0, "Иsaнoв", 0.4))
    assert record.disposition is Disposition.REVIEW
    assert record.reasons == (Reason.FIELD_UNCERTAIN,)
    assert record.fields[0].candidates[0].value == "Иsaнoв"


def test_a_required_line_that_nobody_can_read_goes_to_review_as_read(writing: Writing) -> None:
    record = read(field(Shape.LINE, Content.TEXT, is_required=True), writing.inked(60.0, "Иsaнoв", 0.4))
    assert record.reasons == (Reason.FIELD_UNCERTAIN,)
    assert record.fields[0].value == "Иsaнoв"


def test_a_line_read_well_is_kept(writing: Writing) -> None:
    record = read(field(Shape.LINE, Content.TEXT), writing.inked(60.0, "Иванов", 0.995))
    assert record.fields[0].value == "Иванов"
    assert read(field(Shape.LINE), writing.typed(" Иванов  И. ")).fields[0].value == "Иванов И."


def test_letters_in_a_comb_are_not_read_as_digits(writing: Writing) -> None:
    record = read(field(Shape.COMB, Content.TEXT, is_required=True), writing.comb("0317", 4))
    assert record.fields[0].value == ""
    assert record.reasons == (Reason.FIELD_UNCERTAIN,)


def test_an_empty_cell_full_of_ink_is_not_empty(writing: Writing) -> None:
    evidence = writing.comb("17", 4)
    evidence.ink_mm2[3] = 6.0
    record = read(field(Shape.COMB), evidence)
    assert record.reasons == (Reason.NOT_A_DIGIT, Reason.FIELD_UNCERTAIN)


def test_a_signature_of_ones_own_form_may_be_digital(writing: Writing) -> None:
    record = read(field(Shape.SIGNATURE, is_required=True), writing.typed("signed"))
    assert record.disposition is Disposition.ACCEPTED
    assert record.fields[0].value
