"""What people say that contradicts each other goes to a third one at once, in both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from forms_ocr.model import (
    Action,
    Answer,
    Decision,
    Disposition,
    MachineReading,
    Period,
    Person,
    Reason,
    Values,
)
from forms_ocr.store import (
    FIRST,
    NEVER_AGAIN,
    SECOND,
    SENIOR,
    SETTLED,
    Lease,
    Passing,
    ReviewBooks,
    Said,
    open_review_books,
)
from tests.integration.store.conftest import Books
from tests.integration.store.test_review_queue import (
    ANNA,
    BORIS,
    GLEB,
    LEASE_S,
    NOVEMBER,
    VERA,
    Clock,
    decision,
    entry,
    fill,
    leases,
)

ASKED = ("account", "reading")
SETTLE = Passing(SETTLED, contradictions=ASKED)
TO_SENIOR = Passing(SENIOR, NEVER_AGAIN)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(books: Books, clock: Clock) -> Iterator[ReviewBooks]:
    with open_review_books(books.workspace, clock, books.store) as opened:
        yield opened


def says(lease: Lease, who: Person, reading: str, reasons: tuple[Reason, ...] = ()) -> Decision:
    after = {"account": "121000000000", "reading": reading, "date": "2026-11-24"}
    return decision(lease, who, Action.CONFIRM, typed={"reading": reading}, after=after, reasons=reasons)


def waiting(desk: ReviewBooks, person: Person, last_stage: int = SECOND) -> dict[str, Lease]:
    return {lease.slip_id: lease for lease in leases(desk, person, 9, last_stage=last_stage)}


def machine_said(slip_id: str, reading: str, account: str = "121000000000") -> Said:
    return Said(slip_id, account, reading, "office-1", "", "w")


def passed_to_boris(desk: ReviewBooks, clock: Clock) -> tuple[Lease, Lease]:
    """One slip that Anna had before her and lost to Boris."""
    fill(desk, entry(1))
    (lost,) = leases(desk, ANNA)
    clock.go(seconds=LEASE_S + 1)
    (lease,) = leases(desk, BORIS)
    return lost, lease


# -- of one slip -----------------------------------------------------------------------------------


def test_a_late_save_that_contradicts_goes_to_a_third_at_once(desk: ReviewBooks, clock: Clock) -> None:
    lost, lease = passed_to_boris(desk, clock)
    decided = desk.queue.file(says(lease, BORIS, "0563"), SETTLE)
    late = desk.queue.file(says(lost, ANNA, "0568"), SETTLE)
    assert late.is_late
    assert late.decision.disputes == decided.decision.number
    assert desk.decisions.standing(NOVEMBER) == {}, "neither holds"
    clock.go(days=100)
    assert waiting(desk, ANNA, SENIOR) == waiting(desk, BORIS, SENIOR) == {}
    (last,) = leases(desk, VERA, last_stage=SENIOR)
    assert last.stage == SENIOR
    desk.queue.file(says(last, VERA, "0568"), SETTLE)
    assert desk.decisions.standing(NOVEMBER)["s1"].who == "vera"


def test_a_late_save_before_the_other_decides_counts_as_much(desk: ReviewBooks, clock: Clock) -> None:
    lost, lease = passed_to_boris(desk, clock)
    desk.queue.file(says(lost, ANNA, "0568"), SETTLE)
    decided = desk.queue.file(says(lease, BORIS, "0563"), SETTLE).decision
    assert (decided.settles, decided.after) == (False, {})
    assert desk.decisions.standing(NOVEMBER) == {}
    assert waiting(desk, ANNA, SENIOR) == waiting(desk, BORIS, SENIOR) == {}
    assert waiting(desk, VERA, SENIOR)["s1"].stage == SENIOR


@pytest.mark.parametrize(
    ("reading", "after"), [("0563", None), ("0568", {})], ids=["agrees", "would not have been let through"]
)
def test_other_late_saves_change_nothing(
    desk: ReviewBooks, clock: Clock, reading: str, after: dict[str, str] | None
) -> None:
    lost, lease = passed_to_boris(desk, clock)
    desk.queue.file(says(lease, BORIS, "0563"), SETTLE)
    late = says(lost, ANNA, reading)
    assert desk.queue.file(late if after is None else replace(late, after=after), SETTLE).is_late
    assert desk.decisions.standing(NOVEMBER)["s1"].who == "boris"
    assert waiting(desk, VERA, SENIOR) == {}


def test_what_a_senior_decided_is_not_disputed(desk: ReviewBooks, clock: Clock) -> None:
    lost, lease = passed_to_boris(desk, clock)
    desk.queue.file(says(lease, BORIS, "0561"), TO_SENIOR)
    (last,) = leases(desk, VERA, last_stage=SENIOR)
    desk.queue.file(says(last, VERA, "0563"), SETTLE)
    assert desk.queue.file(says(lost, ANNA, "0568"), SETTLE).decision.disputes is None
    assert desk.decisions.standing(NOVEMBER)["s1"].who == "vera"


def test_what_is_in_dispute_cannot_be_taken_back(desk: ReviewBooks, clock: Clock) -> None:
    lost, lease = passed_to_boris(desk, clock)
    desk.queue.file(says(lease, BORIS, "0563"), SETTLE)
    desk.queue.file(says(lost, ANNA, "0568"), SETTLE)
    assert desk.queue.undo(BORIS, "", LEASE_S) is None


def test_who_passed_a_slip_on_stays_out_of_it_when_the_next_takes_theirs_back(
    desk: ReviewBooks, clock: Clock
) -> None:
    fill(desk, entry(1))
    (first,) = leases(desk, ANNA)
    desk.queue.file(decision(first, ANNA, Action.UNCERTAIN), Passing(SECOND, NEVER_AGAIN))
    (second,) = leases(desk, BORIS)
    desk.queue.file(decision(second, BORIS, Action.UNCERTAIN), TO_SENIOR)
    back = desk.queue.undo(BORIS, "", LEASE_S)
    assert back is not None
    assert back.stage == SECOND
    clock.go(days=100)
    assert waiting(desk, ANNA) == {}


# -- of one account --------------------------------------------------------------------------------


def test_an_accepted_slip_that_is_contradicted_comes_at_once(desk: ReviewBooks) -> None:
    desk.filling.fill(NOVEMBER, [entry(1)], 0, [machine_said("s2", "0560"), machine_said("s3", "1", "9")])
    (lease,) = leases(desk, ANNA)
    desk.queue.file(says(lease, ANNA, "0563"), SETTLE)
    came = waiting(desk, ANNA)
    assert list(came) == ["s2"], "nobody has read it yet: anybody may"
    assert (came["s2"].stage, came["s2"].reasons) == (FIRST, ("conflicting_readings",))
    assert (came["s2"].fields, came["s2"].rank) == (ASKED, 1)
    assert desk.decisions.standing(NOVEMBER)["s1"].who == "anna"


def test_the_same_reading_contradicts_nothing(desk: ReviewBooks) -> None:
    desk.filling.fill(NOVEMBER, [entry(1)], 0, [machine_said("s2", "0563")])
    (lease,) = leases(desk, ANNA)
    desk.queue.file(says(lease, ANNA, "0563"), SETTLE)
    assert waiting(desk, BORIS, SENIOR) == {}


def two_confirmed(desk: ReviewBooks) -> dict[str, Lease]:
    """Two slips of one account, confirmed with two readings by two people."""
    fill(desk, entry(1), entry(2))
    (first,), (second,) = leases(desk, ANNA), leases(desk, BORIS)
    desk.queue.file(says(first, ANNA, "0563"), SETTLE)
    desk.queue.file(says(second, BORIS, "0568"), SETTLE)
    return waiting(desk, VERA, SENIOR)


def test_two_who_contradict_each_other_are_both_read_by_a_third(desk: ReviewBooks, clock: Clock) -> None:
    both = two_confirmed(desk)
    assert {slip_id: one.stage for slip_id, one in both.items()} == {"s1": SENIOR, "s2": SENIOR}
    assert all(one.reasons[-1] == "conflicting_readings" for one in both.values())
    clock.go(days=100)
    assert waiting(desk, ANNA, SENIOR) == waiting(desk, BORIS, SENIOR) == {}
    knowing = (Reason.CONFLICTING_READINGS,)
    (first, second) = (waiting(desk, VERA, SENIOR)[slip_id] for slip_id in ("s1", "s2"))
    desk.queue.file(says(first, VERA, "0563", reasons=knowing), SETTLE)
    assert list(waiting(desk, VERA, SENIOR)) == ["s2"], "who knew of it has decided"
    refused = decision(second, VERA, Action.REFUSE, after={}, refusal=Reason.CONFLICTING_READINGS)
    desk.queue.file(refused, SETTLE)
    assert waiting(desk, GLEB, SENIOR) == {}


def test_a_contradiction_that_is_taken_back_is_gone(desk: ReviewBooks) -> None:
    two_confirmed(desk)
    desk.queue.let_go(
        "vera", [(one.period, one.slip_id, one.fence) for one in waiting(desk, VERA, 3).values()]
    )
    back = desk.queue.undo(BORIS, "", LEASE_S)
    assert back is not None
    assert (back.slip_id, back.stage) == ("s2", FIRST)
    assert waiting(desk, VERA, SENIOR) == {}
    assert desk.decisions.standing(NOVEMBER)["s1"].who == "anna"
    again = waiting(desk, BORIS)["s2"]
    assert again.reasons == ("account_uncertain",), "as before"
    desk.queue.file(says(again, BORIS, "0563"), SETTLE)
    assert waiting(desk, VERA, SENIOR) == {}


def test_a_refusal_contradicts_nothing_and_is_contradicted_by_nothing(desk: ReviewBooks) -> None:
    fill(desk, entry(1), entry(2))
    (first,), (second,) = leases(desk, ANNA), leases(desk, BORIS)
    refusal = decision(first, ANNA, Action.REFUSE, after={}, refusal=Reason.SIGNATURE_MISSING)
    desk.queue.file(refusal, SETTLE)
    desk.queue.file(says(second, BORIS, "0568"), SETTLE)
    assert waiting(desk, VERA, SENIOR) == {}


@pytest.mark.parametrize("known", ["", "0568"], ids=["nothing", "what the other says"])
def test_a_refill_leaves_what_was_said_since_alone(desk: ReviewBooks, known: str) -> None:
    said = [machine_said("s1", known)] if known else []
    fill(desk, entry(1), entry(2))
    as_of = desk.filling.last_decision()
    (first,), (second,) = leases(desk, ANNA), leases(desk, BORIS)
    desk.queue.file(says(first, ANNA, "0563"), SETTLE)
    desk.filling.fill(NOVEMBER, [entry(1), entry(2)], as_of, said)
    desk.queue.file(says(second, BORIS, "0568"), SETTLE)
    assert set(waiting(desk, VERA, SENIOR)) == {"s1", "s2"}


def test_a_refill_forgets_what_is_not_said_any_more(desk: ReviewBooks) -> None:
    desk.filling.fill(NOVEMBER, [entry(1)], 0, [machine_said("s2", "0560")])
    desk.filling.fill(NOVEMBER, [entry(1)], 0, [machine_said("s2", "0563")])
    (lease,) = leases(desk, ANNA)
    desk.queue.file(says(lease, ANNA, "0563"), SETTLE)
    assert waiting(desk, BORIS) == {}


def test_who_has_read_a_slip_does_not_get_it_from_a_refill_either(desk: ReviewBooks) -> None:
    read = frozenset({"anna", "boris"})
    fill(desk, entry(1, stage=SENIOR, readers=read, reasons=("conflicting_readings",)))
    assert waiting(desk, ANNA, SENIOR) == waiting(desk, BORIS, SENIOR) == {}
    assert list(waiting(desk, VERA, SENIOR)) == ["s1"]


# -- answers ---------------------------------------------------------------------------------------


def answer(who: Person, reading: str) -> Answer:
    machine = MachineReading(Values("1", "2", "3"), 0.9, Disposition.REVIEW, "w")
    return Answer("s1", NOVEMBER, "office-1", who.login, "", Values("1", reading, "3"), False, machine)


def test_an_answer_is_taken_back_with_its_decision(desk: ReviewBooks) -> None:
    fill(desk, entry(1))
    (lease,) = leases(desk, ANNA)
    desk.queue.file(says(lease, ANNA, "0563"), SETTLE, answer(ANNA, "0563"))
    back = desk.queue.undo(ANNA, "", LEASE_S)
    assert back is not None
    assert desk.answers.all() == ()
    desk.queue.file(says(back, ANNA, "0568"), SETTLE, answer(ANNA, "0568"))
    assert [one.values.reading for one in desk.answers.all()] == ["0568"]


def test_an_answer_in_dispute_does_not_count(desk: ReviewBooks, clock: Clock) -> None:
    lost, lease = passed_to_boris(desk, clock)
    desk.queue.file(says(lease, BORIS, "0563"), SETTLE, answer(BORIS, "0563"))
    assert len(desk.answers.all()) == 1
    desk.queue.file(says(lost, ANNA, "0568"), SETTLE, answer(ANNA, "0568"))
    assert desk.answers.all() == ()


def test_an_answer_out_of_a_list_stays(desk: ReviewBooks) -> None:
    desk.answers.append([answer(ANNA, "0563")])
    fill(desk, entry(1))
    (lease,) = leases(desk, ANNA)
    desk.queue.file(says(lease, ANNA, "0568"), SETTLE, answer(ANNA, "0568"))
    desk.queue.undo(ANNA, "", LEASE_S)
    assert [one.values.reading for one in desk.answers.all()] == ["0563"]


def test_a_period_that_is_forgotten_says_nothing(books: Books, desk: ReviewBooks) -> None:
    desk.filling.fill(NOVEMBER, [], 0, [machine_said("s2", "0560")])
    with books.open() as ledger:
        ledger.purge(Period(2026, 11))
        assert books.rows("SELECT count(*) FROM review_said") == [(1,)]
        ledger.purge(Period(2026, 12))
    assert books.rows("SELECT count(*) FROM review_said") == [(0,)]
