"""Turning and mirroring pictures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from forms_ocr.ingest.orientation import UPRIGHT, Orientation, exif_orientation

PICTURE = np.arange(12, dtype=np.uint8).reshape(3, 4)
ORIENTATIONS = st.builds(Orientation, st.booleans(), st.booleans(), st.booleans())

# Exif 2.32: where the stored row 0 and column 0 are seen.
EXIF: dict[int, NDArray[np.uint8]] = {
    1: PICTURE,
    2: PICTURE[:, ::-1],
    3: PICTURE[::-1, ::-1],
    4: PICTURE[::-1],
    5: PICTURE.T,
    6: PICTURE.T[:, ::-1],
    7: PICTURE.T[::-1, ::-1],
    8: PICTURE.T[::-1],
}


@pytest.mark.parametrize("value", sorted(EXIF))
def test_exif_values(value: int) -> None:
    assert np.array_equal(exif_orientation(value).apply(PICTURE), EXIF[value])


@pytest.mark.parametrize("value", [0, 9, -1, "6", None, (6,)])
def test_other_exif_values_leave_the_picture_alone(value: object) -> None:
    assert exif_orientation(value) == UPRIGHT
    assert UPRIGHT.apply(PICTURE) is PICTURE


@given(orientation=ORIENTATIONS, quarters=st.integers(-8, 8))
def test_turning_the_orientation_turns_the_picture(orientation: Orientation, quarters: int) -> None:
    turned = orientation.turned_clockwise(quarters).apply(PICTURE)
    assert np.array_equal(turned, np.rot90(orientation.apply(PICTURE), -quarters))


@given(orientation=ORIENTATIONS)
def test_the_result_owns_rows_one_after_another(orientation: Orientation) -> None:
    assert orientation.apply(PICTURE).flags.c_contiguous
