import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_ocr.model import Box, GreyImage, Shape
from forms_ocr.recognition import LineText
from forms_ocr.template.detection import Spot, find_spots
from forms_ocr.template.labels import name_spots
from forms_ocr.template.ruling import PX_PER_MM, find_ruling, find_skew_deg, straightened

PX = PX_PER_MM


def paper(width_mm: float = 120.0, height_mm: float = 80.0) -> GreyImage:
    return np.full((round(height_mm * PX), round(width_mm * PX)), 255, np.uint8)


def line(page: GreyImage, x0: float, y0: float, x1: float, y1: float, grey: int = 0, mm: float = 0.3) -> None:
    ends = [(round(x * PX), round(y * PX)) for x, y in ((x0, y0), (x1, y1))]
    cv2.line(page, ends[0], ends[1], (grey,), max(1, round(mm * PX)))


def box(page: GreyImage, left: float, top: float, width: float, height: float, grey: int = 0) -> None:
    for x0, y0, x1, y1 in (
        (left, top, left + width, top),
        (left, top + height, left + width, top + height),
        (left, top, left, top + height),
        (left + width, top, left + width, top + height),
    ):
        line(page, x0, y0, x1, y1, grey)


def comb(page: GreyImage, left: float, top: float, cells: int, width: float = 7.0, gap: float = 0.0) -> None:
    for i in range(cells):
        box(page, left + i * (width + gap), top, width, 9.0)


def spots(page: GreyImage) -> tuple[Spot, ...]:
    return find_spots(find_ruling(page, PX))


def is_at(spot: Spot, left: float, top: float, right: float, bottom: float, within: float = 0.3) -> bool:
    found = (spot.box.left_mm, spot.box.top_mm, spot.box.right_mm, spot.box.bottom_mm)
    return bool(np.abs(np.subtract(found, (left, top, right, bottom))).max() <= within)


@given(cells=st.integers(2, 12), width=st.floats(4.5, 8.0), left=st.floats(3.0, 15.0))
@settings(max_examples=15, deadline=None)
def test_cells_side_by_side_are_one_comb(cells: int, width: float, left: float) -> None:
    page = paper()
    comb(page, left, 20.0, cells, width)
    (found,) = spots(page)
    assert (found.shape, found.cells) == (Shape.COMB, cells)
    assert is_at(found, left, 20.0, left + cells * width, 29.0)


def test_cells_apart_are_one_comb_with_the_gaps_inside() -> None:
    page = paper()
    comb(page, 20.0, 20.0, 6, gap=1.5)
    (found,) = spots(page)
    assert found.cells == 6
    assert is_at(found, 19.25, 20.0, 20.0 + 6 * 8.5 - 0.75, 29.0)


def test_a_wider_gap_parts_two_combs() -> None:
    page = paper()
    comb(page, 10.0, 20.0, 2)
    comb(page, 30.0, 20.0, 2)
    assert [spot.cells for spot in spots(page)] == [2, 2]


def test_ticks_on_a_line_are_a_comb_open_above() -> None:
    page = paper()
    line(page, 10.0, 40.0, 66.0, 40.0)
    for i in range(9):
        line(page, 10.0 + 7.0 * i, 37.5, 10.0 + 7.0 * i, 40.0)
    (found,) = spots(page)
    assert (found.shape, found.cells) == (Shape.COMB, 8)
    assert is_at(found, 10.0, 40.0 - 8.4, 66.0, 40.0, within=0.6)


def test_dashes_in_a_row_are_a_comb() -> None:
    page = paper()
    for i in range(5):
        line(page, 10.0 + 7.5 * i, 40.0, 15.5 + 7.5 * i, 40.0)
    (found,) = spots(page)
    assert (found.shape, found.cells) == (Shape.COMB, 5)


def test_a_line_is_to_write_on_unless_print_stands_on_it() -> None:
    page = paper()
    line(page, 20.0, 30.0, 100.0, 30.0)
    (found,) = spots(page)
    assert found.shape is Shape.LINE
    assert found.box.top_mm < 25.0
    cv2.putText(page, "HEADING OF THE FORM", (round(22 * PX), round(28.5 * PX)), 0, 1.2, (0,), 3)
    assert spots(page) == ()


