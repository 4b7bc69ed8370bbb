"""What people decided, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from forms_ocr.export import History, RunFacts, history, history_as_text, outcome_as_text, report
from forms_ocr.export.summary import summarise
from forms_ocr.model import Action, Decision, Disposition, FiledSlip, Reason, Template

MakeSlip = Callable[..., FiledSlip]
MOSCOW = ZoneInfo("Europe/Moscow")
BEFORE = {"account": "012100000000", "reading": "00563", "date": "2026-11-24", "signed": "true", "note": ""}


def decided(number: int, who: str = "anna", action: Action = Action.CONFIRM, **changed: object) -> Decision:
    plain = Decision("2026-11", "s1", "12", who, action, 1, number=number, before=BEFORE)
    return replace(plain, at=f"2026-11-30T21:00:{number:02d}.000+00:00", **changed)  # type: ignore[arg-type]


def read(number: int, who: str = "anna", **values: str) -> Decision:
    return decided(number, who, typed=values, after=BEFORE | values | {"address": "a, 1"}, settles=True)


def told(template: Template, *decisions: Decision, language: str = "en") -> list[str]:
    return history_as_text(history(decisions, template, MOSCOW), language).splitlines()[1:]


def test_what_it_said_before_and_after(template: Template) -> None:
    filed = read(1, reading="00568", note="перенос", signed="false")
    assert told(template, filed, language="ru") == [
        "   01.12.2026 00:00:01  anna: прочитано (№ 1)",
        "      Показание: 00563 → 00568",
        "      Подпись: есть → нет",
        "      Примечание: пусто → перенос",
    ]
    assert told(template, read(1))[1:] == ["      all as the program had read it"]


def test_what_was_taken_back_says_so(template: Template) -> None:
    undo = decided(2, action=Action.UNDO, undoes=1, after=BEFORE)
    lines = told(template, read(1, reading="00568"), undo, read(3))
    assert lines[0].endswith("anna: read (№ 1) [taken back]")
    assert lines[2].endswith("anna: decision № 1 taken back (№ 2)")
    assert lines[3].endswith("anna: read (№ 3)")


@pytest.mark.parametrize(
    ("filed", "deed"),
    [
        (decided(1, typed={"reading": "00568"}), "read; somebody else reads it now"),
        (decided(1, action=Action.UNCERTAIN, stage=2), "second reader: not sure; a third person decides"),
        (decided(1, action=Action.SKIP), "put off"),
        (decided(1, action=Action.RESCAN, settles=True), "cannot be read, to be scanned again"),
        (
            decided(1, action=Action.REFUSE, refusal=Reason.SIGNATURE_MISSING, settles=True, stage=3),
            "senior: refused: no signature",
        ),
        (
            decided(1, action=Action.SECOND_OPINION),
            "second opinion: saved when the slip was somebody else's already",
        ),
    ],
    ids=lambda value: value.action.value if isinstance(value, Decision) else "",
)
def test_what_was_done(template: Template, filed: Decision, deed: str) -> None:
    assert history([filed], template, MOSCOW)[0].deed.en == deed


def test_what_was_passed_on_shows_what_was_keyed(template: Template) -> None:
    (line,) = history([decided(1, typed={"reading": "00568", "address": "no"})], template, MOSCOW)
    assert [value.en for value in line.values] == ["Address as registered: no", "Reading: 00568"]


def test_two_who_differ(template: Template) -> None:
    late = decided(2, "boris", Action.SECOND_OPINION, typed={"reading": "00569"}, disputes=1)
    first, second = history([read(1, reading="00568"), late], template, MOSCOW)
    assert first.deed.en == "read; another read otherwise, a third decides"
    assert [value.en for value in second.values] == ["Reading: 00569"]


def test_what_was_forgotten(template: Template) -> None:
    filed = decided(1, before={}, settles=True)
    assert told(template, filed)[1:] == ["      what was keyed has been forgotten"]
    assert told(template) == []


def test_the_outcome(make_slip: MakeSlip) -> None:
    slip = make_slip(disposition=Disposition.REFUSED, reasons=(Reason.SIGNATURE_MISSING,))
    assert outcome_as_text(slip.record, "ru") == "Итог: отклонён; нет подписи"
    assert outcome_as_text(make_slip().record, "en") == "Outcome: accepted"


def rendered(slips: list[FiledSlip], template: Template, facts: RunFacts, *told: History) -> str:
    facts = replace(facts, histories=told)
    return report.render_report([], slips, template, facts, summarise([], []))


def test_the_report_shows_what_people_did_beside_a_slip_and_in_a_table(
    make_slip: MakeSlip, template: Template, facts: RunFacts
) -> None:
    slip = make_slip(disposition=Disposition.REVIEW, reasons=(Reason.READING_UNCERTAIN,))
    lines = history([decided(1, "<b>", typed={"reading": "00568"})], template, MOSCOW)
    html = rendered([slip], template, facts, History(slip, lines))
    assert html.count("<bdi>&lt;b&gt;</bdi>") == 2
    assert "Reading: 00568" in html
    assert "People have not decided anything yet." in rendered([slip], template, facts)


def test_a_long_report_names_the_last_decisions_and_says_so(
    make_slip: MakeSlip, template: Template, facts: RunFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "MAX_HISTORIES", 2)
    slips = [make_slip(page=number) for number in (1, 2, 3)]
    histories = [
        History(slip, history([read(4 - number, f"person-{number}")], template, MOSCOW))
        for number, slip in enumerate(slips, 1)
    ]
    html = rendered(slips, template, facts, *histories)
    assert "these are the last 2" in html
    assert html.index("person-1") < html.index("person-2")
    assert "person-3" not in html
