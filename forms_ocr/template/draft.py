"""A first template out of somebody else's empty form: the PDF, its TOML and a picture to check them by."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pikepdf
from numpy.typing import NDArray
from pikepdf import Name

from forms_ocr.errors import ScanError, StorageError, TemplateError
from forms_ocr.ingest import Limits, open_scan
from forms_ocr.model import GreyImage, Shape
from forms_ocr.recognition import LineReader
from forms_ocr.template.acroform import BAD_STRUCTURE
from forms_ocr.template.artwork import ARTWORK_DPI, render_artwork
from forms_ocr.template.detection import find_spots
from forms_ocr.template.drawing import FormDrawing, Widget, add_form
from forms_ocr.template.labels import NamedSpot, name_spots
from forms_ocr.template.page_frame import read_frame
from forms_ocr.template.pdf_file import open_pdf, save_pdf, unsound
from forms_ocr.template.ruling import find_ruling, find_skew_deg, straightened
from forms_ocr.template.sheet import printed_page
from forms_ocr.template.units import MM_PER_INCH, PT_PER_MM

MIN_DPI = 140.0
"""Below it lines of 0.2 mm are lost between the pixels of many scanners."""
A4_LONG_MM = 297.0

# A page this straight needs no turning: over A4 it is off by half a millimetre at its ends.
_STRAIGHT_DEG = 0.1
# Paper's own grain and the noise of a scan, lighter than any print (of 255).
_PAPER_NOISE = 16
_PRINT = Name("/EmptyForm")
_PICTURE_PX_PER_MM = 6.0
_COLOURS = {
    Shape.COMB: (200, 90, 0),
    Shape.LINE: (0, 140, 0),
    Shape.SIGNATURE: (160, 0, 160),
    Shape.MARK: (0, 100, 230),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What was found on a form and where it was written.

    Attributes:
        spots: In reading order; their numbers on the picture count from 1.
        skew_deg: By how much the scan was turned to lie straight.
        is_size_assumed: The scan does not say its resolution, so it was taken for a whole A4 sheet.
    """

    pdf: Path
    toml: Path
    picture: Path
    width_mm: float
    height_mm: float
    spots: tuple[NamedSpot, ...]
    skew_deg: float
    is_size_assumed: bool


@dataclass(frozen=True, eq=False)
class _EmptyForm:
    """A form's page as a picture, and the PDF page that prints it, if that lies straight."""

    pixels: GreyImage
    px_per_mm: float
    size_mm: tuple[float, float]
    page: pikepdf.Pdf | None = None
    is_size_assumed: bool = False


def draft_template(
    source: Path, folder: Path, reader: LineReader, *, number: int = 1, dpi: float | None = None
) -> Draft:
    """Find the fields of an empty form and write a template to go on from.

    The PDF shows the page as it was given, scans straightened and cleaned, with a form field over every place
    that was found. The TOML beside it lists the fields; nothing in it is required.

    Args:
        source: A PDF, or a scan of the empty form.
        folder: Gets ``NAME.pdf``, ``NAME.toml`` and ``NAME.png``; made if it is not there.
        reader: Reads the labels.
        number: The page, counted from 1.
        dpi: The scan's resolution where its file does not say or says wrong.

    Raises:
        TemplateError: The source cannot be read as a page, is too coarse, or nothing to write on was found.
        StorageError: The folder cannot be written.
    """
    form = _opened(source, number, dpi)
    skew = find_skew_deg(form.pixels, form.px_per_mm)
    # thick lines are found askew by a tenth of a degree, which a second look mends
    skew += find_skew_deg(straightened(form.pixels, skew), form.px_per_mm)
    if form.page is None or abs(skew) > _STRAIGHT_DEG:
        form = replace(form, pixels=_cleaned(straightened(form.pixels, skew)), page=None)
    else:
        skew = 0.0
    ruling = find_ruling(form.pixels, form.px_per_mm)
    spots = name_spots(find_spots(ruling), ruling, reader)
    if not spots:
        raise TemplateError(
            str(source), ["page: no cells, boxes or lines to write on were found; is it an empty form?"]
        )
    return _written(form, spots, folder, source.stem, skew)


