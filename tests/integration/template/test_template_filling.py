"""Forms filled in on a computer, and sheets of forms for printing."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pytest
from numpy.typing import NDArray
from pdf2image import convert_from_path
from pikepdf import Array

from forms_ocr.errors import StorageError, TemplateError
from forms_ocr.model import Box
from forms_ocr.template import default_template_path, fill_values, load_template, write_sheet
from forms_ocr.template.acroform import read_form
from forms_ocr.template.drawing import FormDrawing

DPI = 150
PX_PER_MM = DPI / 25.4


def rendered(path: Path) -> NDArray[np.uint8]:
    return np.asarray(convert_from_path(path, dpi=DPI, grayscale=True)[0])


def ink(page: NDArray[np.uint8], box: Box, inset_mm: float = 0.6) -> NDArray[np.bool_]:
    rows = slice(round((box.top_mm + inset_mm) * PX_PER_MM), round((box.bottom_mm - inset_mm) * PX_PER_MM))
    cols = slice(round((box.left_mm + inset_mm) * PX_PER_MM), round((box.right_mm - inset_mm) * PX_PER_MM))
    return page[rows, cols] < 128


def boxes(path: Path) -> dict[str, tuple[Box, ...]]:
    with pikepdf.open(path) as pdf:
        return {field.name: field.cells or (field.box,) for field in read_form(pdf).fields}


def test_characters_stand_in_the_middle_of_their_cells(tmp_path: Path) -> None:
    out = tmp_path / "filled.pdf"
    fill_values(default_template_path(), {"account": "888888888888", "reading": "0056"}, out)
    page, where = rendered(out), boxes(out)
    for cell in (*where["account"], *where["reading"][:4]):
        rows, cols = np.nonzero(ink(page, cell))
        middle = np.array([cols.min() + cols.max(), rows.min() + rows.max()]) / 2 / PX_PER_MM + 0.6
        assert middle == pytest.approx([cell.width_mm / 2, cell.height_mm / 2], abs=0.3)
    assert not any(ink(page, cell).any() for cell in where["reading"][4:])


def test_values_can_be_read_back_in_russian(tmp_path: Path) -> None:
    out = tmp_path / "filled.pdf"
    values = {"address.street": "ул. Ёлочная, корп. 2", "address.house": "12А", "date.day": "05"}
    fill_values(default_template_path(), values, out)
    with pikepdf.open(out) as pdf:
        found = {str(n.TU): str(n.V) for n in pdf.pages[0].obj.Annots if "/V" in n}
        assert not bool(pdf.Root.AcroForm.NeedAppearances)
    assert found == {"Улица": "ул. Ёлочная, корп. 2", "Дом": "12А", "День": "05"}


def test_typed_text_looks_like_printed_text(tmp_path: Path) -> None:
    text, out = "Щука № 1234567890", tmp_path / "filled.pdf"
    form = FormDrawing(210, 148, title="Лист")
    form.text(text, 20, 50, size_pt=13)
    form.save(tmp_path / "printed.pdf")
    fill_values(default_template_path(), {"address.street": text}, out)
    (box,) = boxes(out)["address.street"]
    typed = ink(rendered(out), Box(box.left_mm, box.top_mm, box.right_mm, box.top_mm + 9), 0.0)
    printed = ink(rendered(tmp_path / "printed.pdf"), Box(10, 40, 150, 60))
    typed, printed = (page[np.ix_(page.any(axis=1), page.any(axis=0))] for page in (typed, printed))
    assert np.abs(np.array(typed.shape) - printed.shape).max() <= 2
    ours, theirs = (cv2.resize(p.astype(np.float32), (800, 60)) for p in (typed, printed))
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.8


def test_a_value_longer_than_its_line_is_set_smaller(tmp_path: Path) -> None:
    out = tmp_path / "filled.pdf"
    fill_values(default_template_path(), {"address.street": "Ш" * 60}, out)
    (box,) = boxes(out)["address.street"]
    columns = np.nonzero(ink(rendered(out), Box(box.left_mm, box.top_mm, box.right_mm, box.top_mm + 9), 0.0))[
        1
    ]
    assert 0.9 * box.width_mm < (columns.max() - columns.min()) / PX_PER_MM < box.width_mm


def test_a_check_box_is_ticked_and_unticked(tmp_path: Path) -> None:
    form = FormDrawing(100, 60, title="Лист")
    box = form.mark("agreed", "Согласен", 20, 20, 8)
    form.save(tmp_path / "form.pdf")
    fill_values(tmp_path / "form.pdf", {"agreed": "on"}, tmp_path / "on.pdf")
    fill_values(tmp_path / "on.pdf", {"agreed": "off"}, tmp_path / "off.pdf")
    assert ink(rendered(tmp_path / "on.pdf"), box).mean() > 0.05
    assert not ink(rendered(tmp_path / "off.pdf"), box).any()


def test_on_a_turned_page_the_text_stands_upright(tmp_path: Path) -> None:
    width_pt, height_pt = 210 / 25.4 * 72, 148 / 25.4 * 72
    with pikepdf.open(default_template_path()) as pdf:
        page = pdf.pages[0]
        page.contents_add(f"0 1 -1 0 {height_pt} 0 cm".encode(), prepend=True)
        page.mediabox = Array([0, 0, height_pt, width_pt])
        page.obj.Rotate = 90
        for note in page.obj.Annots:
            x0, y0, x1, y1 = (float(value) for value in note.Rect)
            note.Rect = Array([height_pt - y1, x0, height_pt - y0, x1])
        pdf.save(tmp_path / "turned.pdf")
    values = {"account": "123456789012"}
    fill_values(tmp_path / "turned.pdf", values, tmp_path / "a.pdf")
    fill_values(default_template_path(), values, tmp_path / "b.pdf")
    turned, upright = rendered(tmp_path / "a.pdf"), rendered(tmp_path / "b.pdf")
    (*_, last) = boxes(tmp_path / "b.pdf")["account"]
    assert (ink(turned, last) != ink(upright, last)).mean() < 0.05
    assert ink(upright, last).any()


def test_values_that_do_not_fit_are_told_together(tmp_path: Path) -> None:
    values = {"account": "1" * 13, "meter": "1", "signature": "Я", "address.street": "漢字"}
    with pytest.raises(TemplateError) as caught:
        fill_values(default_template_path(), values, tmp_path / "a.pdf")
    assert len(caught.value.faults) == 5
    assert "13 characters do not fit 12 cells" in str(caught.value)
    assert not (tmp_path / "a.pdf").exists()


def test_two_forms_stand_on_a4_at_true_scale(tmp_path: Path) -> None:
    out = tmp_path / "sheet.pdf"
    write_sheet(default_template_path(), out)
    with pikepdf.open(out) as pdf:
        assert len(pdf.pages) == 1
        assert [float(v) for v in pdf.pages[0].mediabox] == pytest.approx([0, 0, 595.276, 841.89], abs=0.001)
        assert "/Annots" not in pdf.pages[0].obj or len(pdf.pages[0].obj.Annots) == 0
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))
    corners, numbers, _ = detector.detectMarkers(rendered(out))
    assert sorted(np.ravel(numbers).tolist()) == [0, 0, 1, 1, 2, 2, 3, 3]
    tops = sorted(
        quad.reshape(4, 2)[0, 1] / PX_PER_MM
        for quad, n in zip(corners, np.ravel(numbers), strict=True)
        if n < 2
    )
    assert tops == pytest.approx([8.25, 8.25, 156.75, 156.75], abs=0.2)
    widths = [np.linalg.norm(quad.reshape(4, 2)[1] - quad.reshape(4, 2)[0]) / PX_PER_MM for quad in corners]
    assert widths == pytest.approx([10.0] * 8, abs=0.2)


def test_the_same_sheet_has_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        write_sheet(default_template_path(), tmp_path / name)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


@pytest.mark.parametrize(
    ("size_mm", "sheet_mm"), [((148, 210), (297, 210)), ((105, 74), (210, 297)), ((200, 280), (210, 297))]
)
def test_the_sheet_lies_so_that_most_forms_fit(
    tmp_path: Path, size_mm: tuple[float, float], sheet_mm: tuple[float, float]
) -> None:
    form = FormDrawing(*size_mm, title="Лист")
    form.mark("agreed", "Согласен", 20, 20, 8)
    form.save(tmp_path / "form.pdf")
    write_sheet(tmp_path / "form.pdf", tmp_path / "sheet.pdf")
    with pikepdf.open(tmp_path / "sheet.pdf") as pdf:
        width, height = (float(v) * 25.4 / 72 for v in pdf.pages[0].mediabox[2:])
    assert (width, height) == pytest.approx(sheet_mm, abs=0.01)


def test_a_form_larger_than_a4_has_no_sheet(tmp_path: Path) -> None:
    form = FormDrawing(297, 420, title="Плакат")
    form.mark("agreed", "Согласен", 20, 20, 8)
    form.save(tmp_path / "form.pdf")
    with pytest.raises(TemplateError, match="297 x 420 mm does not fit on A4"):
        write_sheet(tmp_path / "form.pdf", tmp_path / "sheet.pdf")


def test_a_sheet_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        write_sheet(default_template_path(), tmp_path / "missing" / "sheet.pdf")


def test_a_filled_form_still_is_the_template(tmp_path: Path) -> None:
    out = tmp_path / "blank_form.pdf"
    fill_values(default_template_path(), {"reading": "00563"}, out)
    out.with_suffix(".toml").write_bytes(default_template_path().with_suffix(".toml").read_bytes())
    assert load_template(out).fingerprint == load_template(default_template_path()).fingerprint
