"""An office that writes slips: evidence as a recogniser would give it, without paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
    Content,
    DateFields,
    Field,
    FieldEvidence,
    Period,
    Posteriors,
    Record,
    Roles,
    Rules,
    Shape,
    Template,
)

SURE = 0.9999
PERIOD = Period(2026, 11)
SIGNED_MM2 = 30.0
STREET_MM2 = 40.0

Evidence = dict[str, FieldEvidence]


def cell(shares: Mapping[str, float]) -> list[float]:
    """One row of posteriors; what the shares leave over goes to all classes alike."""
    rest = (1.0 - sum(shares.values())) / len(CLASSES)
    return [shares.get(name, 0.0) + rest for name in CLASSES]


def posteriors(text: str, cells: int, sure: float = SURE) -> Posteriors:
    """A comb: digits, ``_`` for an empty cell, ``?`` for one that holds something else."""
    names = {"_": "empty", "?": "other"}
    rows = [cell({names.get(c, c): sure}) for c in text.ljust(cells, "_")]
    return np.array(rows, np.float32)


def comb(name: str, text: str, cells: int, sure: float = SURE) -> FieldEvidence:
    ink = [0.0 if c == "_" else 4.0 for c in text.ljust(cells, "_")]
    return FieldEvidence(name, posteriors(text, cells, sure), np.array(ink, np.float32))


def inked(name: str, ink_mm2: float, text: str | None = None, confidence: float = 0.0) -> FieldEvidence:
    none = np.zeros((0, len(CLASSES)), np.float32)
    return FieldEvidence(name, none, np.array([ink_mm2], np.float32), text, confidence)


def typed(name: str, text: str) -> FieldEvidence:
    none = np.zeros((0, len(CLASSES)), np.float32)
    return FieldEvidence(name, none, np.zeros(1, np.float32), text, 1.0, is_typed=True)


def doubt(evidence: FieldEvidence, index: int, shares: Mapping[str, float]) -> FieldEvidence:
    """The same comb with one cell in doubt."""
    rows = evidence.posteriors.copy()
    rows[index] = cell(shares)
    return replace(evidence, posteriors=rows)


def comb_field(name: str, cells: int, *, is_required: bool = False) -> Field:
    box = Box(10, 10, 10 + 8 * cells, 20)
    return Field(name, name, Shape.COMB, box, box.split(cells), Content.DIGITS, is_required)


def plain_field(name: str, shape: Shape, *, is_required: bool = False) -> Field:
    return Field(name, name, shape, Box(10, 10, 80, 25), (), Content.TEXT, is_required)


def template_of(fields: Sequence[Field], roles: Roles | None = None) -> Template:
    return Template("form", 210, 148, tuple(fields), np.zeros((1, 1), np.uint8), 100, roles=roles or Roles())


def account(number: str, **changes: object) -> Account:
    usual = Account(
        account=number,
        street="ул. Ленина",
        house="12",
        flat="5",
        last_reading="00560",
        last_date=date(2026, 10, 24),
        dials=5,
        status=AccountStatus.DIRECT,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


ROLES = Roles(
    account="account",
    reading="reading",
    date=DateFields("date.day", "date.month", "date.year"),
    address=AddressFields("address.street", "address.house", "address.flat"),
    signature="signature",
)

STANDARD_FIELDS = (
    comb_field("account", 12),
    comb_field("reading", 6),
    comb_field("date.day", 2),
    comb_field("date.month", 2),
    comb_field("date.year", 2),
    plain_field("address.street", Shape.LINE),
    comb_field("address.house", 4),
    comb_field("address.flat", 4),
    plain_field("signature", Shape.SIGNATURE),
)


@dataclass(frozen=True)
class Office:
    """A form, a registry, and a slip on which everything is right until a test changes it."""

    template: Template
    registry: Registry
    account: str = "012345678905"
    reading: str = "00571"

    def slip(self, **fields: FieldEvidence) -> Evidence:
        """A good slip; fields are replaced by name, ``date_day`` meaning ``date.day``."""
        usual = [
            comb("account", self.account, 12),
            comb("reading", self.reading, 6),
            comb("date.day", "24", 2),
            comb("date.month", "11", 2),
            comb("date.year", "26", 2),
            inked("address.street", STREET_MM2),
            comb("address.house", "12", 4),
            comb("address.flat", "5", 4),
            inked("signature", SIGNED_MM2),
        ]
        evidence = {item.name: item for item in usual}
        return evidence | {name.replace("_", ".", 1): replace_name(e, name) for name, e in fields.items()}

    def decide(
        self,
        evidence: Mapping[str, FieldEvidence] | None = None,
        *,
        template: Template | None = None,
        rules: Rules | None = None,
        period: Period | None = PERIOD,
        residual_mm: float = 0.1,
        accounts: Sequence[Account] | None = None,
        has_registry: bool = True,
    ) -> Record:
        registry = self.registry if accounts is None else Registry.of(accounts)
        return decide(
            self.slip() if evidence is None else evidence,
            template or self.template,
            rules or Rules(),
            registry if has_registry else None,
            period,
            residual_mm,
        )


def replace_name(evidence: FieldEvidence, name: str) -> FieldEvidence:
    return replace(evidence, name=name.replace("_", ".", 1))


def scattered_accounts(count: int, seed: int = 5) -> list[Account]:
    numbers = np.random.default_rng(seed).choice(10**9, count, replace=False)
    return [account(f"{int(number) * 997 % 10**12:012d}") for number in numbers]


@pytest.fixture(scope="session")
def office() -> Office:
    accounts = [account("012345678905"), *scattered_accounts(500)]
    return Office(template_of(STANDARD_FIELDS, ROLES), Registry.of(accounts))
