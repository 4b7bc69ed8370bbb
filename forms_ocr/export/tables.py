"""Records and pages as CSV. The only module that knows pandas.

A spreadsheet takes a text that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line break for a formula or
a command. Names of scans and typed text come from strangers, so an apostrophe is set before such a beginning;
:func:`restored` takes it away again. Digits never begin that way: accounts and readings stay as they are.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import TypeVar

import pandas as pd

from forms_ocr.model import Disposition, FieldReading, FiledPage, FiledSlip, Template, template_of

_Row = TypeVar("_Row")

SLIP_TABLES: Mapping[Disposition, str] = {
    Disposition.ACCEPTED: "records.csv",
    Disposition.REVIEW: "review.csv",
    Disposition.REFUSED: "refused.csv",
}
PAGE_TABLE = "pages.csv"

# A spreadsheet set to Russian splits a CSV at semicolons and ignores the quotes of commas, so a formula may
# begin after a semicolon or line break too. Full-width signs count as the plain ones in East Asian settings.
_BREAKS = r";\t\r\n"
_TRIGGERS = r"=+\-@\t\r\n'＝＋－＠"
_BEFORE_TRIGGER = re.compile(rf"(?:\A|(?<=[{_BREAKS}]))(?=[{_TRIGGERS}])")
_APOSTROPHE = re.compile(rf"(?:\A|(?<=[{_BREAKS}]))'")


def neutralised(text: str) -> str:
    """The text with an apostrophe wherever a spreadsheet would see the beginning of a formula."""
    return _BEFORE_TRIGGER.sub("'", text)


def restored(text: str) -> str:
    """Undo :func:`neutralised`."""
    return _APOSTROPHE.sub("", text)


def confidence_text(confidence: float) -> str:
    """Four decimals, rounded down: 1.0000 only for certainty, and never above a cut that was not reached."""
    if not 0 <= confidence <= 1 or math.isnan(confidence):
        raise ValueError(f"confidence {confidence} is not between 0 and 1")
    return str(Decimal(str(float(confidence))).quantize(Decimal("0.0001"), ROUND_FLOOR))


def slip_tables(
    slips: Sequence[FiledSlip], template: Template, others: Sequence[Template] = ()
) -> dict[str, bytes]:
    """``records.csv``, ``review.csv`` and ``refused.csv`` as bytes; rows in the order given.

    With several templates the tables have the columns of all of them; fields of one name share a column.
    """
    columns = _merged_columns((template, *others)) if others else _slip_columns(template)
    return {
        name: _csv(columns, (slip for slip in slips if slip.record.disposition is disposition))
        for disposition, name in SLIP_TABLES.items()
    }


def page_table(pages: Sequence[FiledPage]) -> bytes:
    """``pages.csv`` as bytes; rows in the order given."""
    columns: dict[str, Callable[[FiledPage], str]] = {
        "scan": lambda page: page.scan,
        "page": lambda page: str(page.page),
        "disposition": lambda page: page.disposition.value,
        "slips": lambda page: str(page.slips),
        "reason": lambda page: page.reason.value if page.reason else "",
    }
    return _csv(columns, pages)


def _merged_columns(templates: Sequence[Template]) -> dict[str, Callable[[FiledSlip], str]]:
    """The columns of all templates; a slip fills those of its own."""
    of_template = {template.fingerprint: _slip_columns(template) for template in templates}
    names = dict.fromkeys(name for columns in of_template.values() for name in columns)

    def filled(name: str) -> Callable[[FiledSlip], str]:
        def value(slip: FiledSlip) -> str:
            column = of_template[template_of(slip.template, templates).fingerprint].get(name)
            return column(slip) if column is not None else ""

        return value

    return {name: filled(name) for name in names}


def _slip_columns(template: Template) -> dict[str, Callable[[FiledSlip], str]]:
    """How each column is filled, in the order of the columns."""
    columns = _fixed_columns()
    fillable = _columns_without_role(template)
    for field in template.fields:
        if field.name in template.roles.field_names:
            continue
        if field.name in fillable:
            columns[field.name] = _value_of(field.name)
        else:
            columns[_free_name(field.name, columns)] = _value_of(field.name)
    return columns


def _fixed_columns() -> dict[str, Callable[[FiledSlip], str]]:
    return {
        "slip_id": lambda slip: slip.slip_id,
        "office": lambda slip: slip.office,
        "scan": lambda slip: slip.scan,
        "page": lambda slip: str(slip.page),
        "slip": lambda slip: str(slip.slip),
        "account": lambda slip: slip.record.account,
        "reading": lambda slip: slip.record.reading,
        "date": lambda slip: slip.record.date,
        "address": lambda slip: slip.record.address,
        "signed": lambda slip: "true" if slip.record.is_signed else "false",
        "confidence": lambda slip: confidence_text(slip.record.confidence),
        "disposition": lambda slip: slip.record.disposition.value,
        "reasons": lambda slip: ";".join(slip.record.reasons),
    }


def _columns_without_role(template: Template) -> frozenset[str]:
    """The text columns that no role of the template fills; a field of that name may."""
    roles = template.roles
    filled = {
        "account": roles.account,
        "reading": roles.reading,
        "date": roles.date,
        "address": roles.address,
    }
    return frozenset(column for column, role in filled.items() if not role)


def _free_name(name: str, taken: Iterable[str]) -> str:
    """The field's name; with ``field.`` before it where the program has a column of that name."""
    while name in taken:
        name = f"field.{name}"
    return name


def _value_of(name: str) -> Callable[[FiledSlip], str]:
    def value(slip: FiledSlip) -> str:
        reading = find_reading(slip, name)
        return reading.value if reading else ""

    return value


def find_reading(slip: FiledSlip, name: str) -> FieldReading | None:
    """What the slip says in the field of that name; None if its record carries no such field."""
    return next((reading for reading in slip.record.fields if reading.name == name), None)


def _csv(columns: Mapping[str, Callable[[_Row], str]], rows: Iterable[_Row]) -> bytes:
    cells = [[_cell(column(row)) for column in columns.values()] for row in rows]
    frame = pd.DataFrame(cells, columns=[_cell(name) for name in columns], dtype=object)
    text: str = frame.to_csv(index=False, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    return text.encode("utf-8")


def _cell(text: str) -> str:
    """Names of files may hold bytes that are no UTF-8; they are shown by their hexadecimal code."""
    return neutralised(text.encode("utf-8", "backslashreplace").decode("utf-8"))
