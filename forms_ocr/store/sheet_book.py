"""Sheets of cells that were all read as one digit, and what people said of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from forms_ocr.model import Person
from forms_ocr.store.queue_entry import SETTLED
from forms_ocr.store.review_tables import review_cells, review_queue, review_turns, sheet_events, sheets
from forms_ocr.store.transactions import Transactions, stamp

WAITING, CONFIRMED, ODD, KNOWN = "waiting", "confirmed", "odd", "known"
"""The states of a cell."""


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """A cell and where it stands.

    Attributes:
        known: Its digit where that is beyond doubt, "" for a cell in question.
    """

    key: str
    period: str
    slip_id: str
    field: str
    cell: int
    known: str = ""


@dataclass(frozen=True, slots=True)
class PlacedSheet:
    """A sheet of cells, and whose it is."""

    sheet_id: str
    who: str
    digit: str
    cells: tuple[PlacedCell, ...]
    is_taken: bool = False


@dataclass(frozen=True, slots=True)
class SheetTally:
    """How somebody did on sheets: known cells that were something else, and how many of them they caught."""

    who: str
    seeds: int
    caught: int


class SheetBook:
    """The sheets of one workspace.

    Every method raises :class:`StorageError` when the disk is full, gone or not writable.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def held_by(self, login: str) -> PlacedSheet | None:
        """The sheet that somebody has before them."""
        is_theirs = and_(
            sheets.c.who == login,
            sheets.c.is_taken == 0,
            sheets.c.leased_until > self._transactions.timestamp(),
        )
        with self._transactions.reading("looking for a sheet") as connection:
            row = connection.execute(select(sheets).where(is_theirs).limit(1)).one_or_none()
        return None if row is None else _sheet(row)

    def find(self, sheet_id: str) -> PlacedSheet | None:
        """A sheet, whoever has it."""
        with self._transactions.reading("looking for a sheet") as connection:
            row = connection.execute(select(sheets).where(sheets.c.sheet_id == sheet_id)).one_or_none()
        return None if row is None else _sheet(row)

    def waiting(self, person: Person) -> dict[str, int]:
        """How many cells wait for this person, by digit."""
        query = _free(person, self._transactions.timestamp()).with_only_columns(
            review_cells.c.digit, func.count()
        )
        with self._transactions.reading("counting cells") as connection:
            rows = connection.execute(query.group_by(review_cells.c.digit))
            return {row[0]: row[1] for row in rows}

    def candidates(self, person: Person, digit: str, count: int) -> list[PlacedCell]:
        """Cells that wait and were read as a digit."""
        query = _free(person, self._transactions.timestamp()).where(review_cells.c.digit == digit)
        with self._transactions.reading("looking for cells") as connection:
            return [_placed(row) for row in connection.execute(query.limit(count))]

    def known(self, person: Person, count: int) -> list[PlacedCell]:
        """Cells whose digits are beyond doubt, of many slips."""
        cells = review_cells.c
        query = select(review_cells).where(cells.state == KNOWN)
        if person.offices is not None:
            query = query.where(cells.office.in_(sorted(person.offices)))
        with self._transactions.reading("looking for cells") as connection:
            rows = connection.execute(query.order_by(func.random()).limit(count))
            return [_placed(row, known=row.digit) for row in rows]

    def lay_out(self, sheet: PlacedSheet, lease_s: float) -> None:
        """Put a sheet before somebody. Its cells are on no other sheet while the lease holds."""
        until = stamp(self._transactions.now() + timedelta(seconds=lease_s))
        row = {
            "sheet_id": sheet.sheet_id,
            "who": sheet.who,
            "digit": sheet.digit,
            "leased_until": until,
            "is_taken": 0,
            "cells": json.dumps([asdict(cell) for cell in sheet.cells]),
        }
        with self._transactions.writing("laying a sheet out") as connection:
            connection.execute(insert(sheets), row)
            for cell in sheet.cells:
                if not cell.known:
                    where = _is_cell(cell)
                    connection.execute(update(review_cells).where(where).values(sheet_id=sheet.sheet_id))

    def keep(self, sheet_id: str, lease_s: float) -> None:
        """Begin the lease of a sheet anew."""
        until = stamp(self._transactions.now() + timedelta(seconds=lease_s))
        with self._transactions.writing("keeping a sheet") as connection:
            connection.execute(update(sheets).where(sheets.c.sheet_id == sheet_id).values(leased_until=until))

    def file(
        self, sheet: PlacedSheet, marked: Mapping[str, str], seeds: Sequence[str], *, is_taken: bool
    ) -> bool:
        """File what somebody said of a sheet.

        Args:
            marked: What cells are instead, by key.
            seeds: Keys of the known cells that are something else than the sheet's digit.
            is_taken: The sheet is done, and its cells with it; otherwise it stays before the person.

        Returns:
            Whether the sheet was still theirs; nothing is filed otherwise.
        """
        with self._transactions.writing("filing a sheet") as connection:
            now = self._transactions.timestamp()
            is_theirs = and_(
                sheets.c.sheet_id == sheet.sheet_id, sheets.c.who == sheet.who, sheets.c.is_taken == 0
            )
            free = is_theirs & (sheets.c.leased_until > now)
            row = {"is_taken": int(is_taken)}
            if not connection.execute(update(sheets).where(free).values(row)).rowcount:
                return False
            detail = {"marked": dict(marked), "seeds": list(seeds)}
            event = {
                "at": now,
                "who": sheet.who,
                "sheet_id": sheet.sheet_id,
                "is_taken": int(is_taken),
                "seeds": len(seeds),
                "caught": sum(key in marked for key in seeds),
                "detail": json.dumps(detail, sort_keys=True),
            }
            connection.execute(insert(sheet_events), event)
            if is_taken:
                _settle_cells(connection, sheet, marked)
        return True

    def confirmed(self, period: str, slip_id: str) -> dict[tuple[str, int], str]:
        """The cells of a slip that were confirmed on sheets, with their digits, by field and place."""
        with self._transactions.reading("looking for cells") as connection:
            rows = connection.execute(_CONFIRMED, {"of_period": period, "of_slip": slip_id})
            return {(row.field, row.cell): row.digit for row in rows}

    def tallies(self) -> tuple[SheetTally, ...]:
        """How everybody does, counting the first look at each sheet only."""
        events = sheet_events.c
        first = select(func.min(events.id)).group_by(events.sheet_id, events.who).scalar_subquery()
        query = select(events.who, func.sum(events.seeds), func.sum(events.caught)).where(
            events.id.in_(first)
        )
        with self._transactions.reading("counting sheets") as connection:
            rows = connection.execute(query.group_by(events.who).order_by(events.who))
            return tuple(SheetTally(who, int(seeds), int(caught)) for who, seeds, caught in rows)


