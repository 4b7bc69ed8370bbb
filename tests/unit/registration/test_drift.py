"""Paper that does not lie flat."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from forms_ocr.model import Drift, GreyImage, Page, Registration, Shape, Template
from forms_ocr.registration import register
from forms_ocr.registration.comb_lines import LineSightings, comb_lines_of, is_comb_lost, look_up_lines
from forms_ocr.registration.drift import Witnesses, follow_paper
from forms_ocr.registration.pyramid import build_pyramid

PX = 8.0
TO_PRINT = np.array([[PX, 0, -0.5], [0, PX, -0.5], [0, 0, 1]])
FLAT = Drift(np.zeros((31, 43, 2), np.float32), 5.0)


def printed(form: Template) -> GreyImage:
    scale = PX * 25.4 / form.artwork_dpi
    return np.asarray(cv2.resize(form.artwork, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def waves_mm(places_mm: NDArray[np.float64], depth_mm: float, period_mm: float) -> NDArray[np.float64]:
    """How far the paper shows something else than lies there, (..., 2)."""
    x, y = places_mm[..., 0], places_mm[..., 1]
    turns = 2 * np.pi / period_mm
    return depth_mm * np.stack([np.sin(turns * y + 1.0), np.sin(turns * x * 0.7 + 2.0)], axis=-1)


def curled(form: Template, depth_mm: float, period_mm: float = 120.0) -> GreyImage:
    page = printed(form)
    rows, cols = np.mgrid[: page.shape[0], : page.shape[1]]
    places = (np.stack([cols, rows], axis=-1) + 0.5) / PX
    seen = ((places + waves_mm(places, depth_mm, period_mm)) * PX - 0.5).astype(np.float32)
    x, y = seen[..., 0], seen[..., 1]
    return np.asarray(cv2.remap(page, x, y, cv2.INTER_LINEAR, borderValue=255), np.uint8)


def worst_error_mm(form: Template, found: Registration, depth_mm: float, period_mm: float = 120.0) -> float:
    """Of the cells' corners, on the paper."""
    corners = np.concatenate([cell.corners_mm for field in form.fields for cell in field.cells])
    on_page = (found.to_page(corners) + 0.5) / PX
    return float(np.abs(on_page + waves_mm(on_page, depth_mm, period_mm) - corners).max())


@pytest.mark.parametrize("depth_mm", [0.4, 1.0])
def test_curled_paper_is_followed_to_its_cells(drawn_form: Template, depth_mm: float) -> None:
    (found,) = register(Page(1, curled(drawn_form, depth_mm)), drawn_form)
    assert found.drift is not None
    assert worst_error_mm(drawn_form, found, depth_mm) < 0.15
    assert found.residual_mm < 0.25


def test_flat_paper_has_no_drift(drawn_form: Template) -> None:
    (found,) = register(Page(1, printed(drawn_form)), drawn_form)
    assert found.drift is None


def grid_of_witnesses(depth_mm: float) -> tuple[Witnesses, Witnesses]:
    x, y = np.meshgrid(np.arange(10.0, 205.0, 18.0), np.arange(10.0, 145.0, 18.0))
    places = np.stack([x.ravel(), y.ravel()], axis=1)
    moves = waves_mm(places, depth_mm, 150.0)
    return Witnesses(places, moves[:, 0]), Witnesses(places, moves[:, 1])


def test_a_smooth_drift_is_known_between_its_witnesses(drawn_form: Template) -> None:
    followed = follow_paper(grid_of_witnesses(1.0), drawn_form)
    assert followed is not None
    between = np.array([(30.0, 40.0), (101.0, 73.0), (170.0, 95.0)])
    np.testing.assert_allclose(followed.drift.at(between), waves_mm(between, 1.0, 150.0), atol=0.08)


def test_a_mistaken_witness_bends_nothing_and_is_counted(drawn_form: Template) -> None:
    along_x, along_y = grid_of_witnesses(0.5)
    sound = follow_paper((along_x, along_y), drawn_form)
    near = int(np.argmin(np.abs(along_x.places_mm - (82.0, 46.0)).sum(axis=1)))
    along_x.moves_mm[near] += 3.0
    misled = follow_paper((along_x, along_y), drawn_form)
    assert sound is not None
    assert misled is not None
    place = along_x.places_mm[near : near + 1]
    np.testing.assert_allclose(misled.drift.at(place), sound.drift.at(place), atol=0.1)
    assert misled.residual_mm >= sound.residual_mm


def test_too_few_witnesses_say_nothing(drawn_form: Template) -> None:
    few = tuple(Witnesses(one.places_mm[:6], one.moves_mm[:6]) for one in grid_of_witnesses(0.5))
    assert follow_paper((few[0], few[1]), drawn_form) is None


def test_witnesses_far_from_every_comb_prove_nothing(drawn_form: Template) -> None:
    far = tuple(
        Witnesses(one.places_mm[one.places_mm[:, 1] > 115], one.moves_mm[one.places_mm[:, 1] > 115])
        for one in grid_of_witnesses(0.5)
    )
    followed = follow_paper((far[0], far[1]), drawn_form)
    assert followed is not None
    assert followed.residual_mm > 0.35


@pytest.mark.parametrize("move_mm", [-0.5, 0.0, 0.4])
def test_comb_lines_are_found_where_they_moved_to(drawn_form: Template, move_mm: float) -> None:
    page = np.roll(printed(drawn_form), (round(move_mm * PX), round(-move_mm * PX)), axis=(0, 1))
    lines = comb_lines_of(drawn_form)
    cells = sum(len(field.cells) for field in drawn_form.fields if field.shape is Shape.COMB)
    assert len(lines.axes) > 2 * cells
    found = look_up_lines(build_pyramid(page), TO_PRINT, PX, lines, FLAT)
    assert found.is_good.mean() > 0.9
    moved = np.where(lines.axes == 0, -move_mm, move_mm)
    assert np.abs(found.moves_mm - moved)[found.is_good].max() < 0.1


def test_a_comb_that_is_painted_over_shows_no_lines(drawn_form: Template) -> None:
    page = printed(drawn_form)
    box = drawn_form.field("reading").box
    top, bottom = (int(y * PX) for y in (box.top_mm - 3, box.bottom_mm + 3))
    page[top:bottom] = 255
    lines = comb_lines_of(drawn_form)
    found = look_up_lines(build_pyramid(page), TO_PRINT, PX, lines, FLAT)
    painted = (lines.centres_mm[:, 1] > box.top_mm - 1) & (lines.centres_mm[:, 1] < box.bottom_mm + 1)
    assert not found.is_good[painted].any()
    assert found.is_good[~painted].all()
    assert is_comb_lost(lines, found)


def test_no_comb_is_lost_where_each_shows_a_line_or_the_scan_shows_hardly_any(drawn_form: Template) -> None:
    lines = comb_lines_of(drawn_form)
    one_each = np.zeros(len(lines.axes), bool)
    for comb in np.unique(lines.combs):
        for axis in (0, 1):
            one_each[np.flatnonzero((lines.combs == comb) & (lines.axes == axis))[0]] = True
    hardly_any = (lines.combs == 0) & (np.arange(len(lines.axes)) % 3 == 0)
    for seen in (one_each, ~np.zeros(len(lines.axes), bool), hardly_any):
        assert not is_comb_lost(lines, LineSightings(np.zeros(len(seen)), seen))
