"""A CSV of accounts into a registry, every fault of it reported at once."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from pathlib import Path

from forms_ocr.decision.registry import Registry
from forms_ocr.errors import ConfigurationError
from forms_ocr.registry.columns import ColumnReader

COLUMNS = ("account", "street", "house", "flat", "last_reading", "last_date", "dials", "status")

MAX_ACCOUNT_DIGITS = 18
"""More do not fit a 64-bit whole number."""

ROWS_AT_ONCE = 20_000
"""Rows held as texts while they become numbers: about 15 MB."""

Rows = tuple[Sequence[Sequence[str]], Sequence[int]]
"""Rows of cells, and the line in the file on which each ends."""


def load_registry(path: Path, account_digits: int = 12) -> Registry:
    """Read a registry.

    Args:
        path: CSV, UTF-8 (a byte order mark is tolerated), RFC 4180, with a header that names the columns of
            ``COLUMNS`` in any order; others are ignored. ``last_reading`` may have lost its leading zeros;
            it and ``last_date`` may be empty.
        account_digits: Digits of every account.

    Raises:
        ConfigurationError: Everything that is wrong with the file, each fault with its line: columns,
            accounts of another length or there twice, readings longer than their dials, dates not ISO,
            unknown statuses, text that is not UTF-8, no accounts at all.
    """
    if account_digits > MAX_ACCOUNT_DIGITS:
        fault = f"accounts of {account_digits} digits cannot be looked up; at most {MAX_ACCOUNT_DIGITS}"
        raise ConfigurationError(str(path), [fault])
    try:
        columns, faults = _read(path, account_digits).finish()
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(str(path), [_unreadable(path, error)]) from error
    if faults.count:
        raise ConfigurationError(str(path), faults.sentences())
    if not len(columns.numbers):
        raise ConfigurationError(str(path), ["line 2: no accounts; is this the registry?"])
    return Registry(columns, account_digits)


def _read(path: Path, account_digits: int) -> ColumnReader:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        header = [name.strip() for name in next(reader, [])]
        columns = ColumnReader(_places(path, header), len(header), account_digits)
        for rows, lines in _batches(reader):
            columns.add(rows, lines)
    return columns


def _places(path: Path, header: Sequence[str]) -> dict[str, int]:
    faults = [f"line 1: column {name!r} is missing" for name in COLUMNS if name not in header]
    faults += [f"line 1: column {name!r} is there twice" for name in COLUMNS if header.count(name) > 1]
    if faults:
        faults.append(f"line 1: the header must be {','.join(COLUMNS)}, separated by commas")
        raise ConfigurationError(str(path), faults)
    return {name: header.index(name) for name in COLUMNS}


def _batches(reader: Iterator[list[str]]) -> Iterator[Rows]:
    """Rows after the header, which stands on one line."""
    line = 1
    while rows := list(islice(reader, ROWS_AT_ONCE)):
        lines = _last_lines(rows, line)
        line = lines[-1]
        yield rows, lines


def _last_lines(rows: Sequence[Sequence[str]], line: int) -> Sequence[int]:
    """The line on which each row ends; a quoted cell may hold line breaks."""
    breaks = ["".join(row).count("\n") for row in rows]
    return list(accumulate((1 + count for count in breaks), initial=line))[1:]


def _unreadable(path: Path, error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"line {_first_undecodable(path)}: not UTF-8; save the file as CSV in UTF-8"
    if isinstance(error, OSError):
        return f"cannot be opened: {error.strerror}"
    return f"no CSV: {error}"


def _first_undecodable(path: Path) -> int:
    line = 0
    with path.open("rb") as file:
        for raw in file:
            line += 1
            try:
                raw.decode("utf-8")
            except UnicodeDecodeError:
                break
    return line
