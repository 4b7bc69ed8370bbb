"""What people decided about a slip, in words: who, when, what it said before and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from forms_ocr.export.phrases import Phrase
from forms_ocr.export.reasons import REASON_TEXTS
from forms_ocr.export.report_words import OUTCOMES, WORDS, day, field_titles
from forms_ocr.model import Action, Decision, FiledSlip, Record, Template

_PASSED_ON = Phrase("; теперь читает другой человек", "; somebody else reads it now")
_BY_SENIOR = Phrase("; решает третий человек", "; a third person decides")
_FORGOTTEN = Phrase("что введено, удалено по сроку хранения", "what was keyed has been forgotten")
_AS_READ = Phrase("всё, как прочитала программа", "all as the program had read it")
_NOTHING = Phrase("пусто", "empty")
_ANSWERS = {
    "true": Phrase("есть", "yes"),
    "false": Phrase("нет", "no"),
    "yes": Phrase("да", "yes"),
    "no": Phrase("нет", "no"),
}
_READERS = {
    2: Phrase("второй человек", "second reader"),
    3: Phrase("старший", "senior"),
}
_DEEDS = {
    Action.CONFIRM: Phrase("прочитано", "read"),
    Action.UNCERTAIN: Phrase("нет уверенности", "not sure"),
    Action.SKIP: Phrase("отложено", "put off"),
    Action.RESCAN: Phrase("прочесть нельзя, сканировать заново", "cannot be read, to be scanned again"),
    Action.SECOND_OPINION: Phrase(
        "второе мнение: сохранено, когда бланк был уже у другого",
        "second opinion: saved when the slip was somebody else's already",
    ),
}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One decision.

    Attributes:
        number: Its place in the chain of decisions.
        at: When it was saved, in the district's time.
        who: The login.
        deed: What was done.
        values: What it said before and after, or what was keyed.
        is_void: It was taken back later.
    """

    number: int
    at: Phrase
    who: str
    deed: Phrase
    values: tuple[Phrase, ...]
    is_void: bool


@dataclass(frozen=True, slots=True)
class History:
    """A slip that people decided on, with all they did about it, in its order."""

    slip: FiledSlip
    lines: tuple[HistoryLine, ...]


def history(decisions: Sequence[Decision], template: Template, zone: tzinfo) -> tuple[HistoryLine, ...]:
    """Tell what people did about one slip.

    Args:
        decisions: About this slip alone, in the order in which they were filed.
        template: The form: its fields' titles are used.
        zone: The district's, for the times.
    """
    titles = _titles(template)
    undone = {decision.undoes for decision in decisions}
    disputed = {decision.disputes for decision in decisions}
    return tuple(
        HistoryLine(
            number=one.number,
            at=_moment(one.at, zone),
            who=one.who,
            deed=_deed(one, is_disputed=one.number in disputed),
            values=tuple(_values(one, titles)),
            is_void=one.number in undone,
        )
        for one in decisions
    )


def history_as_text(lines: Sequence[HistoryLine], language: str) -> str:
    """The history as plain text; "" without one.

    Args:
        language: ``ru`` or ``en``.
    """
    return "\n".join(_text_lines(lines, language)) if lines else ""


def outcome_as_text(record: Record, language: str) -> str:
    """What finally became of a slip, with what people decided: a line.

    Args:
        language: ``ru`` or ``en``.
    """
    outcome = OUTCOMES[record.disposition]
    why = [REASON_TEXTS[reason].title for reason in record.reasons]
    if language == "ru":
        return f"{WORDS['became'].ru}: {'; '.join([outcome.ru, *(one.ru.lower() for one in why)])}"
    return f"{WORDS['became'].en}: {'; '.join([outcome.en, *(one.en.lower() for one in why)])}"


def _text_lines(lines: Sequence[HistoryLine], language: str) -> Iterator[str]:
    def say(phrase: Phrase) -> str:
        return phrase.ru if language == "ru" else phrase.en

    yield say(WORDS["people_decided"])
    for line in lines:
        void = f" [{say(WORDS['taken_back'])}]" if line.is_void else ""
        yield f"   {say(line.at)}  {line.who}: {say(line.deed)} (№ {line.number}){void}"
        yield from (f"      {say(value)}" for value in line.values)


