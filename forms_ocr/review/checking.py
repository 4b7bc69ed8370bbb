"""The rules of the business, asked about what a person keyed: the checks that the machine's records pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from forms_ocr.decision import Registry, decide
from forms_ocr.decision.meter import is_below_last, is_implausible_jump, is_wrong_length, used_since_last
from forms_ocr.export import REASON_TEXTS, Phrase
from forms_ocr.model import (
    CLASSES,
    Account,
    AccountStatus,
    AddressFields,
    Field,
    FieldEvidence,
    Period,
    Reason,
    Record,
    Roles,
    Rules,
    Template,
)
from forms_ocr.review.asking import (
    ACCOUNT,
    ADDRESS,
    DATE,
    READING,
    SIGNATURE,
    Subject,
    machine_value,
    reading_of,
    subjects_of,
)
from forms_ocr.review.shown import NO, YES, Beside, Kind, RegistryLine, RuleBroken

CONFIRMABLE = frozenset({Reason.IMPLAUSIBLE_JUMP, Reason.ADDRESS_MISMATCH})
"""A person may say that it is right all the same: much was used, or the house is written in another way."""

BROKEN = CONFIRMABLE | {
    Reason.ACCOUNT_MISSING,
    Reason.ACCOUNT_INCOMPLETE,
    Reason.ACCOUNT_UNKNOWN,
    Reason.ACCOUNT_MANAGED,
    Reason.ACCOUNT_CLOSED,
    Reason.READING_MISSING,
    Reason.READING_WRONG_LENGTH,
    Reason.READING_BELOW_LAST,
    Reason.DATE_MISSING,
    Reason.DATE_IMPOSSIBLE,
    Reason.DATE_OUTSIDE_WINDOW,
    Reason.FIELD_MISSING,
}
"""Rules about what a slip says. Doubts are for machines: a person who doubts has a key for that."""

_USE_UNKNOWN = frozenset({Reason.READING_WRONG_LENGTH, Reason.READING_BELOW_LAST})
"""With these nobody can say how much was used."""

_STATUS_TEXTS = {
    AccountStatus.DIRECT: Phrase("подаёт показания сам", "reports for itself"),
    AccountStatus.MANAGED: Phrase("показания подаёт управляющая компания", "a management company reports"),
    AccountStatus.CLOSED: Phrase("закрыт", "closed"),
}


class Checker:
    """Holds what was keyed against rules and registry.

    Args:
        template: The form.
        registry: None if there is none: nothing of it is checked then.
        others: More forms of the workspace; slips that name none of them are taken for ``template``.
    """

    def __init__(
        self, template: Template, rules: Rules, registry: Registry | None, others: Sequence[Template] = ()
    ) -> None:
        self.template = template
        self.rules = rules
        self.registry = registry
        self._others = {one.fingerprint: Checker(one, rules, registry) for one in others}

    def of(self, fingerprint: str) -> Checker:
        """The same for slips of one form.

        Args:
            fingerprint: Of the template that a slip was laid on, "" where it does not say.
        """
        return self._others.get(fingerprint, self)

    @cached_property
    def subjects(self) -> dict[str, Subject]:
        """All that can be asked about the form."""
        return subjects_of(self.template)

    def broken(self, period: Period, typed: Mapping[str, str], record: Record) -> tuple[RuleBroken, ...]:
        """The rules that a slip would break if it said this.

        Args:
            typed: By name of what can be asked, whole; what is not in it stands as in ``record``.
            record: As the machine read it.
        """
        values = self.values(typed, record)
        template, evidence = self._keyed_form(values, record)
        checked = decide(evidence, template, self.rules, self.registry, period, 0.0)
        found = [reason for reason in checked.reasons if reason in BROKEN]
        found = [
            reason for reason in found if typed.get(ADDRESS) != YES or reason is not Reason.ADDRESS_MISMATCH
        ]
        denied = self._denied(typed, record)
        found += [reason for reason in denied if reason not in found]
        account = self.account_of(values.get(ACCOUNT, ""))
        return tuple(
            self._rule(reason, values, account, period, is_denied=reason in denied) for reason in found
        )

    def values(self, typed: Mapping[str, str], record: Record) -> dict[str, str]:
        """What a slip says by name of what can be asked: as keyed, else as the machine read it."""
        return {
            name: typed.get(name, machine_value(subject, record)) for name, subject in self.subjects.items()
        }

    def beside(self, period: Period, account: str, reading: str = "") -> Beside:
        """What the registry says to an account and a reading of it, while they are being keyed."""
        found = self.account_of(account)
        if found is None:
            return Beside(None, has_registry=self.registry is not None)
        months = self._months(account, period)
        broken = list(_broken_by_status(found))
        is_reading = reading.isascii() and reading.isdigit()
        if is_reading:
            broken += self._broken_by_reading(reading, found, months)
        is_used = is_reading and bool(found.last_reading) and not set(broken) & _USE_UNKNOWN
        return Beside(
            registry_line(found),
            has_registry=True,
            used_kwh=used_since_last(reading, found) if is_used else None,
            months=months,
            broken=tuple(self._rule(reason, {READING: reading}, found, period) for reason in broken),
        )

    def _broken_by_reading(self, reading: str, account: Account, months: float) -> list[Reason]:
        if is_wrong_length(reading, account):
            return [Reason.READING_WRONG_LENGTH]
        if is_below_last(reading, account, months):
            return [Reason.READING_BELOW_LAST]
        is_jump = is_implausible_jump(reading, account, months, self.rules.max_monthly_kwh)
        return [Reason.IMPLAUSIBLE_JUMP] if is_jump else []

    def _rule(
        self,
        reason: Reason,
        values: Mapping[str, str],
        account: Account | None,
        period: Period,
        *,
        is_denied: bool = False,
    ) -> RuleBroken:
        """A broken rule in words.

        Args:
            is_denied: A person said no to it: nobody then says that it is right all the same.
        """
        return RuleBroken(
            reason,
            REASON_TEXTS[reason].title,
            self._detail(reason, values, account, period),
            can_confirm=reason in CONFIRMABLE and not is_denied,
        )

    def account_of(self, number: str) -> Account | None:
        """The registry's line of an account."""
        return self.registry.find(number) if self.registry is not None else None

    def _keyed_form(
        self, values: Mapping[str, str], record: Record
    ) -> tuple[Template, dict[str, FieldEvidence]]:
        """The form as far as it was keyed, and what stands in it as if a computer had filled it in.

        House and flat are in it where the machine read them for sure: they may contradict the account keyed.
        """
        roles = self.template.roles
        evidence: dict[str, FieldEvidence] = {}
        for name in (ACCOUNT, READING, DATE):
            if name in self.subjects and self.subjects[name].kind in {Kind.DIGITS, Kind.DATE}:
                evidence |= typed_evidence(self.subjects[name], values[name])
        own = [
            subject for subject in self.subjects.values() if subject.fields[0].name not in roles.field_names
        ]
        for subject in own:
            evidence |= typed_evidence(subject, values[subject.name])
        address = self._address_read(record) if roles.address is not None else {}
        for name, text in address.items():
            evidence[name] = _typed(name, text)
        kept = Roles(
            account=roles.account,
            reading=roles.reading,
            date=roles.date,
            address=_address_roles(roles.address, address) if address else None,
        )
        fields = tuple(field for field in self.template.fields if field.name in evidence)
        return replace(self.template, fields=fields, roles=kept), evidence

    def _address_read(self, record: Record) -> dict[str, str]:
        """House and flat, as far as they were read for sure."""
        roles = self.template.roles.address or AddressFields()
        found = {name: reading_of(record, name) for name in (roles.house, roles.flat) if name}
        return {
            name: reading.value
            for name, reading in found.items()
            if reading is not None and reading.value and not reading.is_doubtful
        }

    def _denied(self, typed: Mapping[str, str], record: Record) -> list[Reason]:
        """What a person said no to."""
        found = []
        if typed.get(ADDRESS) == NO:
            is_missing = Reason.ADDRESS_MISSING in record.reasons
            found.append(Reason.ADDRESS_MISSING if is_missing else Reason.ADDRESS_MISMATCH)
        if typed.get(SIGNATURE) == NO:
            found.append(Reason.SIGNATURE_MISSING)
        return found

    def _months(self, account: str, period: Period) -> float:
        """Since the last reading, as the checks count them."""
        if self.registry is None:
            return 1.0
        row = self.registry.rows_of(np.array([int(account)], np.int64))
        return float(self.registry.meters(row, period).months[0])

    def _detail(
        self, reason: Reason, values: Mapping[str, str], account: Account | None, period: Period
    ) -> Phrase:
        """The numbers behind a broken rule; its advice where there are none."""
        reading = values.get(READING, "")
        if reason is Reason.DATE_OUTSIDE_WINDOW:
            first, last = self.rules.first_day, self.rules.last_day
            days = f"{first:02d}–{last:02d}.{period.month:02d}.{period.year}"
            return Phrase(f"Показания принимают {days}.", f"Readings are taken {days}.")
        if account is None:
            return REASON_TEXTS[reason].advice
        if reason is Reason.READING_WRONG_LENGTH:
            return Phrase(
                f"Цифр записано {len(reading)}, на счётчике {account.dials}.",
                f"{len(reading)} digits written, the meter has {account.dials}.",
            )
        if reason in {Reason.READING_BELOW_LAST, Reason.IMPLAUSIBLE_JUMP}:
            return self._use(reason, reading, account, period)
        if reason in {Reason.ACCOUNT_MANAGED, Reason.ACCOUNT_CLOSED}:
            return _STATUS_TEXTS[account.status]
        return REASON_TEXTS[reason].advice

    def _use(self, reason: Reason, reading: str, account: Account, period: Period) -> Phrase:
        if reason is Reason.READING_BELOW_LAST:
            less = int(account.last_reading) - int(reading)
            return Phrase(
                f"На {less} меньше прошлого показания {account.last_reading}.",
                f"{less} below the last reading {account.last_reading}.",
            )
        used, months = used_since_last(reading, account), self._months(account.account, period)
        most = self.rules.max_monthly_kwh * months
        return Phrase(
            f"Расход {used} кВт·ч за {months:g} мес.; без вопросов принимают до {most:.0f}.",
            f"{used} kWh used in {months:g} month(s); up to {most:.0f} is believed.",
        )


