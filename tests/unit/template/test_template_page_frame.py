"""From points of a PDF page to millimetres on paper."""

from __future__ import annotations

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_ocr.template.page_frame import PageFrame, read_frame

A5 = (0.0, 0.0, 595.276, 419.528)


def pdf_of(**entries: object) -> pikepdf.Pdf:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(A5[2], A5[3]))
    for key, value in entries.items():
        pdf.pages[0].obj[f"/{key}"] = value
    return pdf


def test_points_count_from_the_bottom_left_and_millimetres_from_the_top_left() -> None:
    box = PageFrame(A5).box((72.0, 419.528 - 144.0, 144.0, 419.528 - 72.0))
    assert (box.left_mm, box.top_mm, box.right_mm, box.bottom_mm) == pytest.approx((25.4, 25.4, 50.8, 50.8))


@pytest.mark.parametrize(
    ("turn_deg", "top_left"),
    [(0, (0, 400)), (90, (0, 0)), (180, (600, 0)), (270, (600, 400))],
)
def test_the_corner_that_is_looked_at_as_top_left_is_the_origin(
    turn_deg: int, top_left: tuple[float, float]
) -> None:
    box = PageFrame((0, 0, 600, 400), turn_deg).box((*top_left, 300, 200))
    assert (box.left_mm, box.top_mm) == (0.0, 0.0)


@given(
    turn_deg=st.sampled_from([0, 90, 180, 270]),
    offset=st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
    corners=st.tuples(*[st.floats(0, 1) for _ in range(4)]),
    user_unit=st.sampled_from([0.5, 1.0, 2.0]),
)
def test_a_rectangle_inside_the_page_stays_inside_and_keeps_its_area(
    turn_deg: int, offset: tuple[float, float], corners: tuple[float, ...], user_unit: float
) -> None:
    x, y = offset
    frame = PageFrame((x, y, x + 600, y + 400), turn_deg, user_unit)
    rect = [x + corners[0] * 600, y + corners[1] * 400, x + corners[2] * 600, y + corners[3] * 400]
    box = frame.box(rect)
    assert min(box.left_mm, box.top_mm) >= -1e-6
    assert box.right_mm <= frame.width_mm + 1e-6
    assert box.bottom_mm <= frame.height_mm + 1e-6
    area = abs((rect[2] - rect[0]) * (rect[3] - rect[1])) * (user_unit * 25.4 / 72) ** 2
    assert box.width_mm * box.height_mm == pytest.approx(area, abs=1e-3)


def test_the_crop_box_is_the_form() -> None:
    pdf = pdf_of(CropBox=pikepdf.Array([50, 60, 350, 260]), Rotate=-90, UserUnit=2)
    frame, faults = read_frame(pdf.pages[0])
    assert faults == []
    assert frame == PageFrame((50, 60, 350, 260), 270, 2.0)
    assert frame is not None
    assert frame.width_mm == pytest.approx(200 * 2 / 72 * 25.4)


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"Rotate": 45}, "turned by 45 degrees"),
        ({"CropBox": pikepdf.Array([900, 900, 950, 950])}, "no area in common"),
        ({"MediaBox": pikepdf.Array([0, 0, 2000, 2000])}, "706 x 706 mm; at most A2"),
        ({"MediaBox": pikepdf.Array([0, 0, 400, 40])}, "at least 30 mm"),
        ({"UserUnit": 20}, "at most A2"),
    ],
)
def test_pages_that_are_no_forms_are_told(entries: dict[str, object], words: str) -> None:
    pdf = pdf_of(**entries)
    _, faults = read_frame(pdf.pages[0])
    assert len(faults) == 1
    assert words in faults[0]


def test_the_turn_may_stand_on_the_page_tree() -> None:
    pdf = pdf_of()
    pdf.pages[0].obj.Parent.Rotate = 90
    frame, _ = read_frame(pdf.pages[0])
    assert frame is not None
    assert frame.turn_deg == 90
