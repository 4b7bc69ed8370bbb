"""Scans of every kind, made on the spot and small."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import cv2
import numpy as np
import pikepdf
from numpy.typing import NDArray
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image

from forms_ocr.model import GreyImage

WIDTH_PX, HEIGHT_PX = 620, 440
PAGE_PT = (0.0, 0.0, 310.0, 220.0)
"""The picture on this page has 144 dpi."""

WHOLE_PAGE = "q 310 0 0 220 0 0 cm /Im0 Do Q"


def picture() -> GreyImage:
    """Something that looks different from each of its eight sides."""
    pixels = np.full((HEIGHT_PX, WIDTH_PX), 255, np.uint8)
    cv2.rectangle(pixels, (20, 20), (310, 60), 0, -1)
    cv2.circle(pixels, (60, 380), 40, 90, -1)
    cv2.putText(pixels, "Forms R7", (200, 220), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 30, 3)
    return pixels


def speckled() -> GreyImage:
    """The picture with the grain of a scanner, so that nothing of it packs to almost nothing."""
    grain = np.random.default_rng(7).normal(0, 4, (HEIGHT_PX, WIDTH_PX))
    return np.clip(picture() + grain, 0, 255).astype(np.uint8)


def coloured() -> NDArray[np.uint8]:
    """(H, W, 3), red, green, blue: the picture with a red bar and blue ink."""
    pixels = cv2.cvtColor(picture(), cv2.COLOR_GRAY2RGB).astype(np.uint8)
    pixels[20:60, 20:310] = (200, 30, 30)
    pixels[300:400, 300:500] = (20, 20, 180)
    return pixels


def luma(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """ITU-R 601."""
    grey: NDArray[np.float64] = pixels @ np.array([0.299, 0.587, 0.114])
    return grey


def black_and_white() -> NDArray[np.bool_]:
    """True is paper."""
    return picture() > 128


def encoded(pixels: NDArray[np.uint8] | NDArray[np.bool_], kind: str, **options: object) -> bytes:
    """The bytes of a picture file; ``kind`` and ``options`` as Pillow has them."""
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, kind, **options)
    return written.getvalue()


def group4(pixels: NDArray[np.bool_]) -> bytes:
    """Bare fax data, ink where ``pixels`` is true."""
    tiff = encoded(pixels, "tiff", compression="group4", tiffinfo={278: len(pixels)})
    with Image.open(io.BytesIO(tiff)) as image:
        (start,), (length,) = image.tag_v2[273], image.tag_v2[279]  # type: ignore[attr-defined]
    return tiff[start : start + length]


def png_image_data(png: bytes) -> bytes:
    """The deflated rows of a PNG, which PDF knows as predictor 15."""
    rows, at = b"", 8
    while at < len(png):
        length, name = struct.unpack_from(">I4s", png, at)
        rows += png[at + 8 : at + 8 + length] if name == b"IDAT" else b""
        at += 12 + length
    return rows


def flate_entries(bits: int = 8, **more: object) -> dict[str, object]:
    """The dictionary of a deflated picture of the usual size."""
    entries: dict[str, object] = {"Width": WIDTH_PX, "Height": HEIGHT_PX, "BitsPerComponent": bits}
    return {**entries, "Filter": Name.FlateDecode, "ColorSpace": Name.DeviceGray, **more}


def jpeg_entries(**more: object) -> dict[str, object]:
    """The dictionary of a JPEG of the usual size."""
    return {**flate_entries(Filter=Name.DCTDecode), **more}


def fax_entries(more: dict[str, object] | None = None, *, is_black_one: bool = False) -> dict[str, object]:
    """The dictionary of a group 4 picture of the usual size."""
    parameters = Dictionary(K=-1, Columns=WIDTH_PX, Rows=HEIGHT_PX, BlackIs1=is_black_one)
    fax = {"Filter": Name.CCITTFaxDecode, "DecodeParms": parameters}
    return {**flate_entries(1), **fax, **(more or {})}


def jpeg_pdf(content: str = WHOLE_PAGE, **page: object) -> pikepdf.Pdf:
    """A PDF of one page with the picture as a JPEG."""
    return image_pdf(encoded(picture(), "jpeg", quality=90), jpeg_entries(), content, **page)


def image_pdf(
    data: bytes, entries: dict[str, object], content: str = WHOLE_PAGE, **page: object
) -> pikepdf.Pdf:
    """A PDF of one page with one picture, named Im0, and whatever entries the page is given."""
    pdf = pikepdf.new()
    image = Stream(pdf, data, {"/Type": Name.XObject, "/Subtype": Name.Image})
    for key, value in entries.items():
        if value is not None:
            image[f"/{key}"] = value
    added = pdf.add_blank_page(page_size=(310, 220)).obj
    added.MediaBox = Array(PAGE_PT)
    added.Resources = Dictionary(XObject=Dictionary(Im0=image))
    added.Contents = Stream(pdf, content.encode())
    for key, value in page.items():
        added[f"/{key}"] = value
    return pdf


def saved(pdf: pikepdf.Pdf, path: Path, **options: object) -> Path:
    """Write the PDF as it is, without packing anything again."""
    pdf.save(path, compress_streams=False, **options)  # type: ignore[arg-type]
    return path
