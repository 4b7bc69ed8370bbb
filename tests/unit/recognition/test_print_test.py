"""Print is told from handwriting by how regular it is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_ocr.model import GreyImage
from forms_ocr.recognition import is_printed
from forms_ocr.recognition.print_test import measure_regularity
from forms_ocr.simulation import STYLES, DrawnHand

_PX_PER_MM = 8.0


def _letters_in_a_row(count: int, ragged_px: int = 0) -> GreyImage:
    """Upright boxes with a bar, like П and Н in a row, 2 mm tall."""
    strip = np.full((104, 720), 255, np.uint8)
    rng = np.random.default_rng(1)
    for i in range(count):
        x, y = 30 + 24 * i, 44 + int(rng.integers(-ragged_px, ragged_px + 1))
        cv2.rectangle(strip, (x, y), (x + 12, y + 17), 40, 2)
    return strip


def _written(style: str, seed: int) -> GreyImage:
    rng = np.random.default_rng(seed)
    stamp = (
        DrawnHand(seed, style).line("пр. Победы 12", rng).stamp(5 * _PX_PER_MM, 0.5 * _PX_PER_MM, 0.4, rng)
    )
    return np.pad(255 - stamp.coverage, 20, constant_values=255)


@pytest.mark.parametrize("style", STYLES)
def test_handwriting_is_not_print(style: str) -> None:
    passed = [is_printed(_written(style, seed), _PX_PER_MM) for seed in range(25)]
    assert sum(passed) <= 1


def test_letters_in_line_are_print() -> None:
    assert is_printed(_letters_in_a_row(8), _PX_PER_MM)


def test_the_same_letters_out_of_line_are_less_like_print() -> None:
    straight = measure_regularity(_letters_in_a_row(8), _PX_PER_MM)
    ragged = measure_regularity(_letters_in_a_row(8, ragged_px=6), _PX_PER_MM)
    assert straight is not None
    assert ragged is not None
    assert ragged.print_odds < straight.print_odds
    assert ragged.same_base < straight.same_base == 1.0


@pytest.mark.parametrize("letters", [0, 1, 2])
def test_too_few_letters_are_not_print(letters: int) -> None:
    assert not is_printed(_letters_in_a_row(letters), _PX_PER_MM)


def test_an_empty_strip_is_not_print() -> None:
    assert not is_printed(np.zeros((0, 0), np.uint8), _PX_PER_MM)


def test_resolution_changes_little() -> None:
    strip = _letters_in_a_row(8)
    double = np.kron(strip, np.ones((2, 2), np.uint8))
    assert is_printed(double, 2 * _PX_PER_MM)
