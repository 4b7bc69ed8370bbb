"""Training sheets hold what their labels say."""

from __future__ import annotations

import numpy as np
import pytest

from forms_ocr.model import CLASSES, EMPTY, OTHER
from training.glyphs import DRAWN_SHARES, SOURCES, LabelledGlyphs, Recipe, glyphs_of_page, make_glyphs
from training.sheets import DESIGNS, HEIGHT_MM, WIDTH_MM, sheet_template
from training.writing import KIND_SHARES, letters_to_write

_RECIPE = Recipe(data="", role="training", pages=2, seed=3)


@pytest.fixture(scope="module")
def made() -> LabelledGlyphs:
    return make_glyphs(_RECIPE, workers=1)


def _kind(made: LabelledGlyphs, name: str) -> LabelledGlyphs:
    return made[made.kinds == list(KIND_SHARES).index(name)]


def test_a_page_yields_glyphs_of_every_class(made: LabelledGlyphs) -> None:
    assert len(made) > 250
    assert set(made.labels.tolist()) == set(range(len(CLASSES)))


def test_no_glyph_is_blank(made: LabelledGlyphs) -> None:
    assert made.glyphs.any(axis=(1, 2)).all()


def test_kinds_and_labels_agree(made: LabelledGlyphs) -> None:
    assert (_kind(made, "digit").labels < EMPTY).all()
    assert (_kind(made, "speck").labels == EMPTY).all()
    for name in ("struck", "overwritten", "pair", "mark", "letter", "scribble"):
        assert (_kind(made, name).labels == OTHER).all()


def test_digits_fill_their_glyph(made: LabelledGlyphs) -> None:
    """A digit at its size reaches across most of the glyph: cells were cut where they were written."""
    tall = (_kind(made, "digit").glyphs > 0).any(axis=2).sum(axis=1)
    assert np.median(tall) >= 24


def test_without_data_only_drawn_hands_write(made: LabelledGlyphs) -> None:
    assert {SOURCES[i] for i in made.sources} <= set(DRAWN_SHARES)


def test_the_same_page_is_the_same(made: LabelledGlyphs) -> None:
    again = glyphs_of_page(_RECIPE, 0)
    np.testing.assert_array_equal(again.glyphs, made.glyphs[: len(again)])
    np.testing.assert_array_equal(again.labels, made.labels[: len(again)])


def test_other_roles_see_other_pages() -> None:
    training = glyphs_of_page(_RECIPE, 0)
    validation = glyphs_of_page(Recipe("", "validation", 2, 3), 0)
    assert training.glyphs.shape != validation.glyphs.shape or (training.glyphs != validation.glyphs).any()


@pytest.mark.parametrize("number", range(0, DESIGNS, 5))
def test_cells_lie_on_the_sheet(number: int) -> None:
    template = sheet_template(number)
    cells = [cell for field in template.fields for cell in field.cells]
    assert len(cells) > 120
    assert all(0 < cell.left_mm < cell.right_mm < WIDTH_MM for cell in cells)
    assert all(0 < cell.top_mm < cell.bottom_mm < HEIGHT_MM for cell in cells)


def test_letters_that_are_digits_are_not_taught_as_something_else() -> None:
    letters, weights = letters_to_write(("а", "о", "О", "з", "ж", "в"))
    assert letters == ("а", "ж", "в")
    assert weights.sum() == pytest.approx(1.0)
    assert weights[2] < weights[0]
