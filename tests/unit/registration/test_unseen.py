from dataclasses import replace

import cv2
import numpy as np
import pytest

from forms_ocr.model import GreyImage, Page, Template
from forms_ocr.registration import register, shows_writing_alone

PX = 200 / 25.4


@pytest.fixture(scope="module")
def bare(drawn_form: Template) -> Template:
    """Without markers, and with room beside its fields."""
    return replace(drawn_form, markers=(), fields=tuple(one for one in drawn_form.fields if one.cells))


def writing(form: Template, beside: int = 0) -> GreyImage:
    """Two strokes in every cell on white paper, and so many lines of 30 mm anywhere."""
    page = np.full((round(form.height_mm * PX), round(form.width_mm * PX)), 250, np.uint8)
    for cell in (cell for field in form.fields for cell in field.cells):
        left, top, right, bottom = np.rint(cell.corners_mm[[0, 2]].ravel() * PX).astype(int).tolist()
        cv2.line(page, (left + 9, top + 9), (right - 9, bottom - 9), 40, 4)
        cv2.line(page, (right - 9, top + 9), (left + 9, bottom - 9), 40, 4)
    for y in np.linspace(0.1, 0.9, beside) * page.shape[0]:
        cv2.line(page, (80, round(y)), (round(0.9 * page.shape[1]), round(y)), 40, 5)
    return page


@pytest.mark.parametrize("turns", range(4))
def test_writing_without_print_is_told(bare: Template, turns: int) -> None:
    page = Page(1, np.ascontiguousarray(np.rot90(writing(bare), turns)))
    assert register(page, bare) == ()
    assert shows_writing_alone(page, bare)


def test_a_page_with_lines_all_over_is_another_one(bare: Template) -> None:
    assert not shows_writing_alone(Page(1, writing(bare, beside=14)), bare)


def test_a_sheet_of_another_shape_is_another_one(bare: Template) -> None:
    longer = np.vstack([writing(bare), np.full((500, round(bare.width_mm * PX)), 250, np.uint8)])
    assert not shows_writing_alone(Page(1, longer), bare)


def test_empty_paper_says_nothing(bare: Template) -> None:
    assert not shows_writing_alone(Page(1, np.full((1165, 1654), 250, np.uint8)), bare)


def test_markers_would_be_seen(drawn_form: Template, bare: Template) -> None:
    marked = replace(bare, markers=drawn_form.markers)
    assert not shows_writing_alone(Page(1, writing(bare)), marked)
