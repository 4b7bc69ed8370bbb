"""An office that writes slips: evidence as a recogniser would give it, without paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pytest

from forms_ocr.decision import Background, Registry, decide
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
    HandModel,
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


class Writing:
    """What people and computers write, as evidence; names are filled in by whoever uses it."""

    @staticmethod
    def comb(text: str, cells: int, sure: float = SURE) -> FieldEvidence:
        """Digits, ``_`` for an empty cell, ``?`` for one that holds something else."""
        ink = [0.0 if c == "_" else 4.0 for c in text.ljust(cells, "_")]
        return FieldEvidence("", posteriors(text, cells, sure), np.array(ink, np.float32))

    @staticmethod
    def inked(ink_mm2: float, text: str | None = None, confidence: float = 0.0) -> FieldEvidence:
        """A line, mark or signature."""
        none = np.zeros((0, len(CLASSES)), np.float32)
        return FieldEvidence("", none, np.array([ink_mm2], np.float32), text, confidence)

    @staticmethod
    def typed(text: str) -> FieldEvidence:
        """Filled in on a computer."""
        none = np.zeros((0, len(CLASSES)), np.float32)
        return FieldEvidence("", none, np.zeros(1, np.float32), text, 1.0, is_typed=True)

    @staticmethod
    def doubt(evidence: FieldEvidence, index: int, shares: Mapping[str, float]) -> FieldEvidence:
        """The same comb with one cell in doubt."""
        rows = evidence.posteriors.copy()
        rows[index] = cell(shares)
        return replace(evidence, posteriors=rows)

    @staticmethod
    def drawn(evidence: FieldEvidence, text: str) -> FieldEvidence:
        """The comb with the looks of what is really written, ten digits none like another; "_" has none."""
        looks = np.eye(10, 16, dtype=np.float32)
        features = [looks[int(c)] if c != "_" else np.zeros(16, np.float32) for c in text]
        return replace(evidence, features=np.stack(features))

    @staticmethod
    def account(number: str, **changes: object) -> Account:
        """A line of the registry."""
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


def field(
    name: str,
    shape: Shape,
    cells: int = 0,
    content: Content = Content.DIGITS,
    *,
    is_required: bool = False,
) -> Field:
    box = Box(10, 10, 10 + 8 * (cells or 9), 25)
    return Field(name, name, shape, box, box.split(cells) if cells else (), content, is_required)


ROLES = Roles(
    account="account",
    reading="reading",
    date=DateFields("date.day", "date.month", "date.year"),
    address=AddressFields("address.street", "address.house", "address.flat"),
    signature="signature",
)

STANDARD_FIELDS = (
    field("account", Shape.COMB, 12),
    field("reading", Shape.COMB, 6),
    field("date.day", Shape.COMB, 2),
    field("date.month", Shape.COMB, 2),
    field("date.year", Shape.COMB, 2),
    field("address.street", Shape.LINE, content=Content.TEXT),
    field("address.house", Shape.COMB, 4),
    field("address.flat", Shape.COMB, 4),
    field("signature", Shape.SIGNATURE),
)


def named(fields: Mapping[str, FieldEvidence]) -> Evidence:
    """Evidence by field name; ``date_day`` stands for ``date.day``."""
    by_name = {key.replace("_", ".", 1): evidence for key, evidence in fields.items()}
    return {name: replace(evidence, name=name) for name, evidence in by_name.items()}


@dataclass(frozen=True)
class Office:
    """A form, a registry, and a slip on which everything is right until a test changes it."""

    template: Template
    registry: Registry
    account: str = "012345678905"

    def slip(self, **changes: FieldEvidence) -> Evidence:
        usual = {
            "account": Writing.comb(self.account, 12),
            "reading": Writing.comb("00571", 6),
            "date_day": Writing.comb("24", 2),
            "date_month": Writing.comb("11", 2),
            "date_year": Writing.comb("26", 2),
            "address_street": Writing.inked(40.0),
            "address_house": Writing.comb("12", 4),
            "address_flat": Writing.comb("5", 4),
            "signature": Writing.inked(30.0),
        }
        return named(usual | changes)

    def decide(
        self,
        evidence: Mapping[str, FieldEvidence] | None = None,
        *,
        rules: Rules | None = None,
        period: Period | None = PERIOD,
        residual_mm: float = 0.1,
        accounts: Sequence[Account] | None = None,
        has_registry: bool = True,
        hand_model: HandModel | None = None,
        scanned_on: date | None = None,
        code: str = "",
    ) -> Record:
        registry = self.registry if accounts is None else Registry.of(accounts)
        return decide(
            self.slip() if evidence is None else evidence,
            self.template,
            rules or Rules(),
            registry if has_registry else None,
            period,
            residual_mm,
            Background(hand_model or HandModel(), code, scanned_on),
        )


def form(fields: Sequence[Field], roles: Roles | None = None) -> Template:
    return Template("form", 210, 148, tuple(fields), np.zeros((1, 1), np.uint8), 100, roles=roles or Roles())


def scattered_accounts(count: int, seed: int = 5) -> list[Account]:
    numbers = np.random.default_rng(seed).choice(10**9, count, replace=False)
    return [Writing.account(f"{int(number) * 997 % 10**12:012d}") for number in numbers]


@pytest.fixture(scope="session")
def writing() -> Writing:
    return Writing()


@pytest.fixture(scope="session")
def office() -> Office:
    accounts = [Writing.account("012345678905"), *scattered_accounts(500)]
    return Office(form(STANDARD_FIELDS, ROLES), Registry.of(accounts))
