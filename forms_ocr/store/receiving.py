"""One transaction of the ledger: scans that came in, as rows of its tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from forms_ocr.store import tables
from forms_ocr.store.filing import Values, event
from forms_ocr.store.states import ScanState


@dataclass(frozen=True, slots=True)
class ReceivedScan:
    """A scan that came in. ``sha256`` is "" for a file that could not be read where it lay."""

    name: str
    office: str
    sha256: str
    size_bytes: int


Key = tuple[str, str]
"""Name and content: what a scan is known by inside its period."""


class Receiving:
    """Registers scans that are not known yet.

    Args:
        at: When they came in.

    Attributes:
        events: For the trail; complete after :meth:`write`.
    """

    def __init__(
        self, connection: Connection, received: Sequence[ReceivedScan], period: str, at: str
    ) -> None:
        self.events: list[Values] = []
        self._connection = connection
        self._received = received
        self._period = period
        self._at = at

    def write(self) -> tuple[Row[Any], ...]:
        """Register what is new; the rows of all, in the order given."""
        known = self._known()
        new = {_key(scan): scan for scan in self._received if _key(scan) not in known}
        if new:
            names = {scan.name for scan in new.values()}
            self._forget([row for row in known.values() if row.sha256 == "" and row.name in names])
            self._register(list(new.values()))
            known = self._known()
            self.events += [
                event("scan_received", known[key].id, detail={"bytes": scan.size_bytes})
                for key, scan in new.items()
            ]
        return tuple(known[_key(scan)] for scan in self._received)

    def _known(self) -> dict[Key, Row[Any]]:
        """All scans of these names, whatever their content."""
        scans = tables.scans.c
        names = {scan.name for scan in self._received}
        query = select(tables.scans).where(scans.period == self._period, scans.name.in_(names))
        return {(row.name, row.sha256): row for row in self._connection.execute(query)}

    def _forget(self, unreadable: Sequence[Row[Any]]) -> None:
        """A file that could not be read where it lay stands for itself only until it can be."""
        ids = [row.id for row in unreadable]
        if ids:
            self._connection.execute(delete(tables.pages).where(tables.pages.c.scan_id.in_(ids)))
            self._connection.execute(delete(tables.scans).where(tables.scans.c.id.in_(ids)))
            self.events += [event("scan_superseded", scan_id) for scan_id in ids]

    def _register(self, new: Sequence[ReceivedScan]) -> None:
        taken = self._taken(title for scan in new for title in _titles(scan))
        rows: list[Values] = []
        for scan in new:
            title = next(title for title in _titles(scan) if title not in taken)
            taken.add(title)
            rows.append(self._row(scan, title))
        self._connection.execute(insert(tables.scans), rows)

    def _taken(self, titles: Iterable[str]) -> set[str]:
        scans = tables.scans.c
        query = select(scans.title).where(scans.period == self._period, scans.title.in_(set(titles)))
        return set(self._connection.scalars(query))

    def _row(self, scan: ReceivedScan, title: str) -> Values:
        return {
            "period": self._period,
            "name": scan.name,
            "title": title,
            "office": scan.office,
            "sha256": scan.sha256,
            "size_bytes": scan.size_bytes,
            "state": ScanState.RECEIVED,
            "settings": "",
            "received_at": self._at,
        }


def known_elsewhere(
    connection: Connection, received: Sequence[ReceivedScan], period: str
) -> frozenset[ReceivedScan]:
    """Those that other periods have, whatever became of them there."""
    scans = tables.scans.c
    by_key = {_key(scan): scan for scan in received if scan.sha256}
    query = select(scans.name, scans.sha256).where(
        scans.period != period, scans.name.in_({name for name, _ in by_key})
    )
    found = (by_key.get((row.name, row.sha256)) for row in connection.execute(query))
    return frozenset(scan for scan in found if scan is not None)


def _key(scan: ReceivedScan) -> Key:
    return scan.name, scan.sha256


def _titles(scan: ReceivedScan) -> tuple[str, str, str]:
    """The scan's name, or where other content of that name came before, one with the content's hash in it."""
    folder, slash, file = scan.name.rpartition("/")
    stem, dot, ending = file.rpartition(".")
    tag = scan.sha256[:8] or "unread"
    tagged = f"{stem} [{tag}]{dot}{ending}" if stem else f"{file} [{tag}]"
    return scan.name, f"{folder}{slash}{tagged}", f"{scan.name} [{scan.sha256}]"
