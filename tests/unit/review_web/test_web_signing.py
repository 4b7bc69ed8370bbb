"""Signing in and out, language and look."""

from __future__ import annotations

import pytest

from forms_ocr.review.web import make_app
from forms_ocr.review.web.signing import local_address
from tests.unit.review_web.asgi_browser import Browser, hidden
from tests.unit.review_web.desk_doubles import memory_room


@pytest.fixture
def browser() -> Browser:
    return Browser(make_app(memory_room()))


def test_who_is_not_signed_in_is_asked_to_and_comes_back(browser: Browser) -> None:
    asked = browser.get("/queue")
    assert (asked.status, asked.headers["location"]) == (303, "/login?back=%2Fqueue")
    page = browser.get(asked.headers["location"])
    form = {"csrf": hidden(page.text, "csrf"), "back": hidden(page.text, "back")}
    answer = browser.post("/login", {**form, "login": "reviewer", "password": "reviewer"})
    assert (answer.status, answer.headers["location"]) == (303, "/queue")
    cookie = next(text for text in answer.cookies if text.startswith("forms_ocr_session"))
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert browser.get("/queue").status == 200


def test_wrong_name_and_wrong_password_are_told_alike(browser: Browser) -> None:
    token = hidden(browser.get("/login").text, "csrf")
    told = {
        browser.post("/login", {"csrf": token, "login": name, "password": "x", "back": "/"}).text.replace(
            name, "somebody"
        )
        for name in ("reviewer", "nobody_")
    }
    assert len(told) == 1
    assert "не подходят" in told.pop()


def test_too_many_attempts_have_to_wait(browser: Browser) -> None:
    token = hidden(browser.get("/login").text, "csrf")
    form = {"csrf": token, "login": "reviewer", "password": "x", "back": "/"}
    answers = [browser.post("/login", form) for _ in range(4)]
    assert [answer.status for answer in answers] == [401, 401, 401, 429]
    assert answers[-1].headers["retry-after"] == "42"
    assert "42 секунды" in answers[-1].text


def test_a_login_made_by_another_page_is_refused(browser: Browser) -> None:
    browser.get("/login")
    answer = browser.post("/login", {"csrf": "guessed", "login": "admin", "password": "admin", "back": "/"})
    assert answer.status == 403
    assert "forms_ocr_session" not in browser.cookies


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "/\\evil.example", "https://evil.example", "", "javascript:alert(1)", "/a\nb"],
)
def test_nobody_is_sent_elsewhere(address: str) -> None:
    assert local_address(address) == "/"


@pytest.mark.parametrize(
    ("login", "home"),
    [("reviewer", "/queue"), ("operator", "/overview"), ("scanning", "/upload"), ("senior", "/queue")],
)
def test_everybody_comes_to_their_own_work(browser: Browser, login: str, home: str) -> None:
    browser.sign_in(login)
    assert browser.get("/").headers["location"] == home


def test_names_of_people_are_text(browser: Browser) -> None:
    browser.sign_in("reviewer")
    page = browser.get("/queue").text
    assert "<b>Петрова" not in page
    assert "&lt;b&gt;Петрова" in page


def test_russian_comes_first_and_english_is_one_click_away(browser: Browser) -> None:
    assert '<html lang="ru">' in browser.get("/login").text
    answer = browser.post("/look", {"language": "en", "back": "/login"})
    assert (answer.status, answer.headers["location"]) == (303, "/login")
    page = browser.get("/login").text
    assert '<html lang="en">' in page
    assert "Sign in" in page


def test_look_is_kept(browser: Browser) -> None:
    browser.post("/look", {"theme": "dark", "back": "/login"})
    assert 'data-theme="dark"' in browser.get("/login").text
    browser.cookies["forms_ocr_theme"] = '"><script>'
    assert "data-theme" not in browser.get("/login").text


@pytest.mark.parametrize(
    ("old", "new", "again", "status", "told"),
    [
        ("reviewer", "a new password", "a new password", 303, ""),
        ("reviewer", "a new password", "another", 400, "по-разному"),
        ("wrong", "a new password", "a new password", 400, "Старый пароль неверен"),
        ("reviewer", "short", "short", 400, "двенадцать знаков"),
    ],
)
def test_people_change_their_password(
    browser: Browser, old: str, new: str, again: str, status: int, told: str
) -> None:
    browser.sign_in("reviewer")
    before = browser.cookies["forms_ocr_session"]
    form = {"csrf": "csrf-reviewer", "old": old, "new": new, "again": again}
    answer = browser.post("/password", form)
    assert answer.status == status
    assert told in answer.text
    if status != 303:
        assert browser.cookies["forms_ocr_session"] == before


def test_signing_out_ends_the_session(browser: Browser) -> None:
    browser.sign_in("reviewer")
    kept = dict(browser.cookies)
    browser.post("/logout", {"csrf": "csrf-reviewer"})
    browser.cookies.update(kept)
    assert browser.get("/queue").status == 303
