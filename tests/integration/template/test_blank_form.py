"""The meter-reading slip as it is drawn, loaded and printed."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pdf2image import convert_from_path

from forms_ocr.model import Box, Content, Shape, Template
from forms_ocr.template import default_template_path, load_template

REPOSITORY = Path(__file__).resolve().parents[3]
SCRIPT = REPOSITORY / "templates" / "draw_blank_form.py"
EXPECTED = {
    "account": (Shape.COMB, 12),
    "reading": (Shape.COMB, 6),
    "date.day": (Shape.COMB, 2),
    "date.month": (Shape.COMB, 2),
    "date.year": (Shape.COMB, 2),
    "address.street": (Shape.LINE, 0),
    "address.house": (Shape.COMB, 4),
    "address.flat": (Shape.COMB, 4),
    "signature": (Shape.SIGNATURE, 0),
}
MARKER_CORNERS = {0: (8.0, 8.0), 1: (192.0, 8.0), 2: (192.0, 130.0), 3: (8.0, 130.0)}
MARKER_SIDE_MM = 10.0
PX_PER_MM = 200 / 25.4


@pytest.fixture(scope="module")
def blank() -> Template:
    return load_template(default_template_path())


def part(template: Template, box: Box, margin_mm: float = 0.0) -> np.ndarray:
    """The pixels of the artwork inside a box, widened by a margin."""
    top, bottom = (box.top_mm - margin_mm) * PX_PER_MM, (box.bottom_mm + margin_mm) * PX_PER_MM
    left, right = (box.left_mm - margin_mm) * PX_PER_MM, (box.right_mm + margin_mm) * PX_PER_MM
    return template.artwork[round(top) : round(bottom), round(left) : round(right)]


def test_drawing_again_gives_the_same_bytes(tmp_path: Path) -> None:
    out = tmp_path / "again.pdf"
    subprocess.run([sys.executable, str(SCRIPT), str(out)], check=True, cwd=REPOSITORY)
    kept = default_template_path().read_bytes()
    assert hashlib.sha256(out.read_bytes()).hexdigest() == hashlib.sha256(kept).hexdigest()


def test_the_page_is_a5_landscape_and_prints_unscaled() -> None:
    with pikepdf.open(default_template_path()) as pdf:
        assert [float(v) for v in pdf.pages[0].mediabox] == pytest.approx([0, 0, 595.276, 419.528], abs=0.001)
        assert pdf.Root.ViewerPreferences.PrintScaling == pikepdf.Name("/None")


def test_the_fields_are_those_of_the_contract(blank: Template) -> None:
    assert {f.name: (f.shape, len(f.cells)) for f in blank.fields} == EXPECTED
    assert all(field.label for field in blank.fields)
    assert {f.name for f in blank.fields if f.content is Content.TEXT} == {"address.street", "signature"}
    assert [f.name for f in blank.fields if not f.is_required] == ["address.flat"]
    assert blank.roles.field_names == set(EXPECTED)
    assert (blank.width_mm, blank.height_mm) == pytest.approx((210.0, 148.0), abs=0.001)
    assert blank.title == "Показания счётчика электроэнергии"


def test_cells_are_large_enough_to_write_into(blank: Template) -> None:
    cells = [cell for field in blank.fields for cell in field.cells]
    assert min(cell.width_mm for cell in cells) >= 8.0
    assert min(cell.height_mm for cell in cells) >= 9.0


def test_markers_are_where_they_were_drawn(blank: Template) -> None:
    assert blank.marker_dictionary == "DICT_4X4_50"
    assert [marker.id for marker in blank.markers] == [0, 1, 2, 3]
    for marker in blank.markers:
        x, y = MARKER_CORNERS[marker.id]
        right, bottom = x + MARKER_SIDE_MM, y + MARKER_SIDE_MM
        drawn = np.array([(x, y), (right, y), (right, bottom), (x, bottom)])
        assert np.abs(np.array(marker.corners_mm) - drawn).max() < 0.05


def test_lines_are_printed_on_the_edges_of_the_cells(blank: Template) -> None:
    account = blank.field("account")
    middle = round((account.box.top_mm + 3.0) * PX_PER_MM)
    left, right = account.box.left_mm - 2.0, account.box.right_mm + 2.0
    row = 255.0 - blank.artwork[middle, round(left * PX_PER_MM) : round(right * PX_PER_MM)]
    edges = [cell.left_mm for cell in account.cells] + [account.box.right_mm]
    for edge in edges:
        centre = (edge * PX_PER_MM - 0.5) - round(left * PX_PER_MM)
        window = np.arange(round(centre) - 4, round(centre) + 5)
        assert np.average(window, weights=row[window]) == pytest.approx(centre, abs=0.05 * PX_PER_MM)


def test_nothing_is_printed_inside_and_close_around_the_cells(blank: Template) -> None:
    for field in blank.fields:
        for cell in field.cells:
            inside = Box(cell.left_mm + 0.4, cell.top_mm + 0.4, cell.right_mm - 0.4, cell.bottom_mm - 0.4)
            assert part(blank, inside).min() == 255, field.name
        if field.shape is Shape.COMB:
            box = field.box
            above = Box(box.left_mm, box.top_mm - 3.0, box.right_mm, box.top_mm - 0.4)
            below = Box(box.left_mm, box.bottom_mm + 0.4, box.right_mm, box.bottom_mm + 3.0)
            assert min(part(blank, above).min(), part(blank, below).min()) == 255, field.name


def test_print_beside_the_fields_keeps_its_distance(blank: Template) -> None:
    for field in blank.fields:
        box = field.box
        left = Box(box.left_mm - 2.0, box.top_mm, box.left_mm - 0.4, box.bottom_mm)
        right = Box(box.right_mm + 0.4, box.top_mm, box.right_mm + 2.0, box.bottom_mm)
        assert min(part(blank, left).min(), part(blank, right).min()) == 255, field.name


def test_markers_stand_in_white_and_away_from_the_edge(blank: Template) -> None:
    for x, y in MARKER_CORNERS.values():
        assert min(x, y, 210.0 - x - MARKER_SIDE_MM, 148.0 - y - MARKER_SIDE_MM) >= 7.0
        box = Box(x, y, x + MARKER_SIDE_MM, y + MARKER_SIDE_MM)
        ring = part(blank, box, 2.0).copy()
        inner = round(2.0 * PX_PER_MM) - 2
        ring[inner:-inner, inner:-inner] = 255
        assert ring.min() == 255


def test_cell_lines_are_light(blank: Template) -> None:
    darkest = min(int(part(blank, blank.field(name).box, 0.3).min()) for name in ("account", "signature"))
    assert 0.60 * 255 <= darkest <= 0.75 * 255


def test_turning_the_form_changes_what_is_printed(blank: Template) -> None:
    upright = blank.artwork < 160
    turned = np.rot90(upright, 2)
    shared = (upright & turned).sum() / upright.sum()
    assert shared < 0.4


def test_widgets_print_as_nothing(tmp_path: Path) -> None:
    bare = tmp_path / "bare.pdf"
    with pikepdf.open(default_template_path()) as pdf:
        del pdf.pages[0].obj.Annots
        del pdf.Root.AcroForm
        pdf.save(bare)
    with_widgets, without = (
        np.asarray(convert_from_path(path, dpi=100, grayscale=True)[0])
        for path in (default_template_path(), bare)
    )
    assert np.array_equal(with_widgets, without)


def test_a_viewer_can_show_russian_in_the_fields(tmp_path: Path) -> None:
    """Poppler draws the value itself, with the font that the form offers."""
    filled = tmp_path / "filled.pdf"
    with pikepdf.open(default_template_path()) as pdf:
        for note in pdf.pages[0].obj.Annots:
            if note.T == "street":
                note.V = "Щорса"
                del note.AP
        pdf.save(filled)
    command = ["pdftotext", str(filled), "-"]  # poppler, wherever the system has it
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "Щорса" in text
    blank_page, shown = (
        np.asarray(convert_from_path(path, dpi=100, grayscale=True)[0])
        for path in (default_template_path(), filled)
    )
    assert (blank_page != shown).sum() > 50
