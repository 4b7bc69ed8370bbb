"""How much of what is in the ledger, by period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from forms_ocr.store import tables
from forms_ocr.store.states import PageState, ScanState


@dataclass(frozen=True, slots=True)
class PeriodOverview:
    """One period.

    Attributes:
        scans: By state.
        waiting: Pages that are counted and that nobody has read.
        pages: Pages that were read, by disposition.
        slips: As they were decided one by one, by disposition; what they do to each other is in the exports.
    """

    period: str
    scans: dict[str, int] = field(default_factory=dict)
    waiting: int = 0
    pages: dict[str, int] = field(default_factory=dict)
    slips: dict[str, int] = field(default_factory=dict)

    @property
    def is_finished(self) -> bool:
        """There is nothing left to read."""
        return not self.waiting and not self.scans.get(ScanState.RECEIVED)


def overview(connection: Connection) -> tuple[PeriodOverview, ...]:
    """Every period of the ledger, the earliest first."""
    counts: dict[str, defaultdict[str, dict[str, int]]] = {
        name: defaultdict(dict) for name in ("scans", "waiting", "pages", "slips")
    }
    for name, query in _queries():
        for period, kind, count in connection.execute(query):
            counts[name][period][kind] = count
    return tuple(
        PeriodOverview(
            period,
            counts["scans"][period],
            counts["waiting"][period].get(PageState.WAITING, 0),
            counts["pages"][period],
            counts["slips"][period],
        )
        for period in sorted(counts["scans"])
    )


def last_event(connection: Connection, kind: str) -> tuple[str, str] | None:
    """When something last happened, and the JSON of what is known of it."""
    events = tables.events.c
    query = select(events.at, events.detail).where(events.kind == kind).order_by(events.id.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else (row.at, row.detail)


def _queries() -> Iterator[tuple[str, Any]]:
    scans, pages, slips = tables.scans.c, tables.pages.c, tables.slips.c
    yield "scans", _counted(scans.period, scans.state)
    of_pages = tables.pages.join(tables.scans, scans.id == pages.scan_id)
    waiting = _counted(scans.period, pages.state).select_from(of_pages)
    yield "waiting", waiting.where(pages.state == PageState.WAITING)
    read = _counted(scans.period, pages.disposition).select_from(of_pages)
    yield "pages", read.where(pages.state == PageState.READ)
    of_slips = tables.slips.join(tables.scans, scans.id == slips.scan_id)
    yield "slips", _counted(scans.period, slips.disposition).select_from(of_slips)


def _counted(period: ColumnElement[Any], kind: ColumnElement[Any]) -> Any:
    return select(period, kind, func.count()).group_by(period, kind)
