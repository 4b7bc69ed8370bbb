"""A field's ink laid out for the network that reads it whole."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_ocr.model import GreyImage
from forms_ocr.recognition.number_strip import (
    STEP_PX,
    STRIP_HEIGHT_PX,
    STRIP_WIDTH_PX,
    NumberStrip,
    number_strip,
)

_PX_PER_MM = 6.0


def _written(
    rise_px: int = 0, count: int = 6, height_px: int = 36, left: int = 40, top: int = 40
) -> GreyImage:
    """Upright strokes side by side, each ``rise_px`` lower than the one before."""
    strip = np.full((120, 420), 255, np.uint8)
    for number in range(count):
        x, y = left + 24 * number, top + rise_px * number
        cv2.rectangle(strip, (x, y), (x + 9, y + height_px), 60, 3)
    return strip


def _laid_out(strip: GreyImage) -> NumberStrip:
    laid = number_strip(strip, _PX_PER_MM)
    assert laid is not None
    return laid


def _rows(laid: NumberStrip) -> tuple[int, int]:
    rows = np.flatnonzero(laid.max(axis=1) > 100)
    return int(rows[0]), int(rows[-1])


def test_a_blank_strip_has_nothing_to_lay_out() -> None:
    assert number_strip(np.full((60, 200), 255, np.uint8), _PX_PER_MM) is None


@pytest.mark.parametrize("height_px", [20, 36, 60])
def test_writing_of_any_size_is_as_tall(height_px: int) -> None:
    top, bottom = _rows(_laid_out(_written(height_px=height_px)))
    assert 21 <= bottom - top + 1 <= 27
    assert abs((top + bottom + 1) / 2 - STRIP_HEIGHT_PX / 2) <= 1.5


def test_a_speck_stays_small() -> None:
    strip = np.full((60, 200), 255, np.uint8)
    strip[30:34, 90:94] = 0
    top, bottom = _rows(_laid_out(strip))
    assert bottom - top + 1 <= 8


@pytest.mark.parametrize("rise_px", [-3, 3])
def test_a_climbing_line_is_laid_level(rise_px: int) -> None:
    climbing, level = _laid_out(_written(rise_px, 9)), _laid_out(_written(0, 9))
    # had it not been levelled, the strokes would be less than two thirds as tall
    heights = [int((each.max(axis=1) > 100).sum()) for each in (climbing, level)]
    columns = [each[:, 8:16].any(axis=1).sum() for each in (climbing, level)]
    assert heights[0] <= heights[1] + 4
    assert columns[0] >= 0.85 * columns[1]


@given(st.integers(0, 40), st.integers(0, 30), st.integers(1, 8), st.integers(12, 60))
@settings(max_examples=30, deadline=None)
def test_where_it_was_written_changes_nothing(left: int, top: int, count: int, height_px: int) -> None:
    one = _laid_out(_written(0, count, height_px))
    other = _laid_out(_written(0, count, height_px, left + 5, top + 5))
    assert np.array_equal(one, other)
    assert one.shape[0] == STRIP_HEIGHT_PX
    assert one.shape[1] % STEP_PX == 0
    assert one.shape[1] <= STRIP_WIDTH_PX
    assert one.max() == 255


def test_a_line_too_long_is_scaled_down_not_cut() -> None:
    strip = np.full((60, 900), 255, np.uint8)
    for x in range(10, 880, 30):
        cv2.rectangle(strip, (x, 10), (x + 12, 50), 0, 3)
    laid = _laid_out(strip)
    assert laid.shape[1] <= STRIP_WIDTH_PX
    starts = np.diff((laid.max(axis=0) > 60).astype(int)) == 1
    assert starts.sum() >= 29


def test_pale_ink_is_as_dark_as_any() -> None:
    dark = _written()
    pale = np.where(dark < 255, 200, 255).astype(np.uint8)
    assert _laid_out(pale).max() == 255