def _opened(source: Path, number: int, dpi: float | None) -> _EmptyForm:
    if source.suffix.lower() == ".pdf" and dpi is None:
        form = _of_pdf(source, number)
        if form is not None:
            return form
    try:
        with open_scan(source, Limits()) as scan:
            page = scan.read(number)
    except ScanError as error:
        raise TemplateError(str(source), [error.message]) from error
    except ValueError as error:
        raise TemplateError(str(source), [str(error)]) from error
    said = dpi or page.dpi
    used = said or max(page.pixels.shape) / (A4_LONG_MM / MM_PER_INCH)
    if used < MIN_DPI:
        fault = f"page {number}: {used:.0f} dpi; scan the empty form at 300 dpi, or say its true --dpi"
        raise TemplateError(str(source), [fault])
    px_per_mm = used / MM_PER_INCH
    height, width = page.pixels.shape
    return _EmptyForm(page.pixels, px_per_mm, (width / px_per_mm, height / px_per_mm), None, not said)


def _of_pdf(source: Path, number: int) -> _EmptyForm | None:
    """The page of a PDF as it prints; None for one that only opens with the patience of a scan reader."""
    try:
        form = open_pdf(source)
    except TemplateError:
        return None
    try:
        if not 1 <= number <= len(form.pages):
            raise TemplateError(str(source), [f"page {number}: there are pages 1 to {len(form.pages)}"])
        for other in reversed([i for i in range(len(form.pages)) if i != number - 1]):
            del form.pages[other]
        frame, faults = read_frame(form.pages[0])
        if frame is None or faults:
            raise TemplateError(str(source), faults)
        printed_page(form)
        form.remove_unreferenced_resources()
        artwork, fault = render_artwork(form, frame)
        if artwork is None:
            raise TemplateError(str(source), [fault])
    except BAD_STRUCTURE as error:
        raise TemplateError(str(source), [unsound(source, error)]) from error
    return _EmptyForm(artwork, ARTWORK_DPI / MM_PER_INCH, (frame.width_mm, frame.height_mm), form)


def _cleaned(page: GreyImage) -> GreyImage:
    """A scan with its paper made white, so that what is left is print."""
    # the upper edge of the noise counts as paper, so that faint lines stand out from it
    paper = cv2.medianBlur(cv2.dilate(page, np.ones((5, 5), np.uint8)), 41)
    darkness = cv2.subtract(paper, page)
    smooth = cv2.GaussianBlur(darkness, (0, 0), 0.8)
    darkness[smooth < _PAPER_NOISE] = 0
    return np.asarray(255 - darkness, np.uint8)


def _written(form: _EmptyForm, spots: Sequence[NamedSpot], folder: Path, name: str, skew_deg: float) -> Draft:
    width_mm, height_mm = form.size_mm
    paths = [folder / f"{name}.{ending}" for ending in ("pdf", "toml", "png")]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _with_fields(form, spots, name) as pdf:
            save_pdf(pdf, paths[0])
        paths[1].write_text("".join(_toml(name, spots)), encoding="utf-8")
        paths[2].write_bytes(
            cv2.imencode(".png", numbered_picture(form.pixels, form.px_per_mm, spots))[1].tobytes()
        )
    except OSError as error:
        raise StorageError(f"{folder}: the draft cannot be written ({error.strerror or error})") from error
    return Draft(
        paths[0], paths[1], paths[2], width_mm, height_mm, tuple(spots), skew_deg, form.is_size_assumed
    )


