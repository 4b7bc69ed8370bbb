"""Pages into the files a scanner writes. The same pages give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Literal

import cv2
import numpy as np
import pikepdf
from numpy.typing import NDArray
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image

Kind = Literal["jpeg", "png", "tiff-g4", "tiff-lzw", "tiff-jpeg", "pdf-jpeg", "pdf-g4"]

Pixels = NDArray[np.uint8]
"""(H, W) grey or (H, W, 3) blue, green, red."""

_ROWS_PER_STRIP = 278
_STRIP_OFFSETS = 273
_STRIP_BYTES = 279


def encode(images: Sequence[Pixels], kind: Kind, dpi: float, *, quality: int = 85) -> bytes:
    """One file out of pages.

    Args:
        images: In page order; JPEG and PNG hold exactly one. For a G4 kind, 128 and above is white.
        kind: ``pdf-jpeg`` holds one DCT image that covers each page, ``pdf-g4`` one CCITT image.
        dpi: Written into the file.
        quality: Of JPEG compression, 1 to 100.

    Raises:
        ValueError: No page, several pages in a kind that holds one, or an unknown kind.
    """
    if kind not in _WRITERS:
        raise ValueError(f"{kind}: unknown kind of file; known are {', '.join(_WRITERS)}")
    if not images or (len(images) > 1 and kind in ("jpeg", "png")):
        raise ValueError(f"{kind}: cannot hold {len(images)} pages")
    return _WRITERS[kind](images, dpi, quality)


def jpeg_bytes(pixels: Pixels, dpi: float, quality: int = 85) -> bytes:
    """A baseline JPEG with its resolution in the JFIF header."""
    ok, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not ok:
        raise ValueError(f"a picture of {pixels.shape} cannot be written as JPEG")
    data = bytearray(encoded.tobytes())
    # JFIF APP0 at a fixed place: units (1 = dots an inch) at byte 13, both densities after it.
    data[13:18] = b"\x01" + round(dpi).to_bytes(2, "big") * 2
    return bytes(data)


def _jpeg(images: Sequence[Pixels], dpi: float, quality: int) -> bytes:
    return jpeg_bytes(images[0], dpi, quality)


def _png(images: Sequence[Pixels], dpi: float, _quality: int) -> bytes:
    out = BytesIO()
    _picture(images[0]).save(out, "PNG", dpi=(dpi, dpi), compress_level=6)
    return out.getvalue()


def _tiff(compression: str) -> Callable[[Sequence[Pixels], float, int], bytes]:
    def write(images: Sequence[Pixels], dpi: float, quality: int) -> bytes:
        is_one_bit = compression == "group4"
        first, *rest = (_picture(image, is_one_bit=is_one_bit) for image in images)
        extra = {"quality": quality} if compression == "jpeg" else {}
        out = BytesIO()
        first.save(
            out, "TIFF", compression=compression, dpi=(dpi, dpi), save_all=True, append_images=rest, **extra
        )
        return out.getvalue()

    return write


def _picture(pixels: Pixels, *, is_one_bit: bool = False) -> Image.Image:
    if is_one_bit:
        return Image.fromarray(_grey(pixels) >= 128)
    if pixels.ndim == 3:
        return Image.fromarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))
    return Image.fromarray(pixels)


def _grey(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8) if pixels.ndim == 3 else pixels


def _pdf_jpeg(images: Sequence[Pixels], dpi: float, quality: int) -> bytes:
    pdf = Pdf.new()
    for image in images:
        colours = Name.DeviceRGB if image.ndim == 3 else Name.DeviceGray
        data = jpeg_bytes(image, dpi, quality)
        stream = _image(pdf, data, image.shape, ColorSpace=colours, BitsPerComponent=8, Filter=Name.DCTDecode)
        _add_page(pdf, stream, image.shape, dpi)
    return _saved(pdf)


def _pdf_g4(images: Sequence[Pixels], dpi: float, _quality: int) -> bytes:
    pdf = Pdf.new()
    for image in images:
        stream = _image(
            pdf,
            g4_bytes(image),
            image.shape,
            ColorSpace=Name.DeviceGray,
            BitsPerComponent=1,
            Filter=Name.CCITTFaxDecode,
            DecodeParms=Dictionary(K=-1, Columns=image.shape[1], Rows=image.shape[0], BlackIs1=False),
        )
        _add_page(pdf, stream, image.shape, dpi)
    return _saved(pdf)


def g4_bytes(pixels: Pixels) -> bytes:
    """The bare CCITT G4 data of a picture, black as black runs, the way PDF wants it by default."""
    out = BytesIO()
    # Pillow writes set bits as black runs.
    picture = Image.fromarray(_grey(pixels) < 128)
    picture.save(out, "TIFF", compression="group4", tiffinfo={_ROWS_PER_STRIP: pixels.shape[0]})
    with Image.open(out) as written:
        tags = written.tag_v2  # type: ignore[attr-defined]  # TIFF pictures only
        offset, length = tags[_STRIP_OFFSETS][0], tags[_STRIP_BYTES][0]
    return out.getvalue()[offset : offset + length]


def _image(pdf: Pdf, data: bytes, shape: tuple[int, ...], **entries: object) -> Stream:
    return Stream(
        pdf, data, Type=Name.XObject, Subtype=Name.Image, Width=shape[1], Height=shape[0], **entries
    )


def _add_page(pdf: Pdf, image: Stream, shape: tuple[int, ...], dpi: float) -> None:
    width, height = (round(side * 72 / dpi, 3) for side in (shape[1], shape[0]))
    content = f"q {width} 0 0 {height} 0 0 cm /Im0 Do Q".encode()
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, width, height]),
        Resources=Dictionary(XObject=Dictionary(Im0=pdf.make_indirect(image))),
        Contents=Stream(pdf, content),
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))


def _saved(pdf: Pdf) -> bytes:
    out = BytesIO()
    pdf.save(out, deterministic_id=True)
    return out.getvalue()


_WRITERS: Mapping[str, Callable[[Sequence[Pixels], float, int], bytes]] = {
    "jpeg": _jpeg,
    "png": _png,
    "tiff-g4": _tiff("group4"),
    "tiff-lzw": _tiff("tiff_lzw"),
    "tiff-jpeg": _tiff("jpeg"),
    "pdf-jpeg": _pdf_jpeg,
    "pdf-g4": _pdf_g4,
}
