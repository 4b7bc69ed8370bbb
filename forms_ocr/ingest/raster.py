"""JPEG and PNG: one picture, one page."""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import cv2
import numpy as np
from PIL import JpegImagePlugin, PngImagePlugin
from PIL.Image import Exif

from forms_ocr.errors import PageError, ScanError
from forms_ocr.ingest.grey import grey_pixels
from forms_ocr.ingest.limits import Limits
from forms_ocr.ingest.orientation import UPRIGHT, Orientation, exif_orientation
from forms_ocr.ingest.resolution import with_square_pixels
from forms_ocr.ingest.scan import Scan
from forms_ocr.ingest.scan_date import latest_day
from forms_ocr.model import GreyImage, Page, Reason

_EXIF_ORIENTATION = 0x0112
_EXIF_TIMES = (0x0132, 0x9003, 0x9004)
"""DateTime, and DateTimeOriginal and DateTimeDigitized of the directory below."""
_EXIF_DIRECTORY = 0x8769
_AS_STORED = cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION

_MOST_JPEG_PASSES = 100
"""A progressive JPEG comes in about ten passes; each costs a walk over all pixels and next to no bytes."""


@dataclass(frozen=True, slots=True)
class RasterHeader:
    """What a JPEG or PNG says before it is decoded.

    ``components`` is 1 grey, 3 colour, 4 CMYK. ``x_dpi`` and ``y_dpi`` are 0 where not stated.
    """

    width_px: int
    height_px: int
    components: int = 1
    x_dpi: float = 0.0
    y_dpi: float = 0.0
    orientation: Orientation = UPRIGHT
    has_transparency: bool = False
    is_progressive: bool = False
    scanned_on: date | None = None


_ReadHeader = Callable[[bytes], RasterHeader]
_Decode = Callable[[bytes, RasterHeader, Limits], GreyImage]


class RasterScan(Scan):
    """A file that holds one picture; of several (a phone's burst, an animation) the first."""

    def __init__(self, path: Path, limits: Limits, read_header: _ReadHeader, decode: _Decode) -> None:
        super().__init__(path, limits)
        self._data = _read_file(path, limits)
        self._header = read_header(self._data)
        self._decode = decode

    @property
    def page_count(self) -> int:
        """Always 1."""
        return 1

    def close(self) -> None:
        """Let go of the file's bytes."""
        self._data = b""

    def _read(self, number: int) -> Page:
        header = self._header
        pixels = header.orientation.apply(self._decode(self._data, header, self.limits))
        x_dpi, y_dpi = header.x_dpi, header.y_dpi
        if header.orientation.is_transposed:
            x_dpi, y_dpi = y_dpi, x_dpi
        return Page(number, *with_square_pixels(pixels, x_dpi, y_dpi), scanned_on=header.scanned_on)


def open_jpeg(path: Path, limits: Limits) -> RasterScan:
    """Open a JPEG file."""
    return RasterScan(path, limits, jpeg_header, decode_jpeg)


def open_png(path: Path, limits: Limits) -> RasterScan:
    """Open a PNG file."""
    return RasterScan(path, limits, png_header, decode_png)


def _read_file(path: Path, limits: Limits) -> bytes:
    size = path.stat().st_size
    if size > limits.max_image_bytes:
        most = f"at most {limits.max_image_bytes / 1e6:.0f} MB are read"
        raise ScanError(
            Reason.SCAN_TOO_LARGE, f"{size / 1e6:.0f} MB for one picture; {most}; scan it at 300 dpi"
        )
    return path.read_bytes()