def _with_fields(form: _EmptyForm, spots: Sequence[NamedSpot], title: str) -> pikepdf.Pdf:
    """The form's print on a fresh page, and fields over it."""
    width_mm, height_mm = form.size_mm
    pdf = pikepdf.open(BytesIO(FormDrawing(width_mm, height_mm, title=title).to_bytes()))
    page = pdf.pages[0]
    if form.page is None:
        page.add_resource(_image(pdf, form.pixels), Name.XObject, _PRINT)
        size = f"{width_mm * PT_PER_MM:.4f} 0 0 {height_mm * PT_PER_MM:.4f} 0 0"
        page.contents_add(f"q {size} cm {_PRINT} Do Q".encode("ascii"))
    else:
        printed = pdf.copy_foreign(form.page.pages[0].as_form_xobject())
        page.add_resource(printed, Name.XObject, _PRINT)
        whole = pikepdf.Rectangle(0, 0, width_mm * PT_PER_MM, height_mm * PT_PER_MM)
        page.contents_add(
            page.calc_form_xobject_placement(
                printed, _PRINT, whole, invert_transformations=True, allow_shrink=True, allow_expand=True
            )
        )
    widgets = [
        Widget(one.name, one.label or one.name, one.spot.shape, one.spot.box, one.spot.cells) for one in spots
    ]
    add_form(pdf, widgets, height_mm)
    return pdf


def _image(pdf: pikepdf.Pdf, pixels: GreyImage) -> pikepdf.Stream:
    height, width = pixels.shape
    return pdf.make_stream(
        zlib.compress(np.ascontiguousarray(pixels).tobytes(), 9),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=width,
        Height=height,
        ColorSpace=Name.DeviceGray,
        BitsPerComponent=8,
        Filter=Name.FlateDecode,
    )


def _toml(name: str, spots: Sequence[NamedSpot]) -> Iterator[str]:
    """The meaning as far as it is known: every field by itself, no role filled."""
    yield f"# What the fields of {name}.pdf mean. Where they are stands in the PDF itself.\n"
    yield "# A field without a role becomes a column of its own; `forms-ocr template check` lists them.\n\n"
    yield f"title = {_quoted(name)}\n\n"
    yield '# [roles]\n# account = "..."\n# reading = "..."\n# signature = "..."\n'
    yield '# date = { day = "...", month = "...", year = "...", century = 20 }\n'
    yield '# address = { street = "...", house = "...", flat = "..." }\n'
    for number, one in enumerate(spots, start=1):
        yield f"\n[fields.{_quoted(one.name)}] # {number}: {one.spot.shape.value}"
        yield f", {one.spot.cells} cells\n" if one.spot.cells else "\n"
        if one.spot.shape in {Shape.COMB, Shape.LINE}:
            content = "digits" if one.spot.shape is Shape.COMB else "text"
            yield f'content = "{content}"\n'
        yield "required = false\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{"".join(c for c in escaped if c.isprintable())}"'


def numbered_picture(pixels: GreyImage, px_per_mm: float, spots: Sequence[NamedSpot]) -> NDArray[np.uint8]:
    """The form with every place outlined and numbered in the colour of its kind, for a person to check."""
    scale = _PICTURE_PX_PER_MM / px_per_mm
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    picture = np.asarray(cv2.cvtColor(small, cv2.COLOR_GRAY2BGR), np.uint8)
    for number, one in enumerate(spots, start=1):
        colour = _COLOURS[one.spot.shape]
        for box in one.spot.box.split(max(1, one.spot.cells)):
            corners = np.rint(box.corners_mm * _PICTURE_PX_PER_MM).astype(int)
            cv2.rectangle(picture, corners[0].tolist(), corners[2].tolist(), colour, 1)
        corner = np.rint(one.spot.box.corners_mm[0] * _PICTURE_PX_PER_MM).astype(int) + np.array((2, 13))
        for tint, thickness in (((255, 255, 255), 4), (colour, 1)):
            cv2.putText(
                picture,
                str(number),
                corner.tolist(),
                cv2.FONT_HERSHEY_SIMPLEX,
                0.5,
                tint,
                thickness,
                cv2.LINE_AA,
            )
    return picture
