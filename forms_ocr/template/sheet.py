"""Several forms on one A4 sheet, for printing and cutting apart."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
from pikepdf import Name

from forms_ocr.errors import TemplateError
from forms_ocr.template.acroform import BAD_STRUCTURE
from forms_ocr.template.artwork import empty_form
from forms_ocr.template.drawing import FormDrawing
from forms_ocr.template.page_frame import PageFrame, read_frame
from forms_ocr.template.pdf_file import open_pdf, save_pdf, unsound
from forms_ocr.template.units import PT_PER_MM

A4_MM = (210.0, 297.0)
ROUNDING_MM = 0.1
"""Drawing programs round a page to whole points."""

_FORM = Name("/BlankForm")

CUT_GREY = 0.6
CUT_WIDTH_MM = 0.2
CUT_DASH_MM = (1.0, 2.0)


@dataclass(frozen=True, eq=False)
class Sheet:
    """Empty forms on a sheet.

    Attributes:
        pdf: One page; the caller closes it.
        places: Where each form lies, row by row, in points from the bottom left.
    """

    pdf: pikepdf.Pdf
    places: tuple[pikepdf.Rectangle, ...]


def write_sheet(template_pdf: Path, out: Path) -> None:
    """Put as many copies of a form on an A4 sheet as fit upright at true scale, with lines to cut along.

    The sheet lies across if more forms fit then. It has no fields to fill in on a computer: they would share
    their names.

    Raises:
        TemplateError: The form is no sound PDF or larger than A4.
        StorageError: The sheet cannot be written.
    """
    with compose_sheet(template_pdf).pdf as sheet:
        save_pdf(sheet, out)


def compose_sheet(template_pdf: Path) -> Sheet:
    """The sheet of :func:`write_sheet`, not yet written.

    Raises:
        TemplateError: The form is no sound PDF or larger than A4.
    """
    with open_pdf(template_pdf) as form:
        try:
            return _compose(template_pdf, form)
        except BAD_STRUCTURE as error:
            raise TemplateError(str(template_pdf), [unsound(template_pdf, error)]) from error


def _compose(path: Path, form: pikepdf.Pdf) -> Sheet:
    frame, faults = read_frame(form.pages[0]) if len(form.pages) == 1 else (None, [])
    if frame is None or faults:
        raise TemplateError(str(path), faults or [f"it has {len(form.pages)} pages; a form is one page"])
    (width_mm, height_mm), (across, down) = _layout(frame)
    if across * down == 0:
        size = f"{frame.width_mm:.0f} x {frame.height_mm:.0f} mm"
        raise TemplateError(str(path), [f"page 1: {size} does not fit on A4 at true scale"])
    sheet = _cut_lines(width_mm, height_mm, across, down)
    page = sheet.pages[0]
    printed = sheet.copy_foreign(printed_page(form).as_form_xobject())
    page.add_resource(printed, Name.XObject, _FORM)
    middles = [
        (width_mm * (col + 0.5) / across, height_mm * (row + 0.5) / down)
        for row in range(down)
        for col in range(across)
    ]
    places = tuple(_place(frame, middle, height_mm) for middle in middles)
    for place in places:
        page.contents_add(
            page.calc_form_xobject_placement(
                printed, _FORM, place, invert_transformations=True, allow_shrink=True, allow_expand=True
            )
        )
    return Sheet(sheet, places)


def _layout(frame: PageFrame) -> tuple[tuple[float, float], tuple[int, int]]:
    """Size of the sheet, and how many forms fit beside and below each other; upright wins a draw."""
    upright, across = A4_MM, (A4_MM[1], A4_MM[0])
    return max(((size, _count(size, frame)) for size in (upright, across)), key=lambda s: s[1][0] * s[1][1])


def _count(size_mm: tuple[float, float], frame: PageFrame) -> tuple[int, int]:
    return (
        int((size_mm[0] + ROUNDING_MM) // frame.width_mm),
        int((size_mm[1] + ROUNDING_MM) // frame.height_mm),
    )


def _cut_lines(width_mm: float, height_mm: float, across: int, down: int) -> pikepdf.Pdf:
    drawing = FormDrawing(width_mm, height_mm, title="Бланки для печати без масштабирования, 100 %")
    for x in np.linspace(0, width_mm, across + 1)[1:-1]:
        _cut(drawing, (float(x), 0.0), (float(x), height_mm))
    for y in np.linspace(0, height_mm, down + 1)[1:-1]:
        _cut(drawing, (0.0, float(y)), (width_mm, float(y)))
    return pikepdf.open(BytesIO(drawing.to_bytes()))


def _cut(drawing: FormDrawing, start_mm: tuple[float, float], end_mm: tuple[float, float]) -> None:
    drawing.rule(start_mm, end_mm, width_mm=CUT_WIDTH_MM, grey=CUT_GREY, dash_mm=CUT_DASH_MM)


def printed_page(form: pikepdf.Pdf) -> pikepdf.Page:
    """The page as it prints: notes drawn into it, fields gone, one box."""
    empty_form(form)
    page = form.pages[0]
    notes = [note for note in page.obj.Annots if note.get("/Subtype") != Name.Widget]
    page.obj.Annots = pikepdf.Array(notes)
    form.flatten_annotations("print")
    for key in ("/TrimBox", "/ArtBox", "/BleedBox"):
        if key in page.obj:
            del page.obj[key]
    return page


def _place(frame: PageFrame, middle_mm: tuple[float, float], height_mm: float) -> pikepdf.Rectangle:
    """Where a form goes on the sheet, in points from the bottom left."""
    x, y = middle_mm[0], height_mm - middle_mm[1]
    half_width, half_height = frame.width_mm / 2, frame.height_mm / 2
    corners = (x - half_width, y - half_height, x + half_width, y + half_height)
    return pikepdf.Rectangle(*(corner * PT_PER_MM for corner in corners))
