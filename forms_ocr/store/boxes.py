"""Which cover sheet each page of a period came under.

The pages after a cover are its box, until the next cover or the end of the file. A cover that is a file of
its own, perhaps with its back, stands for the files after it in the same folder, by name, until the next
cover. Nothing of it is kept: it follows from the covers, in whatever order the files came.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, or_, select

from forms_ocr.model import Cover, PageDisposition, natural_key
from forms_ocr.store import tables
from forms_ocr.store.entry import cover_from_json


@dataclass(frozen=True, slots=True)
class CoveredScan:
    """A scan as far as boxes go.

    Attributes:
        name: Path below the given folder.
        covers: By page number, ascending; pages that are covers.
        is_cover_alone: It holds nothing but covers and blank pages.
    """

    id: int
    name: str
    covers: tuple[tuple[int, Cover], ...] = ()
    is_cover_alone: bool = False


class Boxes:
    """Answers which cover a page came under.

    Args:
        scans: All scans of a period.
    """

    def __init__(self, scans: Iterable[CoveredScan]) -> None:
        self._starts: dict[int, Sequence[tuple[int, Cover]]] = {}
        by_folder: defaultdict[str, list[CoveredScan]] = defaultdict(list)
        for scan in scans:
            by_folder[scan.name.rpartition("/")[0]].append(scan)
        for folder in by_folder.values():
            self._walk(sorted(folder, key=lambda scan: (natural_key(scan.name), scan.id)))

    def _walk(self, scans: Iterable[CoveredScan]) -> None:
        """The files of one folder in their order."""
        before: tuple[tuple[int, Cover], ...] = ()
        for scan in scans:
            starts = (*before, *scan.covers)
            if starts:
                self._starts[scan.id] = starts
            if scan.covers:
                before = ((0, scan.covers[-1][1]),) if scan.is_cover_alone else ()

    def cover_of(self, scan_id: int, page: int) -> Cover | None:
        """The cover of a page, a cover's own included; None for a page that came under none."""
        starts = self._starts.get(scan_id, ())
        place = bisect_right(starts, page, key=lambda start: start[0])
        return starts[place - 1][1] if place else None


def boxes_of(connection: Connection, period: str) -> Boxes:
    """The boxes of a period; next to nothing where no page is a cover."""
    scans, pages = tables.scans.c, tables.pages.c
    of_period = tables.pages.join(tables.scans, scans.id == pages.scan_id)
    query: Select[Any] = select(pages.scan_id, pages.number, pages.cover).select_from(of_period)
    is_cover = and_(scans.period == period, pages.cover.is_not(None))
    found: Sequence[Row[Any]] = connection.execute(query.where(is_cover)).all()
    if not found:
        return Boxes(())
    covers = _by_scan(found)
    with_more = set(connection.scalars(_with_other_pages(list(covers))))
    rows = connection.execute(select(scans.id, scans.name).where(scans.period == period))
    return Boxes(
        CoveredScan(row.id, row.name, covers.get(row.id, ()), row.id in covers and row.id not in with_more)
        for row in rows
    )


def _by_scan(found: Iterable[Row[Any]]) -> Mapping[int, tuple[tuple[int, Cover], ...]]:
    covers: defaultdict[int, list[tuple[int, Cover]]] = defaultdict(list)
    for row in sorted(found, key=lambda row: (row.scan_id, row.number)):
        covers[row.scan_id].append((row.number, cover_from_json(row.cover)))
    return {scan_id: tuple(starts) for scan_id, starts in covers.items()}


def _with_other_pages(scan_ids: Sequence[int]) -> Any:
    """Those of the scans that have a page that is neither cover nor blank, or that nobody has read yet."""
    pages = tables.pages.c
    is_other = or_(pages.disposition.is_(None), pages.disposition != PageDisposition.BLANK)
    return select(pages.scan_id).where(and_(pages.scan_id.in_(scan_ids), pages.cover.is_(None), is_other))
