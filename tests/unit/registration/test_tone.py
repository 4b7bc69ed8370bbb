import cv2
import numpy as np
import pytest

from forms_ocr.model import GreyImage
from forms_ocr.registration.tone import as_line_art


def words(grey: int, noise: float = 0.0) -> GreyImage:
    page = np.full((400, 600), 240, np.uint8)
    cv2.putText(page, "Account 121", (40, 120), 0, 1.6, grey, 3, cv2.LINE_AA)
    cv2.rectangle(page, (40, 200), (500, 300), grey, 3)
    grain = np.random.default_rng(1).normal(0, noise, page.shape)
    return np.asarray(np.clip(page + grain, 0, 255), np.uint8)


@pytest.mark.parametrize("grey", [200, 225])
def test_pale_print_looks_like_black_print(grey: int) -> None:
    black, pale = (as_line_art(words(shade)).astype(int) for shade in (0, grey))
    assert pale.min() == 0
    assert np.abs(pale - black).mean() < 3.0


def test_grain_is_paper() -> None:
    empty = np.random.default_rng(2).normal(235, 4, (400, 600))
    assert (as_line_art(np.asarray(empty, np.uint8)) < 128).mean() < 0.002


def test_print_is_seen_through_grain() -> None:
    seen = as_line_art(words(200, noise=4.0))
    drawn = words(0) < 60
    assert (seen[drawn] < 128).mean() > 0.95


def test_paper_in_a_shadow_is_white() -> None:
    shadow = np.linspace(1.0, 0.5, 600)
    assert (as_line_art(np.asarray(240 * np.ones((400, 1)) * shadow, np.uint8)) > 200).mean() > 0.99


def test_pale_print_beside_a_black_pen_is_as_black() -> None:
    page = np.full((200, 300), 240, np.uint8)
    page[40:160, 100:103] = 205
    page[40:160, 130:133] = 0
    seen = as_line_art(page)
    assert seen[100, 101] < 40
    assert seen[100, 131] < 40
