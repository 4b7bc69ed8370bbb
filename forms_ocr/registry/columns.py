"""Rows of text into the columns of a registry, gathering what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

import numpy as np
from numpy.typing import NDArray

from forms_ocr.decision.registry import (
    NO_DATE,
    NO_READING,
    STATUSES,
    AccountColumns,
    PooledText,
)
from forms_ocr.model import AccountStatus
from forms_ocr.registry.faults import Faults

MAX_DIALS = 9
"""Electricity meters have up to seven dials; more than nine do not fit a field."""

FAULTY = -2
"""Stands for a text that is wrong until its fault is reported; no column has it as a value."""

Parse = Callable[[str], int]
"""Text to whole number; ``ValueError`` says what the text should be."""


class _Parsed(dict[str, int]):
    """Texts already parsed, so that a column of few different texts is parsed once a text."""

    def __init__(self, parse: Parse) -> None:
        super().__init__()
        self._parse = parse

    def __missing__(self, text: str) -> int:
        self[text] = _or_faulty(self._parse, text)
        return self[text]


class _Pool(dict[str, int]):
    """Texts numbered in the order in which they first appear."""

    def __missing__(self, text: str) -> int:
        self[text] = len(self)
        return self[text]


class ColumnReader:
    """Turns rows into columns, a batch of rows at a time.

    Args:
        places: Index of each column in a row.
        width: Cells of a row.
        account_digits: Digits of every account.
    """

    def __init__(self, places: dict[str, int], width: int, account_digits: int) -> None:
        self._places = places
        self._width = width
        self._account_digits = account_digits
        self._faults = Faults()
        self._parses: dict[str, Parse] = {
            "account": partial(_account, account_digits),
            "last_reading": _last_reading,
            "last_date": _last_date,
            "dials": _dials,
            "status": _status,
        }
        self._parsed = {name: _Parsed(self._parses[name]) for name in ("last_date", "dials", "status")}
        self._pools = {name: _Pool() for name in ("street", "house", "flat")}
        self._lines: list[NDArray[np.int64]] = []
        self._batches: dict[str, list[NDArray[np.int64]]] = {name: [] for name in places}

    def add(self, rows: Sequence[Sequence[str]], lines: Sequence[int]) -> None:
        """Take rows over; ``lines`` are their places in the file."""
        rows, lines = self._of_full_width(rows, lines)
        if not rows:
            return
        columns = list(zip(*rows, strict=True))
        texts = {name: list(map(str.strip, columns[place])) for name, place in self._places.items()}
        batch = {name: self._numbers(name, texts[name]) for name in texts}
        for name, numbers in batch.items():
            self._report(name, numbers, texts[name], lines)
        self._report_long_readings(texts["last_reading"], batch["dials"], lines)
        for name, numbers in batch.items():
            self._batches[name].append(numbers)
        self._lines.append(np.array(lines, np.int64))

    def _of_full_width(
        self, rows: Sequence[Sequence[str]], lines: Sequence[int]
    ) -> tuple[Sequence[Sequence[str]], Sequence[int]]:
        """Rows with a cell for every column; empty lines are skipped, the others are faults."""
        if set(map(len, rows)) == {self._width}:
            return rows, lines
        for row, line in zip(rows, lines, strict=True):
            if row and len(row) != self._width:
                self._faults.add(line, f"{len(row)} cells where the header has {self._width}")
        full = [index for index, row in enumerate(rows) if len(row) == self._width]
        return [rows[index] for index in full], [lines[index] for index in full]

    def _numbers(self, name: str, texts: list[str]) -> NDArray[np.int64]:
        known = self._pools.get(name, self._parsed.get(name))
        if known is not None:
            return np.array([known[text] for text in texts], np.int64)
        # Nearly every text differs: remembering them would cost memory and find nothing.
        numbers = _plain_numbers(texts, self._account_digits if name == "account" else None)
        if numbers is not None:
            return numbers
        parse = self._parses[name]
        return np.array([_or_faulty(parse, text) for text in texts], np.int64)

    def _report(self, name: str, numbers: NDArray[np.int64], texts: list[str], lines: Sequence[int]) -> None:
        for index in np.flatnonzero(numbers == FAULTY).tolist():
            try:
                self._parses[name](texts[index])
            except ValueError as error:
                self._faults.add(lines[index], f"{name} {texts[index]!r} {error}")

    def _report_long_readings(self, texts: list[str], dials: NDArray[np.int64], lines: Sequence[int]) -> None:
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        for index in np.flatnonzero((lengths > dials) & (dials != FAULTY)).tolist():
            self._faults.add(
                lines[index], f"last_reading {texts[index]!r} has more digits than the {dials[index]} dials"
            )

    def finish(self) -> tuple[AccountColumns, Faults]:
        """The columns, and what is wrong with them; the columns are only good when nothing is."""
        merged = {name: _merged(batches) for name, batches in self._batches.items()}
        self._report_twins(merged["account"], _merged(self._lines))
        columns = AccountColumns(
            numbers=merged["account"],
            streets=self._pooled("street", merged),
            houses=self._pooled("house", merged),
            flats=self._pooled("flat", merged),
            last_readings=merged["last_reading"],
            last_dates=merged["last_date"].astype(np.int32),
            dials=merged["dials"].astype(np.int8),
            statuses=merged["status"].astype(np.int8),
        )
        return columns, self._faults

    def _pooled(self, name: str, merged: dict[str, NDArray[np.int64]]) -> PooledText:
        return PooledText(tuple(self._pools[name]), merged[name].astype(np.int32))

    def _report_twins(self, numbers: NDArray[np.int64], lines: NDArray[np.int64]) -> None:
        order = np.argsort(numbers, kind="stable")
        twins = np.flatnonzero((np.diff(numbers[order]) == 0) & (numbers[order][1:] != FAULTY))
        for place in twins.tolist():
            first, second = int(lines[order[place]]), int(lines[order[place + 1]])
            self._faults.add(second, f"account {numbers[order[place]]} stands on line {first} already")


def _merged(batches: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate(batches) if batches else np.zeros(0, np.int64)


def _plain_numbers(texts: list[str], length: int | None) -> NDArray[np.int64] | None:
    """The whole column at once when every text is a whole number (of that length); None to go one by one."""
    joined = "".join(texts)
    lengths = set(map(len, texts))
    has_lengths = lengths == {length} if length else 0 not in lengths and max(lengths) <= MAX_DIALS
    if not (has_lengths and joined.isascii() and joined.isdigit()):
        return None
    return np.array(list(map(int, texts)), np.int64)


def _or_faulty(parse: Parse, text: str) -> int:
    try:
        return parse(text)
    except ValueError:
        return FAULTY


def _account(account_digits: int, text: str) -> int:
    if not (len(text) == account_digits and text.isascii() and text.isdigit()):
        raise ValueError(f"is not {account_digits} digits")
    return int(text)


def _last_reading(text: str) -> int:
    if not text:
        return NO_READING
    if not (text.isascii() and text.isdigit()):
        raise ValueError("is not a whole number")
    return int(text)


def _last_date(text: str) -> int:
    if not text:
        return NO_DATE
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError as error:
        raise ValueError("is not a date; write YYYY-MM-DD") from error


def _dials(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_DIALS):
        raise ValueError(f"is not a whole number from 1 to {MAX_DIALS}")
    return int(text)


def _status(text: str) -> int:
    if text not in STATUSES:
        raise ValueError(f"is none of {', '.join(STATUSES)}")
    return STATUSES.index(AccountStatus(text))
