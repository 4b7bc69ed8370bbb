"""Slips of the meter form as the machine decides them, and a registry; no disk, no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np
import pytest

from forms_ocr.decision import Registry, decide
from forms_ocr.model import (
    CLASSES,
    Account,
    AccountStatus,
    AddressFields,
    Box,
    Candidate,
    Content,
    DateFields,
    Field,
    FieldEvidence,
    FieldReading,
    Period,
    Record,
    Roles,
    Rules,
    Shape,
    Template,
)
from forms_ocr.review.checking import Checker

PERIOD = Period(2026, 11)

ReadSlip = Callable[..., Record]

ACCOUNTS = [
    Account("121000000000", "Лесная улица", "12", "3", "01500", date(2026, 10, 24), 5, AccountStatus.DIRECT),
    Account("121000000018", "Лесная улица", "2", "", "00100", date(2026, 10, 24), 5, AccountStatus.DIRECT),
    Account("121000000026", "улица Ёлочная", "10А", "7", "", None, 5, AccountStatus.DIRECT),
    Account("121000000034", "Садовая", "1", "1", "00100", date(2026, 10, 24), 5, AccountStatus.MANAGED),
    Account("121000000042", "Садовая", "1", "10", "00100", date(2026, 10, 24), 5, AccountStatus.CLOSED),
]


@pytest.fixture(scope="session")
def template() -> Template:
    """The meter form's fields, a check box and a number of an office's own."""
    account, reading = Box(20, 20, 116, 30), Box(20, 40, 68, 50)
    day, month, year = Box(100, 40, 116, 50), Box(120, 40, 136, 50), Box(156, 40, 172, 50)
    house, flat, number = Box(20, 75, 52, 85), Box(60, 75, 92, 85), Box(100, 75, 124, 85)
    fields = (
        Field("account", "Счёт", Shape.COMB, account, account.split(12), is_required=True),
        Field("reading", "Показание", Shape.COMB, reading, reading.split(6), is_required=True),
        Field("date.day", "День", Shape.COMB, day, day.split(2), is_required=True),
        Field("date.month", "Месяц", Shape.COMB, month, month.split(2), is_required=True),
        Field("date.year", "Год", Shape.COMB, year, year.split(2), is_required=True),
        Field("address.street", "Улица", Shape.LINE, Box(20, 60, 120, 70), content=Content.TEXT),
        Field("address.house", "Дом", Shape.COMB, house, house.split(4)),
        Field("address.flat", "Кв.", Shape.COMB, flat, flat.split(4)),
        Field("box", "Короб", Shape.COMB, number, number.split(3)),
        Field("signature", "Подпись", Shape.SIGNATURE, Box(20, 95, 80, 110)),
    )
    roles = Roles(
        account="account",
        reading="reading",
        date=DateFields("date.day", "date.month", "date.year"),
        address=AddressFields("address.street", "address.house", "address.flat"),
        signature="signature",
    )
    return Template("blank_form", 210, 148, fields, np.full((10, 10), 255, np.uint8), 150, roles=roles)


@pytest.fixture(scope="session")
def registry() -> Registry:
    return Registry.of(ACCOUNTS)


@pytest.fixture
def checker(template: Template, registry: Registry) -> Checker:
    return Checker(template, Rules(), registry)


def comb(text: str, cells: int, doubts: Mapping[int, Mapping[str, float]]) -> FieldEvidence:
    """A comb that was read for sure but in some cells, where the shares stand; "_" is an empty cell."""
    rows = []
    for place, character in enumerate(text.ljust(cells, "_")):
        shares = doubts.get(place, {"empty" if character == "_" else character: 0.9999})
        rest = (1.0 - sum(shares.values())) / len(CLASSES)
        rows.append([shares.get(name, 0.0) + rest for name in CLASSES])
    ink = [0.0 if character == "_" else 4.0 for character in text.ljust(cells, "_")]
    return FieldEvidence("", np.array(rows, np.float32), np.array(ink, np.float32))


@pytest.fixture
def read_slip(template: Template, registry: Registry) -> ReadSlip:
    """Decide on a slip: what stands in its combs by field name, and which cells are in doubt."""

    def read(
        doubts: Mapping[str, Mapping[int, Mapping[str, float]]] | None = None,
        is_signed: bool = True,
        **written: str,
    ) -> Record:
        plain = {
            "account": "121000000000",
            "reading": "01600",
            "date.day": "24",
            "date.month": "11",
            "date.year": "26",
            "address.house": "12",
            "address.flat": "3",
            "box": "017",
        }
        texts = plain | {name.replace("__", "."): text for name, text in written.items()}
        evidence = {
            name: comb(text, len(template.field(name).cells), (doubts or {}).get(name, {}))
            for name, text in texts.items()
        }
        nothing = np.zeros((0, len(CLASSES)), np.float32)
        street = FieldEvidence("", nothing, np.array([40.0], np.float32), "Лесная", 1.0)
        signature = FieldEvidence("", nothing, np.array([30.0 if is_signed else 0.0], np.float32))
        evidence |= {"address.street": street, "signature": signature}
        return decide(evidence, template, Rules(), registry, PERIOD, 0.1)

    return read


def plain_field(name: str, value: str) -> FieldReading:
    cells = tuple(Candidate(character, 0.9999) for character in value)
    return FieldReading(name, value, 0.999, (Candidate(value, 0.999),), cells)
