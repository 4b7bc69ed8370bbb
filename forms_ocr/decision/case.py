"""All that is known about one slip before its checks: every field read, none of them judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod

from forms_ocr.decision.account import AccountReading, Support, read_account
from forms_ocr.decision.address import AddressReading, NumberInk, contradiction, is_as_registered
from forms_ocr.decision.background import Background
from forms_ocr.decision.cells import Cells, all_are_empty, cells_of
from forms_ocr.decision.coded import CodedAccount, weigh_code
from forms_ocr.decision.dates import DateReading, WrittenDate, read_date
from forms_ocr.decision.decode import left_aligned
from forms_ocr.decision.fields import (
    OwnField,
    comb_reading,
    digits_reading,
    line_presence,
    line_reading,
    line_text,
    mark_reading,
    read_own_field,
    signature_presence,
)
from forms_ocr.decision.ink import Presence
from forms_ocr.decision.meter import MeterReading, ReadingInk, line_ink, read_meter, reading_ink
from forms_ocr.decision.registry import Registry
from forms_ocr.decision.slip_hand import SlipHand
from forms_ocr.decision.witness import Witness
from forms_ocr.model import (
    Account,
    AddressFields,
    Candidate,
    DateFields,
    FieldEvidence,
    FieldReading,
    Period,
    Rules,
    Shape,
    Template,
)

MIN_KNOWN_CONFIDENCE = 0.99
"""From here on what an account or a date says is taken for what its cells hold."""

MIN_CLEAR_ACCOUNT = 0.995
MIN_CLEAR_DATE = 0.998
"""Accounts and dates less certain than this are read again beside what is known of the hand."""


@dataclass(frozen=True, eq=False, slots=True)
class Case:
    """One slip, read.

    The readings of roles that the template does not fill are None, and so are their cells.

    Attributes:
        fields: By name, every field of the template.
        has_registry: An account can be unknown.
        account_cells: None too where the account is that of the slip's code.
        months: Since the account's last reading, 1 where nobody knows.
        scanned_on: The day by the scanner's clock, None where nobody knows.
        coded: None for a slip without a code.
    """

    rules: Rules
    residual_mm: float
    has_registry: bool
    account: AccountReading | None
    account_cells: Cells | None
    meter: MeterReading | None
    meter_cells: Cells | None
    months: float
    date: DateReading | None
    date_cells: WrittenDate | None
    address: AddressReading | None
    signature: Presence | None
    own_fields: tuple[OwnField, ...]
    required: frozenset[str]
    fields: Mapping[str, FieldReading]
    scanned_on: dt.date | None
    coded: CodedAccount | None = None

    @property
    def is_personal(self) -> bool:
        """The slip was printed for its customer, and what stands on it is that customer's."""
        return self.coded is not None and self.coded.agrees

    @property
    def registered(self) -> Account | None:
        """The registry's account of this slip."""
        return self.account.registered if self.account is not None else None

    @property
    def confidence(self) -> float:
        """P(everything that becomes the record is right).

        The reading's confidence is the one it has when the account is right; the date and an office's own
        fields hang on neither.
        """
        parts = [
            reading.confidence for reading in (self.account, self.meter, self.date) if reading is not None
        ]
        parts += [own.reading.confidence for own in self.own_fields]
        return prod(parts)

    @property
    def is_registered_well(self) -> bool:
        """The fields were looked for where they are; False for a residual that is no number."""
        return self.residual_mm <= self.rules.max_residual_mm

    @property
    def is_identified(self) -> bool:
        """It is certain whose slip this is, or the form does not ask."""
        if self.account is None:
            return True
        is_read = self.account.confidence >= self.rules.min_confidence
        return is_read and (not self.has_registry or self.registered is not None)


