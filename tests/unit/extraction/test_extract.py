from dataclasses import replace

import cv2
import numpy as np
import pytest

from forms_ocr.extraction import extract, normalise_glyph, slip_picture
from forms_ocr.model import Drift, FieldInk, GreyImage, Page, Registration, Template

DPI = 300.0
PX = DPI / 25.4
Point = tuple[float, float]


@pytest.fixture(scope="module")
def laid() -> Registration:
    homography = np.array([[PX, 0, -0.5], [0, PX, -0.5], [0, 0, 1]])
    return Registration(homography, 0.0, 1.0, 0, PX)


@pytest.fixture
def sheet(drawn_form: Template) -> GreyImage:
    size = round(drawn_form.width_mm * PX), round(drawn_form.height_mm * PX)
    return np.asarray(cv2.resize(drawn_form.artwork, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def stroke(
    sheet: GreyImage, start_mm: Point, end_mm: Point, darkness: int = 40, width_mm: float = 0.5
) -> None:
    start, end = ((round(x * PX), round(y * PX)) for x, y in (start_mm, end_mm))
    cv2.line(sheet, start, end, darkness, round(width_mm * PX), cv2.LINE_AA)


def ink_of(sheet: GreyImage, laid: Registration, form: Template, name: str = "account") -> FieldInk:
    return next(ink for ink in extract(Page(1, sheet), laid, form) if ink.name == name)


def middle(form: Template, cell: int, name: str = "account") -> Point:
    box = form.field(name).cells[cell]
    return (box.left_mm + box.right_mm) / 2, (box.top_mm + box.bottom_mm) / 2


def test_an_empty_form_has_no_ink(drawn_form: Template, laid: Registration, sheet: GreyImage) -> None:
    for ink in extract(Page(1, sheet), laid, drawn_form):
        assert ink.ink_mm2.sum() == 0
        assert not ink.glyphs.any()


@pytest.mark.parametrize("shift_px", [-2, 2])
def test_an_empty_form_laid_a_little_off_has_no_ink(
    drawn_form: Template, laid: Registration, sheet: GreyImage, shift_px: int
) -> None:
    moved = np.roll(sheet, (shift_px, shift_px), (0, 1))
    assert ink_of(moved, laid, drawn_form).ink_mm2.sum() == 0


def test_ink_stays_in_its_cell(drawn_form: Template, laid: Registration, sheet: GreyImage) -> None:
    x, y = middle(drawn_form, 3)
    stroke(sheet, (x, y - 3), (x, y + 3))
    ink = ink_of(sheet, laid, drawn_form)
    assert np.flatnonzero(ink.ink_mm2).tolist() == [3]
    # half-inked pixels count whole: a line comes out wider by up to a pixel, a sixth of a millimetre
    assert 0.5 * 6.5 <= ink.ink_mm2[3] <= (0.5 + 1 / 6) * (6.5 + 1 / 6) * 1.05


def test_a_stroke_over_a_line_goes_whole_to_its_owner(
    drawn_form: Template, laid: Registration, sheet: GreyImage
) -> None:
    x, y = middle(drawn_form, 3)
    stroke(sheet, (x - 3, y + 2), (x + 5.8, y - 1))
    ink = ink_of(sheet, laid, drawn_form)
    assert np.flatnonzero(ink.ink_mm2).tolist() == [3]
    width = np.flatnonzero(ink.glyphs[3].any(axis=0))
    assert np.ptp(width) >= 24


def test_a_crossing_stroke_is_not_eaten_by_the_line(
    drawn_form: Template, laid: Registration, sheet: GreyImage
) -> None:
    x, y = middle(drawn_form, 5)
    bottom = drawn_form.field("account").box.bottom_mm
    stroke(sheet, (x, y - 2), (x, bottom + 1.8), darkness=70)
    glyph = ink_of(sheet, laid, drawn_form).glyphs[5]
    column = glyph.max(axis=1)
    inked = np.flatnonzero(column > 60)
    assert len(inked) == np.ptp(inked) + 1, "the stroke is broken where it crosses the printed line"


def test_touching_digits_are_cut_at_the_line(
    drawn_form: Template, laid: Registration, sheet: GreyImage
) -> None:
    x, y = middle(drawn_form, 3)
    stroke(sheet, (x - 2, y), (x + 11, y))
    ink = ink_of(sheet, laid, drawn_form)
    assert np.flatnonzero(ink.ink_mm2).tolist() == [3, 4]


@pytest.mark.parametrize("darkness", [30, 120, 185])
def test_faint_and_dark_pens_make_the_same_glyph(
    drawn_form: Template, laid: Registration, sheet: GreyImage, darkness: int
) -> None:
    x, y = middle(drawn_form, 2)
    stroke(sheet, (x - 2, y - 3), (x + 2, y + 3), darkness=darkness)
    glyph = ink_of(sheet, laid, drawn_form).glyphs[2]
    assert glyph.max() == 255
    assert 0.02 < (glyph > 128).mean() < 0.2


def test_ink_of_the_signature_is_measured(drawn_form: Template, laid: Registration, sheet: GreyImage) -> None:
    stroke(sheet, (40, 125), (80, 128))
    ink = ink_of(sheet, laid, drawn_form, "signature")
    assert ink.ink_mm2[0] == pytest.approx(20, rel=0.35)


def test_a_glyph_keeps_its_proportions_and_a_dot_stays_small() -> None:
    tall = normalise_glyph(np.full((60, 12), 200, np.uint8))
    assert tall.any(axis=1).sum() == 26
    assert tall.any(axis=0).sum() == 5
    assert normalise_glyph(np.full((4, 4), 200, np.uint8)).any(axis=0).sum() <= 6


def test_the_picture_is_the_whole_slip_upright(
    drawn_form: Template, laid: Registration, sheet: GreyImage
) -> None:
    turned = np.ascontiguousarray(np.rot90(sheet, 2))
    height, width = sheet.shape
    half_turn = np.array([[-1, 0, width - 1], [0, -1, height - 1], [0, 0, 1.0]])
    picture = slip_picture(
        Page(1, turned), Registration(half_turn @ laid.homography, 0, 1, 180, PX), drawn_form, dpi=100
    )
    upright = slip_picture(Page(1, sheet), laid, drawn_form, dpi=100)
    assert picture.shape == (583, 827)
    assert np.abs(picture.astype(int) - upright).mean() < 2.0


def test_the_picture_of_curled_paper_is_flat(drawn_form: Template) -> None:
    sheet = drawn_form.artwork
    px = drawn_form.artwork_dpi / 25.4
    homography = np.array([[px, 0, -0.5], [0, px, -0.5], [0, 0, 1]])
    # so far to the right all over that nothing is hidden, and the same way back
    drift = Drift(np.full((2, 2, 2), 3.0, np.float32), 300.0)
    page = np.full_like(sheet, 255)
    page[round(3 * px) :, round(3 * px) :] = sheet[: -round(3 * px), : -round(3 * px)]
    curled = Registration(homography, 0.1, 1.0, 0, px, drift)
    flat = slip_picture(Page(1, sheet), Registration(homography, 0.1, 1.0, 0, px), drawn_form)
    seen = slip_picture(Page(1, page), curled, drawn_form)
    # what was pushed off the page is white
    inner = (slice(0, -14), slice(0, -14))
    assert np.abs(seen[inner].astype(int) - flat[inner]).mean() < 4.0
    unmended = slip_picture(Page(1, page), replace(curled, drift=None), drawn_form)
    assert np.abs(unmended[inner].astype(int) - flat[inner]).mean() > 10.0


@pytest.mark.parametrize("threshold", [128, 180, 200])
def test_a_one_bit_scan_leaves_no_lines(
    drawn_form: Template, laid: Registration, sheet: GreyImage, threshold: int
) -> None:
    x, y = middle(drawn_form, 4)
    stroke(sheet, (x, y - 3), (x, y + 3))
    bits = np.where(sheet > threshold, 255, 0).astype(np.uint8)
    assert np.flatnonzero(ink_of(bits, laid, drawn_form).ink_mm2).tolist() == [4]


def _separator(form: Template, cell: int) -> tuple[Point, Point]:
    box = form.field("account").cells[cell]
    return (box.right_mm, box.top_mm + 0.5), (box.right_mm, box.bottom_mm - 0.5)


def test_a_line_that_came_out_darker_than_the_others_is_no_digit(
    drawn_form: Template, laid: Registration, sheet: GreyImage
) -> None:
    """As in black and white, where it depends on the scanner's pixels which lines survive whole."""
    stroke(sheet, *_separator(drawn_form, 3), darkness=0, width_mm=0.17)
    x, y = middle(drawn_form, 7)
    stroke(sheet, (x, y - 3), (x + 1, y + 3), darkness=0)
    ink = ink_of(sheet, laid, drawn_form)
    assert np.flatnonzero(ink.glyphs.any(axis=(1, 2))).tolist() == [7]


def test_a_digit_written_onto_a_line_is_one(
    drawn_form: Template, laid: Registration, sheet: GreyImage
) -> None:
    stroke(sheet, *_separator(drawn_form, 3), darkness=0, width_mm=0.5)
    ink = ink_of(sheet, laid, drawn_form)
    assert ink.glyphs[[3, 4]].any()


def test_the_pale_part_of_a_stroke_belongs_to_it(
    drawn_form: Template, laid: Registration, sheet: GreyImage
) -> None:
    x, y = middle(drawn_form, 6)
    stroke(sheet, (x, y - 3), (x, y), darkness=60)
    stroke(sheet, (x, y), (x, y + 3), darkness=185)
    glyph = ink_of(sheet, laid, drawn_form).glyphs[6]
    assert np.ptp(np.flatnonzero(glyph.max(axis=1) > 40)) >= 24


def test_pale_grain_alone_is_no_writing(drawn_form: Template, laid: Registration, sheet: GreyImage) -> None:
    x, y = middle(drawn_form, 6)
    stroke(sheet, (x, y - 3), (x, y + 3), darkness=40)
    x, y = middle(drawn_form, 8)
    stroke(sheet, (x, y - 1), (x, y + 1), darkness=195)
    assert np.flatnonzero(ink_of(sheet, laid, drawn_form).glyphs.any(axis=(1, 2))).tolist() == [6]


@pytest.mark.parametrize("page_dpi", [90, 150, 200, 300, 600])
def test_a_thin_pen_is_seen_in_the_picture_of_any_scan(drawn_form: Template, page_dpi: int) -> None:
    px = page_dpi / 25.4
    height, width = (round(side * px) for side in (drawn_form.height_mm, drawn_form.width_mm))
    blank = np.full((height, width), 255, np.uint8)
    row = round(70 * px)
    blank[row : row + max(1, round(0.3 * px))] = 40
    homography = np.array([[px, 0, -0.5], [0, px, -0.5], [0, 0, 1]])
    picture = slip_picture(Page(1, blank), Registration(homography, 0, 1, 0, px), drawn_form)
    ink_rows = np.flatnonzero(picture.min(axis=1) < 200) / (picture.shape[0] / drawn_form.height_mm)
    assert len(ink_rows) > 0
    assert np.abs(ink_rows - 70.1).max() < 0.6
    assert picture.max(axis=1).min() < 200, "the line is broken"


def test_no_hair_line_is_lost_in_the_picture(drawn_form: Template) -> None:
    px = 600 / 25.4
    blank = np.full((round(drawn_form.height_mm * px), round(drawn_form.width_mm * px)), 255, np.uint8)
    rows = [round(mm * px) + mm % 5 for mm in range(10, 100, 3)]
    for row in rows:
        blank[row : row + 2] = 0
    homography = np.array([[px, 0, -0.5], [0, px, -0.5], [0, 0, 1]])
    picture = slip_picture(Page(1, blank), Registration(homography, 0, 1, 0, px), drawn_form)
    darkness = 255 - picture.min(axis=1).astype(int)
    for row in rows:
        place = round(row / 6)
        # two rows of the six that go into one, perhaps spread over two
        assert darkness[place - 1 : place + 2].sum() == pytest.approx(85, abs=45)
