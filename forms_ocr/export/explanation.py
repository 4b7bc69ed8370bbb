"""Why a slip became what it became, step by step, for a person who was not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from forms_ocr.export.phrases import Phrase
from forms_ocr.export.reasons import REASON_TEXTS
from forms_ocr.export.report_words import day, field_titles
from forms_ocr.model import (
    CLASSES,
    EMPTY,
    OTHER,
    Account,
    AccountStatus,
    Candidate,
    Disposition,
    FieldReading,
    Reason,
    Record,
    Template,
)

_DIGITS = frozenset(CLASSES[:10])
_EMPTY_MARK = "_"

_CLASS_WORDS = {
    CLASSES[EMPTY]: Phrase("пусто", "empty"),
    CLASSES[OTHER]: Phrase("не цифра", "not a digit"),
}

_STATUS_WORDS = {
    AccountStatus.DIRECT: Phrase("подаёт показания сам", "reports for itself"),
    AccountStatus.MANAGED: Phrase("показания подаёт управляющая компания", "a management company reports"),
    AccountStatus.CLOSED: Phrase("закрыт", "closed"),
}

_VERDICTS = {
    Disposition.ACCEPTED: Phrase("Принят", "Accepted"),
    Disposition.REVIEW: Phrase("На проверку человеком", "To be reviewed by a person"),
    Disposition.REFUSED: Phrase("Отклонён", "Refused"),
}


_UNREAD = Phrase("не прочитано", "not read")
_NOTHING = Phrase("пусто", "empty")


@dataclass(frozen=True, slots=True)
class CellLine:
    """One cell with its likeliest contents, best first. ``number`` counts from 1."""

    number: int
    answers: tuple[tuple[Phrase, Phrase], ...]
    is_doubtful: bool


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field: what was read, how sure that is, and out of what."""

    title: Phrase
    value: str
    confidence: Phrase
    is_doubtful: bool
    candidates: tuple[tuple[str, Phrase], ...]
    cells: tuple[CellLine, ...]


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One rule, and what came of it."""

    rule: Phrase
    is_kept: bool
    found: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """The steps from ink to disposition.

    Attributes:
        verdict: What became of the slip and why, in a sentence or two.
        registry: What the registry knew and what that changed.
    """

    verdict: Phrase
    fields: tuple[FieldLine, ...]
    registry: tuple[Phrase, ...]
    checks: tuple[CheckLine, ...]


def explain(record: Record, template: Template, cut: float) -> Explanation:
    """Explain a record.

    Args:
        template: The form it was read with; fields it does not have go by their names.
        cut: The confidence from which records are accepted.
    """
    titles = field_titles(template)
    return Explanation(
        verdict=_verdict(record, cut),
        fields=tuple(
            _field_line(reading, titles.get(reading.name, Phrase(reading.name, reading.name)))
            for reading in record.fields
        ),
        registry=tuple(_registry_lines(record, template)),
        checks=tuple(_check_lines(record, template)),
    )


def _verdict(record: Record, cut: float) -> Phrase:
    head = _VERDICTS[record.disposition]
    sure, needed = _share(record.confidence), _share(cut)
    if record.disposition is Disposition.ACCEPTED:
        return Phrase(
            f"{head.ru}: все правила соблюдены, уверенность во всей записи {sure.ru}, порог {needed.ru}.",
            f"{head.en}: every rule is kept; confidence of the whole record {sure.en}, the cut {needed.en}.",
        )
    why = [REASON_TEXTS[reason].title for reason in record.reasons]
    return Phrase(
        f"{head.ru}: {_listed([one.ru for one in why])}. Уверенность во всей записи {sure.ru}, "
        f"порог {needed.ru}.",
        f"{head.en}: {_listed([one.en for one in why])}. Confidence of the whole record {sure.en}, "
        f"the cut {needed.en}.",
    )


def _listed(texts: Sequence[str]) -> str:
    return "; ".join(text[:1].lower() + text[1:] for text in texts)


def _share(probability: float) -> Phrase:
    """A probability in percent with one decimal, rounded down, so that 100 % means certainty."""
    text = f"{int(probability * 1000 + 1e-9) / 10:.1f}".removesuffix(".0")
    return Phrase(f"{text.replace('.', ',')}\N{NO-BREAK SPACE}%", f"{text}%")


def _field_line(reading: FieldReading, title: Phrase) -> FieldLine:
    rivals = reading.rivals or ((),) * len(reading.cells)
    doubtful = frozenset(reading.doubtful_cells)
    return FieldLine(
        title=title,
        value=reading.value,
        confidence=_share(reading.confidence),
        is_doubtful=reading.is_doubtful,
        candidates=tuple((candidate.value, _share(candidate.posterior)) for candidate in reading.candidates),
        cells=tuple(
            CellLine(index + 1, tuple(map(_cell_answer, (cell, *others))), index in doubtful)
            for index, (cell, others) in enumerate(zip(reading.cells, rivals, strict=False))
        ),
    )


def _cell_answer(candidate: Candidate) -> tuple[Phrase, Phrase]:
    plain = Phrase(candidate.value, candidate.value)
    return _CLASS_WORDS.get(candidate.value, plain), _share(candidate.posterior)


def _registry_lines(record: Record, template: Template) -> Iterator[Phrase]:
    if not template.roles.account:
        return
    account = next((field for field in record.fields if field.name == template.roles.account), None)
    if account is not None and account.cells:
        yield _cells_alone(account)
    if record.registered is None:
        yield Phrase(
            "В реестре такого счёта нет, или бланк читался без реестра: прочитанное ничем не подкреплено.",
            "The registry has no such account, or there was no registry: nothing backs what was read.",
        )
        return
    yield _registered(record.registered)
    yield from _use(record.reading, record.registered)


def _cells_alone(account: FieldReading) -> Phrase:
    """What the account would be if nobody had asked the registry."""
    alone = "".join(map(_cell_mark, account.cells)).rstrip(_EMPTY_MARK)
    sure = _share(prod(cell.posterior for cell in account.cells))
    settled = _share(account.confidence)
    if alone == account.value:
        return Phrase(
            f"По одним клеткам счёт {alone}: {sure.ru}. Со всем остальным, что известно: {settled.ru}.",
            f"By the cells alone the account is {alone}: {sure.en}. With all else known: {settled.en}.",
        )
    return Phrase(
        f"По одним клеткам счёт {alone}: {sure.ru}. Со всем остальным, что известно, вероятнее "
        f"{account.value}: {settled.ru}.",
        f"By the cells alone the account is {alone}: {sure.en}. With all else known {account.value} "
        f"is likelier: {settled.en}.",
    )


def _cell_mark(cell: Candidate) -> str:
    if cell.value in _DIGITS:
        return cell.value
    return _EMPTY_MARK if cell.value == CLASSES[EMPTY] else "?"


def _registered(account: Account) -> Phrase:
    status = _STATUS_WORDS[account.status]
    place = ", ".join(part for part in (account.street, account.house, account.flat) if part)
    when = day(account.last_date.isoformat()) if account.last_date else None
    last_ru = f"; прошлое показание {account.last_reading}" if account.last_reading else ""
    last_en = f"; last reading {account.last_reading}" if account.last_reading else ""
    if last_ru and when:
        last_ru, last_en = f"{last_ru} от {when.ru}", f"{last_en} of {when.en}"
    return Phrase(
        f"Счёт есть в реестре: {place}; {status.ru}; цифр на счётчике {account.dials}{last_ru}.",
        f"The account is in the registry: {place}; {status.en}; meter of {account.dials} digits{last_en}.",
    )


def _use(reading: str, account: Account) -> Iterator[Phrase]:
    if not (reading.isascii() and reading.isdigit() and account.last_reading.isdigit()):
        return
    used = int(reading) - int(account.last_reading)
    if used >= 0:
        yield Phrase(f"Расход с прошлого показания: {used} кВт·ч.", f"Used since then: {used} kWh.")
    else:
        yield Phrase(
            f"Показание меньше прошлого на {-used}: ошибка, другой счётчик или переход через ноль.",
            f"The reading is {-used} below the last one: a mistake, another meter, or it went round.",
        )


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule in words, and the reasons that say it is broken. ``role`` is what the form must have for it."""

    text: Phrase
    reasons: frozenset[Reason]
    role: str = ""
    needs_registry: bool = False