def jpeg_header(data: bytes) -> RasterHeader:
    """Read a JPEG up to its first picture data. Raises whatever Pillow does on a damaged header."""
    image = JpegImagePlugin.JpegImageFile(io.BytesIO(data))
    x_dpi, y_dpi = _finite(image.info.get("dpi", (0, 0)))
    exif = image.getexif() if "exif" in image.info else Exif()
    return RasterHeader(
        *image.size,
        components=len(image.getbands()),
        x_dpi=x_dpi,
        y_dpi=y_dpi,
        orientation=exif_orientation(exif.get(_EXIF_ORIENTATION, 1)),
        is_progressive="progressive" in image.info,
        scanned_on=latest_day(_times(exif)),
    )


def _times(exif: Exif) -> list[object]:
    below = exif.get_ifd(_EXIF_DIRECTORY) if exif else {}
    return [found.get(tag) for found in (exif, below) for tag in _EXIF_TIMES]


def decode_jpeg(data: bytes, header: RasterHeader, limits: Limits) -> GreyImage:
    """A JPEG as grey, as stored: no Exif turn is applied.

    Raises:
        PageError: ``PAGE_TOO_LARGE`` by its header, or ``PAGE_BROKEN``.
    """
    limits.check_size(header.width_px, header.height_px)
    if header.is_progressive and data.count(b"\xff\xda") > _MOST_JPEG_PASSES:
        raise PageError(Reason.PAGE_BROKEN, f"a JPEG of more than {_MOST_JPEG_PASSES} passes is no scan")
    return _decode(data, "JPEG")


def png_header(data: bytes) -> RasterHeader:
    """Read a PNG's chunks without decoding any.

    Raises:
        ScanError: ``SCAN_BROKEN`` if it does not begin and end as a PNG does.
    """
    chunks = {name: body for name, body in _png_chunks(data) if name != b"IDAT"}
    if b"IEND" not in chunks or len(chunks.get(b"IHDR", b"")) < 13:
        raise ScanError(Reason.SCAN_BROKEN, "the PNG breaks off before its end; copy or scan it again")
    width, height, _, colour = struct.unpack_from(">IIBB", chunks[b"IHDR"])
    x_dpi, y_dpi = _png_dpi(chunks.get(b"pHYs", b""))
    has_transparency = bool(colour & 4) or b"tRNS" in chunks
    components = 3 if colour & 2 else 1
    return RasterHeader(width, height, components, x_dpi, y_dpi, has_transparency=has_transparency)


def decode_png(data: bytes, header: RasterHeader, limits: Limits) -> GreyImage:
    """A PNG as grey on white paper.

    Raises:
        PageError: ``PAGE_TOO_LARGE`` by its header, or ``PAGE_BROKEN``.
    """
    limits.check_size(header.width_px, header.height_px)
    if header.has_transparency:  # OpenCV would show what is transparent as black
        image = PngImagePlugin.PngImageFile(io.BytesIO(data))
        image.load()
        return grey_pixels(image)
    return _decode(data, "PNG")


def _decode(data: bytes, kind: str) -> GreyImage:
    """OpenCV answers damaged input with None and a size beyond its own limits with an exception."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), _AS_STORED)
    if pixels is None:
        raise PageError(Reason.PAGE_BROKEN, f"the {kind} is damaged or breaks off; copy or scan it again")
    return pixels.astype(np.uint8, copy=False)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and body of each chunk that is there in full (PNG 1.2, chapter 3)."""
    at = 8
    while at + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 8 + length
        if end + 4 > len(data):
            return
        yield name, b"" if name == b"IDAT" else data[at + 8 : end]
        at = end + 4


def _png_dpi(body: bytes) -> tuple[float, float]:
    if len(body) != 9 or body[8] != 1:  # unit 1 is the metre, 0 only a ratio
        return 0.0, 0.0
    x, y = struct.unpack_from(">II", body)
    return x * 0.0254, y * 0.0254


def _finite(dpi: tuple[float, float]) -> tuple[float, float]:
    x_dpi, y_dpi = float(dpi[0]), float(dpi[1])
    return (x_dpi, y_dpi) if math.isfinite(x_dpi) and math.isfinite(y_dpi) else (0.0, 0.0)
