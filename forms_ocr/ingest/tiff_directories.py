"""The chain of directories in a TIFF, one a page (TIFF 6.0, section 2; BigTIFF)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

from forms_ocr.errors import ScanError
from forms_ocr.ingest.limits import Limits
from forms_ocr.model import Reason

_NEW_SUBFILE_TYPE = 254
"""The lowest tag of all, so always the first where it is present."""

_IS_REDUCED = 1
_BIG = 43


@dataclass(frozen=True, slots=True)
class _Layout:
    """How numbers are stored: ``struct`` formats of a directory's count, its entries, a place in the file."""

    count: str
    entry: str
    place: str
    first_at: int


def page_directories(file: BinaryIO, limits: Limits) -> tuple[int, ...]:
    """Which directories of the chain, counted from 0, are pages and not previews of one.

    Pillow takes a chain that leads out of the file for a chain that ends, and loses the pages behind.

    Raises:
        ScanError: ``SCAN_BROKEN``, ``SCAN_EMPTY``, ``SCAN_TOO_MANY_PAGES``.
    """
    file.seek(0)
    layout = _layout(file.read(4))
    place = _unpack(file, layout.first_at, layout.place)[0]
    seen: set[int] = set()
    pages: list[int] = []
    while place:
        if place in seen:
            raise ScanError(Reason.SCAN_BROKEN, "the TIFF's pages lead in a circle; copy or scan it again")
        if len(seen) == limits.max_pages:
            raise ScanError(Reason.SCAN_TOO_MANY_PAGES, f"more than {limits.max_pages} pages; split it")
        is_preview, next_place = _directory(file, place, layout)
        if not is_preview:
            pages.append(len(seen))
        seen.add(place)
        place = next_place
    if not pages:
        raise ScanError(Reason.SCAN_EMPTY, "the TIFF has no pages")
    return tuple(pages)


def _layout(head: bytes) -> _Layout:
    order = "<" if head.startswith(b"II") else ">"
    if _BIG in head:
        return _Layout(f"{order}Q", f"{order}HHQQ", f"{order}Q", first_at=8)
    return _Layout(f"{order}H", f"{order}HHII", f"{order}I", first_at=4)


def _directory(file: BinaryIO, place: int, layout: _Layout) -> tuple[bool, int]:
    """Whether the directory at ``place`` is a preview, and where the next one is, 0 after the last."""
    (count,) = _unpack(file, place, layout.count)
    first = place + struct.calcsize(layout.count)
    (next_place,) = _unpack(file, first + count * struct.calcsize(layout.entry), layout.place)
    tag, _, _, value = _unpack(file, first, layout.entry) if count else (0, 0, 0, 0)
    return tag == _NEW_SUBFILE_TYPE and bool(value & _IS_REDUCED), next_place


def _unpack(file: BinaryIO, place: int, form: str) -> tuple[int, ...]:
    size = struct.calcsize(form)
    stored = b""
    if place < 2**63:  # seeking beyond is an error of its own
        file.seek(place)
        stored = file.read(size)
    if len(stored) < size:
        raise ScanError(Reason.SCAN_BROKEN, "the TIFF breaks off before its last page; copy or scan it again")
    return struct.unpack(form, stored)
