import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_ocr.simulation.ink import BLACK_GEL, FAINT_PENCIL, RasterInk, StrokeInk, draw_pen, lay_ink

SLASH = StrokeInk.fitted([np.array([(0, 0), (1, 2)], np.float32)])


def _rng() -> np.random.Generator:
    return np.random.default_rng(5)


def test_fitted_strokes_fill_a_box_of_height_one() -> None:
    points = SLASH.strokes[0]
    assert np.allclose(points.min(axis=0), 0)
    assert np.allclose(points.max(axis=0), (0.5, 1))
    assert SLASH.aspect == 0.5


def test_a_stamp_covers_the_stroke_and_says_where_it_lies() -> None:
    stamp = SLASH.stamp(40, 4, 0.0, _rng())
    ink = np.argwhere(stamp.coverage > 127) + np.array((stamp.top_px, stamp.left_px))
    assert np.abs(ink.min(axis=0)).max() <= 3
    assert np.abs(ink.max(axis=0) - (40, 20)).max() <= 3


@given(st.floats(1.5, 8), st.floats(1.2, 2.0))
@settings(max_examples=20, deadline=None)
def test_a_wider_pen_leaves_more_ink(width_px: float, factor: float) -> None:
    narrow = SLASH.stamp(40, width_px, 0.0, _rng()).coverage.sum(dtype=int)
    wide = SLASH.stamp(40, width_px * factor + 0.5, 0.0, _rng()).coverage.sum(dtype=int)
    assert wide > narrow


def test_stroke_area_is_its_length_times_the_pen() -> None:
    bar = StrokeInk(strokes=(np.array([(0, 0), (0, 1)], np.float32),), aspect=0.1)
    area = bar.stamp(100, 6, 0.0, _rng()).coverage.sum() / 255
    assert abs(area - 6 * 100) < 6 * 12


def _disc_ring() -> RasterInk:
    y, x = np.mgrid[:96, :96] - 47.5
    radius = np.hypot(x, y)
    return RasterInk.from_coverage(((radius < 36) & (radius > 28)).astype(np.uint8) * 255, 12)


def test_raster_ink_measures_its_stroke() -> None:
    ring = _disc_ring()
    assert abs(ring.aspect - 1) < 0.02
    assert abs(ring.stroke_width - 8 / 72) < 0.02


def test_raster_ink_follows_the_pen_but_is_not_torn() -> None:
    ring = _disc_ring()
    areas = [(ring.stamp(60, pen, 0.0, _rng()).coverage > 127).sum() for pen in (0.5, 4.5, 6.5, 9)]
    assert areas == sorted(areas)
    assert areas[0] > 0.4 * areas[2]


def test_ink_never_lightens_paper() -> None:
    paper = np.random.default_rng(0).integers(0, 256, (60, 60)).astype(np.uint8)
    before = paper.copy()
    lay_ink(paper, SLASH, (10, 5), 40, BLACK_GEL, 300, _rng())
    assert (paper <= before).all()
    assert (paper < before).any()


def test_ink_beside_the_paper_is_lost() -> None:
    paper = np.full((30, 30), 255, np.uint8)
    lay_ink(paper, SLASH, (500, -400), 20, BLACK_GEL, 300, _rng())
    assert (paper == 255).all()
    lay_ink(paper, SLASH, (-5, -10), 40, BLACK_GEL, 300, _rng())
    assert (paper < 255).any()


def test_pencil_is_fainter_than_gel() -> None:
    coverage = np.full((40, 40), 255, np.uint8)
    assert (
        FAINT_PENCIL.alpha(coverage, 300, _rng()).mean() < 0.5 * BLACK_GEL.alpha(coverage, 300, _rng()).mean()
    )


def test_colour_ink_keeps_its_hue() -> None:
    paper = np.full((60, 60, 3), 255, np.uint8)
    pen = draw_pen(np.random.default_rng(4))
    lay_ink(paper, SLASH, (10, 5), 40, pen, 300, _rng())
    darkest = paper.reshape(-1, 3)[paper.sum(axis=2).argmin()].astype(int)
    assert np.argsort(darkest, kind="stable").tolist() == np.argsort(pen.colour, kind="stable").tolist()
