"""Which ink near a line of digits was written on it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_ocr.extraction.digit_lines import is_digit_line, written_inside
from forms_ocr.extraction.ink import Ink, Mask
from forms_ocr.extraction.strips import StripFrame
from forms_ocr.model import Box, Content, Field, Shape

_MARGIN_MM = 2.5
_FIELD = Field("line", "", Shape.LINE, Box(20, 20, 60, 28))
_FRAME = StripFrame(_FIELD, Box(17.5, 17.5, 62.5, 30.5), 6.0)


def _stroke(x_mm: float, top_mm: float, bottom_mm: float) -> Mask:
    """An upright stroke, millimetres from the field's top left corner."""
    width, height = _FRAME.size_px
    drawn = np.zeros((height, width), np.uint8)
    x, top, bottom = (round((mm + _MARGIN_MM) * 6.0) for mm in (x_mm, top_mm, bottom_mm))
    cv2.line(drawn, (x, top), (x, bottom), 255, 2)
    return drawn


def _kept(ink: Mask, strong: Mask | None = None) -> Mask:
    return written_inside(Ink(ink, ink if strong is None else strong), _FRAME).all


def test_what_is_written_on_the_line_stays_whole() -> None:
    hanging = _stroke(10, 2, 10)
    assert np.array_equal(_kept(hanging), hanging)


@pytest.mark.parametrize(("top_mm", "bottom_mm"), [(-2.4, 0.3), (7.6, 10.4)])
def test_what_hangs_in_from_another_line_does_not(top_mm: float, bottom_mm: float) -> None:
    own = _stroke(10, 2, 7)
    assert np.array_equal(_kept(own | _stroke(20, top_mm, bottom_mm)), own)


def test_ink_beside_the_field_is_not_on_it() -> None:
    assert not _kept(_stroke(-1.5, 2, 6)).any()


def test_specks_and_pale_marks_are_not_writing() -> None:
    speck = np.zeros_like(_stroke(10, 2, 7))
    speck[40, 60:62] = 255
    assert not _kept(speck).any()
    pale = _stroke(10, 2, 7)
    assert not _kept(pale, np.zeros_like(pale)).any()


@pytest.mark.parametrize(
    ("shape", "content", "expected"),
    [
        (Shape.LINE, Content.DIGITS, True),
        (Shape.LINE, Content.TEXT, False),
        (Shape.COMB, Content.DIGITS, False),
        (Shape.SIGNATURE, Content.DIGITS, False),
    ],
)
def test_lines_of_digits_are_known(shape: Shape, content: Content, expected: bool) -> None:
    assert is_digit_line(Field("f", "", shape, Box(0, 0, 9, 9), (), content)) is expected
