"""A code goes where nothing else is, and is read there and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from forms_ocr.codes import CODE_SIDE_MM, account_text, code_place, cover_text, find_cover, read_slip_code
from forms_ocr.model import Box, Content, Cover, Drift, Field, GreyImage, Page, Registration, Shape, Template
from forms_ocr.template.qr import qr_bits

DPI = 200.0
PX = DPI / 25.4
ACCOUNT = "121000000042"


def form(width_mm: float = 120.0, height_mm: float = 60.0, *fields: Box) -> Template:
    """A white form with fields and a printed line along its top."""
    artwork = np.full((round(height_mm * PX), round(width_mm * PX)), 255, np.uint8)
    artwork[: round(2 * PX)] = 0
    boxes = fields or (Box(5, 10, 70, 55),)
    made = tuple(Field(f"f{i}", "", Shape.LINE, box, (), Content.TEXT) for i, box in enumerate(boxes))
    return Template("form", width_mm, height_mm, made, artwork, DPI)


def printed(template: Template, text: str, place: Box) -> GreyImage:
    """The form with a code at a place."""
    page = template.artwork.copy()
    bits = qr_bits(text)
    side = round(place.width_mm * PX)
    code = cv2.resize(np.where(bits, 0, 255).astype(np.uint8), (side, side), interpolation=cv2.INTER_NEAREST)
    top, left = round(place.top_mm * PX), round(place.left_mm * PX)
    page[top : top + side, left : left + side] = code
    return page


def laid(turn: int = 0, template: Template | None = None) -> Registration:
    """As scanned at 200 dpi, upright or upside down."""
    upright = np.array([(PX, 0, -0.5), (0, PX, -0.5), (0, 0, 1.0)])
    if turn == 180 and template is not None:
        height, width = template.artwork.shape
        upright = np.array([(-1, 0, width - 1.0), (0, -1, height - 1.0), (0, 0, 1.0)]) @ upright
    return Registration(upright, 0.1, 1.0, turn, PX)


def test_the_place_is_clear_of_print_and_fields() -> None:
    template = form()
    place = code_place(template)
    assert place is not None
    assert place.width_mm == pytest.approx(CODE_SIDE_MM)
    assert place.height_mm == pytest.approx(CODE_SIDE_MM)
    assert place.left_mm - 70 >= 2.5
    assert place.top_mm - 2 >= 2.5
    assert place.right_mm < template.width_mm
    assert place.bottom_mm < template.height_mm


def test_a_form_without_room_has_no_place() -> None:
    assert code_place(form(120, 60, Box(5, 10, 70, 55), Box(75, 25, 115, 55))) is None


@pytest.mark.parametrize("turn", [0, 180])
def test_a_code_is_read_at_its_place(turn: int) -> None:
    template = form()
    place = code_place(template)
    assert place is not None
    pixels = printed(template, account_text(ACCOUNT), place)
    if turn:
        pixels = np.ascontiguousarray(pixels[::-1, ::-1])
    assert read_slip_code(Page(1, pixels), laid(turn, template), template) == ACCOUNT


def test_a_slip_without_a_code_names_nothing() -> None:
    template = form()
    assert read_slip_code(Page(1, template.artwork), laid(), template) == ""


def test_a_black_square_names_nothing() -> None:
    template = form()
    place = code_place(template)
    assert place is not None
    pixels = template.artwork.copy()
    pixels[round(place.top_mm * PX) : round(place.bottom_mm * PX), round(place.left_mm * PX) :] = 0
    assert read_slip_code(Page(1, pixels), laid(), template) == ""


def test_a_code_of_somebody_else_names_nothing() -> None:
    template = form()
    place = code_place(template)
    assert place is not None
    pixels = printed(template, "https://example.org/121000000042", place)
    assert read_slip_code(Page(1, pixels), laid(), template) == ""


def test_a_code_on_curled_paper_is_looked_for_where_it_went() -> None:
    template = form()
    place = code_place(template)
    assert place is not None
    off_mm = 6.0
    moved = Box(place.left_mm - off_mm, place.top_mm, place.right_mm - off_mm, place.bottom_mm)
    page = Page(1, printed(template, account_text(ACCOUNT), moved))
    moves = np.zeros((6, 10, 2), np.float32)
    moves[..., 0] = -off_mm
    assert read_slip_code(page, replace(laid(), drift=Drift(moves, 14.0)), template) == ACCOUNT
    assert read_slip_code(page, laid(), template) == ""


@pytest.mark.parametrize("turns", range(4))
def test_a_cover_is_found_however_it_lies(turns: int) -> None:
    cover = Cover("Отделение «Заречное»", "3", 120)
    sheet = form(210, 297)
    code = Box(70, 120, 140, 190)
    pixels = np.ascontiguousarray(np.rot90(printed(sheet, cover_text(cover), code), turns))
    assert find_cover(Page(1, pixels)) == cover


def test_a_slip_is_no_cover() -> None:
    template = form()
    place = code_place(template)
    assert place is not None
    assert find_cover(Page(1, printed(template, account_text(ACCOUNT), place))) is None
