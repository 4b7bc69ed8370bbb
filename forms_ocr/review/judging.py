"""What is to be said of what somebody keyed: the machine is the second keyer, the rules are the third.

Nobody is shown what the machine read. What they key is accepted at once where the machine had thought of the
same; where it had not, they see which cells differ, and decide once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from forms_ocr.export import Phrase
from forms_ocr.model import Disposition, FieldReading, Period, Record
from forms_ocr.review.asking import ACCOUNT, READING, Subject, candidates_of, machine_value, reading_of
from forms_ocr.review.checking import Checker
from forms_ocr.review.shown import NO, YES, Asked, Beside, Kind, RuleBroken, Verdict, VerdictKind

MIN_CANDIDATE_POSTERIOR = 0.05
"""From here on a candidate of the machine backs what was keyed. Who misreads a digit hits a given other one
in one case of nine, and is backed in that only if the ink looks like it to the machine as well."""

MIN_PASSING_POSTERIOR = 0.02
"""The same for a candidate that breaks no rule: registry and meter speak for it too. What is below is on the
list only because a list has places: a cell that is 95 % a 0 or a 6 leaves 0.5 % for each other digit."""

MIN_SURE_POSTERIOR = 0.95
"""A person who contradicts a cell that was read as surely as this is asked for a second reader."""

SECOND, SENIOR = 2, 3


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a verdict is based on beside what was typed.

    Attributes:
        record: As the machine read the slip.
        asked: What the person was asked.
        stage: 1 for a first reader, 2 for a second, 3 for a senior.
        is_sample: The slip had been accepted.
        opinions: What readers before keyed.
    """

    period: Period
    record: Record
    asked: Sequence[Asked]
    stage: int = 1
    is_sample: bool = False
    opinions: Sequence[Mapping[str, str]] = ()


def judge(checker: Checker, hearing: Hearing, typed: Mapping[str, str]) -> Verdict:
    """Say what is to be said of what was typed.

    Args:
        typed: By name of what was asked; other names are ignored.
    """
    given = {one.name: typed[one.name] for one in hearing.asked if one.name in typed}
    faults = dict(_faults(hearing.asked, given))
    beside = _beside(checker, hearing, given)
    whole = {name: value for name, value in given.items() if name not in faults}
    if faults or len(given) < len(hearing.asked):
        differing = _differing(checker, hearing, whole, is_broken=True)
        return Verdict(VerdictKind.INCOMPLETE, False, differing, (), faults, beside)
    broken = checker.broken(hearing.period, given, hearing.record)
    differing = _differing(checker, hearing, given, is_broken=bool(broken))
    return _weighed(checker, hearing, given, broken, differing, beside)


def _weighed(
    checker: Checker,
    hearing: Hearing,
    given: Mapping[str, str],
    broken: tuple[RuleBroken, ...],
    differing: Mapping[str, tuple[int, ...]],
    beside: Beside | None,
) -> Verdict:
    can_confirm = all(rule.can_confirm for rule in broken)
    if broken and not can_confirm:
        kind = VerdictKind.BREAKS
    elif _needs_another(checker, hearing, given, differing):
        kind, can_confirm = VerdictKind.NEEDS_SECOND, True
    elif broken:
        kind = VerdictKind.BREAKS
    elif differing and not _is_agreed(hearing, given):
        kind = VerdictKind.DIFFERS
    else:
        kind, can_confirm = VerdictKind.ACCEPTED, True
    return Verdict(kind, can_confirm, differing, broken, {}, beside)


def _needs_another(
    checker: Checker, hearing: Hearing, given: Mapping[str, str], differing: Mapping[str, tuple[int, ...]]
) -> bool:
    """One person alone does not overrule what was accepted, read for sure, or said by another reader."""
    if hearing.stage == SENIOR or not differing:
        return False
    if hearing.stage == SECOND and hearing.opinions:
        return not _is_agreed(hearing, given)
    return hearing.is_sample or any(
        _contradicts(checker.subjects[name], hearing.record, places) for name, places in differing.items()
    )


def _is_agreed(hearing: Hearing, given: Mapping[str, str]) -> bool:
    """Another reader keyed the same."""
    return any(
        all(opinion.get(name) == value for name, value in given.items()) for opinion in hearing.opinions
    )


def _contradicts(subject: Subject, record: Record, places: Sequence[int]) -> bool:
    """The machine was sure of a cell that was keyed differently."""
    if subject.kind not in {Kind.DIGITS, Kind.DATE}:
        return False
    where = subject.places
    for place in places:
        field, index = where[place] if place < len(where) else (None, 0)
        reading = reading_of(record, field.name) if field is not None else None
        if reading is not None and _is_sure(reading, index):
            return True
    return False


def _is_sure(reading: FieldReading, index: int) -> bool:
    if index >= len(reading.cells) or index in reading.doubtful_cells:
        return False
    return reading.cells[index].posterior >= MIN_SURE_POSTERIOR


