"""PDF: the embedded picture where one covers the page, rendered otherwise.

Taking out a JPEG costs 0.3 ms more than decoding it; rendering the same page costs ten times as much.
"""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import BinaryIO

import pikepdf

from forms_ocr.errors import PageError, ScanError
from forms_ocr.ingest.limits import Limits
from forms_ocr.ingest.orientation import Orientation
from forms_ocr.ingest.pdf_content import Matrix, PlacedImage, Rectangle, sole_image
from forms_ocr.ingest.pdf_form import page_values
from forms_ocr.ingest.pdf_image import image_pixels
from forms_ocr.ingest.pdf_render import render_pdf_page
from forms_ocr.ingest.resolution import believable, with_square_pixels
from forms_ocr.ingest.scan import Scan
from forms_ocr.ingest.scan_date import latest_day
from forms_ocr.model import GreyImage, Page, Reason

RENDER_DPI = 300.0
"""What offices scan at, and more than the reader needs."""

_LONGEST_RENDERED_PX = 5_000
"""A3 at 300 dpi. A page larger than that is a scan whose resolution was forgotten, and is drawn smaller."""

_LOWEST_RENDER_DPI = 36.0
"""A page that would have to be drawn below this is 3.5 m long and no paper."""

_TAIL_BYTES = 64 * 1024
"""Some copying programs fill the last block with zeros, so look this far back for the end mark."""

_MAX_INFLATED_BYTES = 64 * 1024**2
"""For the file's own tables; pictures and page content are bounded where they are decoded."""

_MOST_SKEW = 0.01
"""As a share of the page's side; straightening programs turn the picture in the PDF instead of its pixels."""


class PdfScan(Scan):
    """A PDF file."""

    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(path, limits)
        _check_complete(path)
        pikepdf.settings.set_qpdf_limits(flate_max_memory=_MAX_INFLATED_BYTES)
        self._file = path.open("rb")  # pikepdf itself cannot open a name that is not UTF-8
        try:
            self._pdf = _open(self._file)
            self._count = _count_pages(self._pdf, limits)
            self._scanned_on = _scanned_on(self._pdf)
        except BaseException:
            self._file.close()
            raise

    @property
    def page_count(self) -> int:
        """Pages of the PDF's page tree."""
        return self._count

    def close(self) -> None:
        """Let go of the file."""
        self._pdf.close()
        self._file.close()

    def _read(self, number: int) -> Page:
        page = self._pdf.pages[number - 1]
        box = _visible_box(page.obj)
        values = page_values(page.obj)
        placed = None if values else sole_image(page, box)
        taken = self._take_out(page.obj, placed, number) if placed else None
        if taken is not None:
            return taken
        self._check_pictures(page.obj)
        return self._render(number, box, values)

    def _take_out(self, page: pikepdf.Object, placed: PlacedImage, number: int) -> Page | None:
        """The embedded picture as the page shows it; None if it has to be rendered."""
        quarters = _quarter_turns(page)
        orientation = _orientation(placed.matrix)
        if quarters is None or orientation is None:
            return None
        pixels = image_pixels(placed.image, self.limits)
        if pixels is None:
            return None
        shown = orientation.turned_clockwise(quarters)
        pixels = shown.apply(pixels)
        width_pt, height_pt = _shown_size(placed.matrix, shown)
        x_dpi, y_dpi = pixels.shape[1] * 72 / width_pt, pixels.shape[0] * 72 / height_pt
        return Page(number, *with_square_pixels(pixels, x_dpi, y_dpi), scanned_on=self._scanned_on)

    def _check_pictures(self, page: pikepdf.Object) -> None:
        """Poppler takes seconds to minutes for a picture of a billion pixels, however small it is drawn."""
        drawn = page.get("/Resources", pikepdf.Dictionary()).get("/XObject", pikepdf.Dictionary())
        for picture in drawn.as_dict().values():
            if picture.get("/Subtype") == pikepdf.Name.Image:
                self.limits.check_size(int(picture["/Width"]), int(picture["/Height"]))

    def _render(self, number: int, box: Rectangle, values: dict[str, str]) -> Page:
        dpi = _render_dpi(box)
        width_pt, height_pt = box[2] - box[0], box[3] - box[1]
        self.limits.check_size(math.ceil(width_pt * dpi / 72), math.ceil(height_pt * dpi / 72))
        pixels: GreyImage = render_pdf_page(
            self.path, number, dpi, timeout_s=self.limits.page_timeout_s, is_strict=not values
        )
        return Page(number, pixels, believable(dpi), values)


