"""What is said of what somebody keyed."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from forms_ocr.model import Reason, Record
from forms_ocr.review.asking import KEYED, as_asked, known_characters, machine_value
from forms_ocr.review.checking import Checker
from forms_ocr.review.judging import Hearing, judge
from forms_ocr.review.shown import NO, YES, Verdict, VerdictKind
from tests.unit.review.conftest import PERIOD, ReadSlip

UNSURE = {"reading": {4: {"0": 0.5, "6": 0.45}}}


def hear(checker: Checker, record: Record, names: tuple[str, ...], **changed: object) -> Hearing:
    asked = tuple(
        as_asked(
            checker.subjects[name],
            record,
            checker.template,
            known_characters(checker.subjects[name], record, {}, is_whole=True),
            shows_candidates=False,
        )
        for name in names
    )
    return Hearing(PERIOD, record, asked, **changed)  # type: ignore[arg-type]


def say(
    checker: Checker, record: Record, typed: Mapping[str, str], names: tuple[str, ...] = (), **changed: object
) -> Verdict:
    return judge(checker, hear(checker, record, names or tuple(typed), **changed), typed)


def broken(verdict: Verdict) -> list[Reason]:
    return [rule.reason for rule in verdict.broken]


def test_the_machine_is_the_second_keyer(checker: Checker, read_slip: ReadSlip) -> None:
    record = read_slip(UNSURE)
    assert say(checker, record, {"reading": "01600"}).kind is VerdictKind.ACCEPTED
    assert say(checker, record, {"reading": "01606"}).kind is VerdictKind.ACCEPTED


def test_what_the_machine_had_not_thought_of_lights_up_and_may_be_confirmed(
    checker: Checker, read_slip: ReadSlip
) -> None:
    verdict = say(checker, read_slip(UNSURE), {"reading": "01603"})
    assert (verdict.kind, verdict.can_confirm) == (VerdictKind.DIFFERS, True)
    assert dict(verdict.differing) == {"reading": (4,)}


def test_whoever_contradicts_a_sure_cell_needs_another_reader(checker: Checker, read_slip: ReadSlip) -> None:
    verdict = say(checker, read_slip(UNSURE), {"reading": "01900"})
    assert (verdict.kind, verdict.can_confirm) == (VerdictKind.NEEDS_SECOND, True)
    assert dict(verdict.differing) == {"reading": (2,)}


def test_a_sample_that_differs_needs_another_reader(checker: Checker, read_slip: ReadSlip) -> None:
    record = read_slip()
    values = {name: machine_value(checker.subjects[name], record) for name in KEYED}
    assert say(checker, record, values, is_sample=True).kind is VerdictKind.ACCEPTED
    other = values | {"reading": "01660"}
    assert say(checker, record, other, is_sample=True).kind is VerdictKind.NEEDS_SECOND
    in_doubt = say(checker, read_slip(UNSURE), {"reading": "01603"}, is_sample=True)
    assert in_doubt.kind is VerdictKind.NEEDS_SECOND


def test_two_readers_who_agree_outvote_the_machine(checker: Checker, read_slip: ReadSlip) -> None:
    record, typed = read_slip(UNSURE), {"reading": "01900"}
    assert say(checker, record, typed, stage=2, opinions=(typed,)).kind is VerdictKind.ACCEPTED
    other = ({"reading": "01800"},)
    assert say(checker, record, typed, stage=2, opinions=other).kind is VerdictKind.NEEDS_SECOND
    back = {"reading": "01600"}
    assert say(checker, record, back, stage=2, opinions=other).kind is VerdictKind.ACCEPTED, (
        "with the machine"
    )


def test_a_senior_has_the_last_word(checker: Checker, read_slip: ReadSlip) -> None:
    verdict = say(checker, read_slip(UNSURE), {"reading": "01900"}, stage=3, opinions=({"reading": "01800"},))
    assert verdict.kind is VerdictKind.DIFFERS


@pytest.mark.parametrize(
    ("typed", "reasons"),
    [
        ({"account": "121000000099"}, [Reason.ACCOUNT_UNKNOWN]),
        ({"account": "121000000034"}, [Reason.ACCOUNT_MANAGED]),
        ({"account": "121000000042"}, [Reason.ACCOUNT_CLOSED]),
        ({"account": "12100000000"}, [Reason.ACCOUNT_INCOMPLETE]),
        ({"reading": "1600"}, [Reason.READING_WRONG_LENGTH]),
        ({"reading": "01499"}, [Reason.READING_BELOW_LAST]),
        ({"date": "31112026"}, [Reason.DATE_IMPOSSIBLE]),
        ({"date": "22112026"}, [Reason.DATE_OUTSIDE_WINDOW]),
        ({"signature": NO}, [Reason.SIGNATURE_MISSING]),
        ({"address": NO}, [Reason.ADDRESS_MISMATCH]),
    ],
)
def test_rules_are_those_of_the_machine(
    checker: Checker, read_slip: ReadSlip, typed: dict[str, str], reasons: list[Reason]
) -> None:
    verdict = say(checker, read_slip(), typed)
    assert (verdict.kind, verdict.can_confirm) == (VerdictKind.BREAKS, False)
    assert [reason for reason in broken(verdict) if reason is not Reason.ADDRESS_MISMATCH] == [
        reason for reason in reasons if reason is not Reason.ADDRESS_MISMATCH
    ]
    assert set(reasons) <= set(broken(verdict))


def test_much_use_is_said_before_saving_and_may_be_confirmed(checker: Checker, read_slip: ReadSlip) -> None:
    record = read_slip({"reading": {1: {"1": 0.5, "7": 0.45}}})
    verdict = say(checker, record, {"reading": "07600"})
    assert (verdict.kind, verdict.can_confirm) == (VerdictKind.BREAKS, True)
    assert broken(verdict) == [Reason.IMPLAUSIBLE_JUMP]
    assert "6100" in verdict.broken[0].detail.ru
    assert verdict.beside is not None
    assert (verdict.beside.used_kwh, verdict.beside.months) == (6100, 1.0)


def test_another_account_may_contradict_the_house(checker: Checker, read_slip: ReadSlip) -> None:
    record = read_slip({"account": {10: {"0": 0.5, "1": 0.4}, 11: {"0": 0.5, "8": 0.4}}})
    verdict = say(checker, record, {"account": "121000000018"})
    assert broken(verdict) == [Reason.ADDRESS_MISMATCH]
    both = say(checker, record, {"account": "121000000018", "address": YES})
    assert broken(both) == []


def test_yes_and_no_are_backed_where_the_machine_doubted(checker: Checker, read_slip: ReadSlip) -> None:
    assert say(checker, read_slip(), {"signature": YES}).kind is VerdictKind.ACCEPTED
    assert say(checker, read_slip(is_signed=False), {"signature": YES}).kind is VerdictKind.DIFFERS


@pytest.mark.parametrize(
    "typed",
    [
        {"reading": ""},
        {"reading": "12a45"},
        {"reading": "1234567"},
        {"date": "241126"},
        {"signature": "perhaps"},
        {},
        {"account": "121000000000"},
        {"reading": "٣٤٥٦٧"},
    ],
)
def test_what_is_not_whole_is_not_judged(
    checker: Checker, read_slip: ReadSlip, typed: dict[str, str]
) -> None:
    names = (*(typed or {"reading": ""}), *(("date",) if typed.get("account") else ()))
    verdict = say(checker, read_slip(UNSURE), typed, names)
    assert (verdict.kind, verdict.can_confirm) == (VerdictKind.INCOMPLETE, False)


def test_a_verdict_never_tells_what_the_machine_read(checker: Checker, read_slip: ReadSlip) -> None:
    verdict = say(checker, read_slip(UNSURE), {"reading": "01933"})
    assert "01600" not in repr(verdict)


def test_only_what_the_machine_thought_of_goes_through_unasked(checker: Checker, read_slip: ReadSlip) -> None:
    record = read_slip(UNSURE)
    for number in range(1_550, 1_650):
        verdict = say(checker, record, {"reading": f"{number:05d}"})
        assert (verdict.kind is VerdictKind.ACCEPTED) == (number in {1_600, 1_606})
