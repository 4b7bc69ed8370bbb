"""What is asked about a slip, and what of it stands already."""

from __future__ import annotations

import numpy as np
import pytest

from forms_ocr.model import Box, Field, Reason, Shape, Template
from forms_ocr.review.asking import (
    as_asked,
    asked_names,
    iso_date,
    keyed_date,
    known_characters,
    machine_value,
    subjects_of,
)
from forms_ocr.review.shown import Kind
from tests.unit.review.conftest import ReadSlip

ONE_OR_SEVEN = {3: {"1": 0.6, "7": 0.35}}


def shown(known: tuple[str | None, ...]) -> str:
    return "".join("." if one is None else (one or "_") for one in known)


def test_one_doubtful_cell_is_one_key(template: Template, read_slip: ReadSlip) -> None:
    record = read_slip({"reading": {4: {"0": 0.5, "6": 0.45}}}, reading="01600")
    assert record.reasons == (Reason.READING_UNCERTAIN,)
    subjects = subjects_of(template)
    assert asked_names(record, record.reasons, subjects, is_whole=False) == ("reading",)
    assert shown(known_characters(subjects["reading"], record, {}, is_whole=False)) == "0160._"


def test_what_was_confirmed_on_a_sheet_stands(template: Template, read_slip: ReadSlip) -> None:
    record = read_slip({"reading": {3: {"0": 0.5, "6": 0.45}, 4: {"0": 0.5, "6": 0.45}}})
    reading = subjects_of(template)["reading"]
    assert shown(known_characters(reading, record, {}, is_whole=False)) == "016.._"
    assert shown(known_characters(reading, record, {("reading", 4): "0"}, is_whole=False)) == "016.0_"
    assert shown(known_characters(reading, record, {("reading", 4): "0"}, is_whole=True)) == "......"


def test_a_date_is_one_question_with_its_century_printed(template: Template, read_slip: ReadSlip) -> None:
    record = read_slip({"date.day": {1: {"4": 0.5, "9": 0.45}}})
    subjects = subjects_of(template)
    assert asked_names(record, record.reasons, subjects, is_whole=False) == ("date",)
    assert shown(known_characters(subjects["date"], record, {}, is_whole=False)) == "2.112026"
    assert shown(known_characters(subjects["date"], record, {}, is_whole=True)) == "....20.."
    assert machine_value(subjects["date"], record) == "24112026"


@pytest.mark.parametrize(
    ("reason", "names"),
    [
        (Reason.CONFIDENCE_TOO_LOW, ("account", "reading", "date")),
        (Reason.ADDRESS_MISMATCH, ("address",)),
        (Reason.SIGNATURE_UNCERTAIN, ("signature",)),
        (Reason.CONFLICTING_READINGS, ("account", "reading")),
        (Reason.REGISTRATION_UNCERTAIN, ("account", "reading", "date", "address", "signature")),
    ],
)
def test_reasons_ask_for_what_they_are_about(
    template: Template, read_slip: ReadSlip, reason: Reason, names: tuple[str, ...]
) -> None:
    assert asked_names(read_slip(), [reason], subjects_of(template), is_whole=False) == names


@pytest.mark.parametrize("reason", list(Reason))
def test_something_is_asked_for_every_reason(template: Template, read_slip: ReadSlip, reason: Reason) -> None:
    assert asked_names(read_slip(), [reason], subjects_of(template), is_whole=False)


def test_a_field_of_an_offices_own_is_asked_by_its_name(template: Template, read_slip: ReadSlip) -> None:
    record = read_slip({"box": {2: {"7": 0.5, "1": 0.45}}})
    assert record.reasons == (Reason.FIELD_UNCERTAIN,)
    subjects = subjects_of(template)
    assert asked_names(record, record.reasons, subjects, is_whole=False) == ("box",)
    assert shown(known_characters(subjects["box"], record, {}, is_whole=False)) == "01."


def test_ink_that_is_no_digit_asks_for_the_field_it_stands_in(
    template: Template, read_slip: ReadSlip
) -> None:
    record = read_slip({"account": {5: {"other": 0.9}}})
    assert Reason.NOT_A_DIGIT in record.reasons
    names = asked_names(record, [Reason.NOT_A_DIGIT], subjects_of(template), is_whole=False)
    assert names == ("account",)


def test_a_form_without_meaning_is_asked_field_by_field(read_slip: ReadSlip) -> None:
    box = Box(0, 0, 30, 10)
    form = Template(
        "own", 100, 50, (Field("box", "box", Shape.COMB, box, box.split(3)),), np.zeros((1, 1), np.uint8), 1
    )
    record = read_slip({"box": {2: {"7": 0.5, "1": 0.45}}})
    assert asked_names(record, record.reasons, subjects_of(form), is_whole=True) == ("box",)


def test_a_page_sees_where_each_character_stands(template: Template, read_slip: ReadSlip) -> None:
    subjects, record = subjects_of(template), read_slip()
    known = known_characters(subjects["date"], record, {}, is_whole=True)
    asked = as_asked(subjects["date"], record, template, known, shows_candidates=False)
    assert (asked.kind, asked.length, len(asked.cells)) == (Kind.DATE, 8, 8)
    lefts = [cell.left for cell in asked.cells]
    assert lefts == sorted(lefts), "the printed century stands between month and year"
    assert all(cell.left >= 0 and cell.left + cell.width <= 1 for cell in asked.cells)
    assert (asked.is_blind, asked.candidates) == (True, ())


def test_candidates_are_shown_only_where_that_is_set(template: Template, read_slip: ReadSlip) -> None:
    record = read_slip({"reading": {4: {"0": 0.5, "6": 0.45}}})
    reading = subjects_of(template)["reading"]
    known = known_characters(reading, record, {}, is_whole=False)
    asked = as_asked(reading, record, template, known, shows_candidates=True)
    assert not asked.is_blind
    assert asked.candidates[:2] == ("01600", "01606")


def test_dates_turn_round() -> None:
    assert (keyed_date("2026-11-24"), keyed_date("")) == ("24112026", "")
    assert (iso_date("24112026"), iso_date("")) == ("2026-11-24", "")
