"""Which slips people are to see, in which order, and what is asked about each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from forms_ocr.budget import is_sampled
from forms_ocr.model import CLASSES, Disposition, FiledSlip, Reason, Record
from forms_ocr.review.asking import Subject, asked_names, known_characters, reading_of
from forms_ocr.review.checking import Checker
from forms_ocr.review.desk import closing_day
from forms_ocr.review.shown import Kind
from forms_ocr.store import FIRST, SENIOR, CellEntry, QueueEntry, ReviewBooks, Said

SAMPLES_REASONS = (Reason.CONFIDENCE_TOO_LOW,)
"""What is said of a blind sample, so that nobody can tell it from a slip under review."""

KNOWN_POSTERIOR = 0.999
KNOWN_FIELD_CONFIDENCE = 0.995
"""A cell is beyond doubt, and serves to see whether people look, where cell and field are this sure."""

_KNOWN_OF_A_SLIP = 2
_MEDIAN_KWH = 180
"""What a slip is about where nobody knows: the use of a household in a month."""

_DIGITS = frozenset(CLASSES[:10])
_EPOCH = datetime.fromisoformat("2020-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A slip as it finally stands, with what the queue has to know of it.

    Attributes:
        weights_sha256: Of the network that read it, "" where nobody knows.
        is_answered: People have keyed it blind already.
        decided_by: Who has confirmed what it says; "" for nobody.
    """

    slip: FiledSlip
    weights_sha256: str
    is_answered: bool
    decided_by: str = ""


def fill_queue(
    books: ReviewBooks,
    checker: Checker,
    period: str,
    settled: Iterable[Waiting],
    blind_share: float,
    as_of: int,
) -> int:
    """Bring the queue of a period in step with what became of its slips.

    Args:
        settled: All slips of the period.
        as_of: ``books.filling.last_decision()`` from before they were settled.

    Returns:
        How many slips wait.
    """
    ages = books.filling.received(period)
    slips = tuple(settled)
    readers = readers_by_account(slips)
    entries = [
        queue_entry(
            one,
            checker,
            period,
            ages.get(one.slip.slip_id, ""),
            blind_share,
            readers.get(one.slip.record.account, frozenset()),
        )
        for one in slips
        if is_for_people(one, blind_share)
    ]
    books.filling.fill(period, entries, as_of, list(said_by(slips)))
    return len(entries)


