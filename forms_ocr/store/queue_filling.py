"""The queue brought in step with what finally became of slips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from forms_ocr.store import tables
from forms_ocr.store.contradictions import Said, said_in, say
from forms_ocr.store.queue_entry import NEVER_AGAIN, SETTLED, QueueEntry
from forms_ocr.store.review_tables import (
    decisions,
    review_cells,
    review_marks,
    review_queue,
    review_said,
    review_turns,
)
from forms_ocr.store.transactions import Transactions

_ROWS_AT_ONCE = 500
"""Slips that are written in one transaction, so that nobody waits long behind it."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What changed: slips that came, came back, were described anew, and went."""

    came: int
    came_back: int
    changed: int
    went: int


class QueueFilling:
    """Puts slips into the queue and takes them out again."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def last_decision(self) -> int:
        """Number of the last decision: what :meth:`fill` is told was known when slips were settled."""
        with self._transactions.reading("reading decisions") as connection:
            return connection.scalar(select(func.max(decisions.c.number))) or 0

    def last_event(self) -> int:
        """Number of the last event of the ledger: it grows with everything that a run files."""
        with self._transactions.reading("reading the ledger") as connection:
            return connection.scalar(select(func.max(tables.events.c.id))) or 0

    def fill(
        self, period: str, entries: Sequence[QueueEntry], as_of: int, said: Sequence[Said] = ()
    ) -> Filled:
        """Let exactly these slips of a period wait.

        Slips that were decided on since ``as_of`` stay as they are: what is said of them is older.

        Args:
            as_of: The last decision that was known when it was found out which slips are to be reviewed.
            said: What the slips say that are through, or would be but for one that contradicts them.
        """
        known = self._known(period)
        with self._transactions.reading("reading decisions") as connection:
            fresher = _decided_since(connection, period, as_of)
        wanted = {entry.slip_id: entry for entry in entries if entry.slip_id not in fresher}
        gone = [
            slip_id
            for slip_id, row in known.items()
            if row.stage > SETTLED and slip_id not in wanted and slip_id not in fresher
        ]
        came = [entry for slip_id, entry in wanted.items() if slip_id not in known]
        back = [
            entry for slip_id, entry in wanted.items() if slip_id in known and known[slip_id].stage == SETTLED
        ]
        stay = [
            entry for slip_id, entry in wanted.items() if slip_id in known and known[slip_id].stage > SETTLED
        ]
        changed = [entry for entry in stay if _differs(entry, known[entry.slip_id])]
        for some in _in_parts([*came, *back]):
            self._open(period, some)
        for some in _in_parts(changed):
            self._describe(period, some, known)
        for slips in _in_parts(gone):
            self._close(period, slips)
        self._bring_said_in_step(period, said, as_of)
        return Filled(len(came), len(back), len(changed), len(gone))

    def _bring_said_in_step(self, period: str, said: Sequence[Said], as_of: int) -> None:
        """Let exactly this be said by the slips that nobody has decided on since ``as_of``."""
        with self._transactions.reading("reading the queue") as connection:
            known = said_in(connection, period)
        wanted = {one.slip_id: one for one in said}
        new = [one for one in said if known.get(one.slip_id) != one]
        for some in _in_parts(new):
            with self._transactions.writing("filling the queue") as connection:
                fresher = _decided_since(connection, period, as_of)
                say(connection, period, [one for one in some if one.slip_id not in fresher])
        for slips in _in_parts([slip_id for slip_id in known if slip_id not in wanted]):
            with self._transactions.writing("filling the queue") as connection:
                gone = set(slips) - _decided_since(connection, period, as_of)
                connection.execute(delete(review_said).where(_are(review_said, period, sorted(gone))))

    def received(self, period: str) -> dict[str, str]:
        """When the scan of each slip of a period came in, by slip."""
        scans, slips = tables.scans.c, tables.slips.c
        query = select(slips.slip_id, scans.received_at).join(tables.scans, scans.id == slips.scan_id)
        with self._transactions.reading("reading the ledger") as connection:
            return {row[0]: row[1] for row in connection.execute(query.where(scans.period == period))}

    def _known(self, period: str) -> dict[str, Row[Any]]:
        query = select(review_queue).where(review_queue.c.period == period)
        with self._transactions.reading("reading the queue") as connection:
            return {row.slip_id: row for row in connection.execute(query)}

    def _open(self, period: str, entries: Sequence[QueueEntry]) -> None:
        """New slips, and slips that were settled and are to be read again from the beginning."""
        slip_ids = [entry.slip_id for entry in entries]
        with self._transactions.writing("filling the queue") as connection:
            fences = _fences(connection, period, slip_ids)
            for table in (review_queue, review_marks, review_turns, review_cells):
                connection.execute(delete(table).where(_are(table, period, slip_ids)))
            connection.execute(
                insert(review_queue), [_row(period, one, fences.get(one.slip_id, 0)) for one in entries]
            )
            _add_marks(connection, period, entries, {entry.slip_id: entry.stage for entry in entries})
            turns = [_turn(period, entry, who) for entry in entries for who in sorted(entry.readers)]
            if turns:
                connection.execute(insert(review_turns), turns)
            cells = [_cell_row(period, entry, cell) for entry in entries for cell in entry.cells]
            if cells:
                connection.execute(insert(review_cells), cells)

    def _describe(self, period: str, entries: Sequence[QueueEntry], known: Mapping[str, Row[Any]]) -> None:
        """Slips that wait on, for other reasons or in another place."""
        with self._transactions.writing("filling the queue") as connection:
            for entry in entries:
                where = _are(review_queue, period, [entry.slip_id])
                connection.execute(update(review_queue).where(where).values(_told(entry)))
            slip_ids = [entry.slip_id for entry in entries]
            connection.execute(delete(review_marks).where(_are(review_marks, period, slip_ids)))
            stages = {slip_id: known[slip_id].stage for slip_id in slip_ids}
            _add_marks(connection, period, entries, stages)

    def _close(self, period: str, slip_ids: Sequence[str]) -> None:
        with self._transactions.writing("filling the queue") as connection:
            settled = {"stage": SETTLED, "holder": "", "leased_until": ""}
            connection.execute(
                update(review_queue).where(_are(review_queue, period, slip_ids)).values(settled)
            )
            connection.execute(
                update(review_marks).where(_are(review_marks, period, slip_ids)).values(stage=SETTLED)
            )


def _decided_since(connection: Connection, period: str, as_of: int) -> frozenset[str]:
    query = select(decisions.c.slip_id).where(decisions.c.period == period, decisions.c.number > as_of)
    return frozenset(connection.scalars(query))


def forget_queue(connection: Connection, before: str) -> None:
    """Take all slips of earlier periods out of the queue."""
    for table in (review_queue, review_marks, review_turns, review_cells, review_said):
        connection.execute(delete(table).where(table.c.period < before))


def _in_parts(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for first in range(0, len(items), _ROWS_AT_ONCE):
        yield items[first : first + _ROWS_AT_ONCE]


def _are(table: Any, period: str, slip_ids: Sequence[str]) -> ColumnElement[bool]:
    is_meant: ColumnElement[bool] = (table.c.period == period) & table.c.slip_id.in_(slip_ids)
    return is_meant


def _fences(connection: Connection, period: str, slip_ids: Sequence[str]) -> dict[str, int]:
    """Fences only grow, also when a slip comes back."""
    query = select(review_queue.c.slip_id, review_queue.c.fence)
    return {
        row.slip_id: row.fence
        for row in connection.execute(query.where(_are(review_queue, period, slip_ids)))
    }


def _told(entry: QueueEntry) -> dict[str, Any]:
    return {
        "office": entry.office,
        "rank": entry.rank,
        "is_sample": int(entry.is_sample),
        "reasons": ";".join(entry.reasons),
        "fields": ";".join(entry.fields),
        "weights_sha256": entry.weights_sha256,
    }


def _row(period: str, entry: QueueEntry, fence: int) -> dict[str, Any]:
    place = {"period": period, "slip_id": entry.slip_id, "stage": entry.stage, "fence": fence}
    return place | {"holder": "", "leased_until": ""} | _told(entry)


def _turn(period: str, entry: QueueEntry, who: str) -> dict[str, Any]:
    return {"period": period, "slip_id": entry.slip_id, "who": who, "until": NEVER_AGAIN}


def _differs(entry: QueueEntry, row: Row[Any]) -> bool:
    return any(getattr(row, name) != value for name, value in _told(entry).items())


def _add_marks(
    connection: Connection, period: str, entries: Sequence[QueueEntry], stages: Mapping[str, int]
) -> None:
    rows = [
        {
            "mark": mark,
            "stage": stages[entry.slip_id],
            "rank": entry.rank,
            "period": period,
            "slip_id": entry.slip_id,
            "office": entry.office,
        }
        for entry in entries
        for mark in entry.marks
    ]
    connection.execute(insert(review_marks), rows)


def _cell_row(period: str, entry: QueueEntry, cell: Any) -> dict[str, Any]:
    return {
        "period": period,
        "slip_id": entry.slip_id,
        "field": cell.field,
        "cell": cell.cell,
        "office": entry.office,
        "digit": cell.digit,
        "state": "known" if cell.is_known else "waiting",
        "sheet_id": "",
    }
