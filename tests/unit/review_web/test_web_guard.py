"""Requests from elsewhere are refused, and every answer carries the policy."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from forms_ocr.review.web import make_app
from forms_ocr.review.web.guard import is_foreign, is_same_token
from tests.unit.review_web.asgi_browser import HOST, ORIGIN, Answer, Browser
from tests.unit.review_web.desk_doubles import memory_room, paper_slip

TICKET = "2026-11.s0000000000000001.1"


@pytest.fixture
def browser() -> Browser:
    found = Browser(make_app(memory_room([paper_slip(1), paper_slip(2, "office-12")])))
    assert found.sign_in("reviewer").status == 303
    return found


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"host": HOST, "origin": ORIGIN}, False),
        ({"host": HOST}, False),
        ({"host": HOST, "origin": "https://evil.example"}, True),
        ({"host": HOST, "origin": f"http://{HOST}.evil.example"}, True),
        ({"host": HOST, "origin": f"http://{HOST}:8080"}, True),
        ({"host": HOST, "origin": "null"}, True),
        ({"host": HOST, "origin": ORIGIN, "sec-fetch-site": "same-site"}, True),
        ({"host": HOST, "origin": ORIGIN, "sec-fetch-site": "same-origin"}, False),
        ({"host": HOST, "sec-fetch-site": "cross-site"}, True),
    ],
)
def test_only_our_own_pages_may_change_something(headers: dict[str, str], expected: bool) -> None:
    assert is_foreign("POST", Headers(headers)) is expected
    assert not is_foreign("GET", Headers(headers))


def test_no_token_is_right_where_none_is_expected() -> None:
    assert is_same_token("abc", "abc")
    assert not is_same_token("abd", "abc")
    assert not is_same_token("", "")
    assert not is_same_token("слово", "abc")


@pytest.mark.parametrize("address", ["/login", "/queue", "/nowhere", "/static/0/none.js"])
def test_every_answer_carries_the_policy(browser: Browser, address: str) -> None:
    headers = browser.get(address).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "same-origin"


def test_pages_carry_no_style_or_script_of_their_own(browser: Browser) -> None:
    for address in ("/queue", "/sheets", "/password"):
        text = browser.get(address).text
        assert "<style" not in text
        assert " style=" not in text
        assert "<script>" not in text
        assert "onclick" not in text
        assert "http://" not in text.replace("http://www.w3.org", "")
        assert "https://" not in text


def test_a_foreign_page_cannot_save(browser: Browser) -> None:
    body = {"ticket": TICKET, "typed": {}, "action": "skip"}
    browser.origin = "https://evil.example"
    assert browser.call("/queue/save", body, "csrf-reviewer").status == 403


@pytest.mark.parametrize("token", ["", "csrf-operator", "csrf-reviewe"])
def test_a_call_without_its_token_is_refused(browser: Browser, token: str) -> None:
    assert browser.call("/queue/next", {}, token).status == 403


def test_a_form_without_its_token_is_refused(browser: Browser) -> None:
    assert browser.post("/logout", {}).status == 403
    assert browser.get("/queue").status == 200
    assert browser.post("/logout", {"csrf": "csrf-reviewer"}).status == 303
    assert browser.get("/queue").status == 303


def test_pictures_need_a_session_and_the_right_office(browser: Browser) -> None:
    own, others = "/pictures/slip/2026-11/s0000000000000001", "/pictures/slip/2026-11/s0000000000000002"
    answer = browser.get(own)
    assert answer.status == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    assert browser.get(others).status == 404
    assert browser.get("/pictures/slip/2026-11/s-none").status == 404
    browser.cookies.clear()
    assert browser.get(own).status == 303


def test_what_is_not_there_and_what_is_not_theirs_look_the_same(browser: Browser) -> None:
    def told(answer: Answer) -> tuple[int, bytes]:
        return answer.status, answer.body

    others = browser.get("/pictures/slip/2026-11/s0000000000000002")
    none = browser.get("/pictures/slip/2026-11/s0000000000000003")
    assert told(others) == (404, none.body.replace(b"0003", b"0002"))


def test_roles_open_their_pages_only(browser: Browser) -> None:
    for address in ("/overview", "/upload", "/figures"):
        assert browser.get(address).status == 403
    operator = Browser(browser.app)
    operator.sign_in("operator")
    assert operator.get("/overview").status == 200
    assert operator.get("/queue").status == 403
    assert operator.call("/queue/next", {}, "csrf-operator").status == 403


def test_static_files_may_be_kept_and_change_their_address_with_their_content(browser: Browser) -> None:
    page = browser.get("/login").text
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    answer = browser.get(address)
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/css")
    assert browser.get("/static/0000000000000000/app.css").status == 404


def test_calls_take_nothing_that_is_not_asked_for(browser: Browser) -> None:
    assert browser.call("/queue/next", {"count": 999}, "csrf-reviewer").status == 400
    assert browser.call("/queue/next", {"more": 1}, "csrf-reviewer").status == 400
    assert browser.call("/queue/next", ["no"], "csrf-reviewer").status == 400
    long = {"ticket": TICKET, "typed": {"account": "1" * 500}}
    assert browser.call("/queue/judge", long, "csrf-reviewer").status == 400
    assert browser.call("/queue/judge", {"ticket": "x", "typed": {}}, "csrf-reviewer").status == 400
    huge = {"tickets": ["x" * 100_000]}
    assert browser.call("/queue/keep", huge, "csrf-reviewer").status == 413


def test_https_is_kept_to_where_it_is_used() -> None:
    secure = Browser(make_app(memory_room(is_secure=True)))
    answer = secure.get("/login")
    assert "max-age" in answer.headers["strict-transport-security"]
    assert "secure" in answer.headers["set-cookie"].lower()


def test_an_address_that_is_none_is_told_in_the_visitors_language(browser: Browser) -> None:
    missing = browser.get("/nowhere")
    assert missing.status == 404
    assert "Здесь ничего нет" in missing.text
    browser.cookies["forms_ocr_language"] = "en"
    assert "There is nothing here" in browser.get("/nowhere").text
    assert "content-security-policy" in browser.get("/nowhere").headers
    assert browser.get("/queue/save").status == 405


def test_who_may_not_see_a_page_keeps_the_way_to_their_own(browser: Browser) -> None:
    refused = browser.get("/figures")
    assert refused.status == 403
    assert 'href="/queue"' in refused.text
    assert 'href="/figures"' not in refused.text
