"""Broken, mislabelled and hostile files: each ends in a reason, none in an exception or a half-read page."""

from __future__ import annotations

import io
import os
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Stream

from forms_ocr.errors import PageError, ScanError
from forms_ocr.ingest import Limits, open_scan
from forms_ocr.model import GreyImage, Reason
from tests.integration.ingest.scan_files import (
    HEIGHT_PX,
    WHOLE_PAGE,
    WIDTH_PX,
    encoded,
    fax_entries,
    flate_entries,
    group4,
    image_pdf,
    jpeg_entries,
    jpeg_pdf,
    picture,
    png_image_data,
    saved,
    speckled,
)
from tests.integration.ingest.test_read_tiff import pages

GRAIN = speckled()
INK = GRAIN < 128


def outcome(path: Path) -> list[GreyImage | str]:
    """What becomes of each page; of a scan that cannot be opened, its reason alone."""
    try:
        scan = open_scan(path)
    except ScanError as error:
        return [error.reason]
    with scan:
        return [_page_outcome(path, number) for number in range(1, scan.page_count + 1)]


def _page_outcome(path: Path, number: int) -> GreyImage | str:
    with open_scan(path) as scan:
        try:
            return scan.read(number).pixels
        except PageError as error:
            return error.reason


def _pdf(data: bytes, entries: dict[str, object]) -> bytes:
    written = io.BytesIO()
    image_pdf(data, entries).save(written, compress_streams=False)
    return written.getvalue()


PREDICTED = Dictionary(Predictor=15, Colors=1, BitsPerComponent=8, Columns=WIDTH_PX)
PARTS: dict[str, tuple[bytes, dict[str, object]]] = {
    "JPEG": (encoded(GRAIN, "jpeg"), jpeg_entries()),
    "progressive JPEG": (encoded(GRAIN, "jpeg", progressive=True), jpeg_entries()),
    "deflated": (zlib.compress(GRAIN.tobytes()), flate_entries()),
    "predicted": (png_image_data(encoded(GRAIN, "png")), flate_entries(DecodeParms=PREDICTED)),
    "group 4": (group4(INK), fax_entries()),
    "JPEG 2000": (encoded(GRAIN, "jpeg2000"), jpeg_entries(Filter=Name.JPXDecode)),
}
WHOLE: dict[str, bytes] = {
    "JPEG": encoded(GRAIN, "jpeg"),
    "progressive JPEG": encoded(GRAIN, "jpeg", progressive=True),
    "PNG": encoded(GRAIN, "png"),
    "TIFF LZW": pages(GRAIN, GRAIN, compression="tiff_lzw"),
    "TIFF raw": pages(GRAIN, GRAIN, compression="raw"),
    "TIFF JPEG": pages(GRAIN, GRAIN, compression="jpeg"),
    "TIFF group 4": pages(~INK, ~INK, compression="group4"),  # type: ignore[arg-type]
    "PDF": _pdf(*PARTS["JPEG"]),
    "PDF deflated": _pdf(*PARTS["deflated"]),
}


