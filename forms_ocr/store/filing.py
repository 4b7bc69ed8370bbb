"""One transaction of the ledger: what was found out about some scans, as rows of its tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from forms_ocr.store import tables
from forms_ocr.store.entry import PageEntry, ScanFindings, SlipEntry, slip_id
from forms_ocr.store.pictures import Pictures
from forms_ocr.store.states import PageState, ScanState, may_follow
from forms_ocr.store.upsert import insert_new, insert_or_replace

Values = dict[str, Any]
"""A row by column name."""


def event(
    kind: str, scan_id: int | None = None, page: int | None = None, detail: Values | None = None
) -> Values:
    """A row of the trail, its time still missing. ``detail`` never holds what stands on a slip."""
    text = json.dumps(detail or {}, sort_keys=True)
    return {"kind": kind, "scan_id": scan_id, "page": page, "detail": text}


class Filing:
    """The rows that findings make, gathered so that each table is written once.

    Attributes:
        pictures: To be on disk before the transaction is committed, by path relative to the workspace.
        stale_pictures: Nothing refers to them once the transaction is committed; known after :meth:`write`.
        events: For the trail; complete after :meth:`write`.
    """

    def __init__(self, connection: Connection, findings: Sequence[ScanFindings], settings: str) -> None:
        self.pictures: dict[str, bytes] = {}
        self.stale_pictures: set[str] = set()
        self.events: list[Values] = []
        self._connection = connection
        self._findings = findings
        self._settings = settings
        self._scans = _scans_by_id(connection, [finding.scan_id for finding in findings])
        self._page_rows: list[Values] = []
        self._slip_rows: list[Values] = []
        for finding in findings:
            for page in finding.pages:
                self._gather(self._scans[finding.scan_id], page)

    def write(self) -> None:
        """Put the new rows in the place of the old ones."""
        self._move([finding for finding in self._findings if _moves(finding)])
        self._clear_pages_read_before()
        if self._page_rows:
            self._connection.execute(insert_or_replace(self._connection, tables.pages), self._page_rows)
        if self._slip_rows:
            self._connection.execute(insert(tables.slips), self._slip_rows)
        self.stale_pictures -= set(self.pictures)

    def _gather(self, scan: Row[Any], page: PageEntry) -> None:
        self._page_rows.append(self._page_row(scan, page))
        self._slip_rows.extend(self._slip_row(scan, page.number, slip) for slip in page.slips)
        detail = {"disposition": page.disposition, "reason": page.reason, "settings": self._settings}
        self.events.append(event("page_read", scan.id, page.number, detail))

    def _page_row(self, scan: Row[Any], page: PageEntry) -> Values:
        return {
            "scan_id": scan.id,
            "number": page.number,
            "state": PageState.READ,
            "settings": self._settings,
            "disposition": page.disposition,
            "reason": page.reason,
            "message": page.message,
            "picture_path": self._picture(scan, page.number, 0, page.picture),
            "cover": page.cover_json or None,
        }

    def _slip_row(self, scan: Row[Any], page: int, slip: SlipEntry) -> Values:
        return {
            "scan_id": scan.id,
            "page": page,
            "number": slip.number,
            "slip_id": slip_id(scan.name, scan.sha256, page, slip.number),
            "disposition": slip.disposition,
            "record": slip.record_json,
            "registration": slip.registration_json,
            "picture_path": self._picture(scan, page, slip.number, slip.picture),
            "ink": slip.ink or None,
        }

    def _picture(self, scan: Row[Any], page: int, slip: int, picture: bytes) -> str:
        """The place of a picture, "" without one. Slip 0 stands for the whole page."""
        if not picture:
            return ""
        path = Pictures.path_of(scan.period, scan.sha256, slip_id(scan.name, scan.sha256, page, slip))
        self.pictures[path] = picture
        return path

    def _move(self, findings: Sequence[ScanFindings]) -> None:
        """Move scans to the state they were found in; each then has exactly the pages of that state."""
        moves = [self._move_row(finding) for finding in findings]
        if not moves:
            return
        self._connection.execute(_MOVE_SCAN, moves)
        for move in moves:
            if self._scans[move["scan"]].state != ScanState.RECEIVED:
                self._clear_surplus_pages(move["scan"], move["page_count"])
        waiting = [row for move in moves for row in _waiting_pages(move["scan"], move["page_count"] or 0)]
        if waiting:
            self._connection.execute(insert_new(self._connection, tables.pages), waiting)
        self.events += [
            event(f"scan_{move['state']}", move["scan"], detail={"pages": move["page_count"]})
            for move in moves
        ]

    def _move_row(self, finding: ScanFindings) -> Values:
        is_unopenable = _is_unopenable(finding)
        state = ScanState.QUARANTINED if is_unopenable else ScanState.OPENED
        _check_way(ScanState(self._scans[finding.scan_id].state), state)
        return {
            "scan": finding.scan_id,
            "state": state,
            "page_count": None if is_unopenable else finding.page_count,
            "settings": self._settings,
        }

    def _clear_surplus_pages(self, scan_id: int, page_count: int | None) -> None:
        """A scan that opens has no page 0, one that does not has nothing else."""
        slips, pages = tables.slips.c, tables.pages.c
        is_surplus_page = and_(pages.scan_id == scan_id, _is_surplus(pages.number, page_count))
        self._clear(and_(slips.scan_id == scan_id, _is_surplus(slips.page, page_count)), is_surplus_page)
        self._connection.execute(delete(tables.pages).where(is_surplus_page))

    def _clear_pages_read_before(self) -> None:
        """Pages of scans that were never opened, which are most, need no look."""
        filed = [
            (row["scan_id"], row["number"])
            for row in self._page_rows
            if self._scans[row["scan_id"]].state != ScanState.RECEIVED
        ]
        pages, slips = tables.pages.c, tables.slips.c
        is_filed = tuple_(pages.scan_id, pages.number).in_(filed)
        query = select(pages.scan_id, pages.number).where(is_filed, pages.state == PageState.READ)
        read = [tuple(row) for row in self._connection.execute(query)] if filed else []
        if read:
            self._clear(tuple_(slips.scan_id, slips.page).in_(read), is_filed)

    def _clear(self, is_old_slip: ColumnElement[bool], is_old_page: ColumnElement[bool]) -> None:
        """Take old slips out, and remember whose pictures go with the old slips and pages."""
        for table, is_old in ((tables.slips, is_old_slip), (tables.pages, is_old_page)):
            paths = self._connection.scalars(select(table.c.picture_path).where(is_old))
            self.stale_pictures.update(path for path in paths if path)
        self._connection.execute(delete(tables.slips).where(is_old_slip))


def _moves(finding: ScanFindings) -> bool:
    return finding.page_count is not None or _is_unopenable(finding)


def _is_unopenable(finding: ScanFindings) -> bool:
    return any(page.number == 0 for page in finding.pages)


def _scans_by_id(connection: Connection, scan_ids: Sequence[int]) -> dict[int, Row[Any]]:
    query = select(tables.scans).where(tables.scans.c.id.in_(scan_ids))
    return {row.id: row for row in connection.execute(query)}


def _check_way(before: ScanState, after: ScanState) -> None:
    if not may_follow(before, after):
        raise ValueError(f"a scan that is {before} cannot become {after}")


def _is_surplus(number: ColumnElement[int], page_count: int | None) -> ColumnElement[bool]:
    return number > 0 if page_count is None else or_(number < 1, number > page_count)


def _waiting_pages(scan_id: int, page_count: int) -> Iterator[Values]:
    for number in range(1, page_count + 1):
        yield {
            "scan_id": scan_id,
            "number": number,
            "state": PageState.WAITING,
            "settings": "",
            "message": "",
            "picture_path": "",
        }


_MOVE_SCAN = (
    update(tables.scans)
    .where(tables.scans.c.id == bindparam("scan"))
    .values(
        {column: bindparam(column) for column in ("state", "page_count", "settings")},
    )
)
