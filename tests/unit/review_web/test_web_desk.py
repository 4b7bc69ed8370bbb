"""What the script asks for and gets."""

from __future__ import annotations

from typing import Any

import pytest

from forms_ocr.model import Action, Reason
from forms_ocr.review.shown import Filters
from forms_ocr.review.web import make_app
from tests.unit.review_web.asgi_browser import Answer, Browser
from tests.unit.review_web.desk_doubles import MemoryDesk, memory_room, paper_slip

RIGHT = {"account": "121009348165", "reading": "41775"}


class Reviewer:
    """Somebody signed in, with what their page would do."""

    def __init__(self, login: str = "reviewer") -> None:
        self.room = memory_room([paper_slip(1), paper_slip(2), paper_slip(3, "office-12")])
        assert isinstance(self.room.desk, MemoryDesk)
        self.desk = self.room.desk
        self.browser = Browser(make_app(self.room))
        self.login = login
        self.browser.sign_in(login)

    def call(self, address: str, **told: object) -> Answer:
        return self.browser.call(address, told, f"csrf-{self.login}")

    def first(self) -> dict[str, Any]:
        slip: dict[str, Any] = self.call("/queue/next").json["slips"][0]
        return slip

    def save(self, ticket: str, typed: dict[str, str], action: str = "confirm", **more: object) -> Answer:
        return self.call("/queue/save", ticket=ticket, typed=typed, action=action, **more)


@pytest.fixture
def reviewer() -> Reviewer:
    return Reviewer()


def test_slips_come_with_what_is_asked_and_nothing_that_was_read(reviewer: Reviewer) -> None:
    slip = reviewer.first()
    account, reading = slip["asked"]
    assert account["label"] == "Лицевой счёт"
    assert account["known"] == ["1", "2", "1", "0", None, "9", "3", "4", None, "1", "6", "5"]
    assert (account["candidates"], reading["candidates"]) == ([], [])
    assert slip["reasons"][0]["code"] == "account_uncertain"
    assert slip["picture"] == "/pictures/slip/2026-11/s0000000000000001"


def test_only_slips_of_ones_own_offices_come(reviewer: Reviewer) -> None:
    offices = {slip["office"] for slip in reviewer.call("/queue/next", count=6).json["slips"]}
    assert offices == {"office-07"}


def test_what_is_held_already_does_not_come_again(reviewer: Reviewer) -> None:
    first = reviewer.first()["ticket"]
    rest = reviewer.call("/queue/next", count=6, but=[first]).json["slips"]
    assert [slip["ticket"] for slip in rest] == ["2026-11.s0000000000000002.1"]


def test_filters_reach_the_desk(reviewer: Reviewer) -> None:
    reviewer.call("/queue/next", office="office-07", reason="account_uncertain", field="account")
    assert reviewer.desk.asked_filters[-1] == Filters("office-07", "account_uncertain", "account")
    page = reviewer.browser.get("/queue?office=office-07").text
    assert 'data-office="office-07"' in page


def test_what_agrees_is_saved_at_once(reviewer: Reviewer) -> None:
    answer = reviewer.save(
        reviewer.first()["ticket"], RIGHT, first_key_ms=420, shown_at="2026-11-24T10:00:01Z"
    )
    assert (answer.status, answer.json["outcome"]) == (200, "accepted")
    login, _, handling = reviewer.desk.saved[0]
    assert (login, handling.action, dict(handling.typed)) == ("reviewer", Action.CONFIRM, RIGHT)
    assert (handling.first_key_ms, handling.shown_at) == (420, "2026-11-24T10:00:01Z")


def test_what_differs_says_where_and_waits_to_be_confirmed(reviewer: Reviewer) -> None:
    ticket, typed = reviewer.first()["ticket"], RIGHT | {"reading": "41774"}
    answer = reviewer.save(ticket, typed)
    assert (answer.status, answer.json["verdict"]["kind"]) == (422, "differs")
    assert answer.json["verdict"]["differing"] == {"reading": [4]}
    assert "41775" not in answer.text
    assert reviewer.save(ticket, typed, is_confirmed=True).json["outcome"] == "accepted"


@pytest.mark.parametrize(
    ("action", "outcome"),
    [("rescan", "rescan"), ("uncertain", "passed_on"), ("skip", "skipped"), ("refuse", "refused")],
)
def test_other_decisions(reviewer: Reviewer, action: str, outcome: str) -> None:
    answer = reviewer.save(reviewer.first()["ticket"], {}, action, refusal="signature_missing")
    assert answer.json["outcome"] == outcome
    assert reviewer.desk.saved[0][2].refusal is Reason.SIGNATURE_MISSING


@pytest.mark.parametrize("action", ["undo", "second_opinion", "delete"])
def test_what_pages_do_not_send_is_refused(reviewer: Reviewer, action: str) -> None:
    assert reviewer.save(reviewer.first()["ticket"], {}, action).status == 400


def test_a_late_save_is_a_conflict(reviewer: Reviewer) -> None:
    ticket = reviewer.first()["ticket"]
    reviewer.desk.slips["s0000000000000001"].holder = "senior"
    answer = reviewer.save(ticket, RIGHT)
    assert answer.status == 409
    assert answer.json == {"refused": "conflict", "is_settled": False, "opinion": 7}


def test_undo_brings_the_slip_back(reviewer: Reviewer) -> None:
    assert reviewer.call("/queue/undo").status == 404
    ticket = reviewer.first()["ticket"]
    reviewer.save(ticket, {}, "rescan")
    assert reviewer.call("/queue/undo").json["slip"]["ticket"].startswith("2026-11.s0000000000000001")


def test_leases_are_kept_and_let_go(reviewer: Reviewer) -> None:
    ticket = reviewer.first()["ticket"]
    assert reviewer.call("/queue/keep", tickets=[ticket]).json["left"] == {ticket: 60.0}
    reviewer.call("/queue/let-go", tickets=[ticket])
    assert reviewer.desk.let_gone == ["s0000000000000001"]


def test_the_registry_answers_to_accounts_and_addresses(reviewer: Reviewer) -> None:
    told = reviewer.call("/registry/beside", period="2026-11", account="121009348165", reading="41775").json
    assert told["beside"]["line"]["last_reading"] == "41520"
    assert told["beside"]["used"] == "255"
    assert reviewer.call("/registry/address", street="лесная").json["lines"][0]["house"] == "72"
    assert reviewer.call("/registry/address", street="нет такой").json["lines"] == []


def test_who_is_signed_out_is_told_so_by_status(reviewer: Reviewer) -> None:
    reviewer.browser.cookies.pop("forms_ocr_session")
    answer = reviewer.call("/queue/next")
    assert (answer.status, answer.json) == (401, {"refused": "unauthorized"})


def test_sheets_go_back_when_known_cells_were_missed(reviewer: Reviewer) -> None:
    sheet = reviewer.call("/sheets/next", digit="7").json["sheet"]
    assert sheet["cells"][0]["picture"] == "/pictures/cell/sheet-1/a"
    assert reviewer.browser.get(sheet["cells"][0]["field"]).headers["content-type"] == "image/jpeg"
    missed = reviewer.call("/sheets/save", sheet="sheet-1", marked={}).json
    assert (missed["is_taken"], missed["missed"]) == (False, ["seed"])
    assert reviewer.call("/sheets/save", sheet="sheet-1", marked={"seed": "1"}).json["is_taken"]
    assert reviewer.call("/sheets/next").json["sheet"] is None
    assert reviewer.call("/sheets/save", sheet="old", marked={}).status == 409
    assert reviewer.call("/sheets/next", digit="77").status == 400