def _differing(
    checker: Checker, hearing: Hearing, given: Mapping[str, str], *, is_broken: bool
) -> dict[str, tuple[int, ...]]:
    """Places of characters that the machine had not thought of, by name of what was asked."""
    found = {}
    for name, value in given.items():
        subject = checker.subjects[name]
        if not is_backed(subject, hearing.record, value, is_broken=is_broken):
            found[name] = tuple(_places(subject, hearing.record, value))
    return found


def is_backed(subject: Subject, record: Record, value: str, *, is_broken: bool) -> bool:
    """Whether the machine had thought of this value.

    Args:
        is_broken: A rule is broken by it: then an unlikely candidate backs nothing.
    """
    if subject.kind is Kind.TEXT:
        return True
    if subject.kind is Kind.YES_NO:
        return _is_answer_backed(subject, record, value)
    floor = MIN_CANDIDATE_POSTERIOR if is_broken else MIN_PASSING_POSTERIOR
    if any(one == value and posterior >= floor for one, posterior in candidates_of(subject, record)):
        return True
    return not is_broken and _is_backed_by_cells(subject, record, value)


def _is_answer_backed(subject: Subject, record: Record, value: str) -> bool:
    """A yes or no contradicts the machine only where it had no doubt."""
    readings = [reading_of(record, field.name) for field in subject.fields]
    if len(subject.fields) > 1 or any(reading is None or reading.is_doubtful for reading in readings):
        return True
    return machine_value(subject, record) == value


def _is_backed_by_cells(subject: Subject, record: Record, value: str) -> bool:
    """Each character is one that the machine thought possible in its cell."""
    if not value:
        return False
    for place, (field, index) in enumerate(subject.places):
        character = value[place] if place < len(value) else ""
        if field is None:
            continue
        reading = reading_of(record, field.name)
        if reading is None or character not in _possible(reading, index):
            return False
    return True


def _possible(reading: FieldReading, index: int) -> frozenset[str]:
    if index >= len(reading.cells):
        return frozenset()
    rivals = reading.rivals[index] if index < len(reading.rivals) else ()
    likely = (one for one in (reading.cells[index], *rivals) if one.posterior >= MIN_CANDIDATE_POSTERIOR)
    return frozenset("" if one.value == "empty" else one.value for one in likely)


def _places(subject: Subject, record: Record, value: str) -> Iterator[int]:
    """Where a value differs from the likely candidate most like it; everywhere if nothing was read."""
    if subject.kind not in {Kind.DIGITS, Kind.DATE}:
        yield 0
        return
    likely = [one for one, share in candidates_of(subject, record) if share >= MIN_CANDIDATE_POSTERIOR]
    nearest = min(likely or [machine_value(subject, record)], key=lambda rival: _distance(rival, value))
    longest = max(len(nearest), len(value), 1)
    yield from (place for place in range(longest) if nearest[place : place + 1] != value[place : place + 1])


def _distance(one: str, other: str) -> int:
    longest = max(len(one), len(other))
    return sum(one[place : place + 1] != other[place : place + 1] for place in range(longest))


def _beside(checker: Checker, hearing: Hearing, given: Mapping[str, str]) -> Beside | None:
    """What the registry says, where account or reading are asked."""
    if not {ACCOUNT, READING} & {one.name for one in hearing.asked} or ACCOUNT not in checker.subjects:
        return None
    values = checker.values(given, hearing.record)
    return checker.beside(hearing.period, values[ACCOUNT], values.get(READING, ""))


def _faults(asked: Sequence[Asked], given: Mapping[str, str]) -> Iterator[tuple[str, Phrase]]:
    for one in asked:
        fault = _fault(one, given[one.name]) if one.name in given else None
        if fault is not None:
            yield one.name, fault


def _fault(asked: Asked, value: str) -> Phrase | None:
    if asked.kind is Kind.YES_NO:
        is_answer = value in {YES, NO}
        return None if is_answer else Phrase("Ответьте: да или нет.", "Answer yes or no.")
    if not value:
        return _NOTHING if asked.is_required else None
    if len(value) > asked.length:
        most = asked.length
        return Phrase(f"Знаков больше {most}.", f"More than {most} characters.")
    return _fault_of_characters(asked, value)


def _fault_of_characters(asked: Asked, value: str) -> Phrase | None:
    if asked.kind is Kind.TEXT:
        return None if value.isprintable() else Phrase("Недопустимые знаки.", "Characters that cannot be.")
    if not (value.isascii() and value.isdigit()):
        return Phrase("Только цифры.", "Digits only.")
    if asked.kind is Kind.DATE and len(value) != asked.length:
        return Phrase(
            "День, месяц и год: две, две и четыре цифры.", "Day, month, year: two, two, four digits."
        )
    return None


_NOTHING = Phrase(
    "Ничего не введено. Если прочесть нельзя, отправьте бланк на повторное сканирование или откажите.",
    "Nothing is keyed. If it cannot be read, have the slip scanned again, or refuse it.",
)


def disposition_shown(*, is_sample: bool) -> Disposition:
    """What had become of a slip before people saw it."""
    return Disposition.ACCEPTED if is_sample else Disposition.REVIEW