def _check_complete(path: Path) -> None:
    """Refuse a file that breaks off: readers find their way in what is left and lose pages without a word.

    Raises:
        ScanError: ``SCAN_BROKEN``.
    """
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        tail = file.read()
    _, mark, rest = tail.rpartition(b"%%EOF")
    if not mark or b" obj" in rest:  # later objects without an end mark: a second version that breaks off
        raise ScanError(Reason.SCAN_BROKEN, "the PDF breaks off before its end; copy or scan it again")


def _open(file: BinaryIO) -> pikepdf.Pdf:
    try:
        return pikepdf.open(file)
    except pikepdf.PasswordError as error:
        raise ScanError(Reason.SCAN_ENCRYPTED, "the PDF asks for a password; send it without one") from error
    except (pikepdf.PdfError, NotImplementedError) as error:
        if "encrypt" not in str(error).lower():
            raise
        raise ScanError(Reason.SCAN_ENCRYPTED, "the PDF is encrypted; send it without a password") from error


def _scanned_on(pdf: pikepdf.Pdf) -> date | None:
    """When the file was made. Asked of pictures only: a form may be filled in long after it was drawn."""
    facts = pdf.trailer.get("/Info")
    if not isinstance(facts, pikepdf.Dictionary):
        return None
    return latest_day(facts.get(name) for name in ("/CreationDate", "/ModDate"))


def _count_pages(pdf: pikepdf.Pdf, limits: Limits) -> int:
    """Pages found, which must be as many as the file says it has.

    Raises:
        ScanError: ``SCAN_EMPTY``, ``SCAN_BROKEN``, ``SCAN_TOO_MANY_PAGES``.
    """
    claimed = int(pdf.Root.Pages.get("/Count", 0))
    found = len(pdf.pages)
    if found > limits.max_pages:
        message = f"{found} pages; at most {limits.max_pages} are read; split it"
        raise ScanError(Reason.SCAN_TOO_MANY_PAGES, message)
    if found < claimed:
        message = f"only {found} of {claimed} pages can be found; copy or scan it again"
        raise ScanError(Reason.SCAN_BROKEN, message)
    if not found:
        raise ScanError(Reason.SCAN_EMPTY, "the PDF has no pages")
    return found


def _visible_box(page: pikepdf.Object) -> Rectangle:
    """The crop box as far as it lies on the media box, which is what viewers and poppler show."""
    media = _rectangle(page["/MediaBox"])
    crop = _rectangle(page["/CropBox"]) if "/CropBox" in page else media
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    if not (right > left and top > bottom and math.isfinite(right - left + top - bottom)):
        raise PageError(Reason.PAGE_BROKEN, "the PDF page has no size; scan it again")
    return left, bottom, right, top


def _rectangle(array: pikepdf.Object) -> Rectangle:
    """Any two opposite corners make a PDF rectangle."""
    x0, y0, x1, y1 = (float(side) for side in array)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _quarter_turns(page: pikepdf.Object) -> int | None:
    """How far the page is turned clockwise when shown; None if not by right angles."""
    degrees = int(page.get("/Rotate", 0))
    return None if degrees % 90 else degrees // 90 % 4


def _orientation(matrix: Matrix) -> Orientation | None:
    """How a picture lies on the page; None if it is askew. Its first row is at the top of the unit square."""
    a, b, c, d, _, _ = matrix
    if abs(b) <= _MOST_SKEW * abs(d) and abs(c) <= _MOST_SKEW * abs(a):
        return Orientation(is_mirrored=a < 0, is_flipped=d < 0)
    if abs(a) <= _MOST_SKEW * abs(c) and abs(d) <= _MOST_SKEW * abs(b):
        return Orientation(is_transposed=True, is_mirrored=c > 0, is_flipped=b > 0)
    return None


def _shown_size(matrix: Matrix, shown: Orientation) -> tuple[float, float]:
    """Width and height in points of the picture as it is seen."""
    a, b, c, d, _, _ = matrix
    along_rows, along_columns = math.hypot(a, b), math.hypot(c, d)
    return (along_columns, along_rows) if shown.is_transposed else (along_rows, along_columns)


def _render_dpi(box: Rectangle) -> float:
    longest_inch = max(box[2] - box[0], box[3] - box[1]) / 72
    dpi = min(RENDER_DPI, _LONGEST_RENDERED_PX / longest_inch)
    if dpi < _LOWEST_RENDER_DPI:
        message = f"the PDF page is {longest_inch * 0.0254:.1f} m long; scan it at 300 dpi"
        raise PageError(Reason.PAGE_TOO_LARGE, message)
    return dpi
