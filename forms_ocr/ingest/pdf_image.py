"""A picture embedded in a PDF -> grey pixels, without rendering."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from typing import TypeGuard

import cv2
import numpy as np
import pikepdf
from numpy.typing import NDArray
from PIL import Image, ImageOps, Jpeg2KImagePlugin, TiffImagePlugin

from forms_ocr.errors import PageError
from forms_ocr.ingest.grey import grey_pixels
from forms_ocr.ingest.limits import Limits
from forms_ocr.ingest.pdf_stream import FLATE, filter_parameters, filters, inflate, raw_bytes
from forms_ocr.ingest.raster import decode_jpeg, jpeg_header
from forms_ocr.model import GreyImage, Reason

_GREY = ("/DeviceGray", "/CalGray", "/G")
_COLOUR = ("/DeviceRGB", "/CalRGB", "/RGB")

_ROWS_PER_STRIP = 278
_END_MARK_BYTES = 3


@dataclass(frozen=True, slots=True)
class _Samples:
    """How the samples of a picture are to be understood.

    Attributes:
        components: 1 or 3 a pixel.
        bits: A component.
        shades: The grey of each sample, spread over 0 to 255, (256,) uint8; None where it is its own grey.
    """

    width_px: int
    height_px: int
    components: int
    bits: int
    shades: NDArray[np.uint8] | None


def image_pixels(image: pikepdf.Object, limits: Limits) -> GreyImage | None:
    """Decode an embedded picture as grey, as stored: row 0 is the top of its unit square.

    Returns:
        None for the rare kinds (JBIG2, CMYK, 16 bits, DeviceN and the like) that rendering has to show.

    Raises:
        PageError: ``PAGE_TOO_LARGE`` by its header, or ``PAGE_BROKEN``.
    """
    names = filters(image)
    width_px, height_px = int(image["/Width"]), int(image["/Height"])
    limits.check_size(width_px, height_px)
    data = raw_bytes(image)
    limits.check_image_bytes(len(data))
    if len(names) == 2 and names[0] == FLATE:
        data = inflate(data, limits.max_image_bytes + 1)
        limits.check_image_bytes(len(data))
        names = names[1:]
    match names:
        case ("/DCTDecode",):
            return _dct(image, data, limits)
        case ("/JPXDecode",):
            return _jpx(image, data, limits)
        case ("/CCITTFaxDecode",):
            return _ccitt(image, data)
        case ("/FlateDecode",):
            return _flate(image, data)
    return None


def _dct(image: pikepdf.Object, data: bytes, limits: Limits) -> GreyImage | None:
    samples = _samples(image, bits=8)
    header = jpeg_header(data)
    parameters = filter_parameters(image)
    if samples is None or header.components != samples.components or "/ColorTransform" in parameters:
        return None
    return _shaded(decode_jpeg(data, header, limits), samples)


def _jpx(image: pikepdf.Object, data: bytes, limits: Limits) -> GreyImage | None:
    picture = Jpeg2KImagePlugin.Jpeg2KImageFile(io.BytesIO(data))
    limits.check_size(*picture.size)
    if picture.mode not in {"L", "RGB"} or "/Decode" in image or _is_indexed(image.get("/ColorSpace")):
        return None
    return grey_pixels(picture)


def _ccitt(image: pikepdf.Object, data: bytes) -> GreyImage | None:
    parameters = filter_parameters(image)
    samples = _samples(image, bits=1)
    is_group4 = int(parameters.get("/K", 0)) < 0 and not bool(parameters.get("/EncodedByteAlign", False))
    columns = int(parameters.get("/Columns", 1728))
    if samples is None or not is_group4 or columns != samples.width_px:
        return None
    picture = _group4(data, samples.width_px, samples.height_px)
    if not _has_end_mark(data) and _group4_bytes(picture) > len(data):
        raise PageError(Reason.PAGE_BROKEN, "the fax picture in the PDF breaks off; scan it again")
    pixels = grey_pixels(picture)
    if bool(parameters.get("/BlackIs1", False)):
        pixels = cv2.bitwise_not(pixels).astype(np.uint8, copy=False)
    return _shaded(pixels, samples)


def _flate(image: pikepdf.Object, data: bytes) -> GreyImage | None:
    samples = _samples(image, int(image.get("/BitsPerComponent", 1)))
    if samples is None or (samples.components == 3 and samples.bits != 8):
        return None
    parameters = filter_parameters(image)
    predictor = int(parameters.get("/Predictor", 1))
    if predictor == 1:
        return _shaded(_unpacked(data, samples), samples)
    if predictor >= 10 and _predicts(parameters, samples):
        return _shaded(_png_unpredicted(data, samples), samples)
    return None


def _samples(image: pikepdf.Object, bits: int) -> _Samples | None:
    """None for colour spaces and decodings that only rendering understands."""
    width_px, height_px = int(image["/Width"]), int(image["/Height"])
    if bits not in (1, 2, 4, 8):
        return None
    space = image.get("/ColorSpace")
    decode = [float(bound) for bound in image.get("/Decode", ())]
    if _is_indexed(space):
        shades = None if decode else _palette(space, bits)
        return None if shades is None else _Samples(width_px, height_px, 1, bits, shades)
    components = 1 if bool(image.get("/ImageMask", False)) else _components(space)
    if not components or decode not in ([], [0, 1] * components, [1, 0] * components):
        return None
    inverted = np.arange(255, -1, -1, dtype=np.uint8) if decode == [1, 0] * components else None
    return _Samples(width_px, height_px, components, bits, inverted)


def _is_indexed(space: object) -> TypeGuard[pikepdf.Array]:
    return isinstance(space, pikepdf.Array) and len(space) == 4 and str(space[0]) in ("/Indexed", "/I")


def _components(space: object) -> int:
    """Components of a grey or red-green-blue colour space, 0 for any other."""
    name = str(space)
    if isinstance(space, pikepdf.Array) and len(space):
        name = str(space[0])
        if name == "/ICCBased":
            count = int(space[1].get("/N", 0))
            return count if count in (1, 3) else 0
    return 1 if name in _GREY else 3 if name in _COLOUR else 0


def _palette(space: pikepdf.Object, bits: int) -> NDArray[np.uint8] | None:
    """The grey of each decoded level, 0 to 255 in steps of 255 / (2**bits - 1)."""
    components = _components(space[1])
    table = space[3]
    if not components or (isinstance(table, pikepdf.Stream) and len(filters(table)) > 1):
        return None
    stored = table.read_bytes() if isinstance(table, pikepdf.Stream) else bytes(table)
    colours = np.frombuffer(stored, np.uint8)
    entries = min(len(colours) // components, 2**bits)
    rows = colours[: entries * components].reshape(entries, 1, components)
    greys = rows[:, 0, 0] if components == 1 else cv2.cvtColor(rows, cv2.COLOR_RGB2GRAY)[:, 0]
    shades = np.zeros(256, np.uint8)
    shades[np.arange(entries) * (255 // (2**bits - 1))] = greys
    return shades


def _shaded(pixels: GreyImage, samples: _Samples) -> GreyImage:
    if samples.shades is None:
        return pixels
    return cv2.LUT(pixels, samples.shades).astype(np.uint8, copy=False)


def _unpacked(data: bytes, samples: _Samples) -> GreyImage:
    """Samples without prediction, spread over 0 to 255."""
    stride = (samples.width_px * samples.components * samples.bits + 7) // 8
    stored = inflate(data, stride * samples.height_px)
    if len(stored) < stride * samples.height_px:
        message = f"the picture breaks off after {len(stored) // stride} of {samples.height_px} rows"
        raise PageError(Reason.PAGE_BROKEN, message)
    rows_of_bytes = np.frombuffer(stored, np.uint8).reshape(samples.height_px, stride)
    if samples.components == 3:
        colours = rows_of_bytes.reshape(samples.height_px, samples.width_px, 3)
        return cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
    return _spread(rows_of_bytes, samples.bits)[:, : samples.width_px]


def _spread(packed: NDArray[np.uint8], bits: int) -> GreyImage:
    """One byte a sample; the highest sample becomes 255."""
    if bits == 8:
        return packed
    if bits == 1:
        return np.unpackbits(packed, axis=1) * np.uint8(255)
    shifts = np.arange(8 - bits, -1, -bits, dtype=np.uint8)
    samples = (packed[:, :, None] >> shifts) & np.uint8(2**bits - 1)
    return (samples * np.uint8(255 // (2**bits - 1))).reshape(len(packed), -1)


def _predicts(parameters: pikepdf.Object, samples: _Samples) -> bool:
    """Whether the prediction runs along the picture's own rows."""
    stated = (
        int(parameters.get("/Colors", 1)),
        int(parameters.get("/BitsPerComponent", 8)),
        int(parameters.get("/Columns", 1)),
    )
    return stated == (samples.components, samples.bits, samples.width_px)


