"""The desk over a real workspace: what people decide, and what billing gets of it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from forms_ocr.cli import main
from forms_ocr.model import Action, Person, Reason
from forms_ocr.review.asking import machine_value
from forms_ocr.review.faults import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnconfirmedError,
)
from forms_ocr.review.shown import NO, Filters, Handling, Outcome, SlipView, Ticket, VerdictKind
from forms_ocr.store import open_ledger
from tests.integration.desk.conftest import ANNA, BORIS, OLEG, REGISTRY, SONJA, VERA, Place

ALL = Filters()
CORRECTED = Filters(reason="account_uncertain")


def one(place: Place, person: Person = ANNA, filters: Filters = ALL) -> SlipView:
    (view,) = place.room.desk.next_slips(person, filters, 1)
    return view


def as_read(place: Place, view: SlipView) -> dict[str, str]:
    """What the machine had read, as somebody keys it."""
    seen = place.books.queue.seen(view.ticket.period, view.ticket.slip_id)
    assert seen is not None
    subjects = place.checker.subjects
    return {asked.name: machine_value(subjects[asked.name], seen.slip.record) for asked in view.asked}


def confirm(place: Place, view: SlipView, person: Person = ANNA, **typed: str) -> Outcome:
    keyed = as_read(place, view) | typed
    handling = Handling(Action.CONFIRM, keyed, is_confirmed=True, shown_at=view.shown_at, first_key_ms=700)
    return place.room.desk.save(person, view.ticket, handling).outcome


def exports(place: Place) -> Mapping[str, Mapping[str, str]]:
    """Every row of the three tables by slip, after a run with nothing new to read."""
    asked = ["resume", "-w", str(place.workspace.folder), "--registry", str(REGISTRY)]
    result = CliRunner().invoke(main, [*asked, "--period", "2026-11", "--workers", "1"])
    assert result.exit_code in {0, 4}, result.output
    return rows(place.workspace.exports)


def rows(folder: Path) -> Mapping[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for name in ("records.csv", "review.csv", "refused.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            found |= {row["slip_id"]: row | {"table": name} for row in csv.DictReader(file)}
    return found


def test_what_is_keyed_is_the_record_and_stays_so(place: Place) -> None:
    view = one(place, filters=CORRECTED)
    assert confirm(place, view) is Outcome.ACCEPTED
    refused = one(place, filters=Filters(reason="reading_below_last"))
    place.room.desk.save(ANNA, refused.ticket, Handling(Action.REFUSE, refusal=Reason.READING_BELOW_LAST))
    unread = one(place, filters=Filters(reason="reading_uncertain"))
    place.room.desk.save(ANNA, unread.ticket, Handling(Action.RESCAN))
    before = rows(place.workspace.exports)
    for _ in range(2):  # a run changes nothing of it
        after = exports(place)
        row = after[view.ticket.slip_id]
        assert (before[view.ticket.slip_id]["table"], row["table"]) == ("review.csv", "records.csv")
        assert (row["disposition"], row["reasons"]) == ("accepted", "")
        assert row["account"] == as_read(place, view)["account"]
        below, again = after[refused.ticket.slip_id], after[unread.ticket.slip_id]
        assert (below["table"], below["reasons"]) == ("refused.csv", "reading_below_last")
        assert (again["table"], again["reasons"]) == ("refused.csv", "slip_unreadable")
        assert len(after) == len(before)
    assert place.refill() == 2
    with open_ledger(place.workspace) as ledger:
        assert ledger.violations() == ()


def test_one_doubtful_digit_is_one_key(place: Place) -> None:
    view = one(place, filters=CORRECTED)
    (asked,) = view.asked
    standing = [character for character in asked.known if character is not None]
    assert 10 <= len(standing) < 12
    assert asked.is_blind
    machine = as_read(place, view)["account"]
    assert "".join(machine[place] if one is None else one for place, one in enumerate(asked.known)) == machine


def test_a_verdict_before_saving(place: Place) -> None:
    view = one(place, filters=CORRECTED)
    machine = as_read(place, view)["account"]
    accepted = place.room.desk.judge(ANNA, view.ticket, {"account": machine})
    assert (accepted.kind, dict(accepted.differing)) == (VerdictKind.ACCEPTED, {})
    assert accepted.beside is not None
    assert accepted.beside.line is not None
    other = f"{(int(machine) + 1) % 10**12:012d}"
    unknown = place.room.desk.judge(ANNA, view.ticket, {"account": other})
    assert (unknown.kind, unknown.can_confirm) == (VerdictKind.BREAKS, False)
    handling = Handling(Action.CONFIRM, {"account": other}, is_confirmed=True)
    with pytest.raises(UnconfirmedError) as refused:
        place.room.desk.save(ANNA, view.ticket, handling)
    assert refused.value.verdict.kind is VerdictKind.BREAKS
    assert place.books.decisions.all() == ()


def test_what_differs_is_saved_only_when_confirmed(place: Place) -> None:
    view = one(place, filters=Filters(reason="reading_below_last"))
    typed = {"reading": "89000"}
    verdict = place.room.desk.judge(ANNA, view.ticket, typed)
    assert verdict.kind is VerdictKind.NEEDS_SECOND, "the machine was sure of other digits"
    with pytest.raises(UnconfirmedError):
        place.room.desk.save(ANNA, view.ticket, Handling(Action.CONFIRM, typed))
    handling = Handling(Action.CONFIRM, typed, is_confirmed=True)
    assert place.room.desk.save(ANNA, view.ticket, handling).outcome is Outcome.PASSED_ON
    second = one(place, BORIS, Filters(reason="reading_below_last"))
    assert (second.stage, second.opinions) == (2, ()), "a second reader does not see the first one's"
    assert place.room.desk.judge(BORIS, second.ticket, typed).kind is VerdictKind.ACCEPTED
    assert (
        place.room.desk.save(BORIS, second.ticket, Handling(Action.CONFIRM, typed)).outcome
        is Outcome.ACCEPTED
    )
    assert exports(place)[view.ticket.slip_id]["reading"] == "89000"
    figures = {one.login: one for one in place.room.figures.reviewers(VERA)}
    assert (figures["anna"].agreed, figures["anna"].compared) == (1, 1)


def test_where_two_differ_a_senior_sees_both(place: Place) -> None:
    filters = Filters(reason="reading_below_last")
    for person, value in ((ANNA, "89000"), (BORIS, "89001")):
        view = one(place, person, filters)
        handling = Handling(Action.CONFIRM, {"reading": value}, is_confirmed=True)
        assert place.room.desk.save(person, view.ticket, handling).outcome is Outcome.PASSED_ON
    last = one(place, VERA, filters)
    assert (last.stage, [dict(said) for said in last.opinions]) == (
        3,
        [{"reading": "89000"}, {"reading": "89001"}],
    )
    handling = Handling(Action.CONFIRM, {"reading": "89001"}, is_confirmed=True)
    assert place.room.desk.save(VERA, last.ticket, handling).outcome is Outcome.ACCEPTED


def test_never_two_answers(place: Place) -> None:
    view = one(place, ANNA, CORRECTED)
    place.clock.go(seconds=301)
    other = one(place, BORIS, CORRECTED)
    assert other.ticket.slip_id == view.ticket.slip_id
    assert confirm(place, other, BORIS) is Outcome.ACCEPTED
    with pytest.raises(ConflictError) as late:
        confirm(place, view, ANNA)
    assert late.value.is_settled
    kept = place.books.decisions.all()[-1]
    assert (kept.number, kept.action, kept.typed) == (
        late.value.opinion,
        Action.SECOND_OPINION,
        as_read(place, view),
    )


def test_a_double_submit_is_one_decision(place: Place) -> None:
    view = one(place, filters=CORRECTED)
    typed = as_read(place, view)
    first, again = (
        place.room.desk.save(ANNA, view.ticket, Handling(Action.CONFIRM, typed)) for _ in range(2)
    )
    assert first == again
    assert len(place.books.decisions.all()) == 1


def test_a_decision_says_all_about_itself(place: Place) -> None:
    view = one(place, filters=CORRECTED)
    place.clock.go(seconds=8)
    confirm(place, view)
    (made,) = place.books.decisions.all()
    assert (made.who, made.office, made.shown_at) == ("anna", view.office, view.shown_at)
    assert made.first_key_at == "2026-11-27T09:00:00.700+00:00"
    assert made.at == "2026-11-27T09:00:08.000+00:00"
    assert len(made.weights_sha256) == 64
    assert Reason.ACCOUNT_UNCERTAIN in made.reasons
    assert made.after["account"] == made.typed["account"]
    assert made.after["date"].startswith("2026-11-2")
    assert made.after["signed"] == "true"
    (figures,) = place.room.figures.reviewers(VERA)
    assert (figures.slips, figures.median_s) == (1, 8.0)


def test_undo(place: Place) -> None:
    view = one(place, filters=CORRECTED)
    confirm(place, view)
    back = place.room.desk.undo(ANNA)
    assert (back.ticket.slip_id, back.ticket.fence) == (view.ticket.slip_id, view.ticket.fence + 1)
    assert place.books.decisions.standing("2026-11") == {}
    assert confirm(place, back) is Outcome.ACCEPTED
    with pytest.raises(NotFoundError):
        place.room.desk.undo(BORIS)
    place.clock.go(hours=2)
    with pytest.raises(NotFoundError):
        place.room.desk.undo(ANNA)


def test_a_slip_with_a_question_answered_no_is_not_accepted(place: Place) -> None:
    view = one(place, filters=Filters(reason="account_unknown"))
    for asked in view.asked:
        assert asked.name in {"account", "address"}
    keyed = as_read(place, view)
    verdict = place.room.desk.judge(ANNA, view.ticket, keyed | {"address": NO})
    assert Reason.ACCOUNT_UNKNOWN in [rule.reason for rule in verdict.broken]


def test_blind_samples_come_in_between_and_tell_nothing(place_with_samples: Place) -> None:
    place = place_with_samples
    views = place.room.desk.next_slips(ANNA, ALL, 12)
    samples = [view for view in views if [why.code for why in view.reasons] == [Reason.CONFIDENCE_TOO_LOW]]
    assert samples
    (view, *_) = samples
    assert [asked.name for asked in view.asked] == ["account", "reading", "date"]
    assert all(one is None for asked in view.asked if asked.name != "date" for one in asked.known)
    assert confirm(place, view) is Outcome.ACCEPTED
    (answer,) = place.books.answers.all()
    assert (answer.is_blind, answer.wrong_fields, answer.who) == (True, frozenset(), "anna")
    assert place.room.figures.quality(VERA).accepted.slips == 1


def test_a_sample_is_not_taken_back_by_one_reader(place_with_samples: Place) -> None:
    place = place_with_samples
    filters = Filters(reason="confidence_too_low")
    view = one(place, ANNA, filters)
    typed = as_read(place, view)
    other = typed | {"reading": f"{int(typed['reading']) + 100:0{len(typed['reading'])}d}"}
    assert confirm(place, view, ANNA, **other) is Outcome.PASSED_ON
    assert exports(place)[view.ticket.slip_id]["reading"] == typed["reading"]
    second = one(place, BORIS, filters)
    assert confirm(place, second, BORIS, **other) is Outcome.ACCEPTED
    assert exports(place)[view.ticket.slip_id]["reading"] == other["reading"]
    (answer,) = place.books.answers.all()
    assert answer.wrong_fields == {"reading"}


def test_others_slips_are_not_there(place: Place) -> None:
    view = one(place, ANNA, Filters(office="office-12"))
    period, slip_id = view.ticket.period, view.ticket.slip_id
    stranger = Person("eva", "Ева", BORIS.role, frozenset({"office-07"}))
    for ask in (
        lambda: place.room.gallery.slip(stranger, period, slip_id),
        lambda: place.room.gallery.field(stranger, period, slip_id, "account"),
        lambda: place.room.desk.view(stranger, view.ticket),
        lambda: place.room.desk.judge(stranger, view.ticket, {}),
        lambda: place.room.desk.save(stranger, view.ticket, Handling(Action.SKIP)),
        lambda: place.room.desk.view(BORIS, view.ticket),
        lambda: place.room.gallery.slip(ANNA, period, "s000000000000000"),
        lambda: place.room.gallery.field(ANNA, period, slip_id, "../account"),
    ):
        with pytest.raises(NotFoundError):
            ask()
    assert {found.office for found in place.room.desk.next_slips(stranger, ALL, 9)} == {"office-07"}
    assert set(place.room.desk.facts(stranger).offices) == {"office-07"}
    for person in (OLEG, SONJA):
        with pytest.raises(ForbiddenError):
            place.room.desk.next_slips(person, ALL)
        with pytest.raises(ForbiddenError):
            place.room.gallery.slip(person, period, slip_id)


def test_requests_that_no_page_makes(place: Place) -> None:
    view = one(place)
    for handling in (
        Handling(Action.UNDO),
        Handling(Action.SECOND_OPINION),
        Handling(Action.REFUSE),
        Handling(Action.REFUSE, refusal=Reason.PAGE_BLANK),
        Handling(Action.SKIP, shown_at="yesterday"),
        Handling(Action.SKIP, {"account": "1" * 1000}),
    ):
        with pytest.raises(InvalidInputError):
            place.room.desk.save(ANNA, view.ticket, handling)
    for text in ("", "a.b", "2026-11.s1.x"):
        with pytest.raises(ValueError, match=r"."):
            Ticket.parse(text)
    assert Ticket.parse(str(view.ticket)) == view.ticket


def test_pictures_are_cut_where_the_fields_are(place: Place) -> None:
    view = one(place, filters=CORRECTED)
    period, slip_id = view.ticket.period, view.ticket.slip_id
    slip = cv2.imdecode(np.frombuffer(place.room.gallery.slip(ANNA, period, slip_id), np.uint8), 0)
    assert slip is not None
    assert slip.shape[1] / slip.shape[0] == pytest.approx(view.aspect, abs=0.01)
    (asked,) = view.asked
    crop = cv2.imdecode(
        np.frombuffer(place.room.gallery.field(ANNA, period, slip_id, asked.crop), np.uint8), 0
    )
    assert crop is not None
    assert crop.shape[0] >= 160
    for cell in asked.cells:
        left, right = round(cell.left * crop.shape[1]), round((cell.left + cell.width) * crop.shape[1])
        assert crop[:, left + 8 : right - 8].min() < 140, "there is ink in every cell"


def test_looking_at_whole_slips_is_logged(place: Place) -> None:
    view = one(place)
    place.room.gallery.slip(ANNA, view.ticket.period, view.ticket.slip_id)
    with place.books.transactions.reading("a test") as connection:
        found = connection.exec_driver_sql("SELECT who, slip_id FROM accesses").all()
    assert [tuple(row) for row in found] == [("anna", view.ticket.slip_id)]


def test_a_slip_whose_original_is_gone_is_shown_as_it_was_kept(place: Place) -> None:
    view = one(place, filters=CORRECTED)
    seen = place.books.queue.seen(view.ticket.period, view.ticket.slip_id)
    assert seen is not None
    place.workspace.originals.path_of(seen.source.sha256).unlink()
    assert (
        place.room.gallery.field(ANNA, view.ticket.period, view.ticket.slip_id, "account")[:2] == b"\xff\xd8"
    )