def test_a_small_square_is_a_check_box_and_a_wide_one_takes_words() -> None:
    page = paper()
    box(page, 10.0, 10.0, 5.0, 5.0)
    box(page, 10.0, 30.0, 60.0, 14.0)
    assert [spot.shape for spot in spots(page)] == [Shape.MARK, Shape.LINE]


def test_cells_that_are_printed_full_are_an_example() -> None:
    page = paper()
    comb(page, 10.0, 20.0, 6)
    for i in range(6):
        cv2.putText(page, str(i), (round((12.0 + 7 * i) * PX), round(27 * PX)), 0, 1.4, (40,), 3)
    assert spots(page) == ()


def test_of_a_table_only_empty_cells_are_fields() -> None:
    page = paper()
    for y in (10.0, 20.0, 30.0):
        line(page, 10.0, y, 110.0, y)
    for x in (10.0, 60.0, 110.0):
        line(page, x, 10.0, x, 30.0)
    for x, y in ((13, 17), (63, 17), (13, 27)):
        cv2.putText(page, "Label", (round(x * PX), round(y * PX)), 0, 1.0, (0,), 2)
    (found,) = spots(page)
    assert is_at(found, 60.0, 20.0, 110.0, 30.0)


def test_light_lines_of_a_drop_out_colour_are_seen() -> None:
    page = paper()
    for i in range(4):
        box(page, 10.0 + 8.0 * i, 20.0, 8.0, 10.0, grey=214)
    (found,) = spots(page)
    assert found.cells == 4


@pytest.mark.parametrize("skew", [-4.0, -0.6, 0.0, 2.5])
def test_skew_is_found_and_taken_out(skew: float) -> None:
    page = paper()
    comb(page, 20.0, 20.0, 8)
    line(page, 20.0, 60.0, 100.0, 60.0)
    height, width = page.shape
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), skew, 1.0)
    askew = cv2.warpAffine(page, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255,))
    found = find_skew_deg(askew.astype(np.uint8), PX)
    assert found == pytest.approx(skew, abs=0.15)
    assert [spot.cells for spot in spots(straightened(askew.astype(np.uint8), found))] == [8, 0]


def test_what_lies_on_another_place_is_cut_off_there() -> None:
    page = paper()
    for y in (30.0, 38.0):
        line(page, 20.0, y, 100.0, y)
    upper, lower = spots(page)
    assert lower.box.top_mm >= upper.box.bottom_mm


class Told:
    """A reader that says one thing after the other."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)

    def read_line(self, strip: GreyImage, px_per_mm: float) -> LineText:
        assert strip.size
        assert px_per_mm == PX
        return LineText(self.texts.pop(0), 0.9) if self.texts else LineText("", 0.0)


def labelled() -> GreyImage:
    page = paper()
    for top in (10.0, 40.0):
        cv2.putText(page, "Some label", (round(5 * PX), round((top + 6) * PX)), 0, 0.8, (0,), 2)
        box(page, 50.0, top, 60.0, 12.0)
    return page


def test_places_are_named_after_their_labels() -> None:
    ruling = find_ruling(labelled(), PX)
    found = find_spots(ruling)
    first, second = name_spots(found, ruling, Told("Подпись клиента:", "Подпись клиента:"))
    assert (first.name, first.label, first.spot.shape) == (
        "подпись_клиента", "Подпись клиента", Shape.SIGNATURE,
    )  # fmt: skip
    assert second.name == "подпись_клиента_2"


def test_places_without_a_label_are_numbered() -> None:
    ruling = find_ruling(labelled(), PX)
    named = name_spots(find_spots(ruling), ruling, Told("1", ". .", "-"))
    assert [one.name for one in named] == ["field_1", "field_2"]


def test_reading_order_is_from_top_to_bottom_and_left_to_right() -> None:
    page = paper()
    for left, top in ((60.0, 10.0), (10.0, 10.0), (10.0, 40.0)):
        comb(page, left, top, 3)
    found = spots(page)
    assert [(round(s.box.left_mm), round(s.box.top_mm)) for s in found] == [(10, 10), (60, 10), (10, 40)]
    assert isinstance(found[0].box, Box)


def test_cells_of_a_table_that_share_a_line_all_stay() -> None:
    page = paper()
    for y in (10.0, 20.03, 30.06):
        line(page, 10.0, y, 110.0, y)
    for x in (10.0, 60.0, 110.0):
        line(page, x, 10.0, x, 30.06, mm=0.8)
    assert len(spots(page)) == 4
