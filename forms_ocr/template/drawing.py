"""Drawing a form: what is printed and where people write, in millimetres from the top left corner.

Artwork goes through reportlab, fields become AcroForm widgets that print as nothing. The same calls give
the same bytes on every machine: no date, no random identifier, no compression, whose result depends on a
library's version.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import pikepdf
from numpy.typing import NDArray
from pikepdf import Array, Dictionary, Name
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from forms_ocr.model import Box, Shape
from forms_ocr.template.appearance import FONT, check_box_pictures, picture
from forms_ocr.template.fonts import BOLD, REGULAR, font_path, form_font
from forms_ocr.template.pdf_file import SAVE_OPTIONS, save_pdf
from forms_ocr.template.units import PT_PER_MM

LINE_GREY = 0.68
"""Lightness of cell lines: visible to people, far from the ink of any pen."""
LINE_WIDTH_MM = 0.3
BASELINE_ABOVE_BOTTOM_MM = 2.5
"""A free line's rule stands above the field's bottom edge, so that descenders stay inside the field."""

Align = Literal["left", "centre", "right"]
Bits = NDArray[np.bool_]
"""(rows, columns), True is black: the squares of a marker or a code."""

_COMB = 1 << 24  # PDF 32000-1, table 228
_PRINT = 4  # annotation flag: goes to paper with the page
_FONTS = {False: ("FormRegular", REGULAR), True: ("FormBold", BOLD)}
_TYPED_LINE_PT = 13.0
_TYPED_CELL_SHARE = 0.6  # of the cell's height: a typed character as tall as a written one


@dataclass(frozen=True)
class Widget:
    """A field to be put on a page; ``cells`` is 0 for all but combs."""

    name: str
    label: str
    shape: Shape
    box: Box
    cells: int = 0


class FormDrawing:
    """One page of a form being drawn.

    Args:
        width_mm, height_mm: Size of the paper.
        title: Shown by viewers as the window's title.
        language: BCP 47, for screen readers.
    """

    def __init__(self, width_mm: float, height_mm: float, *, title: str, language: str = "ru-RU") -> None:
        self.width_mm = width_mm
        self.height_mm = height_mm
        self._language = language
        self._widgets: list[Widget] = []
        self._bytes = BytesIO()
        for name, file in _FONTS.values():
            if name not in pdfmetrics.getRegisteredFontNames():
                pdfmetrics.registerFont(TTFont(name, str(font_path(file))))
        self._canvas = Canvas(
            self._bytes,
            pagesize=(width_mm * PT_PER_MM, height_mm * PT_PER_MM),
            invariant=1,
            pageCompression=0,
            initialFontName=_FONTS[False][0],
        )
        self._canvas.setTitle(title)

    # print

    def text(
        self,
        text: str,
        x_mm: float,
        baseline_mm: float,
        *,
        size_pt: float = 9,
        bold: bool = False,
        grey: float = 0.0,
        align: Align = "left",
    ) -> float:
        """Print one line of text.

        Returns:
            Its width in millimetres, so that another text can follow.
        """
        width_mm = self.text_width_mm(text, size_pt=size_pt, bold=bold)
        left_mm = x_mm - {"left": 0.0, "centre": width_mm / 2, "right": width_mm}[align]
        self._canvas.setFillGray(grey)
        self._canvas.setFont(_FONTS[bold][0], size_pt)
        self._canvas.drawString(*self._point(left_mm, baseline_mm), text)
        return width_mm

    def text_width_mm(self, text: str, *, size_pt: float = 9, bold: bool = False) -> float:
        """How wide a line of text would be."""
        return float(pdfmetrics.stringWidth(text, _FONTS[bold][0], size_pt)) / PT_PER_MM

    def paragraph(  # noqa: PLR0913 - how a text looks takes that many words
        self,
        text: str,
        x_mm: float,
        baseline_mm: float,
        width_mm: float,
        *,
        size_pt: float = 9,
        leading_mm: float = 4.0,
        bold: bool = False,
        grey: float = 0.0,
    ) -> float:
        """Print text broken into lines.

        Returns:
            The baseline that the next line of text would have.
        """
        for line in simpleSplit(text, _FONTS[bold][0], size_pt, width_mm * PT_PER_MM):
            self.text(line, x_mm, baseline_mm, size_pt=size_pt, bold=bold, grey=grey)
            baseline_mm += leading_mm
        return baseline_mm

    def rule(
        self,
        start_mm: tuple[float, float],
        end_mm: tuple[float, float],
        *,
        width_mm: float = LINE_WIDTH_MM,
        grey: float = LINE_GREY,
        dash_mm: Sequence[float] = (),
    ) -> None:
        """Print a straight line with square ends, dashed where ``dash_mm`` gives lengths on and off."""
        self._pen(width_mm, grey)
        self._canvas.setDash([length * PT_PER_MM for length in dash_mm])
        self._canvas.line(*self._point(*start_mm), *self._point(*end_mm))
        self._canvas.setDash([])

    def rectangle(
        self,
        box: Box,
        *,
        line_grey: float | None = LINE_GREY,
        fill_grey: float | None = None,
        width_mm: float = LINE_WIDTH_MM,
        radius_mm: float = 0.0,
    ) -> None:
        """Print a rectangle; a grey of None leaves its line or its filling out."""
        self._pen(width_mm, 0.0 if line_grey is None else line_grey)
        self._canvas.setFillGray(1.0 if fill_grey is None else fill_grey)
        x, y = self._point(box.left_mm, box.bottom_mm)
        size = (box.width_mm * PT_PER_MM, box.height_mm * PT_PER_MM)
        inked = {"stroke": int(line_grey is not None), "fill": int(fill_grey is not None)}
        self._canvas.roundRect(x, y, *size, radius_mm * PT_PER_MM, **inked)

    def grid(self, box: Box, cells: int) -> None:
        """Print a row of cells; neighbours share their line. Lines run centred on the edges of the boxes."""
        half = LINE_WIDTH_MM / 2
        for y in (box.top_mm, box.bottom_mm):
            self.rule((box.left_mm - half, y), (box.right_mm + half, y))
        for x in np.linspace(box.left_mm, box.right_mm, cells + 1):
            self.rule((float(x), box.top_mm), (float(x), box.bottom_mm))

    def strokes(self, strokes: Iterable[NDArray[np.float64]], *, width_mm: float, grey: float = 0.0) -> None:
        """Print pen strokes with round ends.

        Args:
            strokes: Each (N, 2), N >= 2, points ``(x, y)`` in millimetres.
        """
        self._pen(width_mm, grey)
        self._canvas.setLineCap(1)
        self._canvas.setLineJoin(1)
        for stroke in strokes:
            path = self._canvas.beginPath()
            path.moveTo(*self._point(*stroke[0]))
            for point in stroke[1:]:
                path.lineTo(*self._point(*point))
            self._canvas.drawPath(path)
        self._canvas.setLineCap(0)
        self._canvas.setLineJoin(0)

    def bits(self, bits: Bits, left_mm: float, top_mm: float, width_mm: float) -> None:
        """Print black squares, one a True: a marker or a code.

        Each row's runs are one rectangle, all in one path, so that no hairlines show between neighbours.
        """
        step = width_mm / bits.shape[1]
        path = self._canvas.beginPath()
        for row, col, length in black_runs(bits):
            x, y = self._point(left_mm + col * step, top_mm + (row + 1) * step)
            path.rect(x, y, length * step * PT_PER_MM, step * PT_PER_MM)
        self._canvas.setFillGray(0.0)
        self._canvas.drawPath(path, stroke=0, fill=1)

    def marker(
        self, number: int, left_mm: float, top_mm: float, side_mm: float, *, dictionary: str = "DICT_4X4_50"
    ) -> None:
        """Print an ArUco marker; the caller leaves it white surroundings of two of its squares or more."""
        aruco = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, dictionary))
        across = aruco.markerSize + 2
        picture = cv2.aruco.generateImageMarker(aruco, number, across)
        self.bits(picture == 0, left_mm, top_mm, side_mm)

    # fields

    def comb(
        self,
        name: str,
        label: str,
        left_mm: float,
        top_mm: float,
        cells: int,
        *,
        cell_width_mm: float = 9.0,
        cell_height_mm: float = 10.5,
    ) -> Box:
        """Print a row of cells, one character each, and make it a field.

        Args:
            name: Full dotted name of the field.
            label: What a person is told the field is.
        """
        box = Box(left_mm, top_mm, left_mm + cells * cell_width_mm, top_mm + cell_height_mm)
        self.grid(box, cells)
        return self.add_field(Widget(name, label, Shape.COMB, box, cells))

    def free_line(
        self, name: str, label: str, left_mm: float, top_mm: float, width_mm: float, height_mm: float = 12.0
    ) -> Box:
        """Print a line to write on and make it a field."""
        box = Box(left_mm, top_mm, left_mm + width_mm, top_mm + height_mm)
        base_mm = box.bottom_mm - BASELINE_ABOVE_BOTTOM_MM
        self.rule((box.left_mm, base_mm), (box.right_mm, base_mm))
        return self.add_field(Widget(name, label, Shape.LINE, box))

    def signature(
        self, name: str, label: str, left_mm: float, top_mm: float, width_mm: float, height_mm: float
    ) -> Box:
        """Print a box to sign in and make it a signature field."""
        box = Box(left_mm, top_mm, left_mm + width_mm, top_mm + height_mm)
        self.rectangle(box)
        return self.add_field(Widget(name, label, Shape.SIGNATURE, box))

    def mark(self, name: str, label: str, left_mm: float, top_mm: float, side_mm: float = 6.0) -> Box:
        """Print a box to tick and make it a check box field."""
        box = Box(left_mm, top_mm, left_mm + side_mm, top_mm + side_mm)
        self.rectangle(box)
        return self.add_field(Widget(name, label, Shape.MARK, box))

    # result

    def to_bytes(self) -> bytes:
        """Finish the form. Nothing can be drawn afterwards.

        Returns:
            The PDF.
        """
        out = BytesIO()
        with self._finish() as pdf:
            pdf.save(out, **SAVE_OPTIONS)
        return out.getvalue()

    def save(self, path: Path) -> None:
        """Finish the form and write it; as :meth:`to_bytes`."""
        with self._finish() as pdf:
            save_pdf(pdf, path)

    def _finish(self) -> pikepdf.Pdf:
        self._canvas.showPage()
        self._canvas.save()
        pdf = pikepdf.open(BytesIO(self._bytes.getvalue()))
        pdf.Root.Lang = self._language
        pdf.trailer.Info = pdf.make_indirect(Dictionary(Title=pdf.docinfo.Title, Producer="forms-ocr"))
        pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True, PrintScaling=Name("/None"))
        if self._widgets:
            add_form(pdf, self._widgets, self.height_mm)
        return pdf

    def add_field(self, widget: Widget) -> Box:
        """Make a place of the page a field without printing anything there.

        Raises:
            ValueError: A field of that name is there, or one whose name begins with it.
        """
        for other in self._widgets:
            if f"{widget.name}.".startswith(f"{other.name}.") or other.name.startswith(f"{widget.name}."):
                raise ValueError(f"field {widget.name!r} clashes with {other.name!r}; choose another name")
        self._widgets.append(widget)
        return widget.box

    def _point(self, x_mm: float, y_mm: float) -> tuple[float, float]:
        return float(x_mm) * PT_PER_MM, (self.height_mm - float(y_mm)) * PT_PER_MM

    def _pen(self, width_mm: float, grey: float) -> None:
        self._canvas.setLineWidth(width_mm * PT_PER_MM)
        self._canvas.setStrokeGray(grey)


def black_runs(bits: Bits) -> Iterable[tuple[int, int, int]]:
    """Row, first column and length of every horizontal run of True."""
    for row, line in enumerate(bits):
        edges = np.flatnonzero(np.diff(np.concatenate(([False], line, [False])).astype(np.int8)))
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            yield row, int(start), int(end - start)


def add_form(pdf: pikepdf.Pdf, widgets: Sequence[Widget], height_mm: float) -> None:
    """Put the fields on the first page and under an AcroForm, in the order given."""
    page = pdf.pages[0].obj
    page.Annots = pdf.make_indirect(Array())
    form = pdf.make_indirect(
        Dictionary(
            Fields=Array(),
            NeedAppearances=True,
            DA=f"/{FONT} 0 Tf 0 g".encode(),
            DR=Dictionary(Font=Dictionary({f"/{FONT}": form_font().embed(pdf)})),
        )
    )
    pdf.Root.AcroForm = form
    groups: dict[str, pikepdf.Object] = {"": form}
    for widget in widgets:
        group, _, own_name = widget.name.rpartition(".")
        node = pdf.make_indirect(_widget_object(pdf, widget, own_name, height_mm))
        node.P = page
        page.Annots.append(node)
        _hang(pdf, groups, group, node)


def _hang(pdf: pikepdf.Pdf, groups: dict[str, pikepdf.Object], group: str, node: pikepdf.Object) -> None:
    """Hang a node under its group, making groups as needed: a partial field name must not hold a dot.

    Args:
        groups: By full name; "" is the form itself.
    """
    if not group:
        groups[""].Fields.append(node)
        return
    if group not in groups:
        outer, _, own_name = group.rpartition(".")
        groups[group] = pdf.make_indirect(Dictionary(T=own_name, Kids=Array()))
        _hang(pdf, groups, outer, groups[group])
    node.Parent = groups[group]
    groups[group].Kids.append(node)


def _widget_object(pdf: pikepdf.Pdf, widget: Widget, own_name: str, height_mm: float) -> Dictionary:
    box = widget.box
    corners = (box.left_mm, height_mm - box.bottom_mm, box.right_mm, height_mm - box.top_mm)
    node = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        T=own_name,
        TU=widget.label,
        F=_PRINT,
        Rect=Array([round(corner * PT_PER_MM, 4) for corner in corners]),
    )
    for key, value in _kind_entries(pdf, widget).items():
        node[key] = value
    return node


def _kind_entries(pdf: pikepdf.Pdf, widget: Widget) -> dict[str, Any]:
    """What makes a widget a comb, a line, a signature or a check box."""
    width_pt, height_pt = widget.box.width_mm * PT_PER_MM, widget.box.height_mm * PT_PER_MM
    if widget.shape is Shape.SIGNATURE:
        return {"/FT": Name.Sig}
    if widget.shape is Shape.MARK:
        faces = check_box_pictures(pdf, width_pt, height_pt)
        return {"/FT": Name.Btn, "/V": Name.Off, "/AS": Name.Off, "/AP": Dictionary(N=faces)}
    nothing = picture(pdf, width_pt, height_pt, b"/Tx BMC EMC")
    entries: dict[str, Any] = {"/FT": Name.Tx, "/AP": Dictionary(N=nothing)}
    size_pt = _TYPED_LINE_PT
    if widget.shape is Shape.COMB:
        entries |= {"/Ff": _COMB, "/MaxLen": widget.cells}
        size_pt = round(height_pt * _TYPED_CELL_SHARE, 1)
    return entries | {"/DA": f"/{FONT} {size_pt:g} Tf 0 g".encode()}
