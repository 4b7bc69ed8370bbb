"""From measures to what the staff are told."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_ocr.inspection import Finding, Inspection, Kind, PageInspection
from forms_ocr.inspection.judge import (
    MAX_EDGE_MM,
    MAX_PIECES,
    MAX_SPECKS,
    MIN_DPI,
    MIN_FILLED,
    MIN_PEN_CONTRAST,
    MIN_PRINT_CONTRAST,
    judge_slip,
)
from forms_ocr.inspection.measures import SlipMeasures
from forms_ocr.inspection.words import describe
from forms_ocr.model import PageDisposition, Reason, Registration

GOOD = SlipMeasures(300.0, 0, 0.05, 250.0, 240.0, 150.0, 1.0, 1.0, 0.14, 0.0, b"", ())
LAID = Registration(np.eye(3), 0.05, 1.0, 0, 11.8)


def kinds(measures: SlipMeasures, registration: Registration = LAID) -> list[Kind]:
    return [finding.kind for finding in judge_slip(measures, registration, 1, 0.35)]


def test_nothing_is_said_of_a_good_slip() -> None:
    assert kinds(GOOD) == []


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        (replace(GOOD, dpi=MIN_DPI - 1), Kind.RESOLUTION_TOO_LOW),
        (replace(GOOD, edge_mm=MAX_EDGE_MM + 0.01), Kind.BLURRED),
        (replace(GOOD, specks=MAX_SPECKS + 0.001), Kind.TOO_DARK),
        (replace(GOOD, paper=80, print_contrast=MIN_PRINT_CONTRAST - 1), Kind.TOO_DARK),
        (replace(GOOD, print_contrast=MIN_PRINT_CONTRAST - 1), Kind.TOO_FAINT),
        (replace(GOOD, pen_contrast=MIN_PEN_CONTRAST - 1), Kind.TOO_FAINT),
        (replace(GOOD, pieces=MAX_PIECES + 0.1), Kind.TOO_FAINT),
        (replace(GOOD, filled=MIN_FILLED - 0.01), Kind.CELLS_EMPTY),
        (replace(GOOD, filled=0.0, pen_contrast=None), Kind.CELLS_EMPTY),
        (replace(GOOD, turn_deg=180), Kind.UPSIDE_DOWN),
        (replace(GOOD, turn_deg=270), Kind.SIDEWAYS),
    ],
)
def test_each_fault_is_told_by_itself(changed: SlipMeasures, kind: Kind) -> None:
    assert kinds(changed) == [kind]


@pytest.mark.parametrize(
    ("registration", "kind"),
    [
        (replace(LAID, residual_mm=math.inf, reason=Reason.SLIP_CUT_OFF), Kind.CUT_OFF),
        (replace(LAID, residual_mm=math.inf, reason=Reason.SLIP_COVERED), Kind.COVERED),
        (replace(LAID, residual_mm=math.inf), Kind.MISALIGNED),
        (replace(LAID, residual_mm=0.5), Kind.DISTORTED),
    ],
)
def test_a_slip_whose_fields_are_not_found_is_judged_by_nothing_else(
    registration: Registration, kind: Kind
) -> None:
    assert kinds(replace(GOOD, dpi=50, turn_deg=180), registration) == [kind]


@given(st.floats(20, 600), st.floats(0, 600))
def test_a_finer_scan_is_never_worse(dpi: float, more: float) -> None:
    coarse, fine = kinds(replace(GOOD, dpi=dpi)), kinds(replace(GOOD, dpi=dpi + more))
    assert set(fine) <= set(coarse)


def test_what_is_only_to_be_known_asks_for_no_new_scan() -> None:
    known = (Kind.UPSIDE_DOWN, Kind.SIDEWAYS, Kind.BLANK, Kind.COVER_SHEET, Kind.DUPLICATE)
    page = PageInspection(1, PageDisposition.SLIPS, 1, findings=tuple(Finding(kind) for kind in known))
    assert Inspection("a.pdf", (page,)).to_scan_again == ()
    worse = replace(page, findings=(*page.findings, Finding(Kind.BLURRED, 1, 0.5, 0.3)))
    assert Inspection("a.pdf", (page, worse)).to_scan_again == (worse,)


@pytest.mark.parametrize("kind", Kind)
def test_every_finding_is_said_in_both_languages(kind: Kind) -> None:
    said = describe(Finding(kind, 2, 1.5, 0.5, Reason.PAGE_BROKEN, "why", ("a.pdf", 3)))
    assert said.ru != said.en
    assert any("а" <= letter <= "я" for letter in said.ru)
    assert not any("а" <= letter <= "я" for letter in said.en)
    assert "{" not in said.ru + said.en


def test_numbers_are_written_as_each_language_does() -> None:
    said = describe(Finding(Kind.BLURRED, 1, 0.42, 0.36))
    assert "0,42" in said.ru
    assert "0.42" in said.en
