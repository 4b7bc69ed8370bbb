"""What is asked about a slip: as few characters as settle it, all of them where nothing may be suggested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from forms_ocr.export import Phrase
from forms_ocr.model import (
    CLASSES,
    EMPTY,
    OTHER,
    SCAN_FAULTS,
    Box,
    Content,
    Field,
    FieldReading,
    Reason,
    Record,
    Shape,
    Template,
)
from forms_ocr.review.shown import NO, YES, Asked, Frame, Kind

ACCOUNT, READING, DATE, SIGNATURE, ADDRESS = "account", "reading", "date", "signature", "address"
"""Names of what is asked about a form with roles; a field without a role is asked for by its own name."""

KEYED = (ACCOUNT, READING, DATE)

MIN_STANDING_POSTERIOR = 0.95
"""A cell stands as it was read, and is not keyed, from this posterior on and where nothing else doubts it:
the bound below which cells are pointed out to people."""

CROP_MARGIN_MM = 2.0
"""Around a field: strokes leave their cells, and labels say what is asked."""

_MAX_LINE = 80
_DIGITS = frozenset("0123456789")
_NOT_A_DIGIT = CLASSES[OTHER]

_ALL = frozenset(KEYED)

_ASKED_BY: Mapping[Reason, frozenset[str]] = {
    Reason.REGISTRATION_UNCERTAIN: _ALL | {SIGNATURE, ADDRESS},
    Reason.ACCOUNT_MISSING: frozenset({ACCOUNT}),
    Reason.ACCOUNT_INCOMPLETE: frozenset({ACCOUNT}),
    Reason.ACCOUNT_UNCERTAIN: frozenset({ACCOUNT}),
    Reason.ACCOUNT_UNKNOWN: frozenset({ACCOUNT}),
    Reason.ACCOUNT_MANAGED: frozenset({ACCOUNT}),
    Reason.ACCOUNT_CLOSED: frozenset({ACCOUNT}),
    Reason.READING_MISSING: frozenset({READING}),
    Reason.READING_UNCERTAIN: frozenset({READING}),
    Reason.READING_WRONG_LENGTH: frozenset({READING}),
    Reason.READING_BELOW_LAST: frozenset({READING}),
    Reason.IMPLAUSIBLE_JUMP: frozenset({READING}),
    Reason.DATE_MISSING: frozenset({DATE}),
    Reason.DATE_UNCERTAIN: frozenset({DATE}),
    Reason.DATE_IMPOSSIBLE: frozenset({DATE}),
    Reason.DATE_OUTSIDE_WINDOW: frozenset({DATE}),
    Reason.DATE_AFTER_SCAN: frozenset({DATE}),
    Reason.CODE_MISMATCH: frozenset({ACCOUNT}),
    Reason.ADDRESS_MISSING: frozenset({ADDRESS}),
    Reason.ADDRESS_MISMATCH: frozenset({ADDRESS}),
    Reason.SIGNATURE_MISSING: frozenset({SIGNATURE}),
    Reason.SIGNATURE_UNCERTAIN: frozenset({SIGNATURE}),
    Reason.CONFIDENCE_TOO_LOW: _ALL,
    Reason.SCAN_SENT_TWICE: frozenset({ACCOUNT, READING}),
    Reason.SLIP_SCANNED_TWICE: frozenset({ACCOUNT, READING}),
    Reason.DUPLICATE_SLIP: frozenset({ACCOUNT, READING}),
    Reason.CONFLICTING_READINGS: frozenset({ACCOUNT, READING}),
    **dict.fromkeys(SCAN_FAULTS, frozenset[str]()),
}

_DOUBTS = frozenset(
    {Reason.ACCOUNT_UNCERTAIN, Reason.READING_UNCERTAIN, Reason.DATE_UNCERTAIN, Reason.NOT_A_DIGIT}
)
"""Reasons that concern single cells: the others of the field stand. Other reasons ask for the whole field."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that can be asked about a form.

    Attributes:
        fields: Of the form, in the order in which their characters stand.
        printed: Digits that are printed before the last field: the century of a date.
    """

    name: str
    label: Phrase
    kind: Kind
    fields: tuple[Field, ...]
    printed: str = ""
    is_required: bool = True

    @property
    def places(self) -> tuple[tuple[Field | None, int], ...]:
        """Where each character stands: its field and cell, None and its number for a printed one."""
        *before, last = self.fields
        first = [(field, index) for field in before for index in range(len(field.cells))]
        printed: list[tuple[Field | None, int]] = [(None, index) for index in range(len(self.printed))]
        return (*first, *printed, *((last, index) for index in range(len(last.cells))))

    @property
    def box(self) -> Box:
        """Around all of its fields."""
        return around([field.box for field in self.fields])


def subjects_of(template: Template) -> dict[str, Subject]:
    """All that can be asked about a form, by name, in the order in which people read it."""
    found = dict(_of_roles(template))
    for field in template.fields:
        if field.name not in template.roles.field_names:
            label = Phrase(field.label or field.name, field.label or field.name)
            found[field.name] = Subject(field.name, label, _kind(field), (field,), "", field.is_required)
    return found


def _of_roles(template: Template) -> Iterable[tuple[str, Subject]]:
    roles = template.roles
    if roles.account:
        account = template.field(roles.account)
        yield ACCOUNT, Subject(ACCOUNT, Phrase("Лицевой счёт", "Account"), Kind.DIGITS, (account,))
    if roles.reading:
        reading = template.field(roles.reading)
        yield READING, Subject(READING, Phrase("Показание", "Reading"), Kind.DIGITS, (reading,))
    if roles.date is not None:
        names = (roles.date.day, roles.date.month, roles.date.year)
        fields = tuple(template.field(name) for name in names)
        printed = f"{roles.date.century:02d}" if len(fields[-1].cells) == 2 else ""
        yield DATE, Subject(DATE, Phrase("Дата", "Date"), Kind.DATE, fields, printed)
    if roles.address is not None:
        names = (roles.address.street, roles.address.house, roles.address.flat)
        fields = tuple(template.field(name) for name in names if name)
        label = Phrase("Адрес как в реестре?", "Address as registered?")
        yield ADDRESS, Subject(ADDRESS, label, Kind.YES_NO, fields)
    if roles.signature:
        signature = template.field(roles.signature)
        yield SIGNATURE, Subject(SIGNATURE, Phrase("Подпись есть?", "Signed?"), Kind.YES_NO, (signature,))


def _kind(field: Field) -> Kind:
    if field.shape in {Shape.SIGNATURE, Shape.MARK}:
        return Kind.YES_NO
    is_digits = field.shape is Shape.COMB and field.content is Content.DIGITS
    return Kind.DIGITS if is_digits else Kind.TEXT


def asked_names(
    record: Record, reasons: Iterable[Reason], subjects: Mapping[str, Subject], *, is_whole: bool
) -> tuple[str, ...]:
    """What is to be asked about a slip, in the order of ``subjects``.

    Args:
        reasons: Why it is before people.
        is_whole: All that becomes the record is asked.
    """
    wanted: set[str] = set(KEYED) if is_whole else set()
    for reason in reasons:
        wanted |= _ASKED_BY.get(reason, frozenset())
        if reason not in _ASKED_BY:
            wanted |= _doubtful(record, subjects, reason)
    known = tuple(name for name in subjects if name in wanted)
    return known or tuple(subjects)


def _doubtful(record: Record, subjects: Mapping[str, Subject], reason: Reason) -> set[str]:
    """What a reason means that names no field: those in doubt."""
    return {
        name
        for name, subject in subjects.items()
        if any(_is_meant(reading_of(record, field.name), reason) for field in subject.fields)
        and (reason is not Reason.NOT_A_DIGIT or subject.kind in {Kind.DIGITS, Kind.DATE})
        and name not in {SIGNATURE, ADDRESS}
    }


def _is_meant(reading: FieldReading | None, reason: Reason) -> bool:
    if reading is None:
        return True
    if reason is Reason.NOT_A_DIGIT and reading.cells:
        likely = (*reading.cells, *(rival for rivals in reading.rivals for rival in rivals))
        return any(cell.value == _NOT_A_DIGIT for cell in likely)
    return reading.is_doubtful or (reason is Reason.FIELD_MISSING and not reading.value)


def is_asked_whole(name: str, reasons: Iterable[Reason], *, is_whole: bool) -> bool:
    """Whether every character is keyed, and none stands."""
    return is_whole or any(
        name in _ASKED_BY.get(reason, frozenset()) for reason in reasons if reason not in _DOUBTS
    )


def known_characters(
    subject: Subject, record: Record, confirmed: Mapping[tuple[str, int], str], *, is_whole: bool
) -> tuple[str | None, ...]:
    """The characters that stand already, None for those to be keyed and "" for cells that are surely empty.

    Args:
        confirmed: Cells that a person has confirmed on a sheet, by field and place.
        is_whole: None stands but what is printed.
    """
    if subject.kind not in {Kind.DIGITS, Kind.DATE}:
        return ()
    readings = {field.name: reading_of(record, field.name) for field in subject.fields}
    standing: list[str | None] = []
    for field, index in subject.places:
        if field is None:
            standing.append(subject.printed[index])
        elif is_whole:
            standing.append(None)
        elif (field.name, index) in confirmed:
            standing.append(confirmed[field.name, index])
        else:
            standing.append(_standing(readings[field.name], index))
    return tuple(standing)


def _standing(reading: FieldReading | None, index: int) -> str | None:
    """What a cell surely holds; None where that is in doubt."""
    if reading is None or index >= len(reading.cells):
        return None
    cell = reading.cells[index]
    is_all_doubted = reading.is_doubtful and not reading.doubtful_cells
    is_sure = cell.posterior >= MIN_STANDING_POSTERIOR and index not in reading.doubtful_cells
    if is_all_doubted or not is_sure:
        return None
    if cell.value == CLASSES[EMPTY]:
        return ""
    return cell.value if cell.value in _DIGITS else None


def machine_value(subject: Subject, record: Record) -> str:
    """What the machine read, as a person keys it."""
    if subject.name == ACCOUNT and subject.kind is Kind.DIGITS:
        return record.account
    if subject.name == READING and subject.kind is Kind.DIGITS:
        return record.reading
    if subject.kind is Kind.DATE:
        return keyed_date(record.date)
    if subject.name == SIGNATURE and subject.kind is Kind.YES_NO:
        return YES if record.is_signed else NO
    reading = reading_of(record, subject.fields[0].name)
    value = reading.value if reading is not None else ""
    if subject.kind is Kind.YES_NO:
        return YES if value else NO
    return value


def keyed_date(iso: str) -> str:
    """An ISO date as it is keyed: DDMMYYYY; "" for none."""
    return "".join(reversed(iso.split("-"))) if iso else ""


def iso_date(keyed: str) -> str:
    """A keyed date as ISO."""
    return f"{keyed[4:]}-{keyed[2:4]}-{keyed[:2]}" if keyed else ""


def candidates_of(subject: Subject, record: Record) -> tuple[tuple[str, float], ...]:
    """What the machine thought possible, as people key it, best first, each with its posterior."""
    if subject.kind is Kind.DATE:
        sure = min((_confidence(record, field) for field in subject.fields), default=0.0)
        return ((keyed_date(record.date), sure),) if record.date else ()
    if subject.kind is not Kind.DIGITS:
        return ()
    reading = reading_of(record, subject.fields[0].name)
    if reading is None:
        return ()
    return tuple((one.value, one.posterior) for one in reading.candidates if one.value)


def _confidence(record: Record, field: Field) -> float:
    reading = reading_of(record, field.name)
    return reading.confidence if reading is not None else 0.0


def reading_of(record: Record, name: str) -> FieldReading | None:
    """What the record says in a field; None if it has no such field."""
    return next((reading for reading in record.fields if reading.name == name), None)


def as_asked(
    subject: Subject,
    record: Record,
    template: Template,
    known: tuple[str | None, ...],
    *,
    shows_candidates: bool,
) -> Asked:
    """A subject as a page shows it."""
    box = crop_box(subject, template)
    page = Box(0.0, 0.0, template.width_mm, template.height_mm)
    picks = tuple(value for value, _ in candidates_of(subject, record)[:4]) if shows_candidates else ()
    return Asked(
        name=subject.name,
        label=subject.label,
        kind=subject.kind,
        length=len(known) if known else (1 if subject.kind is Kind.YES_NO else _MAX_LINE),
        crop=subject.name,
        frame=frame_on(subject.box, page),
        known=known,
        is_required=subject.is_required,
        is_blind=not picks,
        candidates=picks,
        cells=tuple(frame_on(cell, box) for cell in _cell_boxes(subject)) if known else (),
    )


def crop_box(subject: Subject, template: Template) -> Box:
    """What of the form is cut out for it."""
    box = subject.box
    return Box(
        max(0.0, box.left_mm - CROP_MARGIN_MM),
        max(0.0, box.top_mm - CROP_MARGIN_MM),
        min(template.width_mm, box.right_mm + CROP_MARGIN_MM),
        min(template.height_mm, box.bottom_mm + CROP_MARGIN_MM),
    )


def _cell_boxes(subject: Subject) -> Iterable[Box]:
    """The box of each character; printed ones stand directly before the last field."""
    first = subject.fields[-1].cells[0]
    for field, index in subject.places:
        if field is not None:
            yield field.cells[index]
        else:
            shift = (len(subject.printed) - index) * first.width_mm
            yield replace(first, left_mm=first.left_mm - shift, right_mm=first.right_mm - shift)


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box around some; there is at least one."""
    every = tuple(boxes)
    return Box(
        min(box.left_mm for box in every),
        min(box.top_mm for box in every),
        max(box.right_mm for box in every),
        max(box.bottom_mm for box in every),
    )


def frame_on(box: Box, whole: Box) -> Frame:
    """A box as shares of another."""
    return Frame(
        left=(box.left_mm - whole.left_mm) / whole.width_mm,
        top=(box.top_mm - whole.top_mm) / whole.height_mm,
        width=box.width_mm / whole.width_mm,
        height=box.height_mm / whole.height_mm,
    )
