"""TIFF scans: every compression an office sends, pages in any order."""

from __future__ import annotations

import io
import struct
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from forms_ocr.errors import PageError, ScanError
from forms_ocr.ingest import Limits, open_scan
from forms_ocr.model import Page, Reason
from tests.integration.ingest.scan_files import black_and_white, coloured, encoded, luma, picture

ORIENTATION, RESOLUTION_UNIT, X_DPI, Y_DPI, DATE_TIME = 274, 296, 282, 283, 306


def stored(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def read(path: Path, number: int = 1) -> Page:
    with open_scan(path) as scan:
        return scan.read(number)


def pages(*pictures: NDArray[np.uint8], **options: object) -> bytes:
    first, *others = [Image.fromarray(pixels) for pixels in pictures]
    written = io.BytesIO()
    first.save(written, "tiff", save_all=True, append_images=others, **options)
    return written.getvalue()


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_grey_comes_back_exactly(tmp_path: Path, compression: str) -> None:
    path = stored(tmp_path / "a.tif", encoded(picture(), "tiff", compression=compression, dpi=(300, 300)))
    page = read(path)
    assert np.array_equal(page.pixels, picture())
    assert page.pixels.dtype == np.uint8
    assert page.dpi == 300


@pytest.mark.parametrize("compression", ["group4", "group3", "tiff_lzw", "raw"])
def test_black_and_white_becomes_0_and_255(tmp_path: Path, compression: str) -> None:
    path = stored(tmp_path / "a.tif", encoded(black_and_white(), "tiff", compression=compression))
    assert np.array_equal(read(path).pixels, np.where(black_and_white(), 255, 0))


def test_the_other_photometric_is_the_same_picture(tmp_path: Path) -> None:
    white_is_zero = encoded(~black_and_white(), "tiff", compression="raw", tiffinfo={262: 1})
    flipped = white_is_zero.replace(struct.pack("<HHII", 262, 3, 1, 1), struct.pack("<HHII", 262, 3, 1, 0))
    assert flipped != white_is_zero
    path = stored(tmp_path / "a.tif", flipped)
    assert np.array_equal(read(path).pixels, np.where(black_and_white(), 255, 0))


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "jpeg"])
def test_colour_becomes_luma(tmp_path: Path, compression: str) -> None:
    path = stored(tmp_path / "a.tif", encoded(coloured(), "tiff", compression=compression))
    difference = np.abs(read(path).pixels - luma(coloured()))
    assert difference.mean() < (1.5 if compression == "jpeg" else 0.6)


def test_a_jpeg_inside_is_near(tmp_path: Path) -> None:
    path = stored(tmp_path / "a.tif", encoded(picture(), "tiff", compression="jpeg", quality=90))
    assert np.abs(read(path).pixels.astype(int) - picture()).mean() < 1.5


def test_sixteen_bits_are_cut_to_eight(tmp_path: Path) -> None:
    deep = picture().astype(np.uint16) * 257
    path = stored(tmp_path / "a.tif", encoded(deep, "tiff"))  # type: ignore[arg-type]
    assert np.array_equal(read(path).pixels, picture())


def test_floating_point_is_no_scan(tmp_path: Path) -> None:
    path = stored(tmp_path / "a.tif", encoded(picture().astype(np.float32), "tiff"))  # type: ignore[arg-type]
    with pytest.raises(PageError, match="8-bit grey"):
        read(path)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_tag_turns_as_exif_does(tmp_path: Path, orientation: int) -> None:
    tags = {ORIENTATION: orientation, X_DPI: 200.0, Y_DPI: 210.0, RESOLUTION_UNIT: 2}
    tiff = stored(tmp_path / "a.tif", encoded(picture(), "tiff", tiffinfo=tags))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    jpeg = stored(tmp_path / "a.jpg", encoded(picture(), "jpeg", quality=95, exif=exif))
    seen = read(jpeg).pixels
    with open_scan(tiff) as scan:
        once, again = scan.read(1), scan.read(1)
    assert once.pixels.shape == seen.shape
    assert np.abs(once.pixels.astype(int) - seen).mean() < 2
    assert np.array_equal(once.pixels, again.pixels)


@pytest.mark.parametrize("orientation", [1, 6])
def test_coarse_fax_gets_square_pixels_each_time_it_is_read(tmp_path: Path, orientation: int) -> None:
    tags = {ORIENTATION: orientation, X_DPI: 204.0, Y_DPI: 98.0, RESOLUTION_UNIT: 2}
    squashed = picture()[::2]
    path = stored(tmp_path / "a.tif", encoded(squashed, "tiff", tiffinfo=tags))
    with open_scan(path, Limits(min_side_px=100)) as scan:
        once, again = scan.read(1), scan.read(1)
    assert sorted(once.pixels.shape) == [458, 620]
    assert once.dpi == again.dpi == 204
    assert once.pixels.shape == again.pixels.shape


