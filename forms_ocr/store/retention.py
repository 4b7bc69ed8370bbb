"""Forgetting people: pictures, addresses, accounts and readings of old periods go, the counts stay."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from forms_ocr.model import Period, Record
from forms_ocr.store import tables
from forms_ocr.store.decision_book import forget_values
from forms_ocr.store.durable import sync_folder
from forms_ocr.store.entry import record_from_json, record_to_json
from forms_ocr.store.filing import Values, event
from forms_ocr.store.queue_filling import forget_queue
from forms_ocr.store.workspace import Workspace


def forget_rows(connection: Connection, before: Period, at: str) -> tuple[int, list[Values]]:
    """Take what tells of people out of the rows of all periods before one.

    Returns:
        How many scans were concerned that had not been before, and the events for the trail.
    """
    scans, slips = tables.scans.c, tables.slips.c
    is_old = scans.period < str(before)
    new = connection.scalars(select(scans.id).where(is_old, scans.purged_at.is_(None))).all()
    old = select(scans.id).where(is_old)
    rows = connection.execute(select(tables.slips).where(slips.scan_id.in_(old))).all()
    if rows:
        connection.execute(_BLANK, [_blank(row) for row in rows])
    pages = tables.pages
    connection.execute(update(pages).where(pages.c.scan_id.in_(old)).values(picture_path="", message=""))
    connection.execute(update(tables.scans).where(is_old, scans.purged_at.is_(None)).values(purged_at=at))
    forget_values(connection, str(before))
    forget_queue(connection, str(before))
    return len(new), [event("purged", scan_id) for scan_id in new]


def remove_files(connection: Connection, workspace: Workspace) -> int:
    """Remove pictures of purged periods, and originals that no other scan needs; how many files.

    Works from what the ledger says now, so that one that was killed half-way is finished by the next.
    """
    scans = tables.scans.c
    purged = set(connection.scalars(select(scans.sha256).where(scans.purged_at.is_not(None)).distinct()))
    needed = set(connection.scalars(select(scans.sha256).where(scans.purged_at.is_(None)).distinct()))
    removed = sum(_remove(workspace, sha256) for sha256 in purged - needed - {""})
    is_whole = func.count(scans.purged_at) == func.count()
    periods = connection.scalars(select(scans.period).group_by(scans.period).having(is_whole)).all()
    for period in periods:
        folder = workspace.folder / "crops" / period
        if folder.exists():
            removed += sum(path.is_file() for path in folder.rglob("*"))
            shutil.rmtree(folder)
            sync_folder(folder.parent)
    return removed


def _remove(workspace: Workspace, sha256: str) -> bool:
    path = workspace.originals.path_of(sha256)
    if not path.exists():
        return False
    path.unlink()
    sync_folder(path.parent)
    return True


_BLANK = (
    update(tables.slips)
    .where(
        tables.slips.c.scan_id == bindparam("of_scan"),
        tables.slips.c.page == bindparam("of_page"),
        tables.slips.c.number == bindparam("of_number"),
    )
    .values(record=bindparam("emptied"), picture_path="", ink=None)
)


def _blank(row: Any) -> Values:
    record = record_from_json(row.record)
    return {
        "of_scan": row.scan_id,
        "of_page": row.page,
        "of_number": row.number,
        "emptied": record_to_json(_emptied(record)),
    }


def _emptied(record: Record) -> Record:
    """Disposition, reasons, confidence and which fields were in doubt; nothing of what stood in them."""
    fields = tuple(replace(field, value="", candidates=(), cells=(), rivals=()) for field in record.fields)
    return replace(record, account="", reading="", date="", address="", fields=fields, registered=None)
