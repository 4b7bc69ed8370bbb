"""The queue of slips before people, their decisions and the chain of them, in both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

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
    Role,
    Values,
)
from forms_ocr.store import (
    FIRST,
    NEVER_AGAIN,
    SECOND,
    SENIOR,
    SETTLED,
    CellEntry,
    Lease,
    Passing,
    PlacedSheet,
    QueueEntry,
    ReceivedScan,
    ReviewBooks,
    Wanted,
    open_review_books,
)
from tests.integration.store.conftest import Books

NOVEMBER = "2026-11"
ANNA = Person("anna", "Анна", Role.REVIEWER)
BORIS = Person("boris", "Борис", Role.REVIEWER)
VERA = Person("vera", "Вера", Role.SENIOR)
GLEB = Person("gleb", "Глеб", Role.SENIOR)
LEASE_S = 300.0
ALL = Wanted()


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def go(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(books: Books, clock: Clock) -> Iterator[ReviewBooks]:
    with open_review_books(books.workspace, clock, books.store) as opened:
        yield opened


def entry(number: int, rank: int | None = None, **changed: object) -> QueueEntry:
    plain = QueueEntry(
        slip_id=f"s{number}",
        office="office-1",
        rank=number if rank is None else rank,
        is_sample=False,
        reasons=("account_uncertain",),
        fields=("account",),
        weights_sha256="w",
    )
    return replace(plain, **changed)  # type: ignore[arg-type]


def fill(desk: ReviewBooks, *entries: QueueEntry) -> None:
    desk.filling.fill(NOVEMBER, entries, desk.filling.last_decision())


def take(desk: ReviewBooks, person: Person = ANNA, count: int = 1, wanted: Wanted = ALL) -> list[str]:
    return [lease.slip_id for lease in leases(desk, person, count, wanted)]


def leases(
    desk: ReviewBooks, person: Person = ANNA, count: int = 1, wanted: Wanted = ALL, last_stage: int = SECOND
) -> tuple[Lease, ...]:
    return desk.queue.take(person, wanted, count, last_stage=last_stage, lease_s=LEASE_S)


def decision(
    lease: Lease, who: Person = ANNA, action: Action = Action.CONFIRM, **changed: object
) -> Decision:
    plain = Decision(
        period=lease.period,
        slip_id=lease.slip_id,
        office=lease.office,
        who=who.login,
        action=action,
        fence=lease.fence,
        stage=lease.stage,
        typed={"account": "121000000000"},
        before={"account": "121000000008"},
        after={"account": "121000000000", "reading": "0563", "date": "2026-11-24"},
        reasons=(Reason.ACCOUNT_UNCERTAIN,),
        settles=action in {Action.CONFIRM, Action.REFUSE, Action.RESCAN},
    )
    return replace(plain, **changed)  # type: ignore[arg-type]


SETTLE = Passing(SETTLED)


def test_slips_come_by_rank_and_each_to_one_person(desk: ReviewBooks) -> None:
    fill(desk, entry(3), entry(1), entry(2))
    assert take(desk, ANNA, 2) == ["s1", "s2"]
    assert take(desk, BORIS, 2) == ["s3"]
    assert take(desk, ANNA, 2) == ["s1", "s2"]


def test_what_a_page_holds_already_is_not_given_again(desk: ReviewBooks) -> None:
    fill(desk, entry(1), entry(2), entry(3))
    first = leases(desk, ANNA, 2)
    but = {(lease.period, lease.slip_id) for lease in first}
    more = desk.queue.take(ANNA, ALL, 2, but, lease_s=LEASE_S)
    assert [lease.slip_id for lease in more] == ["s3"]


def test_a_lease_that_ended_goes_to_the_next_with_a_higher_fence(desk: ReviewBooks, clock: Clock) -> None:
    fill(desk, entry(1))
    (old,) = leases(desk, ANNA)
    clock.go(seconds=LEASE_S - 1)
    assert take(desk, BORIS) == []
    clock.go(seconds=2)
    (new,) = leases(desk, BORIS)
    assert (new.slip_id, new.fence) == ("s1", old.fence + 1)


def test_a_lease_is_kept_as_long_as_somebody_works(desk: ReviewBooks, clock: Clock) -> None:
    fill(desk, entry(1))
    (lease,) = leases(desk, ANNA)
    ticket = (lease.period, lease.slip_id, lease.fence)
    for _ in range(3):
        clock.go(seconds=LEASE_S - 1)
        assert desk.queue.keep("anna", [ticket], LEASE_S) == {(NOVEMBER, "s1")}
    assert desk.queue.keep("boris", [ticket], LEASE_S) == set()
    assert take(desk, BORIS) == []


def test_what_is_let_go_is_free_at_once(desk: ReviewBooks) -> None:
    fill(desk, entry(1))
    (lease,) = leases(desk, ANNA)
    desk.queue.let_go("boris", [(NOVEMBER, "s1", lease.fence)])
    assert take(desk, BORIS) == []
    desk.queue.let_go("anna", [(NOVEMBER, "s1", lease.fence)])
    assert take(desk, BORIS) == ["s1"]


def test_a_certain_slip_is_taken_only_from_nobody(desk: ReviewBooks, clock: Clock) -> None:
    fill(desk, entry(1))
    (lease,) = leases(desk, ANNA)
    assert desk.queue.take_one("boris", lease, LEASE_S) is None
    clock.go(seconds=LEASE_S + 1)
    taken = desk.queue.take_one("boris", lease, LEASE_S)
    assert taken is not None
    assert taken.fence == lease.fence + 1
    assert desk.queue.take_one("anna", lease, LEASE_S) is None, "it is no longer as she saw it"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(office="office-2"), ["s2", "s4"]),
        (Wanted(reason="date_missing"), ["s3", "s4"]),
        (Wanted(field="date"), ["s3", "s4"]),
        (Wanted(reason="date_missing", field="account"), ["s4"]),
        (Wanted("office-2", "date_missing", "date"), ["s4"]),
        (Wanted(office="office-9"), []),
    ],
)
def test_filters(desk: ReviewBooks, wanted: Wanted, found: list[str]) -> None:
    dates: dict[str, Any] = {"reasons": ("date_missing",), "fields": ("date",)}
    both: dict[str, Any] = {"office": "office-2", "reasons": ("date_missing",), "fields": ("account", "date")}
    fill(desk, entry(1), entry(2, office="office-2"), entry(3, **dates), entry(4, **both))
    assert take(desk, ANNA, 9, wanted) == found
    assert take(desk, ANNA, 9, wanted) == found, "also those that are held already"


def test_people_get_slips_of_their_offices_only(desk: ReviewBooks) -> None:
    fill(desk, entry(1), entry(2, office="office-2"))
    anna = replace(ANNA, offices=frozenset({"office-2"}))
    assert take(desk, anna, 9) == ["s2"]
    assert desk.queue.counts(anna, SENIOR)[""] == {"office-2": 1}


def test_two_who_ask_at_once_never_get_the_same_slip(desk: ReviewBooks) -> None:
    fill(desk, *(entry(number) for number in range(40)))
    given: list[str] = []

    def work(number: int) -> None:
        for _ in range(5):
            given.extend(take(desk, replace(ANNA, login=f"p{number}"), 1, ALL))
            found = leases(desk, replace(ANNA, login=f"p{number}"))
            desk.queue.file(decision(found[0], replace(ANNA, login=f"p{number}")), SETTLE)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(given) == len(set(given)) == 20


def test_a_decision_settles_a_slip_and_is_read_back_as_it_was(desk: ReviewBooks, clock: Clock) -> None:
    fill(desk, entry(1))
    (lease,) = leases(desk)
    made = decision(lease, candidates={"account": ("121000000000",)}, shown_at="2026-11-27T08:59:00+00:00")
    filed = desk.queue.file(made, SETTLE)
    assert filed.decision == replace(made, number=1, at=clock.now.isoformat(timespec="milliseconds"))
    assert desk.decisions.all() == (filed.decision,)
    assert desk.decisions.standing(NOVEMBER) == {"s1": filed.decision}
    assert take(desk, BORIS) == []


def test_the_same_decision_twice_is_one(desk: ReviewBooks) -> None:
    fill(desk, entry(1))
    (lease,) = leases(desk)
    first, again = (desk.queue.file(decision(lease), SETTLE) for _ in range(2))
    assert (again.decision, again.is_late) == (first.decision, False)
    assert len(desk.decisions.all()) == 1


def test_what_is_saved_too_late_is_kept_and_decides_nothing(desk: ReviewBooks, clock: Clock) -> None:
    fill(desk, entry(1))
    (annas,) = leases(desk, ANNA)
    clock.go(seconds=LEASE_S + 1)
    (boriss,) = leases(desk, BORIS)
    late = desk.queue.file(decision(annas, ANNA), SETTLE)
    assert (late.is_late, late.is_settled, late.decision.action) == (True, False, Action.SECOND_OPINION)
    assert late.decision.typed == {"account": "121000000000"}
    assert not desk.queue.file(decision(boriss, BORIS, Action.REFUSE), SETTLE).is_late
    assert desk.decisions.standing(NOVEMBER)["s1"].who == "boris"
    again = desk.queue.file(decision(annas, ANNA), SETTLE)
    assert (again.is_late, again.is_settled, again.decision.number) == (True, True, late.decision.number)


def test_a_lease_that_ended_unnoticed_still_decides(desk: ReviewBooks, clock: Clock) -> None:
    fill(desk, entry(1))
    (lease,) = leases(desk)
    clock.go(hours=3)
    assert not desk.queue.file(decision(lease), SETTLE).is_late


def test_other_values_under_a_used_lease_are_an_opinion(desk: ReviewBooks) -> None:
    fill(desk, entry(1))
    (lease,) = leases(desk)
    desk.queue.file(decision(lease), SETTLE)
    other = desk.queue.file(decision(lease, typed={"account": "121000000111"}), SETTLE)
    assert other.is_late
    assert desk.decisions.standing(NOVEMBER)["s1"].typed == {"account": "121000000000"}


def test_a_second_reader_is_another_person(desk: ReviewBooks, clock: Clock) -> None:
    fill(desk, entry(1))
    (lease,) = leases(desk, ANNA)
    desk.queue.file(decision(lease, ANNA, Action.UNCERTAIN), Passing(SECOND, NEVER_AGAIN))
    clock.go(days=100)
    assert take(desk, ANNA) == []
    (second,) = leases(desk, BORIS)
    assert (second.slip_id, second.stage) == ("s1", SECOND)


def test_where_two_readers_differ_a_senior_decides(desk: ReviewBooks, clock: Clock) -> None:
    fill(desk, entry(1))
    for person, stage in ((VERA, SECOND), (BORIS, SENIOR)):
        (lease,) = leases(desk, person)
        desk.queue.file(decision(lease, person, Action.UNCERTAIN), Passing(stage, NEVER_AGAIN))
    assert take(desk, ANNA) == []
    assert leases(desk, VERA, last_stage=SENIOR) == (), "she has read it, somebody else may come"
    clock.go(days=100)
    assert leases(desk, VERA, last_stage=SENIOR) == (), "she has read it, however long nobody else comes"
    (lease,) = leases(desk, GLEB, last_stage=SENIOR)
    assert lease.stage == SENIOR


def test_a_skipped_slip_comes_back_later(desk: ReviewBooks, clock: Clock) -> None:
    fill(desk, entry(1), entry(2))
    (lease,) = leases(desk, ANNA)
    until = (clock.now + timedelta(minutes=10)).isoformat(timespec="milliseconds")
    desk.queue.file(decision(lease, ANNA, Action.SKIP), Passing(FIRST, until))
    assert take(desk, ANNA) == ["s2"]
    assert take(desk, BORIS) == ["s1"]
    clock.go(minutes=11)
    assert take(desk, ANNA, 2) == ["s1", "s2"]


def test_undo_gives_the_slip_back_and_is_a_decision_of_its_own(desk: ReviewBooks) -> None:
    fill(desk, entry(1))
    (lease,) = leases(desk)
    filed = desk.queue.file(decision(lease), SETTLE)
    again = desk.queue.undo(ANNA, "", LEASE_S)
    assert again is not None
    assert (again.slip_id, again.fence, again.stage) == ("s1", lease.fence + 1, FIRST)
    assert desk.decisions.standing(NOVEMBER) == {}
    undo = desk.decisions.all()[-1]
    assert (undo.action, undo.undoes) == (Action.UNDO, filed.decision.number)
    assert (undo.before, undo.after) == (filed.decision.after, filed.decision.before)
    assert take(desk, BORIS) == []
    assert take(desk, ANNA) == ["s1"]
    assert desk.queue.undo(ANNA, "", LEASE_S) is None, "there is nothing more"


def test_undo_ends_where_others_went_on(desk: ReviewBooks, clock: Clock) -> None:
    fill(desk, entry(1))
    (lease,) = leases(desk, ANNA)
    desk.queue.file(decision(lease, ANNA, Action.UNCERTAIN), Passing(SECOND, NEVER_AGAIN))
    (second,) = leases(desk, BORIS)
    assert desk.queue.undo(ANNA, "", LEASE_S) is None, "he has it before him"
    desk.queue.file(decision(second, BORIS), SETTLE)
    assert desk.queue.undo(ANNA, "", LEASE_S) is None
    clock.go(hours=1)
    now = clock.now.isoformat(timespec="milliseconds")
    assert desk.queue.undo(BORIS, now, LEASE_S) is None, "too long ago"


def test_a_fill_leaves_what_people_have_done_since_alone(desk: ReviewBooks) -> None:
    fill(desk, entry(1), entry(2))
    as_of = desk.filling.last_decision()
    (lease,) = leases(desk)
    desk.queue.file(decision(lease), SETTLE)
    desk.filling.fill(NOVEMBER, [entry(1), entry(2)], as_of)
    assert take(desk, BORIS, 9) == ["s2"]


def test_a_fill_opens_again_what_is_to_be_read_again(desk: ReviewBooks) -> None:
    fill(desk, entry(1))
    (lease,) = leases(desk)
    desk.queue.file(decision(lease), SETTLE)
    fill(desk, entry(1, reasons=("conflicting_readings",)))
    (again,) = leases(desk)
    assert (again.reasons, again.fence) == (("conflicting_readings",), lease.fence + 1)


def test_a_fill_describes_anew_and_takes_out(desk: ReviewBooks) -> None:
    fill(desk, entry(1), entry(2), entry(3))
    (lease,) = leases(desk)
    fill(desk, entry(1, rank=9), entry(3, rank=1, reasons=("date_missing",)))
    assert take(desk, BORIS, 9) == ["s3"]
    assert take(desk, BORIS, 9, Wanted(reason="date_missing")) == ["s3"]
    assert desk.queue.lease_of("anna", NOVEMBER, "s1", lease.fence) is not None
    assert desk.queue.progress() == {NOVEMBER: (2, 1)}


def test_samples_do_not_count_as_progress(desk: ReviewBooks) -> None:
    fill(desk, entry(1), entry(2, is_sample=True))
    assert desk.queue.progress() == {NOVEMBER: (1, 0)}


def test_an_answer_is_filed_with_the_decision_or_not_at_all(desk: ReviewBooks) -> None:
    fill(desk, entry(1))
    (lease,) = leases(desk)
    read = Values("121000000000", "0563", "2026-11-24")
    machine = MachineReading(read, 0.9, Disposition.REVIEW, "w")
    answer = Answer("s1", NOVEMBER, "office-1", "anna", "", read, is_blind=False, machine=machine)
    late = decision(replace(lease, fence=lease.fence + 7))
    assert desk.queue.file(late, SETTLE, answer).is_late
    assert desk.answers.all() == ()
    desk.queue.file(decision(lease), SETTLE, answer)
    assert [(one.who, one.values) for one in desk.answers.all()] == [("anna", read)]


# -- the chain ---------------------------------------------------------------------------------


def decide_three(desk: ReviewBooks) -> None:
    fill(desk, entry(1), entry(2), entry(3))
    for lease in leases(desk, ANNA, 3):
        desk.queue.file(decision(lease), SETTLE)


def faults(books: Books) -> tuple[str, ...]:
    with books.open() as ledger:
        return ledger.violations()


def test_a_sound_chain(books: Books, desk: ReviewBooks) -> None:
    decide_three(desk)
    assert faults(books) == ()


@pytest.mark.parametrize("table", ["decisions", "accesses", "sheet_events"])
def test_nothing_that_people_did_can_be_changed(books: Books, desk: ReviewBooks, table: str) -> None:
    decide_three(desk)
    desk.queue.note_access("anna", NOVEMBER, "s1")
    sheet = PlacedSheet("t", "anna", "7", ())
    desk.sheets.lay_out(sheet, LEASE_S)
    desk.sheets.file(sheet, {}, [], is_taken=True)
    with pytest.raises(Exception, match="append-only"):
        books.rows(f"DELETE FROM {table}")  # noqa: S608
    with pytest.raises(Exception, match="append-only"):
        books.rows(f"UPDATE {table} SET who = 'boris'")  # noqa: S608


def without_guard(books: Books, statement: str) -> None:
    """What somebody does who owns the file."""
    if books.store:
        books.rows("ALTER TABLE decisions DISABLE TRIGGER ALL")
    else:
        books.rows("DROP TRIGGER decisions_no_update")
        books.rows("DROP TRIGGER decisions_no_delete")
    books.rows(statement)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE decisions SET body = replace(body, 'anna', 'olga') WHERE number = 2",
            "decision 2: it was changed",
        ),
        ("UPDATE decisions SET who = 'olga' WHERE number = 2", "decision 2: its columns say something else"),
        ("DELETE FROM decisions WHERE number = 2", "decision 2 should stand before it"),
        ("UPDATE decision_values SET content = '{}' WHERE number = 3", "decision 3: what was keyed has been"),
        ("DELETE FROM decision_values WHERE number = 3", "decision 3: what was keyed is gone"),
        ("UPDATE decisions SET hash = 'f00' WHERE number = 3", "decision 3: it was changed"),
    ],
)
def test_every_change_behind_the_program_is_noticed(
    books: Books, desk: ReviewBooks, statement: str, said: str
) -> None:
    decide_three(desk)
    without_guard(books, statement)
    assert any(said in fault for fault in faults(books))


def test_what_is_forgotten_leaves_the_chain_whole(books: Books, desk: ReviewBooks) -> None:
    decide_three(desk)
    with books.open() as ledger:
        ledger.receive([ReceivedScan("a.pdf", "", "a1" * 32, 1)], Period(2026, 11))
        ledger.purge(Period(2026, 12))
        assert [fault for fault in ledger.violations() if "decision" in fault] == []
    assert {tuple(one.typed.items()) for one in desk.decisions.all()} == {()}
    assert "121000000" not in str(books.rows("SELECT * FROM decisions"))
    assert books.rows("SELECT count(*) FROM review_queue") == [(0,)]


# -- sheets ------------------------------------------------------------------------------------


def cells(*digits: str) -> tuple[CellEntry, ...]:
    return tuple(CellEntry("account", place, digit) for place, digit in enumerate(digits))


def test_cells_wait_by_their_digit_and_lie_on_one_sheet_at_a_time(desk: ReviewBooks, clock: Clock) -> None:
    fill(desk, entry(1, cells=cells("7", "7", "1")), entry(2, cells=cells("7")))
    assert desk.sheets.waiting(ANNA) == {"7": 3, "1": 1}
    found = desk.sheets.candidates(ANNA, "7", 2)
    sheet = PlacedSheet("t1", "anna", "7", tuple(replace(cell, key=str(n)) for n, cell in enumerate(found)))
    desk.sheets.lay_out(sheet, LEASE_S)
    assert desk.sheets.held_by("anna") == sheet
    assert desk.sheets.waiting(BORIS) == {"7": 1, "1": 1}
    clock.go(seconds=LEASE_S + 1)
    assert desk.sheets.waiting(BORIS) == {"7": 3, "1": 1}
    assert desk.sheets.held_by("anna") is None
    assert not desk.sheets.file(sheet, {}, [], is_taken=True)


def test_a_sheet_confirms_its_cells_and_counts_the_first_look(desk: ReviewBooks) -> None:
    fill(desk, entry(1, cells=cells("7", "7")))
    found = tuple(replace(cell, key=str(n)) for n, cell in enumerate(desk.sheets.candidates(ANNA, "7", 2)))
    sheet = PlacedSheet("t1", "anna", "7", found)
    desk.sheets.lay_out(sheet, LEASE_S)
    assert desk.sheets.file(sheet, {}, ["9"], is_taken=False)
    assert desk.sheets.confirmed(NOVEMBER, "s1") == {}
    assert desk.sheets.file(sheet, {"1": "?", "9": "4"}, ["9"], is_taken=True)
    assert desk.sheets.confirmed(NOVEMBER, "s1") == {("account", found[0].cell): "7"}
    assert [(tally.who, tally.seeds, tally.caught) for tally in desk.sheets.tallies()] == [("anna", 1, 0)]
    assert not desk.sheets.file(sheet, {}, [], is_taken=True)


# -- people ------------------------------------------------------------------------------------


def test_people_are_kept_as_they_are_and_logins_are_given_once(desk: ReviewBooks) -> None:
    anna = replace(ANNA, offices=frozenset({"office-1", "Почта-7"}))
    assert desk.people.add(anna, "hash")
    assert not desk.people.add(replace(anna, name="other"), "other")
    known = desk.people.find("anna")
    assert known is not None
    assert (known.person, known.password_hash) == (anna, "hash")
    assert desk.people.find("Anna") is None


def test_a_change_ends_sessions(desk: ReviewBooks) -> None:
    desk.people.add(ANNA, "hash")
    changes: tuple[Callable[[], object], ...] = (
        lambda: desk.people.change(replace(ANNA, is_disabled=True)),
        lambda: desk.people.set_password("anna", "new"),
        lambda: desk.people.end_session("t1"),
        lambda: desk.people.begin_session("t2", "anna", "csrf", "t1"),
    )
    for change in changes:
        desk.people.begin_session("t1", "anna", "csrf")
        assert desk.people.session("t1") is not None
        change()
        assert desk.people.session("t1") is None
