"""Forms of other people: turned, shifted, drawn otherwise, broken."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from forms_ocr.errors import TemplateError
from forms_ocr.model import Content, Roles, Shape, Template
from forms_ocr.template import default_template_path, load_template
from forms_ocr.template.drawing import FormDrawing

WIDTH_PT, HEIGHT_PT = 210 / 25.4 * 72, 148 / 25.4 * 72
Change = Callable[[pikepdf.Pdf], None]


@pytest.fixture(scope="module")
def blank() -> Template:
    return load_template(default_template_path())


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[Change], Path]:
    """Save the blank form with something changed, under its own name and with its TOML."""

    def save(change: Change) -> Path:
        path = tmp_path / "blank_form.pdf"
        with pikepdf.open(default_template_path()) as pdf:
            change(pdf)
            pdf.save(path)
        shutil.copy(default_template_path().with_suffix(".toml"), tmp_path)
        return path

    return save


def draw_small_form(path: Path, fields: int = 1) -> None:
    form = FormDrawing(150, 100, title="Заявка")
    form.text("Заявка", 10, 15, size_pt=14, bold=True)
    for number in range(fields):
        form.comb(f"number{number}", "Номер", 10, 25 + 15 * number, 8, cell_width_mm=7, cell_height_mm=9)
    form.mark("agreed", "Согласен", 90, 25)
    form.free_line("name", "Имя", 10, 80, 100)
    form.save(path)


def faults_of(path: Path) -> tuple[str, ...]:
    with pytest.raises(TemplateError) as caught:
        load_template(path)
    return caught.value.faults


def transform(
    pdf: pikepdf.Pdf, matrix: tuple[float, ...], media: tuple[float, ...], **entries: object
) -> None:
    """Draw the page and its fields through a matrix onto another page."""
    page = pdf.pages[0]
    page.contents_add(" ".join([*map(str, matrix), "cm"]).encode(), prepend=True)
    page.mediabox = Array(media)
    a, b, c, d, e, f = matrix
    for note in page.obj.Annots:
        x0, y0, x1, y1 = (float(value) for value in note.Rect)
        note.Rect = Array(
            [a * x0 + c * y0 + e, b * x0 + d * y0 + f, a * x1 + c * y1 + e, b * x1 + d * y1 + f]
        )
    for key, value in entries.items():
        page.obj[f"/{key}"] = value


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda pdf: transform(pdf, (0, 1, -1, 0, HEIGHT_PT, 0), (0, 0, HEIGHT_PT, WIDTH_PT), Rotate=90),
            id="turned",
        ),
        pytest.param(
            lambda pdf: transform(
                pdf,
                (1, 0, 0, 1, 30, 40),
                (0, 0, WIDTH_PT + 50, HEIGHT_PT + 70),
                CropBox=Array([30, 40, WIDTH_PT + 30, HEIGHT_PT + 40]),
            ),
            id="cropped",
        ),
        pytest.param(
            lambda pdf: transform(
                pdf, (0.5, 0, 0, 0.5, 0, 0), (0, 0, WIDTH_PT / 2, HEIGHT_PT / 2), UserUnit=2
            ),
            id="user unit",
        ),
    ],
)
def test_however_the_page_is_described_the_form_is_the_same(
    blank: Template, changed: Callable[[Change], Path], change: Change
) -> None:
    template = load_template(changed(change))
    assert [field.name for field in template.fields] == [field.name for field in blank.fields]
    for field in template.fields:
        assert np.abs(field.box.corners_mm - blank.field(field.name).box.corners_mm).max() < 0.01
    assert [marker.id for marker in template.markers] == [0, 1, 2, 3]
    for found, known in zip(template.markers, blank.markers, strict=True):
        assert np.abs(np.array(found.corners_mm) - np.array(known.corners_mm)).max() < 0.05
    common = [min(sizes) for sizes in zip(template.artwork.shape, blank.artwork.shape, strict=True)]
    ours, theirs = (t.artwork[: common[0], : common[1]].astype(int) for t in (blank, template))
    assert np.mean(np.abs(ours - theirs)) < 1.5


def test_a_form_without_toml_has_columns_and_no_rules(tmp_path: Path) -> None:
    draw_small_form(tmp_path / "request.pdf", fields=2)
    template = load_template(tmp_path / "request.pdf")
    assert template.name == "request"
    assert (template.roles, template.title, template.markers, template.marker_dictionary) == (
        Roles(),
        "",
        (),
        "",
    )
    assert [(f.name, f.shape, f.content, f.is_required) for f in template.fields] == [
        ("number0", Shape.COMB, Content.DIGITS, False),
        ("number1", Shape.COMB, Content.DIGITS, False),
        ("agreed", Shape.MARK, Content.TEXT, False),
        ("name", Shape.LINE, Content.TEXT, False),
    ]


def test_drawn_boxes_are_the_loaded_boxes(tmp_path: Path) -> None:
    form = FormDrawing(210, 297, title="Лист")
    drawn = {
        f"row{row}.part{part}": form.comb(f"row{row}.part{part}", "Цифры", 12 + 62 * part, 20 + 13.3 * row, 6)
        for row in range(19)
        for part in range(3)
    }
    form.save(tmp_path / "sheet.pdf")
    loaded = {field.name: field.box for field in load_template(tmp_path / "sheet.pdf").fields}
    assert list(loaded) == list(drawn)
    for name, box in drawn.items():
        assert np.abs(loaded[name].corners_mm - box.corners_mm).max() < 0.001


def test_names_that_clash_are_not_drawn() -> None:
    form = FormDrawing(100, 100, title="Лист")
    form.mark("date", "Дата", 10, 10)
    for name in ("date", "date.day"):
        with pytest.raises(ValueError, match="clashes with 'date'"):
            form.mark(name, "Дата", 10, 30)


def test_values_in_the_template_are_no_part_of_its_artwork(
    blank: Template, changed: Callable[[Change], Path]
) -> None:
    def type_account(pdf: pikepdf.Pdf) -> None:
        account = pdf.pages[0].obj.Annots[0]
        account.V = "123456789012"
        del account.AP

    assert load_template(changed(type_account)).fingerprint == blank.fingerprint


def test_a_border_that_prints_is_part_of_the_artwork(
    blank: Template, changed: Callable[[Change], Path]
) -> None:
    def draw_border(pdf: pikepdf.Pdf) -> None:
        signature = pdf.pages[0].obj.Annots[-1]
        signature.MK = Dictionary(BG=Array([0, 0, 0]))

    template = load_template(changed(draw_border))
    assert template.artwork.mean() < blank.artwork.mean() - 5


def test_the_fingerprint_tells_templates_apart(blank: Template, changed: Callable[[Change], Path]) -> None:
    def widen(pdf: pikepdf.Pdf) -> None:
        rect = pdf.pages[0].obj.Annots[-1].Rect
        rect[2] = float(rect[2]) + 3

    moved = changed(widen)
    assert len(blank.fingerprint) == 64
    assert load_template(moved).fingerprint != blank.fingerprint
    shutil.copy(default_template_path(), moved)
    assert load_template(moved).fingerprint == blank.fingerprint
    toml = moved.with_suffix(".toml")
    toml.write_text(toml.read_text("utf-8").replace("century = 20", "century = 19"), "utf-8")
    assert load_template(moved).fingerprint != blank.fingerprint


def test_faults_of_both_files_come_together(changed: Callable[[Change], Path]) -> None:
    def break_it(pdf: pikepdf.Pdf) -> None:
        account, reading, street, *_ = pdf.pages[0].obj.Annots
        del account.MaxLen
        reading.T = "meter"
        street.Rect = Array([500, 100, 700, 130])
        pdf.add_blank_page()

    path = changed(break_it)
    with path.with_suffix(".toml").open("a") as toml:
        toml.write("[fields.extra]\nrequired = true\n")
    faults = faults_of(path)
    for words in (
        "blank_form.pdf: it has 2 pages",
        "field 'account': it is a comb without MaxLen",
        "field 'address.street': it reaches 36.9 mm beyond the page",
        "blank_form.toml: fields.reading: the PDF has no such field",
        "blank_form.toml: fields.extra: the PDF has no such field",
        "blank_form.toml: roles.reading: the PDF has no field 'reading'",
    ):
        assert sum(words in fault for fault in faults) == 1, (words, faults)
    assert len(faults) == 6


def test_a_broken_pdf_does_not_hide_the_faults_of_the_toml(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"not a PDF at all")
    (tmp_path / "a.toml").write_text("roles = 3\n")
    faults = faults_of(tmp_path / "a.pdf")
    assert len(faults) == 2
    assert "a.pdf: it is not a sound PDF" in faults[0]
    assert "a.toml: roles: " in faults[1]


def test_files_that_cannot_be_opened_are_told(tmp_path: Path) -> None:
    assert "it cannot be read" in faults_of(tmp_path / "missing.pdf")[0]
    (tmp_path / "empty.pdf").touch()
    assert "not a sound PDF" in faults_of(tmp_path / "empty.pdf")[0]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_form_is_refused(tmp_path: Path, share: float) -> None:
    data = default_template_path().read_bytes()
    path = tmp_path / "blank_form.pdf"
    path.write_bytes(data[: int(len(data) * share)])
    assert "not a sound PDF" in faults_of(path)[0]


@pytest.mark.parametrize(("user", "words"), [("secret", "protected by a password"), ("", "it is encrypted")])
def test_protected_forms_are_refused(tmp_path: Path, user: str, words: str) -> None:
    path = tmp_path / "a.pdf"
    with pikepdf.open(default_template_path()) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="owner", user=user))
    assert any(words in fault for fault in faults_of(path))


def test_structures_of_the_wrong_type_are_a_fault_and_no_crash(changed: Callable[[Change], Path]) -> None:
    def twist(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Annots[0].Rect = Array([Name.Left, 1, 2, 3])

    assert "not a sound PDF" in faults_of(changed(twist))[0]


def test_a_picture_too_large_to_decode_is_refused_before_it_is(changed: Callable[[Change], Path]) -> None:
    def add_bomb(pdf: pikepdf.Pdf) -> None:
        bomb = pdf.make_stream(
            b"", Type=Name.XObject, Subtype=Name.Image, Width=30000, Height=30000, BitsPerComponent=8
        )
        pdf.pages[0].obj.Resources.XObject = Dictionary(Bomb=bomb)

    assert any(
        "a picture of 30000 x 30000 pixels; at most 100 million" in f for f in faults_of(changed(add_bomb))
    )
