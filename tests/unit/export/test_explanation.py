"""Why a slip became what it became, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from forms_ocr.budget import Basis, Budget, Cut, Source, Tally, cautious_cut
from forms_ocr.export import as_text, describe_cut, explain, per_thousand
from forms_ocr.export.explanation import CheckLine, Explanation
from forms_ocr.model import (
    Account,
    AccountStatus,
    Candidate,
    Disposition,
    FiledSlip,
    Reason,
    Template,
)

REGISTERED = Account(
    "012100000000", "ул. Ленина", "12", "5", "00500", date(2026, 10, 24), 5, AccountStatus.DIRECT
)

MakeSlip = Callable[..., FiledSlip]


def broken(explanation: Explanation) -> list[CheckLine]:
    return [check for check in explanation.checks if not check.is_kept]


def test_an_accepted_slip_keeps_every_rule(make_slip: MakeSlip, template: Template) -> None:
    found = explain(make_slip().record, template, 0.98)
    assert broken(found) == []
    assert found.verdict.ru == (
        "Принят: все правила соблюдены, уверенность во всей записи 99,9\N{NO-BREAK SPACE}%, "
        "порог 98\N{NO-BREAK SPACE}%."
    )


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_breaks_exactly_one_rule(
    make_slip: MakeSlip, template: Template, reason: Reason
) -> None:
    slip = make_slip(disposition=Disposition.REVIEW, reasons=(reason,))
    assert len(broken(explain(slip.record, template, 0.98))) == 1


def test_what_the_registry_changed(make_slip: MakeSlip, template: Template) -> None:
    record = make_slip().record
    account = record.fields[0]
    cells = (*account.cells[:3], Candidate("7", 0.6), *account.cells[4:])
    rivals = ((), (), (), (Candidate("1", 0.39),), *((),) * 8)
    changed = replace(account, cells=cells, rivals=rivals, doubtful_cells=(3,))
    record = replace(record, fields=(changed, *record.fields[1:]), registered=REGISTERED)
    text = as_text(explain(record, template, 0.98), "en")
    assert "cell 4: 7 60%, 1 39%" in text
    assert "By the cells alone the account is 012700000000: 59.3%" in text
    assert "012100000000 is likelier: 99.9%" in text
    assert (
        "ул. Ленина, 12, 5; reports for itself; meter of 5 digits; last reading 00500 of 2026-10-24" in text
    )
    assert "Used since then: 63 kWh" in text


def test_without_a_registry_its_rules_are_not_asked(make_slip: MakeSlip, template: Template) -> None:
    without = explain(make_slip().record, template, 0.98)
    beside = explain(replace(make_slip().record, registered=REGISTERED), template, 0.98)
    assert len(beside.checks) == len(without.checks) + 2
    assert "nothing backs what was read" in without.registry[-1].en


def test_a_reading_below_the_last_is_told(make_slip: MakeSlip, template: Template) -> None:
    record = replace(make_slip(reading="00450").record, registered=REGISTERED)
    assert "50 below the last one" in explain(record, template, 0.98).registry[-1].en


def test_both_languages_have_all_lines(make_slip: MakeSlip, template: Template) -> None:
    found = explain(make_slip(doubtful_cells=(2,)).record, template, 0.98)
    russian, english = (as_text(found, language).splitlines() for language in ("ru", "en"))
    assert len(russian) == len(english)
    assert "Проверки" in russian
    assert "Checks" in english


@pytest.mark.parametrize("basis", [basis for basis in Basis if basis is not Basis.CONFIRMED])
def test_a_cautious_cut_says_that_nothing_is_confirmed(basis: Basis) -> None:
    words = describe_cut(cautious_cut(0.98, Budget(0.001), basis))
    assert "the cautious cut, a confidence of 0.98" in words.en
    assert "It is not confirmed that at most 1 in 1,000" in words.en
    assert "не подтверждено" in words.ru


@pytest.mark.parametrize(
    ("source", "said"), [(Source.SIMULATION, "of a simulation"), (Source.ANSWERS, "keyed by people")]
)
def test_a_confirmed_cut_says_on_what(source: Source, said: str) -> None:
    tally = Tally(0.990000, 4800, 0)
    words = describe_cut(Cut(0.99, Basis.CONFIRMED, Budget(0.001), 5000, tally, 0.00062, source))
    assert f"learned from 5,000 slips {said}" in words.en or f"slips of the sample {said}" in words.en
    assert "at most 0.62 wrong in 1,000" in words.en
    assert "0,62 на 1000" in words.ru


def test_per_thousand() -> None:
    assert per_thousand(0.0005).en == "0.5"
    assert per_thousand(0.364).ru == "364"
