"""Whether ledger and files still agree: every page once, every slip on its page, every byte as it was."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Row, select

from forms_ocr.model import PageDisposition
from forms_ocr.store import tables
from forms_ocr.store.decision_book import chain_violations
from forms_ocr.store.entry import record_from_json, slip_id
from forms_ocr.store.states import PageState, ScanState
from forms_ocr.store.workspace import Workspace


def violations(connection: Connection, workspace: Workspace) -> Iterator[str]:
    """Everything that is not as it must be, in words; nothing for a sound workspace."""
    scans = {row.id: row for row in connection.execute(select(tables.scans).order_by(tables.scans.c.id))}
    pages: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(select(tables.pages)):
        pages[row.scan_id].append(row)
    slips = connection.execute(select(tables.slips)).all()
    yield from _damage(connection)
    for scan in scans.values():
        yield from _of_scan(scan, pages[scan.id])
    on_page = Counter((slip.scan_id, slip.page) for slip in slips)
    for page in (page for group in pages.values() for page in group):
        yield from _of_page(page, scans[page.scan_id], on_page[page.scan_id, page.number])
    for slip in slips:
        yield from _of_slip(slip, scans[slip.scan_id])
    yield from _of_originals(list(scans.values()), workspace)
    paths = {row.picture_path for group in (*pages.values(), slips) for row in group if row.picture_path}
    for path in sorted(path for path in paths if not (workspace.folder / path).is_file()):
        yield f"{path}: the picture is gone"
    yield from chain_violations(connection)


def _damage(connection: Connection) -> Iterator[str]:
    """What SQLite itself finds; PostgreSQL checks its pages by itself."""
    if connection.dialect.name != "sqlite":
        return
    for (said,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if said != "ok":
            yield f"the ledger is damaged: {said}"
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"the ledger is damaged: a row of {row[0]} refers to nothing"


def _of_scan(scan: Row[Any], pages: list[Row[Any]]) -> Iterator[str]:
    numbers = sorted(page.number for page in pages)
    wanted = {
        ScanState.RECEIVED: [],
        ScanState.OPENED: list(range(1, (scan.page_count or 0) + 1)),
        ScanState.QUARANTINED: [0],
    }[ScanState(scan.state)]
    if numbers != wanted:
        yield f"{scan.title}: is {scan.state} and should have pages {_span(wanted)}, has {_span(numbers)}"


def _span(numbers: list[int]) -> str:
    return f"{numbers[0]} to {numbers[-1]} ({len(numbers)})" if numbers else "none"


def _of_page(page: Row[Any], scan: Row[Any], slip_count: int) -> Iterator[str]:
    place = f"page {page.number} of {scan.title}"
    if page.state == PageState.WAITING:
        if page.disposition is not None or slip_count:
            yield f"{place}: waits to be read but has a disposition or slips"
        return
    has_slips = page.disposition == PageDisposition.SLIPS
    if page.disposition is None:
        yield f"{place}: was read but has no disposition"
    elif has_slips != (slip_count > 0):
        yield f"{place}: is {page.disposition} but has {slip_count} slip(s)"
    elif has_slips != (page.reason is None):
        yield f"{place}: is {page.disposition} with the reason {page.reason}"


def _of_slip(slip: Row[Any], scan: Row[Any]) -> Iterator[str]:
    place = f"slip {slip.number} on page {slip.page} of {scan.title}"
    if slip.slip_id != slip_id(scan.name, scan.sha256, slip.page, slip.number):
        yield f"{place}: its slip_id is another slip's"
    try:
        record = record_from_json(slip.record)
    except ValidationError:
        yield f"{place}: its record cannot be read"
        return
    if record.disposition != slip.disposition:
        yield f"{place}: is {slip.disposition} but its record says {record.disposition}"


def _of_originals(scans: list[Row[Any]], workspace: Workspace) -> Iterator[str]:
    wanted = {scan.sha256: scan for scan in scans if scan.sha256 and not scan.purged_at}
    for sha256, scan in wanted.items():
        why = _fault_of(workspace.originals.path_of(sha256), sha256)
        if why:
            yield f"{scan.title}: its original {why}"


def _fault_of(path: Path, sha256: str) -> str:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return "is gone"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return "" if found == sha256 else "has been changed"
