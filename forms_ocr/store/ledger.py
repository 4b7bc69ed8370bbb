"""The ledger: which scans came in, what became of every page and slip, in one SQLite file.

Everything may be done twice: a scan is known by its period, name and content; filing a page puts its new
result in the place of the old one. What one call of :meth:`Ledger.file` is given is committed together or
not at all.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    Table,
    delete,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from forms_ocr.model import (
    Disposition,
    FiledPage,
    FiledSlip,
    PageDisposition,
    Period,
    Reason,
)
from forms_ocr.store import tables
from forms_ocr.store.database import open_database
from forms_ocr.store.entry import ScanFindings, record_from_json
from forms_ocr.store.faults import storage_faults
from forms_ocr.store.filing import Filing, Values, event
from forms_ocr.store.pictures import Pictures
from forms_ocr.store.states import PageState, ScanState
from forms_ocr.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ReceivedScan:
    """A scan that came in. ``sha256`` is "" for a file that could not be read where it lay."""

    name: str
    office: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan as the ledger knows it.

    Attributes:
        page_count: None before it was opened, and when it cannot be.
        settings: Fingerprint of the settings it was last opened under, "" before.
    """

    id: int
    name: str
    office: str
    sha256: str
    state: ScanState
    page_count: int | None
    settings: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of what a period holds."""

    scans: int = 0
    waiting_pages: int = 0
    pages: Counter[PageDisposition] = field(default_factory=Counter)
    slips: Counter[Disposition] = field(default_factory=Counter)


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def open_ledger(workspace: Workspace, clock: Callable[[], datetime] = _now) -> Iterator[Ledger]:
    """Open the workspace's ledger, creating it if need be; close it at the end.

    Raises:
        StorageError: It cannot be opened or created.
        ConfigurationError: Another version of the program made it.
    """
    with storage_faults("opening the ledger", workspace.ledger_path):
        engine = open_database(workspace.ledger_path)
    try:
        yield Ledger(engine, workspace, clock)
    finally:
        engine.dispose()


class Ledger:
    """The ledger of one workspace.

    Every method raises :class:`StorageError` when the disk is full, gone or not writable.
    """

    def __init__(self, engine: Engine, workspace: Workspace, clock: Callable[[], datetime] = _now) -> None:
        self._engine = engine
        self._place = workspace.ledger_path
        self._pictures = Pictures(workspace.folder)
        self._clock = clock

    # -- what comes in -------------------------------------------------------------------------

    def receive(self, received: Sequence[ReceivedScan], period: Period) -> tuple[Scan, ...]:
        """Register scans whose originals are kept; those known already are returned as they are."""
        with self._transaction("registering scans") as connection:
            return tuple(self._receive(connection, scan, str(period)) for scan in received)

    def _receive(self, connection: Connection, scan: ReceivedScan, period: str) -> Scan:
        known = connection.execute(_select_scans(period).where(_is_same_scan(scan))).one_or_none()
        if known is None:
            self._forget_unreadable(connection, scan.name, period)
            self._register(connection, scan, period)
            known = connection.execute(_select_scans(period).where(_is_same_scan(scan))).one()
            self._note(connection, [event("scan_received", known.id, detail={"bytes": scan.size_bytes})])
        return _scan(known)

    def _register(self, connection: Connection, scan: ReceivedScan, period: str) -> None:
        connection.execute(
            insert(tables.scans).values(
                period=period,
                name=scan.name,
                title=_free_title(connection, scan, period),
                office=scan.office,
                sha256=scan.sha256,
                size_bytes=scan.size_bytes,
                state=ScanState.RECEIVED,
                settings="",
                received_at=self._timestamp(),
            )
        )

    def _forget_unreadable(self, connection: Connection, name: str, period: str) -> None:
        """A file that could not be read where it lay stands for itself only until it can be."""
        scan = connection.execute(
            _select_scans(period).where(tables.scans.c.name == name, tables.scans.c.sha256 == "")
        ).one_or_none()
        if scan is not None:
            connection.execute(delete(tables.pages).where(tables.pages.c.scan_id == scan.id))
            connection.execute(delete(tables.scans).where(tables.scans.c.id == scan.id))
            self._note(connection, [event("scan_superseded", scan.id)])

    # -- what is still to do -------------------------------------------------------------------

    def unfinished(self, period: Period) -> tuple[Scan, ...]:
        """Scans of a period that are not opened yet or have pages nobody has read."""
        waiting = select(tables.pages.c.scan_id).where(tables.pages.c.state == PageState.WAITING)
        query = _select_scans(str(period)).where(
            or_(tables.scans.c.state == ScanState.RECEIVED, tables.scans.c.id.in_(waiting))
        )
        with self._transaction("looking for unread pages") as connection:
            return tuple(_scan(row) for row in connection.execute(query.order_by(tables.scans.c.id)))

    def waiting_pages(self, scan_id: int, settings: str | None = None) -> tuple[int, ...]:
        """Numbers of a scan's pages that nobody has read.

        Args:
            settings: Given, those read under other settings count as unread too.
        """
        pages = tables.pages.c
        is_wanted = pages.state == PageState.WAITING
        if settings is not None:
            is_wanted = or_(is_wanted, pages.settings != settings)
        query = select(pages.number).where(pages.scan_id == scan_id, is_wanted).order_by(pages.number)
        with self._transaction("looking for unread pages") as connection:
            return tuple(connection.scalars(query))

    # -- what was found out --------------------------------------------------------------------

    def describe_settings(self, fingerprint: str, description: Mapping[str, Any]) -> None:
        """Keep what stands behind a settings fingerprint."""
        text = json.dumps(description, ensure_ascii=False, sort_keys=True)
        with self._transaction("noting the settings") as connection:
            connection.execute(
                upsert(tables.settings)
                .values(fingerprint=fingerprint, description=text)
                .on_conflict_do_nothing()
            )

    def file(self, findings: Sequence[ScanFindings], settings: str) -> None:
        """File what was found out about scans and their pages, all of it in one transaction.

        Pictures are on disk before anything is committed that names them; those of replaced results go after.
        """
        with self._transaction("filing pages") as connection:
            filing = Filing(connection, findings, settings)
            self._pictures.keep(filing.pictures)
            filing.write()
            self._note(connection, filing.events)
        self._pictures.drop(filing.stale_pictures)

    # -- what came out -------------------------------------------------------------------------

    def pages(self, period: Period) -> tuple[FiledPage, ...]:
        """Every page of a period that has its disposition, by scan and number."""
        scans, pages = tables.scans.c, tables.pages.c
        query = (
            _select(tables.pages, scans.title, scans.office, _slip_count().label("slip_count"))
            .join(tables.scans, scans.id == pages.scan_id)
            .where(scans.period == str(period), pages.state == PageState.READ)
            .order_by(scans.title, pages.number)
        )
        with self._transaction("reading the ledger") as connection:
            return tuple(_filed_page(row) for row in connection.execute(query))

    def slips(self, period: Period) -> tuple[FiledSlip, ...]:
        """Every slip of a period, by scan, page and number."""
        scans, slips = tables.scans.c, tables.slips.c
        query = (
            _select(tables.slips, scans.title, scans.office)
            .join(tables.scans, scans.id == slips.scan_id)
            .where(scans.period == str(period))
            .order_by(scans.title, slips.page, slips.number)
        )
        with self._transaction("reading the ledger") as connection:
            return tuple(_filed_slip(row) for row in connection.execute(query))

    def tally(self, period: Period) -> Tally:
        """Count what a period holds."""
        with self._transaction("counting") as connection:
            pages = _counted(connection, tables.pages, tables.pages.c.disposition, period)
            slips = _counted(connection, tables.slips, tables.slips.c.disposition, period)
            scans = connection.scalar(
                select(func.count()).select_from(tables.scans).where(tables.scans.c.period == str(period))
            )
        return Tally(
            scans=scans or 0,
            waiting_pages=pages.pop(None, 0),
            pages=Counter({PageDisposition(key): count for key, count in pages.items() if key}),
            slips=Counter({Disposition(key): count for key, count in slips.items() if key}),
        )

    # -- the trail -----------------------------------------------------------------------------

    def note(self, kind: str, detail: Values) -> None:
        """Append an event about the whole workspace, e.g. that a run began."""
        with self._transaction("noting an event") as connection:
            self._note(connection, [event(kind, detail=detail)])

    def _note(self, connection: Connection, rows: Sequence[Values]) -> None:
        if rows:
            at = self._timestamp()
            connection.execute(insert(tables.events), [{"at": at, **row} for row in rows])

    def _timestamp(self) -> str:
        return self._clock().isoformat(timespec="milliseconds")

    @contextmanager
    def _transaction(self, doing: str) -> Iterator[Connection]:
        with storage_faults(doing, self._place), self._engine.begin() as connection:
            yield connection


def _select(*entities: Any) -> Select[Any]:
    """``select`` of a whole table beside single columns, for which SQLAlchemy has no types."""
    return select(*entities)


def _select_scans(period: str) -> Select[Any]:
    return select(tables.scans).where(tables.scans.c.period == period)


def _is_same_scan(scan: ReceivedScan) -> ColumnElement[bool]:
    columns = tables.scans.c
    return (columns.name == scan.name) & (columns.sha256 == scan.sha256)


def _free_title(connection: Connection, scan: ReceivedScan, period: str) -> str:
    """The scan's name, or where other content of that name came before, one with the content's hash in it."""
    stem, dot, ending = scan.name.rpartition(".")
    tagged = (
        f"{stem} [{scan.sha256[:8] or 'unread'}]{dot}{ending}"
        if stem
        else f"{scan.name} [{scan.sha256[:8] or 'unread'}]"
    )
    query = select(tables.scans.c.title).where(
        tables.scans.c.period == period, tables.scans.c.title.in_([scan.name, tagged])
    )
    taken = set(connection.scalars(query))
    free = [title for title in (scan.name, tagged) if title not in taken]
    return free[0] if free else f"{scan.name} [{scan.sha256}]"


def _scan(row: Row[Any]) -> Scan:
    return Scan(
        id=row.id,
        name=row.name,
        office=row.office,
        sha256=row.sha256,
        state=ScanState(row.state),
        page_count=row.page_count,
        settings=row.settings,
    )


def _slip_count() -> ColumnElement[int]:
    slips, pages = tables.slips.c, tables.pages.c
    counted = select(func.count()).where(slips.scan_id == pages.scan_id, slips.page == pages.number)
    return counted.correlate(tables.pages).scalar_subquery()


def _filed_page(row: Row[Any]) -> FiledPage:
    return FiledPage(
        scan=row.title,
        office=row.office,
        page=row.number,
        disposition=PageDisposition(row.disposition),
        slips=row.slip_count,
        reason=Reason(row.reason) if row.reason is not None else None,
        message=row.message,
        picture_path=row.picture_path,
    )


def _filed_slip(row: Row[Any]) -> FiledSlip:
    return FiledSlip(
        slip_id=row.slip_id,
        office=row.office,
        scan=row.title,
        page=row.page,
        slip=row.number,
        record=record_from_json(row.record),
        picture_path=row.picture_path,
    )


def _counted(
    connection: Connection, table: Table, disposition: ColumnElement[str | None], period: Period
) -> dict[str | None, int]:
    """Rows of a period by disposition; None for those that have none yet."""
    query = (
        select(disposition, func.count())
        .join(tables.scans, tables.scans.c.id == table.c.scan_id)
        .where(tables.scans.c.period == str(period))
        .group_by(disposition)
    )
    return dict(connection.execute(query).tuples())
