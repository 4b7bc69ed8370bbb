"""TIFF: one page a directory, in any order.

Pillow rather than OpenCV: OpenCV takes 1.1 to 1.2 times as long for G4, LZW, deflate and JPEG, and Pillow
reads the directory of one page, with size, resolution and turn, before it decodes any.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, BinaryIO

from PIL import TiffImagePlugin
from PIL.TiffImagePlugin import TiffImageFile

from forms_ocr.errors import PageError
from forms_ocr.ingest.grey import grey_pixels
from forms_ocr.ingest.limits import Limits
from forms_ocr.ingest.resolution import with_square_pixels
from forms_ocr.ingest.scan import Scan
from forms_ocr.ingest.scan_date import latest_day
from forms_ocr.ingest.tiff_directories import page_directories
from forms_ocr.model import Page, Reason

_TRANSPOSED = (5, 6, 7, 8)
_INCH, _CENTIMETRE = 2, 3
_DATE_TIME = 306
_STRIPS = (TiffImagePlugin.STRIPOFFSETS, TiffImagePlugin.STRIPBYTECOUNTS)
_TILE_WIDTH, _TILE_LENGTH = 322, 323
_TILES = (TiffImagePlugin.TILEOFFSETS, TiffImagePlugin.TILEBYTECOUNTS)


class TiffScan(Scan):
    """A TIFF file; the small previews some programs store beside a page are left out."""

    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(path, limits)
        self._file = path.open("rb")
        try:
            self._size = path.stat().st_size
            self._frames = page_directories(self._file, limits)
            self._image = _opened(self._file)
        except BaseException:
            self._file.close()
            raise
        self._resolutions: dict[int, tuple[float, float]] = {}

    @property
    def page_count(self) -> int:
        """Directories that are pages."""
        return len(self._frames)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _read(self, number: int) -> Page:
        try:
            return self._read_frame(self._frames[number - 1], number)
        except Exception:
            self._image = _opened(self._file)  # the old one would now show another page for this
            raise

    def _read_frame(self, frame: int, number: int) -> Page:
        image = self._image
        image.seek(frame)
        self.limits.check_size(*image.size)
        _check_complete(image, self._size)
        if frame not in self._resolutions:  # once decoded, Pillow forgets how the page was turned
            self._resolutions[frame] = _resolution(image)
        scanned_on = latest_day(_tag(image, _DATE_TIME))
        pixels = with_square_pixels(grey_pixels(image), *self._resolutions[frame])
        return Page(number, *pixels, scanned_on=scanned_on)


def _opened(file: BinaryIO) -> TiffImageFile:
    file.seek(0)
    return TiffImageFile(file)


def _check_complete(image: TiffImageFile, file_size: int) -> None:
    """See that all of the picture is there and inside the file: libtiff may show what is missing as black."""
    is_tiled = TiffImagePlugin.TILEOFFSETS in image.tag_v2
    offsets, lengths = (_tag(image, tag) for tag in (_TILES if is_tiled else _STRIPS))
    if len(offsets) != len(lengths) or len(offsets) < _parts_needed(image, is_tiled=is_tiled):
        raise PageError(Reason.PAGE_BROKEN, "parts of the picture are missing; copy or scan it again")
    needed = max(start + length for start, length in zip(offsets, lengths, strict=True))
    if needed > file_size:
        message = f"breaks off: {needed} bytes are needed, {file_size} are there; copy or scan it again"
        raise PageError(Reason.PAGE_BROKEN, message)


def _parts_needed(image: TiffImageFile, *, is_tiled: bool) -> int:
    """Into how many strips or tiles the picture is cut, at the least."""
    tags = image.tag_v2
    width, height = int(tags[TiffImagePlugin.IMAGEWIDTH]), int(tags[TiffImagePlugin.IMAGELENGTH])
    if not is_tiled:
        return math.ceil(height / int(tags.get(TiffImagePlugin.ROWSPERSTRIP, height)))
    across, down = int(tags[_TILE_WIDTH]), int(tags[_TILE_LENGTH])
    return math.ceil(width / across) * math.ceil(height / down)


def _tag(image: TiffImageFile, tag: int) -> tuple[Any, ...]:
    value = image.tag_v2.get(tag, ())
    return value if isinstance(value, tuple) else (value,)


def _resolution(image: TiffImageFile) -> tuple[float, float]:
    """Dots per inch as the page is seen, left to right and top to bottom; zeros where not stated."""
    tags = image.tag_v2
    unit = tags.get(TiffImagePlugin.RESOLUTION_UNIT, _INCH)
    if unit not in (_INCH, _CENTIMETRE):
        return 0.0, 0.0
    scale = 2.54 if unit == _CENTIMETRE else 1.0
    x_dpi, y_dpi = (_number(tags.get(tag, 0)) * scale for tag in (282, 283))
    return (y_dpi, x_dpi) if tags.get(274, 1) in _TRANSPOSED else (x_dpi, y_dpi)


def _number(value: object) -> float:
    """A rational of a damaged file may be 0/0, a tuple, or text."""
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever the file holds
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0
    return number if math.isfinite(number) else 0.0
