from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from forms_ocr.extraction.canvas import NO_CELL, canvas_of
from forms_ocr.extraction.glyphs import glyphs_of, normalise_glyph
from forms_ocr.extraction.ink import Ink, darkness_of, pen_darkness
from forms_ocr.extraction.ownership import OwnedInk, assign_ink
from forms_ocr.extraction.reduction import halved
from forms_ocr.model import Template


def test_halving_averages_squares() -> None:
    pixels = np.array([[0, 40, 7], [80, 120, 7], [7, 7, 7]], np.uint8)
    assert halved(pixels, 1).tolist() == [[60]]
    assert halved(pixels, 0) is pixels
    assert halved(np.full((1, 9), 50, np.uint8), 2).tolist() == [[50, 50]]


@given(arrays(np.uint8, (2, 30, 80)))
@settings(max_examples=20, deadline=None)
def test_each_shelf_has_its_own_paper(shelves: NDArray[np.uint8]) -> None:
    together = darkness_of(shelves.reshape(60, 80), 30)
    assert np.array_equal(together, np.concatenate([darkness_of(shelf, 30) for shelf in shelves]))


def test_darkness_is_measured_from_the_paper_around() -> None:
    light = np.linspace(190, 240, 400).astype(np.uint8)
    strip = np.tile(light, (90, 1))
    strip[40:44, 20:380] -= 100
    darkness = darkness_of(strip, 90)
    assert darkness[:30].max() <= 6
    assert np.abs(darkness[40:44, 20:380].astype(int) - 100).max() <= 6


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (2, 40), (5, 7)])
def test_a_strip_smaller_than_a_block_of_paper_is_measured_too(shape: tuple[int, int]) -> None:
    assert not darkness_of(np.full(shape, 200, np.uint8), shape[0]).any()


def test_the_pen_is_measured_on_the_darker_part_of_the_ink() -> None:
    written, grain, little = np.zeros((3, 256), np.float32)
    written[[10, 100, 200]] = 9000, 50, 50
    grain[10] = 9000
    little[200] = 19
    pen, *unseen = pen_darkness([written, grain, little])
    assert pen == 200
    assert unseen[0] == unseen[1] < 200


def test_strips_lie_apart_on_the_canvas_and_cells_are_counted_on(drawn_form: Template) -> None:
    canvas = canvas_of(drawn_form)
    assert canvas is not None
    taken = np.zeros((canvas.height, canvas.width), int)
    for placement in canvas.placements:
        window = taken[placement.window]
        assert window.shape == placement.frame.size_px[::-1]
        window += 1
    assert taken.max() == 1
    assert np.array_equal(canvas.cell_of != NO_CELL, taken == 1)
    assert set(canvas.cell_of[taken == 1].tolist()) == set(range(canvas.cells))
    assert canvas.height % canvas.shelf_height == 0


def test_the_canvas_is_hardly_larger_than_its_strips(drawn_form: Template) -> None:
    canvas = canvas_of(drawn_form)
    assert canvas is not None
    used = sum(np.prod(placement.frame.size_px) for placement in canvas.placements)
    assert canvas.height * canvas.width < 1.2 * used


@given(st.integers(0, 1 << 32), st.floats(0, 0.4))
@settings(max_examples=15, deadline=None)
def test_no_ink_is_owned_twice_or_made_up(drawn_form: Template, seed: int, share: float) -> None:
    canvas = canvas_of(drawn_form)
    assert canvas is not None
    rng = np.random.default_rng(seed)
    inked = np.where(rng.random((canvas.height, canvas.width)) < share, 255, 0).astype(np.uint8)
    strong = np.where(rng.random(inked.shape) < 0.5, inked, 0).astype(np.uint8)
    owned = assign_ink(Ink(inked, strong), canvas)
    assert len(set(owned.pixels.tolist())) == len(owned.pixels) == owned.starts[-1]
    assert inked.ravel()[owned.pixels].all()
    for cell in range(canvas.cells):
        mine = owned.pixels[owned.starts[cell] : owned.starts[cell + 1]]
        assert np.all(np.diff(mine) > 0)
        assert owned.strong_px[cell] == (strong.ravel()[mine] > 0).sum()


@given(st.integers(0, 1 << 32), st.lists(st.integers(0, 60), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_glyphs_of_all_cells_are_those_of_each(seed: int, sizes: list[int]) -> None:
    rng = np.random.default_rng(seed)
    darkness = rng.integers(1, 256, (50, 70)).astype(np.uint8)
    owners = rng.permutation(darkness.size)
    starts = np.cumsum([0, *sizes])
    cells = [np.sort(owners[first:end]) for first, end in pairwise(starts)]
    glyphs = glyphs_of(OwnedInk(np.concatenate(cells), starts, np.array(sizes)), darkness)
    for glyph, pixels in zip(glyphs, cells, strict=True):
        assert np.array_equal(glyph, _alone(pixels, darkness))


def _alone(pixels: NDArray[np.intp], darkness: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if not len(pixels):
        return np.zeros((32, 32), np.uint8)
    sheet = np.zeros_like(darkness)
    sheet.ravel()[pixels] = darkness.ravel()[pixels]
    rows, columns = np.nonzero(sheet)
    return normalise_glyph(sheet[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1])