def readers_by_account(slips: Iterable[Waiting]) -> dict[str, frozenset[str]]:
    """Who has confirmed slips that contradict another one of their account."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one in slips:
        if one.decided_by and one.slip.record.account and _is_contradicted(one.slip.record):
            found[one.slip.record.account].add(one.decided_by)
    return {account: frozenset(people) for account, people in found.items()}


def said_by(slips: Iterable[Waiting]) -> Iterator[Said]:
    """What is said by slips that are through, or would be but for one that contradicts them."""
    for one in slips:
        record = one.slip.record
        is_through = record.disposition is Disposition.ACCEPTED or record.reasons == _CONTRADICTED
        if is_through and record.account:
            yield Said(
                one.slip.slip_id,
                record.account,
                record.reading,
                one.slip.office,
                one.decided_by,
                one.weights_sha256,
            )


_CONTRADICTED = (Reason.CONFLICTING_READINGS,)


def _is_contradicted(record: Record) -> bool:
    return record.disposition is Disposition.REVIEW and Reason.CONFLICTING_READINGS in record.reasons


def is_for_people(one: Waiting, blind_share: float) -> bool:
    """A slip under review, or an accepted one of the sample that nobody has keyed."""
    disposition = one.slip.record.disposition
    is_sample = disposition is Disposition.ACCEPTED and is_sampled(one.slip.slip_id, blind_share)
    return disposition is Disposition.REVIEW or (is_sample and not one.is_answered)


def queue_entry(
    one: Waiting,
    checker: Checker,
    period: str,
    received_at: str,
    blind_share: float,
    readers: frozenset[str] = frozenset(),
) -> QueueEntry:
    """What the queue keeps of a slip.

    Args:
        checker: Of all forms.
        readers: Who has confirmed slips of its account that contradict each other. One that a person
            confirmed goes to a third; nobody has read the others yet.
    """
    slip, record = one.slip, one.slip.record
    checker = checker.of(slip.template)
    is_sample = record.disposition is Disposition.ACCEPTED
    is_disputed = bool(one.decided_by) and _is_contradicted(record)
    reasons = SAMPLES_REASONS if is_sample else record.reasons
    is_whole = is_sample or is_sampled(slip.slip_id, blind_share)
    fields = asked_names(record, reasons, checker.subjects, is_whole=is_whole)
    return QueueEntry(
        slip_id=slip.slip_id,
        office=slip.office,
        rank=rank_of(period, checker.rules.last_day, len(fields), value_at_risk(record), received_at),
        is_sample=is_sample,
        reasons=tuple(reasons),
        fields=fields,
        weights_sha256=one.weights_sha256,
        cells=() if is_whole else tuple(_cells(record, fields, checker.subjects)),
        stage=SENIOR if is_disputed else FIRST,
        readers=readers if is_disputed else frozenset(),
    )


def rank_of(period: str, last_day: int, asked: int, kwh: int, received_at: str) -> int:
    """Where a slip stands in the queue, the lowest first.

    What closes first; of that what is settled fastest, then what is most at stake, then what has waited
    longest. All in one number, so that one index has the order.
    """
    closes = closing_day(period, last_day)
    day = closes.toordinal() if closes is not None else 0
    stake = 4095 - min(max(kwh, 0), 4095)
    minutes = 0
    if received_at:
        minutes = int((datetime.fromisoformat(received_at) - _EPOCH).total_seconds() // 60)
    age = min(max(minutes, 0), 2**24 - 1)
    return ((day << 4 | min(asked, 15)) << 12 | stake) << 24 | age


def value_at_risk(record: Record) -> int:
    """Kilowatt hours that the best candidate would bill."""
    registered = record.registered
    last = registered.last_reading if registered is not None else ""
    if not (record.reading.isascii() and record.reading.isdigit() and last.isdigit()):
        return _MEDIAN_KWH
    return abs(int(record.reading) - int(last))


def _cells(record: Record, fields: Iterable[str], subjects: Mapping[str, Subject]) -> Iterator[CellEntry]:
    """Cells in doubt that were read as a digit, and a few beyond doubt."""
    for name in fields:
        yield from _cells_in_doubt(subjects[name], record)
    known = (cell for subject in subjects.values() for cell in _cells_known(subject, record))
    for _, cell in zip(range(_KNOWN_OF_A_SLIP), known, strict=False):
        yield cell


def _cells_in_doubt(subject: Subject, record: Record) -> Iterator[CellEntry]:
    known = known_characters(subject, record, {}, is_whole=False)
    for character, (field, index) in zip(known, subject.places, strict=False):
        reading = reading_of(record, field.name) if field is not None else None
        if character is None and reading is not None and index < len(reading.cells):
            digit = reading.cells[index].value
            if digit in _DIGITS:
                yield CellEntry(reading.name, index, digit)


def _cells_known(subject: Subject, record: Record) -> Iterator[CellEntry]:
    if subject.kind not in {Kind.DIGITS, Kind.DATE}:
        return
    for field in subject.fields:
        reading = reading_of(record, field.name)
        if reading is None or reading.is_doubtful or reading.confidence < KNOWN_FIELD_CONFIDENCE:
            continue
        for index, cell in enumerate(reading.cells):
            if cell.value in _DIGITS and cell.posterior >= KNOWN_POSTERIOR:
                yield CellEntry(reading.name, index, cell.value, is_known=True)
