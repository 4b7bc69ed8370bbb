"""The list of answers that people key: a CSV, every fault of it reported at once."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from forms_ocr.errors import ConfigurationError
from forms_ocr.model import ANSWERED_FIELDS, Values

COLUMNS = ("slip_id", *ANSWERED_FIELDS, "who")
"""What a list must have; ``period`` may stand beside them, other columns are left alone."""

_MAX_WHO = 60
_READING = re.compile(r"[0-9]{1,10}")
_RUSSIAN_DATE = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")


@dataclass(frozen=True, slots=True)
class KeyedAnswer:
    """One row: what a person read on a slip. ``period`` is "" where the row does not say."""

    line: int
    slip_id: str
    period: str
    who: str
    values: Values


def read_keyed(path: Path, account_digits: int) -> list[KeyedAnswer]:
    """Read a list of answers.

    Args:
        path: CSV, UTF-8, with a header that names ``COLUMNS`` in any order; commas or, as spreadsheets set to
            Russian write it, semicolons. Rows in which nobody has keyed anything are left out. An empty value
            means that it is not there or cannot be read.
        account_digits: Digits of an account.

    Raises:
        ConfigurationError: All that is wrong, each fault with its line.
    """
    rows = list(_rows(path))
    faults: list[str] = []
    answers: dict[tuple[str, str, str], KeyedAnswer] = {}
    for line, row in rows:
        if not any(row[name] for name in (*ANSWERED_FIELDS, "who")):
            continue
        found = list(_faults(row, account_digits))
        faults += [f"line {line}: {fault}" for fault in found]
        if found:
            continue
        values = Values(row["account"], row["reading"], _iso(row["date"]))
        answer = KeyedAnswer(line, row["slip_id"], row.get("period", ""), row["who"], values)
        first = answers.setdefault((answer.period, answer.slip_id, answer.who), answer)
        if first.values != values:
            faults.append(
                f"line {line}: {answer.who} says another thing of {answer.slip_id} than on line {first.line}"
            )
    if faults:
        raise ConfigurationError(str(path), faults)
    return list(answers.values())


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Each row by column, with its line in the file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(str(path), [f"file: cannot be read as UTF-8 text ({error})"]) from error
    head = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ","
    )
    header = [name.strip() for name in next(reader, [])]
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise ConfigurationError(str(path), [f"line 1: no column {name!r}" for name in missing])
    for row in reader:
        if len(row) > len(header):
            fault = f"line {reader.line_num}: {len(row)} values under {len(header)} columns"
            raise ConfigurationError(str(path), [fault])
        cells = [cell.strip() for cell in row] + [""] * (len(header) - len(row))
        if any(cells):
            yield reader.line_num, dict(zip(header, cells, strict=True))


def _faults(row: Mapping[str, str], account_digits: int) -> Iterator[str]:
    if not row["slip_id"]:
        yield "slip_id: empty"
    if not row["who"]:
        yield "who: empty; write who keyed it"
    if len(row["who"]) > _MAX_WHO or not row["who"].isprintable():
        yield f"who: at most {_MAX_WHO} plain characters"
    account, reading = row["account"], row["reading"]
    if account and not re.fullmatch(rf"[0-9]{{{account_digits}}}", account):
        yield f"account: {len(account)} characters, not {account_digits} digits (changed by a spreadsheet?)"
    if reading and not _READING.fullmatch(reading):
        yield "reading: not 1 to 10 digits"
    if row["date"] and not _iso(row["date"]):
        yield "date: no date; write 2026-11-24 or 24.11.2026"


def _iso(text: str) -> str:
    """A date as ISO, "" for what is none."""
    russian = _RUSSIAN_DATE.fullmatch(text)
    iso = f"{russian[3]}-{russian[2]}-{russian[1]}" if russian else text
    try:
        return date.fromisoformat(iso).isoformat() if len(iso) == 10 else ""
    except ValueError:
        return ""