@pytest.mark.parametrize("kind", sorted(WHOLE))
def test_a_file_cut_anywhere_is_read_in_full_or_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "scan"
    path.write_bytes(WHOLE[kind])
    whole = outcome(path)
    assert all(isinstance(page, np.ndarray) for page in whole)
    size = len(WHOLE[kind])
    for cut in [*(size * tenth // 10 for tenth in range(1, 10)), size - 200, size - 20, size - 1]:
        path.write_bytes(WHOLE[kind][:cut])
        left = outcome(path)
        assert len(left) in (1, len(whole))
        for page, original in zip(left, whole, strict=False):
            assert isinstance(page, str) or np.array_equal(page, original)


@pytest.mark.parametrize("kind", sorted(PARTS))
def test_a_picture_cut_inside_a_whole_pdf_is_read_in_full_or_refused(tmp_path: Path, kind: str) -> None:
    data, entries = PARTS[kind]
    path = tmp_path / "scan"
    (whole,) = outcome(saved(image_pdf(data, entries), path))
    assert isinstance(whole, np.ndarray)
    refused = 0
    for cut in [*(len(data) * tenth // 10 for tenth in range(1, 10)), len(data) - 30]:
        (left,) = outcome(saved(image_pdf(data[:cut], entries), path))
        assert isinstance(left, str) or np.array_equal(left, whole)
        refused += isinstance(left, str)
    assert refused >= 9


def test_fax_without_end_mark_is_read(tmp_path: Path) -> None:
    data = group4(INK)
    (whole,) = outcome(saved(image_pdf(data, fax_entries()), tmp_path / "a.pdf"))
    (left,) = outcome(saved(image_pdf(data[:-3], fax_entries()), tmp_path / "b.pdf"))
    assert isinstance(left, np.ndarray)
    assert np.array_equal(left, whole)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    kind=st.sampled_from(sorted(set(WHOLE) - {"PDF deflated"})),
    places=st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=12),
    value=st.integers(0, 255),
    is_header=st.booleans(),
)
def test_wrong_bytes_end_in_a_reason(
    tmp_path: Path, kind: str, places: list[float], value: int, is_header: bool
) -> None:
    data = bytearray(WHOLE[kind])
    for place in places:
        data[int(place * (min(len(data), 500) if is_header else len(data)))] = value
    path = tmp_path / "scan"
    path.write_bytes(data)
    for page in outcome(path):
        assert isinstance(page, np.ndarray) or page in set(Reason)


def _png_bomb(side_px: int) -> bytes:
    row = b"\0" + bytes((side_px + 7) // 8)
    packer = zlib.compressobj()
    rows = b"".join(packer.compress(row) for _ in range(side_px)) + packer.flush()
    header = struct.pack(">IIBBBBB", side_px, side_px, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    framed = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def _tiff_bomb(side_px: int) -> bytes:
    rows = b"\x80" * (side_px // 8 + 8)  # each bit 1: a line like the one above, white
    tags = (
        (256, 4, side_px),
        (257, 4, side_px),
        (258, 3, 1),
        (259, 3, 4),
        (262, 3, 0),
        (273, 4, 122),
        (277, 3, 1),
        (278, 4, side_px),
        (279, 4, len(rows)),
    )
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + bytes(4) + rows


HUGE: dict[str, object] = {"Width": 30_000, "Height": 30_000}
BLACK = zlib.compress(zlib.compress(bytes(1_000_000)))
BOMBS: dict[str, bytes] = {
    "PNG": _png_bomb(30_000),
    "TIFF": _tiff_bomb(30_000),
    "PDF, JPEG": _pdf(encoded(picture(), "jpeg"), jpeg_entries(**HUGE)),
    "PDF, deflated": _pdf(BLACK, {**flate_entries(), **HUGE}),
    "PDF, fax": _pdf(b"\x80" * 4000, fax_entries(HUGE)),
    "a JPEG's own header": encoded(picture(), "jpeg").replace(
        struct.pack(">HH", HEIGHT_PX, WIDTH_PX), struct.pack(">HH", 60_000, 60_000), 1
    ),
}


@pytest.mark.parametrize("kind", sorted(BOMBS))
def test_a_picture_of_a_billion_pixels_is_refused_by_its_header(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "scan"
    path.write_bytes(BOMBS[kind])
    assert len(BOMBS[kind]) < 300_000
    start = time.perf_counter()
    assert outcome(path) == [Reason.PAGE_TOO_LARGE]
    assert time.perf_counter() - start < 10


def test_a_huge_picture_under_a_line_of_text_is_not_drawn(tmp_path: Path) -> None:
    bomb = image_pdf(BLACK, {**flate_entries(), **HUGE}, WHOLE_PAGE + " 0 0 9 9 re f")
    assert outcome(saved(bomb, tmp_path / "a.pdf")) == [Reason.PAGE_TOO_LARGE]


def test_a_picture_that_unpacks_for_ever_is_unpacked_to_its_size(tmp_path: Path) -> None:
    bomb = image_pdf(zlib.compress(bytes(40_000_000)), flate_entries())
    (page,) = outcome(saved(bomb, tmp_path / "a.pdf"))
    assert isinstance(page, np.ndarray)
    assert not page.any()


def test_content_that_unpacks_for_ever_is_not_parsed(tmp_path: Path) -> None:
    made = jpeg_pdf()
    made.pages[0].obj.Contents = Stream(made, zlib.compress(b"n " * 2_000_000), Filter=Name.FlateDecode)
    start = time.perf_counter()
    outcome(saved(made, tmp_path / "a.pdf"))
    assert time.perf_counter() - start < 10


def test_a_pdf_page_of_kilometres_is_refused(tmp_path: Path) -> None:
    made = jpeg_pdf(WHOLE_PAGE + " 0 0 9 9 re f", MediaBox=Array([0, 0, 14_000_000, 14_000_000]))
    with (
        open_scan(saved(made, tmp_path / "a.pdf")) as scan,
        pytest.raises(PageError, match="m long") as caught,
    ):
        scan.read(1)
    assert caught.value.reason == Reason.PAGE_TOO_LARGE


def test_a_pdf_page_without_a_size_is_broken(tmp_path: Path) -> None:
    made = jpeg_pdf(MediaBox=Array([0, 0, 0, 0]))
    assert outcome(saved(made, tmp_path / "a.pdf")) == [Reason.PAGE_BROKEN]


def test_a_stamp_sized_picture_is_too_small(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encoded(picture()[:399], "png"))
    with open_scan(path) as scan, pytest.raises(PageError, match="620 x 399 pixels") as caught:
        scan.read(1)
    assert caught.value.reason == Reason.PAGE_TOO_SMALL


STRANGERS = {
    b"<!DOCTYPE html><html>404": "web page",
    b"\xef\xbb\xbf  <?xml version='1.0'?>": "web page",
    b"PK\x03\x04 and so on": "archive",
    b"\0" * 5000: "zeros",
    b"\0\0\0\x18ftypheic": "HEIC",
    b"hello": "not a PDF, TIFF, JPEG or PNG",
}


@pytest.mark.parametrize("data", sorted(STRANGERS))
def test_the_first_bytes_count_and_not_the_ending(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    with pytest.raises(ScanError, match=STRANGERS[data]) as caught:
        open_scan(path)
    assert caught.value.reason == Reason.SCAN_TYPE_UNKNOWN
    path.write_bytes(encoded(GRAIN, "png"))
    assert isinstance(outcome(path)[0], np.ndarray)


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.touch()
    assert outcome(path) == [Reason.SCAN_EMPTY]


@pytest.mark.parametrize(
    "head", [b"%PDF-1.7", b"II*\0", b"MM\0*", b"II+\0", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]
)
def test_a_head_without_a_body(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(head)
    assert outcome(path) == [Reason.SCAN_BROKEN]


def test_a_file_larger_than_allowed(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encoded(GRAIN, "png"))
    with pytest.raises(ScanError) as caught:
        open_scan(path, Limits(max_file_bytes=1000))
    assert caught.value.reason == Reason.SCAN_TOO_LARGE


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "gone.pdf"):
        assert outcome(path) == [Reason.SCAN_BROKEN]


def test_a_name_that_cannot_be_shown_is_escaped_in_messages(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff\n.pdf")
    path.touch()
    with pytest.raises(ScanError) as caught:
        open_scan(path)
    assert str(caught.value).startswith("\\xff\\u000a.pdf: ")
    saved(jpeg_pdf(WHOLE_PAGE + " 0 0 9 9 re f"), path)
    assert isinstance(outcome(path)[0], np.ndarray)
