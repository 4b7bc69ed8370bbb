"""Group verification: many cells that were read as one digit, looked at together.

A sheet holds cells in doubt and a few whose digit is beyond doubt and another one: whoever does not see those
does not look, and gets the sheet back. What is confirmed on a sheet need not be keyed on the desk; a slip of
which nothing else is in doubt is settled with it.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

from forms_ocr.model import Box, Person, Template
from forms_ocr.review.asking import around
from forms_ocr.review.checking import Checker
from forms_ocr.review.desk import Desk
from forms_ocr.review.duties import Duty, check_duty
from forms_ocr.review.faults import ConflictError, InvalidInputError, NotFoundError
from forms_ocr.review.gallery import Gallery
from forms_ocr.review.shown import Sheet, SheetCell, SheetResult
from forms_ocr.store import PlacedCell, PlacedSheet, ReviewBooks

ODD = "?"
"""Marked as something else than the sheet's digit, without saying what."""

CELLS_IN_DOUBT = 40
SEEDS = 4
"""Known cells of other digits; with 40 in doubt one in eleven, so that looking pays."""

LEASE_S = 900.0
"""A sheet takes a minute or two; a break is no reason to lose it."""

_CELL_MARGIN = 0.15
"""Around a cell, as a share of its size: strokes leave their cells."""

_FIELD_MARGIN_MM = 3.0


class Sheets:
    """Sheets of cells."""

    def __init__(self, books: ReviewBooks, checker: Checker, gallery: Gallery, desk: Desk) -> None:
        self._books = books
        self._checker = checker
        self._gallery = gallery
        self._desk = desk

    def next_sheet(self, person: Person, digit: str = "") -> Sheet | None:
        """A sheet to look through: the one the person has before them, else a new one.

        Args:
            digit: Of which; the one with most cells waiting if "".

        Returns:
            None when no cells wait.
        """
        check_duty(person, Duty.KEY)
        held = self._books.sheets.held_by(person.login)
        if held is not None and digit in {"", held.digit}:
            self._books.sheets.keep(held.sheet_id, LEASE_S)
            return _shown(held)
        waiting = self._books.sheets.waiting(person)
        wanted = digit or max(waiting, key=lambda one: waiting[one], default="")
        if not waiting.get(wanted):
            return None
        return _shown(self._lay_out(person, wanted))

    def _lay_out(self, person: Person, digit: str) -> PlacedSheet:
        doubted = self._books.sheets.candidates(person, digit, CELLS_IN_DOUBT)
        known = self._books.sheets.known(person, SEEDS * 30)
        odd = [cell for cell in known if cell.known != digit][:SEEDS]
        even = [cell for cell in known if cell.known == digit][: SEEDS // 2]
        cells = [*doubted, *odd, *even]
        random.SystemRandom().shuffle(cells)
        placed = tuple(replace(cell, key=secrets.token_hex(6)) for cell in cells)
        sheet = PlacedSheet(secrets.token_urlsafe(12), person.login, digit, placed)
        self._books.sheets.lay_out(sheet, LEASE_S)
        return sheet

    def cell(self, person: Person, sheet_id: str, key: str) -> bytes:
        """A cell's picture as a JPEG.

        Raises:
            NotFoundError: The sheet is not before this person, or has no such cell.
        """
        cell = self._cell(person, sheet_id, key)
        box = self._box(cell)
        margin_x, margin_y = box.width_mm * _CELL_MARGIN, box.height_mm * _CELL_MARGIN
        return self._gallery.place(person, cell.period, cell.slip_id, _wider(box, margin_x, margin_y))

    def cell_field(self, person: Person, sheet_id: str, key: str) -> bytes:
        """The field around a cell as a JPEG.

        Raises:
            NotFoundError: As above.
        """
        cell = self._cell(person, sheet_id, key)
        field = self._template(cell).field(cell.field)
        box = _wider(around([field.box]), _FIELD_MARGIN_MM, _FIELD_MARGIN_MM)
        return self._gallery.place(person, cell.period, cell.slip_id, box)

    def save(self, person: Person, sheet_id: str, marked: Mapping[str, str]) -> SheetResult:
        """File what was marked.

        Args:
            marked: By ``SheetCell.key``: the digit it is instead, or ``ODD``. All others are confirmed.

        Raises:
            ConflictError: The sheet is no longer this person's.
            NotFoundError: There is no such sheet for this person.
            InvalidInputError: A key or mark that cannot be.
        """
        sheet = self._sheet(person, sheet_id)
        _check_marks(sheet, marked)
        odd = {key: mark for key, mark in marked.items() if mark != sheet.digit}
        seeds = [cell.key for cell in sheet.cells if cell.known not in {"", sheet.digit}]
        missed = tuple(key for key in seeds if key not in odd)
        wrongly = tuple(cell.key for cell in sheet.cells if cell.known == sheet.digit and cell.key in odd)
        if not self._books.sheets.file(sheet, odd, seeds, is_taken=not missed):
            raise ConflictError(is_settled=sheet.is_taken, opinion=0)
        doubted = [cell for cell in sheet.cells if not cell.known]
        if missed:
            return SheetResult(is_taken=False, missed=missed, wrongly_marked=wrongly, confirmed=0, odd=0)
        self._settle(person, [cell for cell in doubted if cell.key not in odd])
        count = sum(cell.key in odd for cell in doubted)
        return SheetResult(True, (), wrongly, len(doubted) - count, count)

    def _settle(self, person: Person, confirmed: Sequence[PlacedCell]) -> None:
        """Settle slips of which every doubtful cell is confirmed by now."""
        for period, slip_id in sorted({(cell.period, cell.slip_id) for cell in confirmed}):
            self._desk.settle_confirmed(person, period, slip_id)

    def _sheet(self, person: Person, sheet_id: str) -> PlacedSheet:
        check_duty(person, Duty.KEY)
        sheet = self._books.sheets.find(sheet_id)
        if sheet is None or sheet.who != person.login:
            raise NotFoundError(f"there is no sheet {sheet_id} before {person.login}")
        return sheet

    def _cell(self, person: Person, sheet_id: str, key: str) -> PlacedCell:
        for cell in self._sheet(person, sheet_id).cells:
            if cell.key == key:
                return cell
        raise NotFoundError(f"sheet {sheet_id} has no cell {key}")

    def _box(self, cell: PlacedCell) -> Box:
        return self._template(cell).field(cell.field).cells[cell.cell]

    def _template(self, cell: PlacedCell) -> Template:
        """The form that a cell stands on."""
        seen = self._books.queue.seen(cell.period, cell.slip_id)
        if seen is None:
            raise NotFoundError(f"slip {cell.slip_id} is no longer kept")
        return self._checker.of(seen.slip.template).template


def _shown(sheet: PlacedSheet) -> Sheet:
    return Sheet(sheet.sheet_id, sheet.digit, tuple(SheetCell(cell.key) for cell in sheet.cells))


def _check_marks(sheet: PlacedSheet, marked: Mapping[str, str]) -> None:
    keys = {cell.key for cell in sheet.cells}
    if not keys.issuperset(marked) or any(mark not in {*"0123456789", ODD} for mark in marked.values()):
        raise InvalidInputError(f"sheet {sheet.sheet_id}: a cell or mark that cannot be")


def _wider(box: Box, margin_x_mm: float, margin_y_mm: float) -> Box:
    return Box(
        box.left_mm - margin_x_mm,
        box.top_mm - margin_y_mm,
        box.right_mm + margin_x_mm,
        box.bottom_mm + margin_y_mm,
    )