def test_dots_per_centimetre_are_converted(tmp_path: Path) -> None:
    tags = {X_DPI: 118.11, Y_DPI: 118.11, RESOLUTION_UNIT: 3}
    path = stored(tmp_path / "a.tif", encoded(picture(), "tiff", tiffinfo=tags))
    assert read(path).dpi == pytest.approx(300, abs=0.1)


@pytest.mark.parametrize(("dpi", "unit"), [(300.0, 1), (1.0, 2), (20_000.0, 2), (0.0, 2)])
def test_an_unbelievable_resolution_is_none(tmp_path: Path, dpi: float, unit: int) -> None:
    tags = {X_DPI: dpi, Y_DPI: dpi, RESOLUTION_UNIT: unit}
    path = stored(tmp_path / "a.tif", encoded(picture(), "tiff", tiffinfo=tags))
    assert read(path).dpi == 0


def test_pages_come_in_any_order(tmp_path: Path) -> None:
    path = stored(
        tmp_path / "a.tif", pages(picture(), picture() // 2, picture()[::-1], compression="tiff_lzw")
    )
    with open_scan(path) as scan:
        assert scan.page_count == 3
        for number, expected in (
            (3, picture()[::-1]),
            (1, picture()),
            (2, picture() // 2),
            (3, picture()[::-1]),
        ):
            page = scan.read(number)
            assert page.number == number
            assert np.array_equal(page.pixels, expected)


def test_a_broken_page_leaves_its_neighbours_alone(tmp_path: Path) -> None:
    data = bytearray(pages(picture(), picture() // 2, picture()[::-1], compression="tiff_adobe_deflate"))
    with Image.open(io.BytesIO(bytes(data))) as image:
        image.seek(1)
        start = image.tag_v2[273][0]  # type: ignore[attr-defined]
    data[start : start + 40] = bytes(40)
    with open_scan(stored(tmp_path / "a.tif", bytes(data))) as scan:
        for _ in range(2):
            with pytest.raises(PageError, match=r"page 2 of a\.tif") as caught:
                scan.read(2)
            assert caught.value.reason == Reason.PAGE_BROKEN
            assert np.array_equal(scan.read(1).pixels, picture())
            assert np.array_equal(scan.read(3).pixels, picture()[::-1])


def test_a_page_of_an_unknown_kind_does_not_show_the_one_before(tmp_path: Path) -> None:
    data = bytearray(pages(picture(), picture() // 2))
    at = data.rindex(struct.pack("<HHII", 262, 3, 1, 1))
    struct.pack_into("<I", data, at + 8, 99)
    with open_scan(stored(tmp_path / "a.tif", bytes(data))) as scan:
        assert np.array_equal(scan.read(1).pixels, picture())
        for _ in range(2):
            with pytest.raises(PageError):
                scan.read(2)
        assert np.array_equal(scan.read(1).pixels, picture())


def test_a_preview_is_no_page(tmp_path: Path) -> None:
    both = pages(picture(), picture()[::4, ::4], tiffinfo={254: 0})
    at = both.rindex(struct.pack("<HHII", 254, 4, 1, 0))
    data = both[: at + 8] + struct.pack("<I", 1) + both[at + 12 :]
    with open_scan(stored(tmp_path / "a.tif", data)) as scan:
        assert scan.page_count == 1


def test_pages_in_a_circle_are_refused(tmp_path: Path) -> None:
    data = bytearray(encoded(picture(), "tiff"))
    first = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, first)[0]
    struct.pack_into("<I", data, first + 2 + 12 * count, first)
    with pytest.raises(ScanError, match="circle"):
        open_scan(stored(tmp_path / "a.tif", bytes(data)))


def test_a_chain_that_leads_out_of_the_file_loses_no_page_silently(tmp_path: Path) -> None:
    data = pages(picture(), picture())
    first = struct.unpack_from("<I", data, 4)[0]
    entries = struct.unpack_from("<H", data, first)[0]
    second = struct.unpack_from("<I", data, first + 2 + 12 * entries)[0]
    with pytest.raises(ScanError, match="breaks off") as caught:
        open_scan(stored(tmp_path / "a.tif", data[:second]))
    assert caught.value.reason == Reason.SCAN_BROKEN


def test_too_many_pages_are_refused(tmp_path: Path) -> None:
    path = stored(tmp_path / "a.tif", pages(*[picture()] * 4))
    with open_scan(path, Limits(max_pages=4)) as scan:
        assert scan.page_count == 4
    with pytest.raises(ScanError, match="more than 3 pages") as caught:
        open_scan(path, Limits(max_pages=3))
    assert caught.value.reason == Reason.SCAN_TOO_MANY_PAGES


def test_the_day_of_the_scan_is_read_from_its_tag(tmp_path: Path) -> None:
    stamped = encoded(picture(), "tiff", tiffinfo={DATE_TIME: "2026:11:23 10:00:00"})
    assert read(stored(tmp_path / "a.tif", stamped)).scanned_on == date(2026, 11, 23)
    assert read(stored(tmp_path / "b.tif", encoded(picture(), "tiff"))).scanned_on is None
