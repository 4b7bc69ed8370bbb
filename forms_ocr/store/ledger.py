"""The ledger: which scans came in, what became of every page and slip, in one database.

Everything may be done twice: a scan is known by its period, name and content; filing a page puts its new
result in the place of the old one. What one call of :meth:`Ledger.file` is given is committed together or
not at all. A run takes the lease before it writes; each of its transactions first compares its fence, so that
a run that was thought dead cannot write over the one that took its place.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    and_,
    delete,
    insert,
    or_,
    select,
    update,
)

from forms_ocr.errors import ConfigurationError, WorkspaceBusyError
from forms_ocr.model import (
    FiledPage,
    FiledSlip,
    PageDisposition,
    Period,
)
from forms_ocr.store import tables
from forms_ocr.store.answer_book import AnswerBook
from forms_ocr.store.contents import filed_pages, filed_slips, settings_of_slips, slip_sources
from forms_ocr.store.database import READS_ONLY, hold_database, open_database
from forms_ocr.store.decision_book import DecisionBook
from forms_ocr.store.durable import replace_durably
from forms_ocr.store.entry import ScanFindings
from forms_ocr.store.faults import storage_faults
from forms_ocr.store.filing import Filing, Values, event
from forms_ocr.store.location import ledger_url
from forms_ocr.store.overview import PeriodOverview, last_event, overview
from forms_ocr.store.pictures import Pictures
from forms_ocr.store.receiving import ReceivedScan, Receiving, known_elsewhere
from forms_ocr.store.retention import forget_rows, remove_files
from forms_ocr.store.slip_source import SlipSource
from forms_ocr.store.states import PageState, ScanState
from forms_ocr.store.transactions import Transactions
from forms_ocr.store.upsert import insert_new, insert_or_replace
from forms_ocr.store.verification import violations
from forms_ocr.store.workspace import Workspace

_LEASE = "batch"

_WAITING: Values = {
    "state": PageState.WAITING,
    "settings": "",
    "disposition": None,
    "reason": None,
    "message": "",
    "picture_path": "",
    "cover": None,
}
"""A page that nobody has read."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan as the ledger knows it.

    Attributes:
        page_count: None before it was opened, and when it cannot be.
        settings: Fingerprint of the settings it was last opened under, "" before.
        title: Its name in the exports.
    """

    id: int
    name: str
    office: str
    sha256: str
    state: ScanState
    page_count: int | None
    settings: str
    title: str = ""


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def open_ledger(
    workspace: Workspace, clock: Callable[[], datetime] = _now, store: str | None = None
) -> Iterator[Ledger]:
    """Open the workspace's ledger, creating it if need be; close it at the end.

    Args:
        store: Address of a PostgreSQL database to keep it in. Written down in the workspace the first time;
            without it the ledger is where it was, or in a SQLite file of the workspace.

    Raises:
        StorageError: It cannot be opened or created.
        ConfigurationError: A newer version of the program made it, or it is kept elsewhere.
    """
    with storage_faults("opening the ledger", workspace.folder):
        url = ledger_url(workspace, store)
        engine = open_database(url)
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
        self._place = engine.url.render_as_string(hide_password=True)
        self._fence: int | None = None
        self._workspace = workspace
        self._pictures = Pictures(workspace.folder)
        self._clock = clock

    # -- who may write -------------------------------------------------------------------------

    def take_lease(self, holder: str) -> None:
        """Become the one who writes, whoever was before.

        Args:
            holder: Process and host, for the message that another one gets.

        Raises:
            WorkspaceBusyError: A live run on another machine holds the database.
        """
        leases = tables.leases.c
        with self._transaction("taking the lease") as connection:
            last = connection.execute(select(tables.leases).where(leases.name == _LEASE)).one_or_none()
            if self._fence is None and not hold_database(connection):
                raise WorkspaceBusyError(f"the ledger {self._place} is held by another run: {_said(last)}")
            fence = 1 if last is None else last.fence + 1
            row = {"name": _LEASE, "fence": fence, "holder": holder, "taken_at": self._timestamp()}
            connection.execute(insert_or_replace(connection, tables.leases), row)
        self._fence = fence

    def _check_fence(self, connection: Connection) -> None:
        """Refuse to write once somebody else has taken the lease."""
        if self._fence is None:
            return
        now = connection.execute(select(tables.leases).where(tables.leases.c.name == _LEASE)).one_or_none()
        if now is None or now.fence != self._fence:
            raise WorkspaceBusyError(
                f"another run has taken over the ledger {self._place}: {_said(now)}; this one stops. "
                "What it filed is kept, the other goes on with the rest"
            )

    # -- what comes in -------------------------------------------------------------------------

    def receive(self, received: Sequence[ReceivedScan], period: Period) -> tuple[Scan, ...]:
        """Register scans whose originals are kept; those known already are returned as they are."""
        with self._transaction("registering scans") as connection:
            self._check_fence(connection)
            receiving = Receiving(connection, received, str(period), self._timestamp())
            scans = tuple(_scan(row) for row in receiving.write())
            self._note(connection, receiving.events)
        return scans

    def known_elsewhere(self, received: Sequence[ReceivedScan], period: Period) -> frozenset[ReceivedScan]:
        """Those that were registered under another period, with the same name and the same content."""
        with self._reading("looking for scans") as connection:
            return known_elsewhere(connection, received, str(period))

    # -- what is still to do -------------------------------------------------------------------

    def unfinished(self, period: Period) -> tuple[Scan, ...]:
        """Scans of a period that are not opened yet or have pages nobody has read."""
        query = _select_scans(str(period)).where(_is_unfinished())
        with self._reading("looking for unread pages") as connection:
            return tuple(_scan(row) for row in connection.execute(query.order_by(tables.scans.c.id)))

    def unfinished_periods(self) -> tuple[str, ...]:
        """Periods that :meth:`unfinished` has something for."""
        query = select(tables.scans.c.period).distinct().where(_is_unfinished())
        with self._reading("looking for unread pages") as connection:
            return tuple(connection.scalars(query.order_by(tables.scans.c.period)))

    def waiting_pages(
        self, scan_ids: Sequence[int], settings: str | None = None
    ) -> dict[int, tuple[int, ...]]:
        """Numbers of the pages that nobody has read, by scan, for scans that have any.

        Args:
            settings: Given, those read under other settings count as unread too.
        """
        if not scan_ids:
            return {}
        pages = tables.pages.c
        is_wanted = pages.state == PageState.WAITING
        if settings is not None:
            is_wanted = or_(is_wanted, pages.settings != settings)
        query = select(pages.scan_id, pages.number).where(pages.scan_id.in_(scan_ids), is_wanted)
        numbers: defaultdict[int, list[int]] = defaultdict(list)
        with self._reading("looking for unread pages") as connection:
            for scan_id, number in connection.execute(query.order_by(pages.scan_id, pages.number)):
                numbers[scan_id].append(number)
        return {scan_id: tuple(waiting) for scan_id, waiting in numbers.items()}

    # -- what was found out --------------------------------------------------------------------

    def describe_settings(self, fingerprint: str, description: Mapping[str, Any]) -> None:
        """Keep what stands behind a settings fingerprint."""
        text = json.dumps(description, ensure_ascii=False, sort_keys=True)
        with self._transaction("noting the settings") as connection:
            row = {"fingerprint": fingerprint, "description": text}
            connection.execute(insert_new(connection, tables.settings), row)

    def file(self, findings: Sequence[ScanFindings], settings: str) -> None:
        """File what was found out about scans and their pages, all of it in one transaction.

        Pictures are on disk before anything is committed that names them; those of replaced results go after.
        """
        with self._transaction("filing pages") as connection:
            self._check_fence(connection)
            filing = Filing(connection, findings, settings)
            self._pictures.keep(filing.pictures)
            filing.write()
            self._note(connection, filing.events)
        self._pictures.drop(filing.stale_pictures)

    def try_again(self, period: Period, scan_ids: Sequence[int]) -> int:
        """Put quarantined scans and pages of a period back among those nobody has read; how many.

        Until they are read again they have no disposition. Their pictures go.
        """
        pages, scans = tables.pages.c, tables.scans.c
        is_meant = and_(
            pages.scan_id.in_(select(scans.id).where(scans.period == str(period), scans.id.in_(scan_ids))),
            pages.disposition == PageDisposition.QUARANTINED,
        )
        with self._transaction("putting pages back") as connection:
            self._check_fence(connection)
            found = connection.execute(select(tables.pages).where(is_meant)).all()
            unopened = [row.scan_id for row in found if row.number == 0]
            connection.execute(delete(tables.pages).where(and_(is_meant, pages.number == 0)))
            connection.execute(update(tables.pages).where(is_meant).values(_WAITING))
            received = {"state": ScanState.RECEIVED, "settings": ""}
            connection.execute(update(tables.scans).where(scans.id.in_(unopened)).values(received))
            self._note(connection, [event("try_again", row.scan_id, row.number) for row in found])
        self._pictures.drop(row.picture_path for row in found if row.picture_path)
        return len(found)

    # -- what came out -------------------------------------------------------------------------

    def pages(self, period: Period) -> tuple[FiledPage, ...]:
        """Every page of a period that has its disposition, by scan and number."""
        with self._reading("reading the ledger") as connection:
            return filed_pages(connection, str(period))

    def slips(self, period: Period) -> tuple[FiledSlip, ...]:
        """Every slip of a period, by scan, page and number."""
        with self._reading("reading the ledger") as connection:
            return filed_slips(connection, str(period))

    def slip_sources(self, period: Period, slip_ids: Sequence[str]) -> dict[str, SlipSource]:
        """Where slips of a period can be seen, by slip; of a few hundred at most at once."""
        with self._reading("reading the ledger") as connection:
            return slip_sources(connection, str(period), slip_ids)

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
            self._check_fence(connection)
            self._pictures.keep({path: pictures[slip_id] for slip_id, path in paths.items()})
            for slip_id, path in paths.items():
                is_meant = and_(slips.scan_id == sources[slip_id].scan_id, slips.slip_id == slip_id)
                connection.execute(update(tables.slips).where(is_meant).values(picture_path=path))
            self._note(connection, [_picture_added(source) for source in sources.values()])
        return paths

    def periods(self) -> tuple[Period, ...]:
        """Every period that has scans, in their order."""
        query = select(tables.scans.c.period).distinct()
        with self._reading("reading the ledger") as connection:
            return tuple(sorted(Period.parse(text) for text in connection.scalars(query)))

    def settings_of_slips(self, period: Period) -> dict[str, Mapping[str, Any]]:
        """What each slip of a period was read with, as it was described, by slip.

        Where a run had several templates, ``template`` is the one that the slip was laid on.
        """
        with self._reading("reading the ledger") as connection:
            return settings_of_slips(connection, str(period))

    def answer_book(self) -> AnswerBook:
        """What people say that slips say."""
        return AnswerBook(self._engine, str(self._place), self._timestamp)

    def decision_book(self) -> DecisionBook:
        """What people decided about slips."""
        return DecisionBook(Transactions(self._engine, self._clock))

    # -- the whole of it -----------------------------------------------------------------------

    def overview(self) -> tuple[PeriodOverview, ...]:
        """How much of what there is, by period."""
        with self._reading("reading the ledger") as connection:
            return overview(connection)

    def last_event(self, kind: str) -> tuple[str, str] | None:
        """When something last happened, and the JSON of what is known of it; None if it never did."""
        with self._reading("reading the ledger") as connection:
            return last_event(connection, kind)

    def scans(self, period: Period) -> tuple[Scan, ...]:
        """Every scan of a period, in the order they came."""
        with self._reading("reading the ledger") as connection:
            query = _select_scans(str(period)).order_by(tables.scans.c.id)
            return tuple(_scan(row) for row in connection.execute(query))

    def violations(self) -> tuple[str, ...]:
        """Where ledger and files are not as they must be, in words."""
        with self._reading("verifying the ledger") as connection:
            return tuple(violations(connection, self._workspace))

    def purge(self, before: Period) -> tuple[int, int]:
        """Forget people: of all periods before one, what stood on slips, pictures and originals; counts stay.

        Returns:
            How many scans were concerned that had not been before, and how many files were removed.
        """
        with self._transaction("purging") as connection:
            self._check_fence(connection)
            scan_count, events = forget_rows(connection, before, self._timestamp())
            self._note(connection, events)
        with self._transaction("purging") as connection:
            return scan_count, remove_files(connection, self._workspace)

    def back_up(self, target: Path) -> None:
        """Write the ledger as it is now into another file, whole.

        Raises:
            ConfigurationError: It is not in a file: PostgreSQL has its own tools.
        """
        if self._engine.dialect.name != "sqlite":
            raise ConfigurationError(
                self._place, ["backup: back this database up with pg_dump, then the workspace's folder"]
            )
        part = target.with_name(f".{target.name}.part")
        with storage_faults("backing up the ledger", target), self._engine.connect() as connection:
            part.unlink(missing_ok=True)
            # past the engine's BEGIN: a copy cannot be made inside a transaction
            source = connection.connection.driver_connection
            if source is not None:
                source.execute("VACUUM INTO ?", (str(part),))
            replace_durably(part, target)

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
    def _reading(self, doing: str) -> Iterator[Connection]:
        """One state of the whole ledger, whatever is written meanwhile; who writes does not wait for it."""
        reader = self._engine.execution_options(**{READS_ONLY: True})
        with storage_faults(doing, self._place), reader.begin() as connection:
            yield connection

    @contextmanager
    def _transaction(self, doing: str) -> Iterator[Connection]:
        with storage_faults(doing, self._place), self._engine.begin() as connection:
            yield connection


def _said(lease: Row[Any] | None) -> str:
    """Who holds the lease."""
    return "it does not say which" if lease is None else f"{lease.holder} since {lease.taken_at}"


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
        title=row.title,
    )


def _picture_added(source: SlipSource) -> Values:
    return event("picture_added", source.scan_id, source.page)
