"""What a record keeps for people who ask why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from forms_ocr.decision import Registry
from forms_ocr.model import (
    CLASSES,
    Account,
    AccountStatus,
    Candidate,
    Disposition,
    FieldEvidence,
    FieldReading,
    Record,
)
from forms_ocr.pipeline import with_background

ACCOUNT = Account(
    "121000000012", "ул. Ленина", "12", "5", "0500", date(2026, 10, 24), 4, AccountStatus.DIRECT
)
READ = FieldReading("reading", "7", 0.9, cells=(Candidate("7", 0.9),))
STREET = FieldReading("address.street", "ул. Ленина", 0.9)
RECORD = Record(ACCOUNT.account, "7", "", "", True, (READ, STREET), 0.9, Disposition.REVIEW)

CELL = np.array([[0.9 if name == "7" else 0.1 * (name == "1") for name in CLASSES]], np.float32)
EVIDENCE = {"reading": FieldEvidence("reading", CELL, np.ones(1, np.float32))}


def test_rivals_and_the_registered_account_are_kept() -> None:
    found = with_background(RECORD, EVIDENCE, Registry.of([ACCOUNT]))
    assert found.fields[0].rivals == ((Candidate("1", 0.1),),)
    assert found.registered == ACCOUNT


def test_nothing_else_changes() -> None:
    found = with_background(RECORD, EVIDENCE, Registry.of([ACCOUNT]))
    assert replace(found, fields=RECORD.fields, registered=None) == RECORD
    assert found.fields[1] == STREET


def test_an_unknown_account_and_no_registry_leave_it_open() -> None:
    stranger = replace(RECORD, account="999999999999")
    assert with_background(stranger, EVIDENCE, Registry.of([ACCOUNT])).registered is None
    assert with_background(RECORD, EVIDENCE, None).registered is None
