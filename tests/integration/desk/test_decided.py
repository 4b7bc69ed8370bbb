"""What people decided, told by the commands; and what becomes of it when it is taken back or contradicted."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from forms_ocr.cli import main
from forms_ocr.model import Action, Person, Reason
from forms_ocr.review.asking import machine_value
from forms_ocr.review.faults import ConflictError, NotFoundError
from forms_ocr.review.shown import Filters, Handling, Outcome, SlipView
from tests.integration.desk.conftest import ANNA, BORIS, REGISTRY, VERA, Place

CORRECTED = Filters(reason="account_uncertain")
SAMPLES = Filters(reason="confidence_too_low")


def one(place: Place, person: Person, filters: Filters) -> SlipView:
    (view,) = place.room.desk.next_slips(person, filters, 1)
    return view


def as_read(place: Place, view: SlipView) -> dict[str, str]:
    seen = place.books.queue.seen(view.ticket.period, view.ticket.slip_id)
    assert seen is not None
    subjects = place.checker.subjects
    return {asked.name: machine_value(subjects[asked.name], seen.slip.record) for asked in view.asked}


def confirm(place: Place, person: Person, view: SlipView, **typed: str) -> Outcome:
    handling = Handling(Action.CONFIRM, as_read(place, view) | typed, is_confirmed=True)
    return place.room.desk.save(person, view.ticket, handling).outcome


def command(place: Place, *asked: str) -> str:
    result = CliRunner().invoke(main, [asked[0], *asked[1:], "-w", str(place.workspace.folder)])
    assert result.exit_code in {0, 4}, result.output
    return result.output


def exports(place: Place) -> Mapping[str, Mapping[str, str]]:
    """Every row of the three tables by slip, after a run with nothing new to read."""
    command(place, "resume", "--registry", str(REGISTRY), "--period", "2026-11", "--workers", "1")
    return rows(place.workspace.exports)


def rows(folder: Path) -> Mapping[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for name in ("records.csv", "review.csv", "refused.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            found |= {row["slip_id"]: row | {"table": name} for row in csv.DictReader(file)}
    return found


def test_explain_and_report_tell_what_people_did(place: Place) -> None:
    view = one(place, ANNA, CORRECTED)
    slip_id = view.ticket.slip_id
    confirm(place, ANNA, view)
    place.clock.go(minutes=1)
    back = place.room.desk.undo(ANNA)
    place.clock.go(minutes=1)
    refusal = Handling(Action.REFUSE, refusal=Reason.SIGNATURE_MISSING)
    place.room.desk.save(ANNA, back.ticket, refusal)
    english = command(place, "explain", slip_id)
    assert "To be reviewed by a person" in english, "why the machine held it back stays"
    told = english[english.index("What people decided") :]
    assert "2026-11-27 12:00:00  anna: read (№ 1) [taken back]" in told
    assert "2026-11-27 12:01:00  anna: decision № 1 taken back (№ 2)" in told
    assert "2026-11-27 12:02:00  anna: refused: no signature (№ 3)" in told
    assert told.rstrip().endswith("Outcome: refused; no signature")
    assert "anna: отменено решение № 1 (№ 2)" in command(place, "explain", slip_id, "--lang", "ru")
    other = one(place, BORIS, Filters(reason="reading_below_last"))
    assert "What people decided" not in command(place, "explain", other.ticket.slip_id)
    exports(place)
    report = (place.workspace.exports / "report.html").read_text("utf-8")
    section = report[report.index('id="people"') :]
    assert slip_id in section
    assert "<b><bdi>anna</bdi></b>" in section
    assert '<li value="1" class="void">' in section
    assert other.ticket.slip_id not in section


def test_what_was_taken_back_is_as_it_was_before(place: Place) -> None:
    before = exports(place)
    view = one(place, ANNA, CORRECTED)
    confirm(place, ANNA, view)
    assert exports(place)[view.ticket.slip_id]["table"] == "records.csv"
    place.room.desk.undo(ANNA)
    assert exports(place) == before
    waiting = place.refill()
    back = one(place, ANNA, CORRECTED)
    assert (back.ticket.slip_id, back.asked) == (view.ticket.slip_id, view.asked)
    assert waiting == 5


def test_a_sample_that_was_taken_back_waits_and_is_not_counted(place_with_samples: Place) -> None:
    place = place_with_samples
    view = one(place, ANNA, SAMPLES)
    confirm(place, ANNA, view)
    place.room.desk.undo(ANNA)
    assert place.room.figures.quality(VERA).accepted.slips == 0
    place.refill()
    back = one(place, ANNA, SAMPLES)
    assert back.ticket.slip_id == view.ticket.slip_id, "a refill does not take it for answered"
    assert "missing" in command(place, "quality", "--json")
    assert '"slips": 0' in command(place, "quality", "--json")
    confirm(place, ANNA, back)
    assert place.room.figures.quality(VERA).accepted.slips == 1


def two_digits(place: Place, person: Person) -> SlipView:
    """A slip with one cell that may hold either of two digits."""
    views = place.room.desk.next_slips(person, Filters(reason="reading_uncertain"), 9)
    others = [view.ticket for view in views if not view.scan.endswith("две-цифры.jpg")]
    place.room.desk.let_go(person, others)
    (found,) = [view for view in views if view.ticket not in others]
    return found


def test_two_answers_to_one_slip_go_to_a_third_at_once(place: Place) -> None:
    lost = two_digits(place, ANNA)
    place.clock.go(seconds=301)
    view = two_digits(place, BORIS)
    assert confirm(place, BORIS, view, reading="05558") is Outcome.ACCEPTED
    with pytest.raises(ConflictError):
        confirm(place, ANNA, lost, reading="05658")
    place.clock.go(days=2)
    for person in (ANNA, BORIS):
        seen = place.room.desk.next_slips(person, Filters(), 9)
        assert lost.ticket.slip_id not in [other.ticket.slip_id for other in seen]
        place.room.desk.let_go(person, [other.ticket for other in seen])
    last = two_digits(place, VERA)
    assert (last.ticket.slip_id, last.stage) == (lost.ticket.slip_id, 3)
    assert [dict(said) for said in last.opinions] == [{"reading": "05558"}, {"reading": "05658"}]
    assert exports(place)[last.ticket.slip_id]["table"] == "review.csv", "nothing holds meanwhile"
    assert place.refill() == 5
    with pytest.raises(NotFoundError):
        place.room.desk.undo(BORIS)
    assert confirm(place, VERA, last, reading="05658") is Outcome.ACCEPTED
    assert exports(place)[last.ticket.slip_id]["reading"] == "05658"
    told = command(place, "explain", last.ticket.slip_id)
    assert "boris: read; another read otherwise, a third decides (№ 1)" in told
    assert "vera: senior: read (№ 3)\n      Reading: 05558 → 05658" in told


def test_an_accepted_slip_that_a_person_contradicts_is_asked_about_at_once(place: Place) -> None:
    view = two_digits(place, BORIS)
    accepted = next(row for row in rows(place.workspace.exports).values() if row["table"] == "records.csv")
    seen = place.books.queue.seen("2026-11", view.ticket.slip_id)
    assert seen is not None
    with place.books.transactions.writing("making two slips of one account") as connection:
        connection.exec_driver_sql("UPDATE review_said SET account = ?", (seen.slip.record.account,))
    confirm(place, BORIS, view, reading="05558")
    (came,) = place.room.desk.next_slips(ANNA, Filters(reason="conflicting_readings"), 9)
    assert (came.ticket.slip_id, came.stage) == (accepted["slip_id"], 1)
    assert [asked.name for asked in came.asked] == ["account", "reading"]
    assert all(character is None for asked in came.asked for character in asked.known)