_RULES = (
    _Rule(
        Phrase("Бланк лежит ровно, клетки на своих местах", "The slip lies straight, cells are in place"),
        frozenset({Reason.REGISTRATION_UNCERTAIN}),
    ),
    _Rule(
        Phrase("Лицевой счёт указан полностью", "The account number is complete"),
        frozenset({Reason.ACCOUNT_MISSING, Reason.ACCOUNT_INCOMPLETE}),
        "account",
    ),
    _Rule(
        Phrase("Лицевой счёт прочитан уверенно", "The account number is certain"),
        frozenset({Reason.ACCOUNT_UNCERTAIN}),
        "account",
    ),
    _Rule(
        Phrase(
            "Счёт есть в реестре и подаёт показания сам", "The account is registered and reports for itself"
        ),
        frozenset({Reason.ACCOUNT_UNKNOWN, Reason.ACCOUNT_MANAGED, Reason.ACCOUNT_CLOSED}),
        "account",
        needs_registry=True,
    ),
    _Rule(
        Phrase("Показание указано и прочитано уверенно", "The reading is there and certain"),
        frozenset({Reason.READING_MISSING, Reason.READING_UNCERTAIN}),
        "reading",
    ),
    _Rule(
        Phrase(
            "Показание подходит к счётчику и к прошлому показанию",
            "The reading fits the meter and the last one",
        ),
        frozenset({Reason.READING_WRONG_LENGTH, Reason.READING_BELOW_LAST, Reason.IMPLAUSIBLE_JUMP}),
        "reading",
        needs_registry=True,
    ),
    _Rule(
        Phrase("Дата указана и прочитана уверенно", "The date is there and certain"),
        frozenset({Reason.DATE_MISSING, Reason.DATE_UNCERTAIN, Reason.DATE_IMPOSSIBLE}),
        "date",
    ),
    _Rule(
        Phrase(
            "Дата приходится на дни приёма показаний", "The date lies in the days on which readings are taken"
        ),
        frozenset({Reason.DATE_OUTSIDE_WINDOW}),
        "date",
    ),
    _Rule(
        Phrase("Адрес указан", "There is an address"),
        frozenset({Reason.ADDRESS_MISSING}),
        "address",
    ),
    _Rule(
        Phrase("Адрес не противоречит реестру", "The address does not contradict the registry"),
        frozenset({Reason.ADDRESS_MISMATCH}),
        "address",
        needs_registry=True,
    ),
    _Rule(
        Phrase("Бланк подписан", "The slip is signed"),
        frozenset({Reason.SIGNATURE_MISSING, Reason.SIGNATURE_UNCERTAIN}),
        "signature",
    ),
    _Rule(
        Phrase("В клетках только цифры, без исправлений", "The cells hold digits only, nothing struck out"),
        frozenset({Reason.NOT_A_DIGIT}),
    ),
    _Rule(
        Phrase("Остальные поля заполнены и прочитаны", "The other fields are filled in and read"),
        frozenset({Reason.FIELD_MISSING, Reason.FIELD_UNCERTAIN}),
    ),
    _Rule(
        Phrase("Уверенность во всей записи не ниже порога", "Confidence of the whole record reaches the cut"),
        frozenset({Reason.CONFIDENCE_TOO_LOW}),
    ),
    _Rule(
        Phrase("Этот счёт подал одно показание", "This account reported one reading"),
        frozenset({Reason.DUPLICATE_SLIP, Reason.CONFLICTING_READINGS}),
    ),
)


