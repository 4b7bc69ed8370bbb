import cv2
import numpy as np
import pytest

from forms_ocr.model import GreyImage
from forms_ocr.registration import is_blank


def paper(seed: int = 0, noise: float = 4.0) -> GreyImage:
    rng = np.random.default_rng(seed)
    return np.clip(rng.normal(246, noise, (1748, 2480)), 0, 255).astype(np.uint8)


def test_empty_paper_is_blank() -> None:
    assert is_blank(paper())


def test_dust_and_edge_shadows_are_nothing() -> None:
    page = paper()
    page[:30] = 60
    page[:, -25:] = 40
    for x, y in np.random.default_rng(2).integers(200, 1500, (12, 2)):
        cv2.circle(page, (int(x), int(y)), 3, 90, -1)
    assert is_blank(page)


def test_show_through_is_nothing() -> None:
    page = paper()
    cv2.putText(page, "the other side", (300, 700), 0, 4, 225, 10)
    assert is_blank(page)


@pytest.mark.parametrize("darkness", [60, 150])
def test_one_word_is_something(darkness: int) -> None:
    page = paper()
    cv2.putText(page, "4", (1000, 800), 0, 4, darkness, 6)
    cv2.putText(page, "72", (1300, 800), 0, 4, darkness, 6)
    assert not is_blank(page)