class CaseReader:
    """Reads the fields of one slip in the order in which they help each other.

    Args:
        evidence: By field name; a field nobody looked at may be missing.
        background: A code of another length than accounts have names nothing.
    """

    def __init__(
        self,
        evidence: Mapping[str, FieldEvidence],
        template: Template,
        rules: Rules,
        background: Background,
    ) -> None:
        self._background = background
        self._code = background.code if len(background.code) == rules.account_digits else ""
        self._coded: CodedAccount | None = None
        self._evidence = evidence
        self._template = template
        self._rules = rules
        self._printed = self._printed_fields()
        self._hand = SlipHand(evidence, template, background.hand_model, self._printed)
        self._fields: dict[str, FieldReading] = {}
        self._seen: dict[str, Cells] = {}
        self._numbers: dict[str, list[tuple[float, str]]] = {}

    def read(self, registry: Registry | None, period: Period | None, residual_mm: float) -> Case:
        """What reading and address say about accounts first, then the account, then what hangs on it."""
        ink = self._reading_ink()
        witness = self._witness(registry, period, ink)
        account, account_cells = self._read_account(registry, witness)
        registered = account.registered if account is not None else None
        self._learn_customer(account)
        date, date_cells = self._read_date(period)
        self._learn_date(date)
        ink = self._beside_examples(ink)
        meter = self._read_meter(ink, account, witness)
        return Case(
            rules=self._rules,
            residual_mm=residual_mm,
            has_registry=registry is not None,
            account=account,
            account_cells=account_cells,
            meter=meter,
            meter_cells=ink.cells if ink is not None else None,
            months=witness.months(account.row) if witness is not None and account is not None else 1.0,
            date=date,
            date_cells=date_cells,
            address=self._read_address(registered),
            signature=self._read_signature(),
            own_fields=self._read_own_fields(),
            required=frozenset(field.name for field in self._template.fields if field.is_required),
            fields=self._fields,
            scanned_on=self._background.scanned_on,
            coded=self._coded,
        )

    def _cells(self, name: str) -> Cells:
        if name not in self._seen:
            self._seen[name] = cells_of(self._template.field(name), self._evidence.get(name))
        return self._seen[name]

    def _strings(self, name: str) -> list[tuple[float, str]]:
        """What may stand in a house or flat; the account and the field's own reading both ask."""
        if name not in self._numbers:
            self._numbers[name] = left_aligned(self._cells(name))
        return self._numbers[name]

    def _keep_comb(self, name: str, cells: Cells, best: Candidate, candidates: tuple[Candidate, ...]) -> None:
        reading = comb_reading(name, cells, best, candidates, self._rules.min_confidence)
        if self._template.field(name).shape is Shape.LINE:
            # what was weighed as cells are no places that a person could be shown
            reading = replace(reading, cells=(), doubtful_cells=(), rivals=())
        self._fields[name] = reading

    def _reading_ink(self) -> ReadingInk | None:
        name = self._template.roles.reading
        if not name:
            return None
        evidence, cells = self._evidence.get(name), self._cells(name)
        if evidence is None or evidence.numbers is None or evidence.is_typed:
            return reading_ink(cells.without_smudges())
        return line_ink(evidence.numbers, cells)

    def _witness(
        self, registry: Registry | None, period: Period | None, ink: ReadingInk | None
    ) -> Witness | None:
        if registry is None:
            return None
        roles = self._template.roles.address or AddressFields()
        return Witness(registry, period, ink, self._number_ink(roles.house), self._number_ink(roles.flat))

    def _number_ink(self, name: str) -> NumberInk | None:
        return NumberInk(self._cells(name), self._strings(name)) if name else None

    def _read_account(
        self, registry: Registry | None, witness: Witness | None
    ) -> tuple[AccountReading | None, Cells | None]:
        name = self._template.roles.account
        if not name:
            return None, None
        support = None if witness is None else witness.support
        account = self._weigh_account(name, registry, support)
        if account.confidence < MIN_CLEAR_ACCOUNT and self._look_again(name):
            account = self._weigh_account(name, registry, support)
        if account.confidence < MIN_CLEAR_ACCOUNT and self._look_beside_itself(name, registry, support):
            account = self._weigh_account(name, registry, support)
        cells = self._cells(name)
        if self._code:
            self._coded = weigh_code(self._code, cells, registry, account)
            account = self._coded.reading
        if witness is not None and account.row >= 0:
            witness.ask(account.row)
        self._keep_comb(name, cells, Candidate(account.value, account.confidence), account.candidates)
        return account, None if self._coded is not None and self._coded.is_of_code else cells

    def _weigh_account(self, name: str, registry: Registry | None, support: Support | None) -> AccountReading:
        cells = self._cells(name).without_smudges()
        return read_account(cells, self._rules.account_digits, registry, support)

    def _look_again(self, name: str) -> bool:
        """See a comb's doubtful cells beside what is known of the hand; whether that changed anything."""
        is_asked = name not in self._printed and self._cells(name).is_sound
        seen = self._hand.look_again(name) if is_asked else None
        if seen is not None:
            self._see(name, seen)
        return seen is not None

    def _look_beside_itself(self, name: str, registry: Registry | None, support: Support | None) -> bool:
        """Where only smudges keep the account from being known, see its cells beside each other."""
        cells = self._cells(name)
        if name in self._printed or not cells.holds_smudge:
            return False
        whole = read_account(cells.given_legible(), self._rules.account_digits, registry, support)
        if whole.registered is None or whole.confidence < MIN_KNOWN_CONFIDENCE:
            return False
        seen = self._hand.look_beside_itself(name)
        if seen is not None:
            self._see(name, seen)
        return seen is not None

    def _see(self, name: str, evidence: FieldEvidence) -> None:
        self._seen[name] = cells_of(self._template.field(name), evidence)

    def _beside_examples(self, ink: ReadingInk | None) -> ReadingInk | None:
        """The reading's ink, looked at again beside the cells that are known by now."""
        name = self._template.roles.reading
        if ink is None or not self._look_again(name):
            return ink
        return reading_ink(self._cells(name).without_smudges())

    def _printed_fields(self) -> frozenset[str]:
        """What was printed for the customer where there is a code: it says nothing about the hand."""
        roles = self._template.roles
        address = roles.address or AddressFields()
        return frozenset((roles.account, address.house, address.flat)) if self._code else frozenset()

    def _learn_customer(self, account: AccountReading | None) -> None:
        """The account's digits, and those of house and flat, as far as there is hardly a doubt about them."""
        if account is None or account.registered is None or account.confidence < MIN_KNOWN_CONFIDENCE:
            return
        self._hand.learn(self._template.roles.account, account.value)
        roles = self._template.roles.address or AddressFields()
        numbers = ((roles.house, account.registered.house), (roles.flat, account.registered.flat))
        for name, number in numbers:
            if name and is_as_registered(self._cells(name), number):
                self._hand.learn(name, number)

    def _learn_date(self, date: DateReading | None) -> None:
        roles = self._template.roles.date
        if roles is None or date is None or date.confidence < MIN_KNOWN_CONFIDENCE:
            return
        year, month, day = date.value.split("-")
        year = year[-len(self._cells(roles.year)) :]
        for name, value in ((roles.day, day), (roles.month, month), (roles.year, year)):
            self._hand.learn(name, value)

    def _read_meter(
        self, ink: ReadingInk | None, account: AccountReading | None, witness: Witness | None
    ) -> MeterReading | None:
        if ink is None:
            return None
        expected = witness.expected(account.row, ink) if witness is not None and account is not None else None
        meter = read_meter(ink, expected)
        best = Candidate(meter.value, meter.confidence)
        self._keep_comb(self._template.roles.reading, ink.cells, best, meter.candidates)
        return meter

    def _read_date(self, period: Period | None) -> tuple[DateReading | None, WrittenDate | None]:
        roles = self._template.roles.date
        if roles is None:
            return None, None
        names = (roles.day, roles.month, roles.year)
        written = self._written_date(roles)
        date = self._weigh_date(written, period)
        is_seen = [date.confidence < MIN_CLEAR_DATE and self._look_again(name) for name in names]
        if any(is_seen):
            written = self._written_date(roles)
            date = self._weigh_date(written, period)
        for name, cells, part in zip(names, written.parts, date.parts, strict=True):
            self._keep_comb(name, cells, part, ())
        return date, written

    def _written_date(self, roles: DateFields) -> WrittenDate:
        day, month = self._two_digits(roles.day), self._two_digits(roles.month)
        return WrittenDate(day, month, self._cells(roles.year), roles.century)

    def _weigh_date(self, written: WrittenDate, period: Period | None) -> DateReading:
        return read_date(written.without_smudges(), period, self._rules.first_day, self._rules.last_day)

    def _two_digits(self, name: str) -> Cells:
        """Cells of a day or month; a single digit that was typed is one below ten."""
        evidence = self._evidence.get(name)
        if evidence is not None and evidence.is_typed and len(line_text(evidence)) == 1:
            return cells_of(self._template.field(name), replace(evidence, text=f"0{line_text(evidence)}"))
        return self._cells(name)

    def _read_address(self, registered: Account | None) -> AddressReading | None:
        roles = self._template.roles.address
        if roles is None:
            return None
        house_text, flat_text = (registered.house, registered.flat) if registered else ("", "")
        house, house_contradiction = self._read_number(roles.house, house_text)
        flat, flat_contradiction = self._read_number(roles.flat, flat_text)
        street, street_presence = self._read_street(roles.street)
        return AddressReading(
            street,
            house,
            flat,
            street_presence,
            max(house_contradiction, flat_contradiction),
            max(self._p_left_out(roles.house), self._p_left_out(roles.flat)),
        )

    def _p_left_out(self, name: str) -> float:
        """P(a required field holds nothing); 0 for one that may stay empty or shows ink."""
        if not name or not self._template.field(name).is_required:
            return 0.0
        cells = self._cells(name)
        return all_are_empty(cells) if cells.is_blank else 0.0

    def _read_street(self, name: str) -> tuple[str, Presence | None]:
        if not name:
            return "", None
        field, evidence = self._template.field(name), self._evidence.get(name)
        self._fields[name] = line_reading(field, evidence, self._rules.min_confidence)
        return line_text(evidence), line_presence(field, evidence)

    def _read_number(self, name: str, registered: str) -> tuple[str, float]:
        """A house or flat: its text, and P(it is not the registered one)."""
        if not name:
            return "", 0.0
        field, evidence = self._template.field(name), self._evidence.get(name)
        cells = self._cells(name)
        if field.shape is Shape.LINE or (evidence is not None and evidence.is_typed):
            reading = line_reading(field, evidence, self._rules.min_confidence)
        else:
            reading = digits_reading(name, cells, self._strings(name), self._rules.min_confidence)
        self._fields[name] = reading
        return reading.value, contradiction(cells, registered)

    def _read_signature(self) -> Presence | None:
        name = self._template.roles.signature
        if not name:
            return None
        found = signature_presence(self._template.field(name), self._evidence.get(name))
        self._fields[name] = mark_reading(name, found)
        return found

    def _read_own_fields(self) -> tuple[OwnField, ...]:
        names = self._template.roles.field_names
        own = tuple(
            read_own_field(field, self._evidence.get(field.name), self._rules.min_confidence)
            for field in self._template.fields
            if field.name not in names
        )
        self._fields |= {field.reading.name: field.reading for field in own}
        return own
