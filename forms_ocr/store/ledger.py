"""The ledger: which scans came in, what became of every page and slip, in one SQLite file.

Everything may be done twice: a scan is known by its period, name and content; filing a page puts its new
result in the place of the old one. What one call of :meth:`Ledger.file` is given is committed together or
not at all.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    and_,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from forms_ocr.model import (
    FiledPage,
    FiledSlip,
    PageDisposition,
    Period,
    Reason,
    Registration,
)
from forms_ocr.store import tables
from forms_ocr.store.database import open_database
from forms_ocr.store.entry import ScanFindings, record_from_json, registration_from_json
from forms_ocr.store.faults import storage_faults
from forms_ocr.store.filing import Filing, Values, event
from forms_ocr.store.pictures import Pictures
from forms_ocr.store.receiving import ReceivedScan, Receiving
from forms_ocr.store.states import PageState, ScanState
from forms_ocr.store.workspace import Workspace


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
class SlipSource:
    """Where a slip can be seen: its original, the page in it, and its place on the page."""

    scan_id: int
    sha256: str
    page: int
    registration: Registration


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
            receiving = Receiving(connection, received, str(period), self._timestamp())
            scans = tuple(_scan(row) for row in receiving.write())
            self._note(connection, receiving.events)
        return scans

    # -- what is still to do -------------------------------------------------------------------

    def unfinished(self, period: Period) -> tuple[Scan, ...]:
        """Scans of a period that are not opened yet or have pages nobody has read."""
        query = _select_scans(str(period)).where(_is_unfinished())
        with self._transaction("looking for unread pages") as connection:
            return tuple(_scan(row) for row in connection.execute(query.order_by(tables.scans.c.id)))

    def unfinished_periods(self) -> tuple[str, ...]:
        """Periods that :meth:`unfinished` has something for."""
        query = select(tables.scans.c.period).distinct().where(_is_unfinished())
        with self._transaction("looking for unread pages") as connection:
            return tuple(connection.scalars(query.order_by(tables.scans.c.period)))

    def waiting_pages(
        self, scan_ids: Sequence[int], settings: str | None = None
    ) -> dict[int, tuple[int, ...]]:
        """Numbers of the pages that nobody has read, by scan, for scans that have any.

        Args:
            settings: Given, those read under other settings count as unread too.
        """
        pages = tables.pages.c
        is_wanted = pages.state == PageState.WAITING
        if settings is not None:
            is_wanted = or_(is_wanted, pages.settings != settings)
        query = select(pages.scan_id, pages.number).where(pages.scan_id.in_(scan_ids), is_wanted)
        numbers: defaultdict[int, list[int]] = defaultdict(list)
        with self._transaction("looking for unread pages") as connection:
            for scan_id, number in connection.execute(query.order_by(pages.scan_id, pages.number)):
                numbers[scan_id].append(number)
        return {scan_id: tuple(waiting) for scan_id, waiting in numbers.items()}

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

    def slip_sources(self, period: Period, slip_ids: Sequence[str]) -> dict[str, SlipSource]:
        """Where slips of a period can be seen, by slip; of a few hundred at most at once."""
        scans, slips = tables.scans.c, tables.slips.c
        query = (
            _select(slips.slip_id, slips.scan_id, slips.page, slips.registration, scans.sha256)
            .join(tables.scans, scans.id == slips.scan_id)
            .where(scans.period == str(period), slips.slip_id.in_(slip_ids))
        )
        with self._transaction("reading the ledger") as connection:
            return {row.slip_id: _slip_source(row) for row in connection.execute(query)}

    def add_pictures(self, period: Period, pictures: Mapping[str, bytes]) -> dict[str, str]:
        """Keep pictures, as JPEG, for slips that were filed without one; where each lies, by slip."""
        if not pictures:
            return {}
        sources = self.slip_sources(period, tuple(pictures))
        paths = {
            slip_id: Pictures.path_of(str(period), source.sha256, slip_id)
            for slip_id, source in sources.items()
        }
        slips = tables.slips.c
        with self._transaction("keeping pictures") as connection:
            self._pictures.keep({path: pictures[slip_id] for slip_id, path in paths.items()})
            for slip_id, path in paths.items():
                is_meant = and_(slips.scan_id == sources[slip_id].scan_id, slips.slip_id == slip_id)
                connection.execute(update(tables.slips).where(is_meant).values(picture_path=path))
            self._note(connection, [_picture_added(source) for source in sources.values()])
        return paths

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


def _is_unfinished() -> ColumnElement[bool]:
    waiting = select(tables.pages.c.scan_id).where(tables.pages.c.state == PageState.WAITING)
    return or_(tables.scans.c.state == ScanState.RECEIVED, tables.scans.c.id.in_(waiting))


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


def _slip_source(row: Row[Any]) -> SlipSource:
    return SlipSource(row.scan_id, row.sha256, row.page, registration_from_json(row.registration))


def _picture_added(source: SlipSource) -> Values:
    return event("picture_added", source.scan_id, source.page)


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
