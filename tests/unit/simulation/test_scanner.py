from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_ocr.simulation import (
    CLEAN,
    POOR,
    ScanConditions,
    ScanPreset,
    draw_conditions,
    lay_on_sheet,
    scan,
    true_homography,
)
from forms_ocr.simulation.scanning import OneBit

PAPER_MM = (60.0, 40.0)
DOTS_MM = ((12.0, 9.0), (47.0, 11.0), (30.0, 28.0))


def _dotted(dpi: float) -> np.ndarray:
    """White paper with three round dots of 1.5 mm."""
    px = dpi / 25.4
    y, x = np.mgrid[: round(PAPER_MM[1] * px), : round(PAPER_MM[0] * px)]
    paper = np.full(y.shape, 255, np.uint8)
    for left, top in DOTS_MM:
        paper[np.hypot((x + 0.5) / px - left, (y + 0.5) / px - top) < 0.75] = 0
    return paper


def _centre_of_ink(page: np.ndarray, near: np.ndarray, radius: int) -> np.ndarray:
    x, y = np.rint(near).astype(int)
    ink = 255.0 - page[y - radius : y + radius + 1, x - radius : x + radius + 1]
    rows, columns = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    return np.array([x + (columns * ink).sum() / ink.sum(), y + (rows * ink).sum() / ink.sum()])


def _error_px(conditions: ScanConditions) -> float:
    page = scan(_dotted(200), conditions, np.random.default_rng(0), paper_dpi=200, paper_mm=PAPER_MM)
    matrix = true_homography(PAPER_MM, conditions)
    expected = [(matrix @ (x, y, 1))[:2] for x, y in DOTS_MM]
    radius = round(2.0 * conditions.dpi / 25.4)
    return max(float(np.abs(_centre_of_ink(page, p, radius) - p).max()) for p in expected)


@given(
    skew_deg=st.floats(-8, 8),
    turn_deg=st.sampled_from([0, 90, 180, 270]),
    scale=st.floats(0.97, 1.03),
    stretch=st.floats(0.97, 1.03),
    shift=st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
    dpi=st.sampled_from([150.0, 200.0, 300.0]),
)
@settings(max_examples=25, deadline=None)
def test_the_true_homography_says_where_print_lies(
    skew_deg: float, turn_deg: int, scale: float, stretch: float, shift: tuple[float, float], dpi: float
) -> None:
    conditions = ScanConditions(dpi, turn_deg, skew_deg, shift, scale, stretch)
    assert _error_px(conditions) < 0.15


def test_curl_moves_print_by_no_more_than_it_says() -> None:
    flat, curled = ScanConditions(300), ScanConditions(300, curl_mm=0.3)
    assert _error_px(flat) < 0.15
    assert 0.15 < _error_px(curled) <= 0.3 * 300 / 25.4 + 0.15


def test_counterclockwise_takes_the_top_edge_to_the_left() -> None:
    matrix = true_homography(PAPER_MM, ScanConditions(turn_deg=90))
    left, right, top, bottom = (matrix @ (x, y, 1) for x, y in ((0, 20), (60, 20), (30, 0), (30, 40)))
    assert left[1] > right[1]
    assert top[0] < bottom[0]


def test_a_lying_page_swaps_its_sides() -> None:
    rng = np.random.default_rng(0)
    assert scan(_dotted(200), ScanConditions(200, turn_deg=270), rng, paper_dpi=200).shape == (472, 315)
    bed = ScanConditions(100, turn_deg=90, bed_mm=(210, 297), bed_grey=20)
    page = scan(_dotted(200), bed, rng, paper_dpi=200)
    assert page.shape == (1169, 827)
    assert page[5, 5] == 20


@pytest.mark.parametrize("one_bit", ["global", "adaptive"])
def test_one_bit_is_black_and_white(one_bit: OneBit) -> None:
    conditions = draw_conditions(POOR, np.random.default_rng(1), dpi=200, one_bit=one_bit)
    page = scan(_dotted(200), conditions, np.random.default_rng(2), paper_dpi=200)
    assert set(np.unique(page)) == {0, 255}
    assert 0.001 < (page == 0).mean() < 0.2


def test_local_thresholding_hollows_solid_black_out() -> None:
    paper = np.full((300, 300), 255, np.uint8)
    paper[50:250, 50:250] = 0
    conditions = ScanConditions(200, one_bit="adaptive")
    page = scan(paper, conditions, np.random.default_rng(0), paper_dpi=200)
    assert page[150, 150] == 255
    assert page[150, 52] == 0


@pytest.mark.parametrize("preset", [CLEAN, POOR])
def test_the_same_generator_scans_the_same_page(preset: ScanPreset) -> None:
    pages = []
    for _ in range(2):
        rng = np.random.default_rng(7)
        pages.append(scan(_dotted(200), draw_conditions(preset, rng, dpi=200), rng, paper_dpi=200))
    assert np.array_equal(pages[0], pages[1])


def test_poor_is_twice_clean_in_skew_blur_and_noise() -> None:
    assert POOR.skew_deg == 2 * CLEAN.skew_deg
    assert POOR.noise == tuple(2 * end for end in CLEAN.noise)
    assert POOR.blur_sigma_px == tuple(2 * end for end in CLEAN.blur_sigma_px)


def test_noise_has_the_standard_deviation_asked_for() -> None:
    grey = np.full((1200, 1300), 128, np.uint8)
    page = scan(grey, ScanConditions(noise=6), np.random.default_rng(0))
    inside = page[10:-10, 10:-10].astype(float)
    assert abs(inside.std() - 6) < 0.6
    assert abs(inside.mean() - 128) < 0.6


def test_light_drops_by_no_more_than_asked() -> None:
    page = scan(np.full((400, 400), 255, np.uint8), ScanConditions(light_drop=0.2), np.random.default_rng(0))
    inside = page[5:-5, 5:-5]
    assert 0.75 * 255 < inside.min() < 0.9 * 255 < inside.max()


def test_colour_pages_go_the_same_way() -> None:
    colour = np.repeat(_dotted(200)[..., None], 3, axis=2)
    conditions = replace(draw_conditions(POOR, np.random.default_rng(3), dpi=200), dust=0)
    page = scan(colour, conditions, np.random.default_rng(0), paper_dpi=200)
    grey = scan(_dotted(200), conditions, np.random.default_rng(0), paper_dpi=200)
    assert page.shape == (*grey.shape, 3)
    assert np.abs(page[..., 1].astype(int) - grey).max() <= 1


def test_slips_lie_on_a_sheet_where_they_are_put() -> None:
    sheet = lay_on_sheet([_dotted(100), _dotted(100)], [(0, 0), (0, 50)], (60, 90), 100)
    assert sheet.shape == (354, 236)
    assert np.array_equal(sheet[197 : 197 + 157], _dotted(100))
