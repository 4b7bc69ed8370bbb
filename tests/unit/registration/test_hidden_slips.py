"""Slips of which something is not to be seen, seen aslant, or lying in no straight lines."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from forms_ocr.model import GreyImage, Page, Reason, Template
from forms_ocr.registration import register
from forms_ocr.registration.paper import is_sheet_of_paper

PX = 6.0
HEIGHT, WIDTH = round(148 * PX), round(210 * PX)


def printed(form: Template) -> GreyImage:
    scale = PX * 25.4 / form.artwork_dpi
    shown = cv2.resize(form.artwork, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(shown[:HEIGHT, :WIDTH], np.uint8)


def laid_over(form: Template, overlap_mm: float) -> GreyImage:
    """Two slips, the second lying on the lower end of the first."""
    one, below = printed(form), HEIGHT - round(overlap_mm * PX)
    page = np.full((2 * HEIGHT, WIDTH), 255, np.uint8)
    page[:HEIGHT] = one
    page[below : below + HEIGHT] = one
    return page


@pytest.mark.parametrize("overlap_mm", [40.0, 60.0, 90.0, 110.0])
def test_a_slip_under_another_is_told_and_the_upper_one_is_read(
    drawn_form: Template, overlap_mm: float
) -> None:
    lower, upper = register(Page(1, laid_over(drawn_form, overlap_mm)), drawn_form)
    assert lower.residual_mm == float("inf")
    assert upper.reason is None
    assert upper.residual_mm < 0.1


def test_a_slip_whose_covered_end_holds_no_field_is_read(drawn_form: Template) -> None:
    lower, upper = register(Page(1, laid_over(drawn_form, 8.0)), drawn_form)
    assert max(lower.residual_mm, upper.residual_mm) < 0.1


def test_why_a_covered_slip_is_not_read_is_said(drawn_form: Template) -> None:
    lower, _ = register(Page(1, laid_over(drawn_form, 40.0)), drawn_form)
    assert lower.reason is Reason.SLIP_COVERED


@pytest.mark.parametrize(("kept_mm", "reason"), [(140.0, None), (125.0, Reason.SLIP_CUT_OFF)])
def test_a_slip_is_cut_off_when_a_field_is(drawn_form: Template, kept_mm: float, reason: Reason) -> None:
    page = printed(drawn_form)[: round(kept_mm * PX)]
    (found,) = register(Page(1, np.ascontiguousarray(page)), drawn_form)
    assert found.reason is reason
    assert np.isfinite(found.residual_mm) == (reason is None)


def aslant(page: GreyImage, depth: float) -> GreyImage:
    """As a camera sees it that leans over its lower edge."""
    height, width = page.shape
    inset = depth * width / 2
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    seen = np.array([(inset, 0), (width - inset, 0), (width, height * 0.85), (0, height * 0.85)], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, seen + 60)
    table = cv2.warpPerspective(page, matrix, (width + 120, height + 120), borderValue=90)
    return np.asarray(table, np.uint8)


@pytest.mark.parametrize("has_markers", [True, False])
def test_a_slip_photographed_aslant_is_laid(drawn_form: Template, has_markers: bool) -> None:
    form = drawn_form if has_markers else replace(drawn_form, markers=())
    (found,) = register(Page(1, aslant(printed(form), 0.15)), form)
    assert found.residual_mm < 0.15


def test_what_leans_shows_one_edge_nearer(drawn_form: Template) -> None:
    flat = np.diag([8.0, 8.0, 1.0])
    squeezed = np.diag([8.0, 6.0, 1.0])
    leaning = squeezed.copy()
    leaning[2, 1] = -0.002
    assert is_sheet_of_paper(flat, drawn_form)
    assert is_sheet_of_paper(leaning, drawn_form)
    assert not is_sheet_of_paper(squeezed, drawn_form)


def test_slips_in_crooked_rows_are_numbered_row_by_row(drawn_form: Template) -> None:
    one = printed(drawn_form)
    half = np.asarray(cv2.resize(one, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA), np.uint8)
    height, width = half.shape
    page = np.full((2 * height + 300, 2 * width + 100), 255, np.uint8)
    corners = [(150, 10), (0, width + 60), (height + 160, 0), (height + 280, width + 90)]
    for top, left in corners:
        page[top : top + height, left : left + width] = half[: page.shape[0] - top, : page.shape[1] - left]
    found = register(Page(1, page), drawn_form)
    middle = np.array([[105.0, 74.0]])
    lefts = [float(slip.to_page(middle)[0, 0]) for slip in found]
    tops = [float(slip.to_page(middle)[0, 1]) for slip in found]
    assert len(found) == 4
    assert lefts[0] < lefts[1]
    assert lefts[2] < lefts[3]
    assert max(tops[:2]) < min(tops[2:])


def test_fields_that_moved_make_another_form(drawn_form: Template) -> None:
    """Another edition: the same markers, heading and small print, and no field where ours are."""
    page = printed(drawn_form)
    top, bottom = round(28 * PX), round(112 * PX)
    page[top:bottom, round(19 * PX) : WIDTH - round(19 * PX)] = 255
    assert register(Page(1, page), drawn_form) == ()
