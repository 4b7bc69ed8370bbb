"""JPEG and PNG scans."""

from __future__ import annotations

import struct
import zlib
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from forms_ocr.errors import PageError, ScanError
from forms_ocr.ingest import Limits, open_scan
from forms_ocr.model import Page, Reason
from tests.integration.ingest.scan_files import black_and_white, coloured, encoded, luma, picture

ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Where the seven passes of an interlaced PNG begin and how far apart their pixels are: x, y, dx, dy."""


def read(path: Path, data: bytes) -> Page:
    path.write_bytes(data)
    with open_scan(path) as scan:
        assert scan.page_count == 1
        return scan.read(1)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"dpi": (300, 300)}])
def test_jpeg_grey(tmp_path: Path, options: dict[str, object]) -> None:
    page = read(tmp_path / "a.jpg", encoded(picture(), "jpeg", quality=95, **options))
    assert np.abs(page.pixels.astype(int) - picture()).mean() < 1.5
    assert page.dpi == (300 if "dpi" in options else 0)
    assert page.values == {}


def test_jpeg_colour(tmp_path: Path) -> None:
    page = read(tmp_path / "a.jpg", encoded(coloured(), "jpeg", quality=95))
    assert np.abs(page.pixels - luma(coloured())).mean() < 1.5


def test_jpeg_cmyk_is_not_inverted(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.fromarray(coloured()).convert("CMYK").save(path, quality=95)
    page = read(path, path.read_bytes())
    assert np.abs(page.pixels - luma(coloured())).mean() < 3


@pytest.mark.parametrize("orientation", range(1, 9))
def test_jpeg_turned_by_exif(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "a.jpg"
    page = read(path, encoded(picture(), "jpeg", quality=95, exif=exif))
    with Image.open(path) as image:
        expected = np.asarray(ImageOps.exif_transpose(image))
    assert np.abs(page.pixels.astype(int) - expected).mean() < 1
    assert page.pixels.flags.c_contiguous


def test_jpeg_with_nonsense_in_its_exif_is_read_as_stored(tmp_path: Path) -> None:
    exif = b"Exif\0\0II*\0\x08\0\0\0\x03\0" + b"\xff" * 9
    page = read(tmp_path / "a.jpg", encoded(picture(), "jpeg", exif=exif))
    assert page.pixels.shape == picture().shape


def test_jpeg_of_endless_passes_is_refused(tmp_path: Path) -> None:
    data = encoded(picture(), "jpeg", progressive=True)
    last = data.rindex(b"\xff\xda")
    with pytest.raises(PageError, match="100 passes"):
        read(tmp_path / "a.jpg", data[:-2] + data[last:-2] * 150 + data[-2:])


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_png_of_any_depth(tmp_path: Path, bits: int) -> None:
    levels = 2**bits - 1
    few = (picture() // (256 // (levels + 1))).astype(np.uint8)
    image = Image.fromarray(few)
    image.putpalette([round(level * 255 / levels) for level in range(levels + 1) for _ in "rgb"])
    path = tmp_path / "a.png"
    image.save(path, bits=bits)
    page = read(path, path.read_bytes())
    assert np.abs(page.pixels - few * 255.0 / levels).max() <= 1


def test_png_black_and_white(tmp_path: Path) -> None:
    page = read(tmp_path / "a.png", encoded(black_and_white(), "png", dpi=(200, 200)))
    assert np.array_equal(page.pixels, np.where(black_and_white(), 255, 0))
    assert page.dpi == pytest.approx(200, abs=0.1)


def test_png_of_16_bits(tmp_path: Path) -> None:
    deep = picture().astype(np.uint16) * 257
    page = read(tmp_path / "a.png", encoded(deep, "png"))  # type: ignore[arg-type]
    assert np.abs(page.pixels.astype(int) - picture()).max() <= 1


@pytest.mark.parametrize("kind", ["RGBA", "LA"])
def test_png_shows_paper_where_it_is_transparent(tmp_path: Path, kind: str) -> None:
    image = Image.fromarray(picture())
    ink = image.point(lambda grey: 255 - grey)
    black = Image.new("L", image.size, 0)
    layered = (
        Image.merge("LA", (black, ink)) if kind == "LA" else Image.merge("RGBA", (black, black, black, ink))
    )
    path = tmp_path / "a.png"
    layered.save(path)
    page = read(path, path.read_bytes())
    assert np.abs(page.pixels.astype(int) - picture()).max() <= 1


def test_png_interlaced(tmp_path: Path) -> None:
    passes = b"".join(_rows(picture()[y::dy, x::dx]) for x, y, dx, dy in ADAM7)
    header = struct.pack(">IIBBBBB", *picture().shape[::-1], 8, 0, 0, 0, 1)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(passes)), (b"IEND", b""))
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
    assert np.array_equal(read(tmp_path / "a.png", png).pixels, picture())


def _rows(pixels: NDArray[np.uint8]) -> bytes:
    return b"".join(b"\0" + row.tobytes() for row in pixels)


def test_an_animation_shows_its_first_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    black = Image.new("L", (620, 440), 0)
    Image.fromarray(picture()).save(path, save_all=True, append_images=[black], default_image=False)
    assert np.array_equal(read(path, path.read_bytes()).pixels, picture())


def test_png_without_its_end_is_refused_when_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encoded(picture(), "png")[:-12])
    with pytest.raises(ScanError, match="breaks off") as caught:
        open_scan(path)
    assert caught.value.reason == Reason.SCAN_BROKEN


def test_too_many_bytes_for_one_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encoded(picture(), "png"))
    with pytest.raises(ScanError, match="one picture") as caught:
        open_scan(path, Limits(max_image_bytes=1000))
    assert caught.value.reason == Reason.SCAN_TOO_LARGE


def test_nothing_can_be_read_from_a_closed_scan(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encoded(picture(), "png"))
    scan = open_scan(path)
    scan.close()
    with pytest.raises(PageError):
        scan.read(1)


def test_the_day_of_the_scan_is_read_from_exif(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0132] = "2026:11:23 08:00:00"
    exif.get_ifd(0x8769)[0x9003] = "2026:11:24 08:00:00"
    page = read(tmp_path / "a.jpg", encoded(picture(), "jpeg", exif=exif))
    assert page.scanned_on == date(2026, 11, 24)
    assert read(tmp_path / "b.jpg", encoded(picture(), "jpeg")).scanned_on is None
