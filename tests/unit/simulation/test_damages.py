"""Damaged paper, photographs, and the truth on how paper lies."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from forms_ocr.model import GreyImage, Template
from forms_ocr.simulation import (
    LOOKALIKE_KINDS,
    PhotoConditions,
    ScanConditions,
    crumple,
    draw_lookalike,
    fade_print,
    fold_corner,
    photograph,
    punch_holes,
    scan_with_lie,
    scribble_over,
    show_through,
    spill_coffee,
    stamp_over,
    tear_off,
)

DPI = 100.0
PX = DPI / 25.4
Damage = Callable[[GreyImage, np.random.Generator], GreyImage]
PAPER_DAMAGES: dict[str, Damage] = {
    "fold": lambda paper, rng: fold_corner(paper, 20, DPI, rng),
    "stamp": lambda paper, rng: stamp_over(paper, [(30.0, 30.0)], DPI, rng),
    "scribble": lambda paper, rng: scribble_over(paper, [(30.0, 30.0)], DPI, rng),
    "coffee": lambda paper, rng: spill_coffee(paper, 2, DPI, rng),
    "holes": lambda paper, rng: punch_holes(paper, 2, DPI, rng),
    "creases": lambda paper, rng: crumple(paper, 3, DPI, rng),
}


def dotted() -> GreyImage:
    """Paper of 120 x 80 mm with a black dot every 20 mm."""
    rows, cols = np.mgrid[: round(80 * PX), : round(120 * PX)]
    x, y = (cols + 0.5) / PX, (rows + 0.5) / PX
    away = np.hypot((x + 10) % 20 - 10, (y + 10) % 20 - 10)
    return np.where(away < 1.6, 0, 250).astype(np.uint8)


@pytest.mark.parametrize("name", PAPER_DAMAGES)
def test_damage_is_seen_and_the_same_every_time(name: str) -> None:
    paper = dotted()
    one, again = (PAPER_DAMAGES[name](paper, np.random.default_rng(4)) for _ in range(2))
    assert one.shape == paper.shape
    assert (one != paper).mean() > 0.002
    np.testing.assert_array_equal(one, again)


def test_torn_corners_lose_their_markers_and_nothing_else(drawn_form: Template) -> None:
    paper = drawn_form.artwork
    torn = tear_off(paper, drawn_form.markers[:1], drawn_form.artwork_dpi, np.random.default_rng(1))
    px = drawn_form.artwork_dpi / 25.4
    (left, top), _, (right, bottom), _ = (np.array(drawn_form.markers[0].corners_mm) * px).astype(int)
    assert torn[top:bottom, left:right].mean() > 250
    np.testing.assert_array_equal(torn[:, torn.shape[1] // 2 :], paper[:, paper.shape[1] // 2 :])


def test_fading_takes_print_and_leaves_ink() -> None:
    empty = np.array([[255, 100, 255]], np.uint8)
    written = np.array([[255, 100, 40]], np.uint8)
    np.testing.assert_array_equal(fade_print(written, empty, 0.0), [[255, 255, 40]])
    np.testing.assert_array_equal(fade_print(written, empty, 1.0), written)


def test_the_back_shines_through_mirrored() -> None:
    white, back = np.full((40, 60), 255, np.uint8), np.full((40, 60), 255, np.uint8)
    back[:, :10] = 0
    seen = show_through(white, back, 0.2)
    assert seen[20, -3] < 215
    assert seen[20, 3] == 255


def worst_dot_error_mm(page: GreyImage, on_paper: Callable[[np.ndarray], np.ndarray]) -> float:
    """Dark pixels deep inside a dot must be dots on the paper, by the truth."""
    rows, cols = np.nonzero(page < 60)
    places = on_paper(np.stack([cols, rows], axis=1).astype(float))
    inside = ((places > 5) & (places < (115, 75))).all(axis=1)
    away = (places[inside] + 10) % 20 - 10
    return float(np.hypot(*away.T).max())


@pytest.mark.parametrize("changes", [{"curl_mm": 1.5}, {"wobble_mm": 1.0}, {"curl_mm": 0.6, "turn_deg": 90}])
def test_the_truth_on_a_scan_knows_curl_and_wobble(changes: dict[str, float]) -> None:
    conditions = ScanConditions(dpi=DPI, **changes)  # type: ignore[arg-type]
    page, lie = scan_with_lie(dotted(), conditions, np.random.default_rng(2), paper_dpi=DPI)
    assert worst_dot_error_mm(page, lie.on_paper_mm) < 1.9
    flat, _ = scan_with_lie(dotted(), ScanConditions(dpi=DPI), np.random.default_rng(2), paper_dpi=DPI)
    assert worst_dot_error_mm(flat, lie.on_paper_mm if page.shape == flat.shape else lambda p: p) > 1.9


@pytest.mark.parametrize(
    "conditions",
    [
        PhotoConditions(1.0, table="white", noise=0, blur_sigma_px=0),
        PhotoConditions(1.5, tilt_deg=25, heading_deg=40, turn_deg=100, table="white", noise=0),
        PhotoConditions(1.0, tilt_deg=10, curl_mm=1.0, table="white", noise=0),
    ],
)
def test_the_truth_on_a_photograph_says_where_print_lies(conditions: PhotoConditions) -> None:
    picture, lie = photograph(dotted(), conditions, np.random.default_rng(3), paper_dpi=DPI)
    assert picture.shape[1] * 3 == pytest.approx(picture.shape[0] * 4, rel=0.01)
    assert worst_dot_error_mm(picture, lie.on_paper_mm) < 2.2


def test_a_deeper_shadow_is_darker() -> None:
    def mean(shadow: float) -> float:
        conditions = PhotoConditions(0.5, shadow=shadow, table="white", noise=0)
        return float(photograph(dotted(), conditions, np.random.default_rng(5), paper_dpi=DPI)[0].mean())

    assert all(more > less for more, less in pairwise(mean(shadow) for shadow in (0.0, 0.3, 0.7)))


@pytest.mark.parametrize("kind", LOOKALIKE_KINDS)
def test_a_lookalike_is_not_the_form(drawn_form: Template, kind: str) -> None:
    one, again = (draw_lookalike(kind, drawn_form, np.random.default_rng(6), DPI) for _ in range(2))
    np.testing.assert_array_equal(one, again)
    assert (one < 128).mean() > 0.002
