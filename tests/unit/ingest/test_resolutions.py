"""Dots per inch, as far as they can be believed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_ocr.ingest.resolution import believable, with_square_pixels

PIXELS = np.full((100, 200), 255, np.uint8)


@pytest.mark.parametrize(
    ("dpi", "believed"), [(49.9, 0), (50, 50), (1200, 1200), (1201, 0), (float("nan"), 0)]
)
def test_what_a_scanner_can_have(dpi: float, believed: float) -> None:
    assert believable(dpi) == believed


@pytest.mark.parametrize(
    ("x_dpi", "y_dpi", "shape", "dpi"),
    [
        (300, 300, (100, 200), 300),
        (204, 196, (100, 200), 200),
        (204, 98, (208, 200), 204),
        (98, 204, (100, 416), 204),
        (0, 300, (100, 200), 0),
        (600, 72, (100, 200), 0),
    ],
)
def test_the_coarser_direction_is_stretched(
    x_dpi: float, y_dpi: float, shape: tuple[int, int], dpi: float
) -> None:
    pixels, stated = with_square_pixels(PIXELS, x_dpi, y_dpi)
    assert (pixels.shape, stated) == (shape, dpi)


@given(x_dpi=st.floats(), y_dpi=st.floats())
def test_nothing_a_file_states_makes_a_picture_much_larger(x_dpi: float, y_dpi: float) -> None:
    pixels, dpi = with_square_pixels(PIXELS, x_dpi, y_dpi)
    assert pixels.size <= 2.5 * PIXELS.size
    assert dpi == 0 or 50 <= dpi <= 1200
