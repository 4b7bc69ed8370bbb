"""The empty form as it comes out of the printer, and the ArUco markers on it."""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
import pikepdf
from numpy.typing import NDArray
from pdf2image import convert_from_bytes
from pdf2image.exceptions import PDFPageCountError, PDFPopplerTimeoutError, PDFSyntaxError
from pikepdf import Array, Name

from forms_ocr.model import GreyImage, Marker
from forms_ocr.template.page_frame import PageFrame
from forms_ocr.template.units import MM_PER_INCH

ARTWORK_DPI = 200.0
MAX_OVERSAMPLING = 3
MAX_RENDERED_PIXELS = 40_000_000
"""A4 is rendered three times as fine, A2 as it is."""
RENDER_TIMEOUT_S = 20
MARKER_DICTIONARIES = ("DICT_4X4_50", "DICT_5X5_50", "DICT_6X6_50")
MIN_MARKERS = 3
"""Fewer do not pin a page down, and one or two are as likely to be a chance pattern of the artwork."""

_HIDDEN, _PRINT = 2, 4
_VALUES = ("/V", "/DV", "/RV", "/I")


def render_artwork(pdf: pikepdf.Pdf, frame: PageFrame) -> tuple[GreyImage | None, str]:
    """Render the empty form: everything that prints, values of fields left out.

    Poppler moves thin lines to whole pixels, so the page is rendered finer and averaged down: a line of
    0.3 mm then lies within 0.02 mm of its place.

    Changes ``pdf``: its fields lose their values.

    Returns:
        The page, grey, upright, at ``ARTWORK_DPI``; or None and what went wrong.
    """
    empty_form(pdf)
    data = BytesIO()
    pdf.save(data)
    finer = _oversampling(frame)
    try:
        pages = convert_from_bytes(
            data.getvalue(),
            # poppler does not look at the user unit; pdftoppm takes fractions
            dpi=ARTWORK_DPI * finer * frame.user_unit,  # type: ignore[arg-type]
            grayscale=True,
            use_cropbox=True,
            timeout=RENDER_TIMEOUT_S,
        )
    except PDFPopplerTimeoutError:
        return None, f"page 1: it takes longer than {RENDER_TIMEOUT_S} s to render; simplify its artwork"
    except (PDFPageCountError, PDFSyntaxError, OSError, ValueError) as error:
        return None, f"page 1: it cannot be rendered ({str(error).strip().splitlines()[-1]})"
    if not pages:
        return None, "page 1: it cannot be rendered; is the file damaged?"
    return _shrink(np.asarray(pages[0].convert("L")), finer), ""


def _oversampling(frame: PageFrame) -> int:
    pixels = frame.width_mm * frame.height_mm * (ARTWORK_DPI / MM_PER_INCH) ** 2
    return max(1, min(MAX_OVERSAMPLING, int((MAX_RENDERED_PIXELS / pixels) ** 0.5)))


def _shrink(picture: GreyImage, times: int) -> GreyImage:
    """Average blocks of ``times`` by ``times`` pixels, the right and lower edge continued to whole blocks."""
    height, width = picture.shape
    below, beside = -height % times, -width % times
    whole = cv2.copyMakeBorder(picture, 0, below, 0, beside, cv2.BORDER_REPLICATE)
    size = (whole.shape[1] // times, whole.shape[0] // times)
    return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def find_markers(artwork: GreyImage) -> tuple[str, tuple[Marker, ...]]:
    """Find the ArUco markers of a rendered form.

    Every dictionary is tried and the one that finds most is taken; numbers that stand on the page twice are
    left out.

    Returns:
        The dictionary's name and the markers by number, corners to about 0.03 mm; "" and () for a form
        without markers.
    """
    found = {name: _detect(artwork, name) for name in MARKER_DICTIONARIES}
    best = max(found, key=lambda name: len(found[name]))
    if len(found[best]) < MIN_MARKERS:
        return "", ()
    return best, tuple(found[best])


def _detect(artwork: GreyImage, dictionary: str) -> list[Marker]:
    settings = cv2.aruco.DetectorParameters()
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    detector = cv2.aruco.ArucoDetector(
        cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, dictionary)), settings
    )
    corners, found, _ = detector.detectMarkers(artwork)
    numbers = [int(number) for number in np.ravel(found)] if len(corners) else []
    markers = [
        Marker(number, _to_mm(np.asarray(quad, dtype=np.float64).reshape(4, 2)))
        for number, quad in zip(numbers, corners, strict=True)
        if numbers.count(number) == 1
    ]
    return sorted(markers, key=lambda marker: marker.id)


def _to_mm(corners_px: NDArray[np.float64]) -> tuple[tuple[float, float], ...]:
    """Pixel centres are whole numbers, so the page's edge is at -0.5."""
    mm = (corners_px + 0.5) * MM_PER_INCH / ARTWORK_DPI
    return tuple((round(float(x), 4), round(float(y), 4)) for x, y in mm)


def empty_form(pdf: pikepdf.Pdf) -> None:
    """Take the values out of all fields and leave of the annotations what goes to paper."""
    page = pdf.pages[0].obj
    page.Annots = Array([note for note in page.get("/Annots", []) if _is_printed(note)])
    for note in page.Annots:
        _clear(note)
    if "/AcroForm" in pdf.Root:
        pdf.Root.AcroForm.NeedAppearances = True


def _is_printed(note: pikepdf.Object) -> bool:
    flags = int(note.get("/F", 0))
    return bool(flags & _PRINT) and not flags & _HIDDEN


def _clear(note: pikepdf.Object) -> None:
    """Empty a widget: its values here and above, and its picture; the renderer draws a border anew."""
    if note.get("/Subtype") != Name.Widget:
        return
    node = note
    for _ in range(32):
        for key in _VALUES:
            if key in node:
                del node[key]
        if "/Parent" not in node:
            break
        node = node["/Parent"]
    if "/AS" in note:
        note.AS = Name.Off
    elif "/AP" in note:
        del note["/AP"]