_CONFIRMED = select(review_cells.c.field, review_cells.c.cell, review_cells.c.digit).where(
    review_cells.c.period == bindparam("of_period"),
    review_cells.c.slip_id == bindparam("of_slip"),
    review_cells.c.state == CONFIRMED,
)


def _free(person: Person, now: str) -> Select[Any]:
    """Cells in question of slips that wait, on no sheet that somebody is looking at."""
    cells, queue, turns = review_cells.c, review_queue.c, review_turns.c
    is_out = and_(sheets.c.sheet_id == cells.sheet_id, sheets.c.leased_until > now)
    is_turn = and_(
        turns.period == cells.period,
        turns.slip_id == cells.slip_id,
        turns.who == person.login,
        turns.until > now,
    )
    is_queued = and_(queue.period == cells.period, queue.slip_id == cells.slip_id)
    query = (
        select(review_cells)
        .join(review_queue, is_queued)
        .where(cells.state == WAITING, queue.stage > SETTLED)
        .where(or_(cells.sheet_id == "", ~exists().where(is_out)), ~exists().where(is_turn))
    )
    return query if person.offices is None else query.where(cells.office.in_(sorted(person.offices)))


def _is_cell(cell: PlacedCell) -> ColumnElement[bool]:
    columns = review_cells.c
    return and_(
        columns.period == cell.period,
        columns.slip_id == cell.slip_id,
        columns.field == cell.field,
        columns.cell == cell.cell,
    )


def _settle_cells(connection: Connection, sheet: PlacedSheet, marked: Mapping[str, str]) -> None:
    for cell in sheet.cells:
        if not cell.known:
            state = ODD if cell.key in marked else CONFIRMED
            is_there = _is_cell(cell) & (review_cells.c.sheet_id == sheet.sheet_id)
            connection.execute(update(review_cells).where(is_there).values(state=state))


def _placed(row: Any, known: str = "") -> PlacedCell:
    return PlacedCell("", row.period, row.slip_id, row.field, row.cell, known)


def _sheet(row: Any) -> PlacedSheet:
    cells = tuple(PlacedCell(**cell) for cell in json.loads(row.cells))
    return PlacedSheet(row.sheet_id, row.who, row.digit, cells, bool(row.is_taken))