def _check_lines(record: Record, template: Template) -> Iterator[CheckLine]:
    """The rules that were asked; any other reason of the record stands at the end by itself."""
    told: set[Reason] = set()
    for rule in _RULES:
        broken = [reason for reason in record.reasons if reason in rule.reasons]
        told.update(broken)
        if broken or _is_asked(rule, record, template):
            yield CheckLine(rule.text, not broken, tuple(REASON_TEXTS[reason].title for reason in broken))
    for reason in record.reasons:
        if reason not in told:
            yield CheckLine(REASON_TEXTS[reason].title, is_kept=False)


def _is_asked(rule: _Rule, record: Record, template: Template) -> bool:
    has_role = not rule.role or bool(getattr(template.roles, rule.role))
    return has_role and (record.registered is not None or not rule.needs_registry)


def as_text(explanation: Explanation, language: str) -> str:
    """The explanation as plain text.

    Args:
        language: ``ru`` or ``en``.
    """
    return "\n".join(_text_lines(explanation, language))


def _text_lines(explanation: Explanation, language: str) -> Iterator[str]:
    def say(phrase: Phrase) -> str:
        return phrase.ru if language == "ru" else phrase.en

    yield say(explanation.verdict)
    yield ""
    yield say(Phrase("Что прочитано", "What was read"))
    for field in explanation.fields:
        mark = "?" if field.is_doubtful else " "
        value = field.value or say(_UNREAD if field.is_doubtful else _NOTHING)
        yield f" {mark} {say(field.title):<14} {value:<16} {say(field.confidence)}"
        if len(field.candidates) > 1:
            options = ", ".join(f"{value or '–'} {say(sure)}" for value, sure in field.candidates)
            yield f"     {say(Phrase('варианты', 'candidates'))}: {options}"
        yield from _cell_texts(field, say(Phrase("клетка", "cell")), language)
    yield ""
    yield say(Phrase("Что говорит реестр", "What the registry says"))
    yield from (f"   {say(line)}" for line in explanation.registry)
    yield ""
    yield say(Phrase("Проверки", "Checks"))
    for check in explanation.checks:
        found = f": {'; '.join(map(say, check.found))}" if check.found else ""
        yield f"   {'+' if check.is_kept else '-'} {say(check.rule)}{found}"


def _cell_texts(field: FieldLine, word: str, language: str) -> Iterator[str]:
    """Only cells that might hold something else: the others say what the value says."""
    for cell in field.cells:
        if len(cell.answers) > 1 or cell.is_doubtful:
            answers = ", ".join(
                f"{what.ru} {sure.ru}" if language == "ru" else f"{what.en} {sure.en}"
                for what, sure in cell.answers
            )
            yield f"     {word} {cell.number}: {answers}"
