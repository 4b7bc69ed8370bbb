import numpy as np
import pytest

from forms_ocr.simulation import FOREIGN_KINDS, draw_foreign_page


@pytest.mark.parametrize("kind", FOREIGN_KINDS)
def test_pages_are_drawn_at_the_size_asked_for_and_repeat(kind: str) -> None:
    one, again = (draw_foreign_page(kind, np.random.default_rng(3), 60, (105, 148)) for _ in range(2))
    assert one.shape == (350, 248)
    assert one.dtype == np.uint8
    assert np.array_equal(one, again)


@pytest.mark.parametrize("kind", sorted(set(FOREIGN_KINDS) - {"blank"}))
def test_a_foreign_page_holds_something(kind: str) -> None:
    page = draw_foreign_page(kind, np.random.default_rng(3), 60)
    assert (page < 128).mean() > 0.003


def test_a_blank_page_holds_next_to_nothing() -> None:
    pages = [draw_foreign_page("blank", np.random.default_rng(seed), 100) for seed in range(5)]
    assert max((page < 200).mean() for page in pages) < 0.001


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(KeyError):
        draw_foreign_page("poem", np.random.default_rng(0))