def _broken_by_status(account: Account) -> Iterator[Reason]:
    if account.status is AccountStatus.MANAGED:
        yield Reason.ACCOUNT_MANAGED
    if account.status is AccountStatus.CLOSED:
        yield Reason.ACCOUNT_CLOSED


def registry_line(account: Account) -> RegistryLine:
    """A line of the registry as people see it."""
    return RegistryLine(
        account=account.account,
        street=account.street,
        house=account.house,
        flat=account.flat,
        last_reading=account.last_reading,
        last_date=account.last_date,
        dials=account.dials,
        status=account.status,
        status_text=_STATUS_TEXTS[account.status],
    )


def typed_evidence(subject: Subject, value: str) -> dict[str, FieldEvidence]:
    """What was keyed, as if a computer had filled it into the fields it stands in."""
    if subject.kind is Kind.DATE:
        return _date_evidence(subject, value)
    name = subject.fields[0].name
    if subject.kind is Kind.YES_NO:
        return {name: _typed(name, "1" if value == YES else "")}
    return {name: _typed(name, value)}


def _date_evidence(subject: Subject, value: str) -> dict[str, FieldEvidence]:
    day, month, year = subject.fields
    of_year = value[4 + len(subject.printed) :]
    parts: tuple[tuple[Field, str], ...] = ((day, value[:2]), (month, value[2:4]), (year, of_year))
    return {field.name: _typed(field.name, text) for field, text in parts}


def _typed(name: str, text: str) -> FieldEvidence:
    nothing = np.zeros((0, len(CLASSES)), np.float32)
    return FieldEvidence(name, nothing, np.zeros(1, np.float32), text, 1.0, is_typed=True)


def _address_roles(roles: AddressFields | None, read: Mapping[str, str]) -> AddressFields:
    known = roles or AddressFields()
    return AddressFields(
        house=known.house if known.house in read else "", flat=known.flat if known.flat in read else ""
    )
