"""The page on which accounts are looked after."""

from __future__ import annotations

import re

import pytest

from forms_ocr.model import Role
from forms_ocr.review.room import ReviewRoom
from forms_ocr.review.web import make_app
from tests.unit.review_web.asgi_browser import Browser
from tests.unit.review_web.desk_doubles import MemoryManaging, memory_room


@pytest.fixture
def room() -> ReviewRoom:
    return memory_room()


@pytest.fixture
def admin(room: ReviewRoom) -> Browser:
    browser = Browser(make_app(room))
    browser.sign_in("admin")
    return browser


def changes(room: ReviewRoom) -> list[tuple[str, Role, tuple[str, ...], bool]]:
    assert isinstance(room.managing, MemoryManaging)
    return room.managing.changes


def token(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def test_everybody_is_there_with_what_they_may_and_nothing_of_passwords(admin: Browser) -> None:
    page = admin.get("/people")
    assert page.status == 200
    assert "Анна &lt;b&gt;Петрова&lt;/b&gt;" in page.text
    assert '<option value="reviewer" selected>Проверяющий' in page.text
    assert ">office-07</textarea>" in page.text
    assert 'name="login" value="reviewer"' in page.text
    assert 'name="login" value="admin"' not in page.text, "nobody changes themselves"
    assert "argon2" not in page.text
    assert 'type="password"' not in page.text


def test_a_change_is_sent_on_and_told(admin: Browser, room: ReviewRoom) -> None:
    form = {"csrf": token(admin.get("/people").text), "login": "reviewer", "role": "senior"}
    sent = {**form, "offices": " office-07 \r\n\r\noffice-12", "disabled": "yes"}
    answer = admin.post("/people", sent)
    assert (answer.status, answer.headers["location"]) == (303, "/people?changed=reviewer")
    assert admin.post("/people", form).status == 303
    assert changes(room) == [
        ("reviewer", Role.SENIOR, ("office-07", "office-12"), True),
        ("reviewer", Role.SENIOR, (), False),
    ]
    assert "Изменено: &lt;i&gt;" in admin.get("/people?changed=<i>").text


def test_what_no_page_sends_changes_nothing(admin: Browser, room: ReviewRoom) -> None:
    form = {"csrf": token(admin.get("/people").text), "login": "reviewer", "role": "emperor"}
    assert admin.post("/people", form).status == 400
    assert admin.post("/people", form | {"role": "admin", "csrf": "guessed"}).status == 403
    assert changes(room) == []


@pytest.mark.parametrize("login", ["reviewer", "senior", "operator", "scanning"])
def test_only_administrators_get_there(room: ReviewRoom, login: str) -> None:
    browser = Browser(make_app(room))
    browser.sign_in(login)
    assert browser.get("/people").status == 403
    page = browser.get("/password").text
    assert 'href="/people"' not in page
    answer = browser.post("/people", {"csrf": token(page), "login": "senior", "role": "admin"})
    assert (answer.status, changes(room)) == (403, [])