def _png_unpredicted(data: bytes, samples: _Samples) -> GreyImage:
    """PDF's predictors from 10 on are PNG's: the stream is a PNG without its frame, so put one around it."""
    colour_type = 2 if samples.components == 3 else 0
    header = struct.pack(">IIBBBBB", samples.width_px, samples.height_px, samples.bits, colour_type, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(name, body) for name, body in ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    )
    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    if pixels is None:
        raise PageError(Reason.PAGE_BROKEN, "the picture in the PDF is damaged or breaks off; scan it again")
    return pixels.astype(np.uint8, copy=False)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _group4(data: bytes, width_px: int, height_px: int) -> Image.Image:
    """Fax data with a TIFF directory in front of it; black ink becomes 0."""
    tags = (
        (256, 4, width_px),
        (257, 4, height_px),
        (258, 3, 1),
        (259, 3, 4),  # group 4
        (262, 3, 0),  # white is zero, as in fax
        (273, 4, 8 + 2 + 12 * 9 + 4),
        (277, 3, 1),
        (278, 4, height_px),
        (279, 4, len(data)),
    )
    directory = struct.pack("<H", len(tags)) + b"".join(
        struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags
    )
    tiff = b"II*\0" + struct.pack("<I", 8) + directory + struct.pack("<I", 0) + data
    return TiffImagePlugin.TiffImageFile(io.BytesIO(tiff))


def _has_end_mark(data: bytes) -> bool:
    """Whether fax data end with T.6's end of block, twice 000000000001, which some scanners leave out."""
    tail = int.from_bytes(data[-16:], "big")
    return any(tail >> shift & 0xFFFFFF == 0x001001 for shift in range(104))


def _group4_bytes(picture: Image.Image) -> int:
    """How long a picture is as fax data without end mark.

    A decoder that runs out of data makes up the missing rows without complaint; written again,
    they make the data longer than they were.
    """
    written = io.BytesIO()
    ink_is_one = ImageOps.invert(picture.convert("L")).convert("1")
    ink_is_one.save(written, "tiff", compression="group4", tiffinfo={_ROWS_PER_STRIP: picture.height})
    written.seek(0)
    (length,) = TiffImagePlugin.TiffImageFile(written).tag_v2[TiffImagePlugin.STRIPBYTECOUNTS]
    return int(length) - _END_MARK_BYTES