def _moment(iso: str, zone: tzinfo) -> Phrase:
    local = datetime.fromisoformat(iso).astimezone(zone)
    clock = f"{local:%H:%M:%S}"
    told = day(f"{local:%Y-%m-%d}")
    return Phrase(f"{told.ru} {clock}", f"{told.en} {clock}")


def _deed(decision: Decision, *, is_disputed: bool) -> Phrase:
    """What was done, and by a reader of which stage."""
    done = _plain_deed(decision)
    is_passed_on = not decision.settles and decision.action in _PASSING
    if is_passed_on:
        done = _joined(done, _BY_SENIOR if decision.stage > 1 else _PASSED_ON)
    if is_disputed:
        done = _joined(
            done, Phrase("; другой прочёл иначе, решает третий", "; another read otherwise, a third decides")
        )
    reader = _READERS.get(decision.stage)
    return done if reader is None else Phrase(f"{reader.ru}: {done.ru}", f"{reader.en}: {done.en}")


_PASSING = frozenset({Action.CONFIRM, Action.UNCERTAIN, Action.REFUSE, Action.RESCAN})


def _plain_deed(decision: Decision) -> Phrase:
    if decision.action is Action.UNDO:
        return Phrase(f"отменено решение № {decision.undoes}", f"decision № {decision.undoes} taken back")
    if decision.action is Action.REFUSE and decision.refusal is not None:
        why = REASON_TEXTS[decision.refusal].title
        return Phrase(f"отклонено: {why.ru[:1].lower()}{why.ru[1:]}", f"refused: {why.en.lower()}")
    return _DEEDS.get(decision.action, Phrase(decision.action, decision.action))


def _joined(one: Phrase, other: Phrase) -> Phrase:
    return Phrase(one.ru + other.ru, one.en + other.en)


def _values(decision: Decision, titles: Mapping[str, Phrase]) -> Iterator[Phrase]:
    """What it said before and after, where somebody read it; else what they keyed."""
    if decision.action is Action.UNDO:
        return
    if not decision.before and decision.action is not Action.SECOND_OPINION:
        yield _FORGOTTEN
    elif decision.settles and decision.after:
        changed = list(_changes(decision.before, decision.after, titles))
        yield from changed or [_AS_READ]
    else:
        yield from (
            _titled(name, titles, shown, shown)
            for name, value in sorted(decision.typed.items())
            for shown in (_shown(value),)
        )


def _changes(
    before: Mapping[str, str], after: Mapping[str, str], titles: Mapping[str, Phrase]
) -> Iterator[Phrase]:
    """Names in the order of the titles; the registry's address comes with its account and tells nothing."""
    known: Iterable[str] = [*titles, *sorted(set(after) - set(titles))]
    for name in known:
        old, new = before.get(name, ""), after.get(name, "")
        if name in after and name != "address" and old != new:
            yield _titled(name, titles, _shown(old), _shown(new))


def _titled(name: str, titles: Mapping[str, Phrase], old: Phrase, new: Phrase) -> Phrase:
    title = titles.get(name, Phrase(name, name))
    if old == new:
        return Phrase(f"{title.ru}: {new.ru}", f"{title.en}: {new.en}")
    return Phrase(f"{title.ru}: {old.ru} → {new.ru}", f"{title.en}: {old.en} → {new.en}")


def _shown(value: str) -> Phrase:
    return _ANSWERS.get(value, Phrase(value, value) if value else _NOTHING)


def _titles(template: Template) -> dict[str, Phrase]:
    """By the names under which decisions keep values: by role where there is one."""
    roles = {
        "account": WORDS["account"],
        "reading": WORDS["reading"],
        "date": WORDS["date"],
        "signed": Phrase("Подпись", "Signature"),
        "signature": Phrase("Подпись", "Signature"),
        "address": Phrase("Адрес как в реестре", "Address as registered"),
    }
    own = {name: title for name, title in field_titles(template).items() if name not in roles}
    return roles | own
