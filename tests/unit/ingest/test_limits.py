"""What is refused by its size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_ocr.errors import PageError
from forms_ocr.ingest import Limits
from forms_ocr.model import Reason

SIDES = st.integers(1, 40_000)


@pytest.mark.parametrize(
    ("width_px", "height_px", "reason"),
    [
        (20_001, 10, Reason.PAGE_TOO_LARGE),
        (10, 20_001, Reason.PAGE_TOO_LARGE),
        (10_001, 10_000, Reason.PAGE_TOO_LARGE),
        (0, 10, Reason.PAGE_BROKEN),
        (10, -1, Reason.PAGE_BROKEN),
    ],
)
def test_sizes_that_are_refused(width_px: int, height_px: int, reason: Reason) -> None:
    with pytest.raises(PageError, match=f"{width_px} x {height_px} pixels") as caught:
        Limits().check_size(width_px, height_px)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("width_px", "height_px"), [(9_922, 7_016), (10_000, 10_000), (20_000, 1), (12_000, 8_000)]
)
def test_sizes_that_are_read(width_px: int, height_px: int) -> None:
    Limits().check_size(width_px, height_px)


@given(width_px=SIDES, height_px=SIDES, share=st.floats(0.1, 1))
def test_a_stricter_limit_never_admits_more(width_px: int, height_px: int, share: float) -> None:
    usual = Limits()
    stricter = Limits(max_pixels=int(usual.max_pixels * share), max_side_px=int(usual.max_side_px * share))
    assert usual.admits(width_px, height_px) or not stricter.admits(width_px, height_px)


def test_a_slip_must_have_enough_pixels() -> None:
    Limits().check_legible(400, 400)
    with pytest.raises(PageError, match="399 x 400 pixels") as caught:
        Limits().check_legible(399, 400)
    assert caught.value.reason == Reason.PAGE_TOO_SMALL


def test_a_picture_may_not_fill_the_memory() -> None:
    Limits().check_image_bytes(256 * 1024**2)
    with pytest.raises(PageError) as caught:
        Limits().check_image_bytes(256 * 1024**2 + 1)
    assert caught.value.reason == Reason.PAGE_TOO_LARGE
