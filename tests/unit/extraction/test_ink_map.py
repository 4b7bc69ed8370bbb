"""Maps of ink: small, alike for one paper, unlike for two."""

from __future__ import annotations

import cv2
import numpy as np

from forms_ocr.extraction import draw_ink_map, likeness
from forms_ocr.model import FieldInk, GreyImage

PX_PER_MM = 6.0
NO_GLYPHS = np.zeros((0, 32, 32), np.uint8)


def strip(seed: int, *, shift_px: int = 0, thickness: int = 3) -> GreyImage:
    """A scrawl of ten strokes on a strip of 60 by 10 mm."""
    paper = np.full((60, 360), 255, np.uint8)
    points = np.random.default_rng(seed).integers((10, 8), (350, 52), (11, 2)) + shift_px
    cv2.polylines(paper, [points.astype(np.int32)], False, 0, thickness, cv2.LINE_AA)
    return paper


def ink_map(*strips: GreyImage) -> bytes:
    inks = [FieldInk("f", NO_GLYPHS, np.zeros(1, np.float32), field, PX_PER_MM) for field in strips]
    return draw_ink_map(inks)


def test_the_same_ink_is_alike_also_a_little_shifted_and_thinner() -> None:
    one = ink_map(strip(1), strip(2))
    assert likeness(one, one) > 0.999
    assert likeness(one, ink_map(strip(1, shift_px=4), strip(2, shift_px=-3, thickness=2))) > 0.85


def test_one_other_field_makes_another_slip() -> None:
    assert likeness(ink_map(strip(1), strip(2)), ink_map(strip(1), strip(3))) < 0.75


def test_it_is_the_same_both_ways() -> None:
    one, other = ink_map(strip(1)), ink_map(strip(4))
    assert abs(likeness(one, other) - likeness(other, one)) < 1e-6


def test_specks_of_dust_decide_nothing() -> None:
    empty, dusty = np.full((60, 360), 255, np.uint8), np.full((60, 360), 255, np.uint8)
    dusty[30:34, 100:104] = 0
    assert likeness(ink_map(strip(1), empty), ink_map(strip(1), dusty)) > 0.999


def test_what_cannot_be_compared_is_not_alike() -> None:
    one = ink_map(strip(1))
    blank = ink_map(np.full((60, 360), 255, np.uint8))
    other_form = ink_map(strip(1)[:, :300])
    for stranger in (b"", b"\x07", blank, other_form):
        assert likeness(one, stranger) == 0.0
    assert likeness(blank, blank) == 0.0


def test_a_map_is_small() -> None:
    assert len(ink_map(*(strip(seed) for seed in range(9)))) < 12_000
