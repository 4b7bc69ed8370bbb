"""Files that nobody would send who means well, each with what has to become of it."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image

from forms_ocr.model import PageDisposition, Reason
from tests.acceptance.sample_run import SAMPLES

GOOD_PDF = (SAMPLES / "scans" / "office-12" / "good.pdf").read_bytes()
GOOD_TIFF = (SAMPLES / "scans" / "office-07" / "box-a.tif").read_bytes()
GOOD_PNG = (SAMPLES / "scans" / "Сестрорецк" / "good.png").read_bytes()

READ = PageDisposition.SLIPS
FOREIGN = PageDisposition.FOREIGN


@dataclass(frozen=True)
class Hostile:
    """One file.

    Attributes:
        wanted: The reasons its one row may have, or the disposition of its first page where it is read.
    """

    name: str
    content: bytes
    wanted: frozenset[str]


def hostile_files() -> Iterator[Hostile]:
    """All of them, each under a name of its own."""
    yield from _bombs()
    yield from _cut()
    yield from _in_disguise()
    yield from _armed()
    yield from _named()


def _file(name: str, content: bytes, *wanted: str) -> Hostile:
    return Hostile(name, content, frozenset(wanted))


# -- bombs -------------------------------------------------------------------------------------


def _bombs() -> Iterator[Hostile]:
    too_large = Reason.PAGE_TOO_LARGE
    yield _file("bombs/pixels.png", _huge_png(60_000), too_large)
    yield _file("bombs/pages.pdf", _pages(20_000, 20_000), Reason.SCAN_TOO_MANY_PAGES)
    yield _file("bombs/one-page-often.pdf", _pages(200_000, 1), Reason.SCAN_TOO_MANY_PAGES)
    yield _file("bombs/pages.tif", _endless_tiff(), Reason.SCAN_BROKEN, Reason.SCAN_TOO_MANY_PAGES)
    kilometres = _pdf_of(zlib.compress(b"0 0 9 9 re f"), MediaBox=Array([0, 0, 9e7, 9e7]))
    yield _file("bombs/kilometres.pdf", kilometres, too_large)
    yield _file("bombs/unpacks.pdf", _pdf_of(_packed(b"n " * 500_000, 60)), *_GIVEN_UP)
    yield _file("bombs/forms-in-forms.pdf", _forms_in_forms(), *_GIVEN_UP, FOREIGN, PageDisposition.BLANK)
    yield _file("bombs/objects.pdf", _packed_objects(900_000_000), *_GIVEN_UP, Reason.SCAN_BROKEN)
    yield _file("bombs/zip.pdf", _zip_bomb(), Reason.SCAN_TYPE_UNKNOWN)


_GIVEN_UP = (
    Reason.PAGE_TIMEOUT,
    Reason.PAGE_TOO_LARGE,
    Reason.PAGE_BROKEN,
    Reason.PAGE_CRASHED_READER,
)
"""Something that never ends is cut off by whichever bound is met first."""


def _huge_png(side_px: int) -> bytes:
    rows = zlib.compress(bytes(1_000_000))
    header = struct.pack(">IIBBBBB", side_px, side_px, 8, 0, 0, 0, 0)
    framed = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def _packed(block: bytes, times: int) -> bytes:
    """A zlib stream (RFC 1950) of a block so many times, packed once: it ends at a whole byte, reset."""
    packer = zlib.compressobj(9, wbits=-15)
    once = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 1
    for _ in range(times):
        checksum = zlib.adler32(block, checksum)
    return b"\x78\xda" + once * times + b"\x03\x00" + struct.pack(">I", checksum)


def _pdf_of(packed: bytes, **page: object) -> bytes:
    """One page; what draws it is deflated."""
    made = pikepdf.new()
    made.add_blank_page(page_size=(420, 298))
    made.pages[0].obj.Contents = Stream(made, packed, Filter=Name.FlateDecode)
    for key, value in page.items():
        made.pages[0].obj[f"/{key}"] = value
    return _written(made)


def _pages(leaves: int, distinct: int) -> bytes:
    """A tree of so many leaves, of which so many are objects of their own; no library would write it."""
    kids = b"".join(b"%d 0 R " % (3 + number % distinct) for number in range(leaves))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%s]>>" % (leaves, kids)]
    objects += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 298]>>"] * distinct
    body, places = b"%PDF-1.5\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%sendobj\n" % (number, content)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(places) + 1, rows)
    return (
        body
        + table
        + b"trailer<</Size %d/Root 1 0 R>>startxref\n%d\n%%%%EOF\n"
        % (
            len(places) + 1,
            len(body),
        )
    )


def _endless_tiff() -> bytes:
    """Directories that lead to each other in a circle."""
    entry = struct.pack("<HHII", 256, 4, 1, 100)
    first = struct.pack("<H", 1) + entry + struct.pack("<I", 26)
    second = struct.pack("<H", 1) + entry + struct.pack("<I", 8)
    return b"II*\0" + struct.pack("<I", 8) + first + second


def _forms_in_forms() -> bytes:
    """Ten drawings that draw ten drawings each, eight times over."""
    made = pikepdf.new()
    made.add_blank_page(page_size=(420, 298))
    inner = made.make_indirect(_form(made, b"0 0 400 200 re f", Dictionary()))
    for _ in range(8):
        inner = made.make_indirect(_form(made, b"/F Do " * 10, Dictionary(XObject=Dictionary(F=inner))))
    made.pages[0].obj.Resources = Dictionary(XObject=Dictionary(F=inner))
    made.pages[0].obj.Contents = Stream(made, b"/F Do")
    return _written(made)


def _form(made: pikepdf.Pdf, content: bytes, resources: Dictionary) -> Stream:
    return Stream(
        made,
        content,
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, 420, 298]),
        Resources=resources,
    )


def _packed_objects(size_bytes: int) -> bytes:
    """A stream of objects that takes all memory when it is unpacked."""
    packed = _packed(b" " * (1 << 20), size_bytes >> 20)
    body = b"%PDF-1.5\n"
    stream_at = len(body)
    body += b"1 0 obj<</Type/ObjStm/N 2/First 10/Filter/FlateDecode/Length %d>>stream\n" % len(packed)
    body += packed + b"\nendstream endobj\n"
    xref_at = len(body)
    rows = struct.pack(">BIH", 0, 0, 0) + struct.pack(">BIH", 1, stream_at, 0)
    rows += struct.pack(">BIH", 2, 1, 0) + struct.pack(">BIH", 1, xref_at, 0)
    body += b"3 0 obj<</Type/XRef/W[1 4 2]/Size 4/Root 2 0 R/Length %d>>stream\n" % len(rows)
    return body + rows + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % xref_at


@cache
def _zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("scan.pdf", bytes(50_000_000))
    return packed.getvalue()


# -- cut, disguised, armed ---------------------------------------------------------------------


def _cut() -> Iterator[Hostile]:
    for name, content in (("a.pdf", GOOD_PDF), ("a.tif", GOOD_TIFF), ("a.png", GOOD_PNG)):
        for tenth in range(10):
            wanted = [Reason.SCAN_BROKEN, Reason.PAGE_BROKEN] if tenth else [Reason.SCAN_EMPTY]
            yield _file(f"cut/{tenth}-{name}", content[: len(content) * tenth // 10], *wanted)


def _in_disguise() -> Iterator[Hostile]:
    unknown = Reason.SCAN_TYPE_UNKNOWN
    yield _file("types/program.pdf", b"MZ\x90\0" + bytes(4000), unknown)
    yield _file("types/page.pdf", b"<!DOCTYPE html><script>alert(1)</script>", unknown)
    yield _file("types/letter.png", b"PK\x03\x04" + b"word/document.xml" * 9, unknown)
    yield _file("types/png.tif", GOOD_PNG, READ)
    yield _file("types/pdf-and-zip.pdf", GOOD_PDF + _zip_bomb(), READ)
    yield _file("types/jpeg-and-pdf.pdf", _jpeg_with(GOOD_PDF), FOREIGN, PageDisposition.BLANK)
    yield _file("types/png-and-page.html", GOOD_PNG + b"<script>alert(1)</script>", READ)


def _jpeg_with(comment: bytes) -> bytes:
    """A picture in which a whole PDF lies, near enough to its beginning for readers that search for one."""
    grey = Image.fromarray(np.full((1754, 2480), 200, np.uint8))
    packed = io.BytesIO()
    grey.save(packed, "jpeg", quality=30)
    picture = packed.getvalue()
    chunk = comment[:60_000]
    return picture[:2] + b"\xff\xfe" + struct.pack(">H", len(chunk) + 2) + chunk + picture[2:] + comment


def _armed() -> Iterator[Hostile]:
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(GOOD_PDF)) as made:
        made.save(locked, encryption=pikepdf.Encryption(owner="o", user="u"))
    yield _file("armed/locked.pdf", locked.getvalue(), Reason.SCAN_ENCRYPTED)
    with pikepdf.open(io.BytesIO(GOOD_PDF)) as made:
        script = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
        made.Root.OpenAction = made.make_indirect(script)
        made.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.Launch, F="/bin/sh"))
        made.attachments["../../escape.sh"] = b"#!/bin/sh\n"
        made.attachments["autorun.pdf"] = GOOD_PDF
        yield _file("armed/script.pdf", _written(made), READ)


def _written(made: pikepdf.Pdf) -> bytes:
    packed = io.BytesIO()
    made.save(packed, compress_streams=False)
    return packed.getvalue()


# -- names -------------------------------------------------------------------------------------

NAMES = (
    "ж" * 125 + "1.pdf",  # 255 bytes, the most a file system takes
    "two\nlines.pdf",
    "turned\u202efdp.exe",
    "=cmd|' -C calc'!A0.pdf",
    "+7 812 000-00-00.pdf",
    "-1+1.pdf",
    "@SUM(A1).pdf",
    "\tTab.pdf",
    "\rReturn.pdf",
    "<img src=x onerror=alert(1)>.pdf",
    "'\"><b>bold.pdf",
    "{{ 7 * 7 }}.pdf",
    'a,b;c".pdf',
)


def _named() -> Iterator[Hostile]:
    """In an office whose name is a formula too."""
    for number, name in enumerate(NAMES):
        yield _file(f"=1+1/{name}", b"no scan %d" % number, Reason.SCAN_TYPE_UNKNOWN)
