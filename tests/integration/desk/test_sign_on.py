"""Signing in at a provider: the way there and back, and every way in which it must not let in."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest

from forms_ocr.cli.reviewing import sign_on_settings
from forms_ocr.config import OidcSection, load_configuration
from forms_ocr.errors import ConfigurationError
from forms_ocr.model import Role
from forms_ocr.review.checking import Checker
from forms_ocr.review.entrance import Staff
from forms_ocr.review.faults import SignInError
from forms_ocr.review.inspecting import Inspected
from forms_ocr.review.room import ReviewRoom, RoomSettings, build_room
from forms_ocr.review.sign_on import SignOn
from forms_ocr.review.sign_on_settings import RETURN_PATH, SignOnSettings
from forms_ocr.review.web import make_app
from forms_ocr.store import Workspace, open_ledger
from tests.integration.desk.conftest import CHEAP, Place, opened
from tests.integration.desk.fake_provider import (
    CLIENT,
    SECRET,
    Provider,
    elliptic_key,
    provider_served,
    rsa_key,
)
from tests.unit.review_web.asgi_browser import Answer, Browser

SESSION = "forms_ocr_session"


@pytest.fixture(scope="module")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copied for each test: making one takes longer than most of them."""
    folder = tmp_path_factory.mktemp("empty")
    with open_ledger(Workspace(folder)):
        return folder


@pytest.fixture
def place(tmp_path: Path, empty_ledger: Path, checker: Checker) -> Iterator[Place]:
    """Nothing has been read yet."""
    shutil.copytree(empty_ledger, tmp_path, dirs_exist_ok=True)
    with opened(Workspace(tmp_path), checker, 0.0) as found:
        yield found


@pytest.fixture
def provider() -> Iterator[Provider]:
    with provider_served() as served:
        yield served


@pytest.fixture
def settings(provider: Provider) -> SignOnSettings:
    back = "https://review.example" + RETURN_PATH
    scopes = ("openid", "profile")
    return SignOnSettings(provider.address, CLIENT, SECRET, back, "preferred_username", scopes, "Портал")


@pytest.fixture
def room(place: Place, settings: SignOnSettings) -> ReviewRoom:
    Staff(place.books.people, CHEAP).add("anna", "Анна", Role.REVIEWER, None, None)
    return replace(place.room, sign_on=SignOn(settings, place.clock))


@pytest.fixture
def browser(room: ReviewRoom) -> Browser:
    return Browser(make_app(room))


def set_out(browser: Browser, provider: Provider, back: str = "/sheets") -> dict[str, str]:
    """To the provider's page, where somebody signs in: what leads them back."""
    answer = browser.get(f"/login/provider?{urlencode({'back': back})}")
    assert answer.status == 303, answer.text
    return provider.authorise(answer.headers["location"])


def come_back(browser: Browser, answer: dict[str, str]) -> Answer:
    return browser.get(f"{RETURN_PATH}?{urlencode(answer)}")


def is_in(browser: Browser) -> bool:
    return browser.get("/queue").status == 200


def test_who_is_known_gets_in_and_to_the_page_they_wanted(browser: Browser, provider: Provider) -> None:
    page = browser.get("/login?back=/sheets").text
    assert 'href="/login/provider?back=%2Fsheets"' in page
    assert "Войти через Портал" in page
    answer = come_back(browser, set_out(browser, provider))
    assert answer.status == 200
    assert '<meta http-equiv="refresh" content="0;url=/sheets">' in answer.text
    (cookie,) = [text for text in answer.cookies if text.startswith(SESSION)]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert is_in(browser)


def test_the_ticket_comes_back_from_another_site_and_tells_nothing(
    browser: Browser, provider: Provider
) -> None:
    answer = browser.get("/login/provider")
    (cookie,) = answer.cookies
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert browser.cookies["forms_ocr_provider"] not in answer.headers["location"]
    assert SECRET not in answer.headers["location"]
    del provider


def test_an_elliptic_key_will_do(browser: Browser, provider: Provider) -> None:
    provider.keys = {"e1": elliptic_key()}
    provider.signs_with, provider.algorithm = ("e1", elliptic_key()), "ES256"
    assert come_back(browser, set_out(browser, provider)).status == 200


def test_a_secret_in_the_form_where_the_provider_wants_it_there(browser: Browser, provider: Provider) -> None:
    provider.description = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert come_back(browser, set_out(browser, provider)).status == 200


def test_keys_that_changed_are_fetched_again_but_not_for_everybody(
    browser: Browser, provider: Provider, place: Place
) -> None:
    assert come_back(browser, set_out(browser, provider)).status == 200
    provider.keys = {"k2": rsa_key(2)}
    provider.signs_with = ("k2", rsa_key(2))
    assert come_back(browser, set_out(browser, provider)).status == 401, "asked for a moment ago"
    place.clock.go(seconds=11)
    assert come_back(browser, set_out(browser, provider)).status == 200
    assert provider.fetched.count("/keys") == 2


# -- who is not let in -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another client"},
        {"aud": [CLIENT, "another client"]},
        {"aud": [CLIENT, "another client"], "azp": "another client"},
        {"azp": "another client"},
        {"exp": int(time.time()) - 120},
        {"exp": None},
        {"iat": int(time.time()) + 3600},
        {"nbf": int(time.time()) + 3600},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"sub": None},
        {"preferred_username": None},
        {"preferred_username": ["anna"]},
        {"preferred_username": ""},
    ],
    ids=" and ".join,  # the values hold the time, and every process that runs tests names them for itself
)
def test_an_identity_that_does_not_hold(
    browser: Browser, provider: Provider, claims: dict[str, object]
) -> None:
    provider.claims = claims
    answer = come_back(browser, set_out(browser, provider))
    assert (answer.status, is_in(browser)) == (401, False)
    assert "вас не узнали" in answer.text


def foreign_key(provider: Provider) -> None:
    provider.signs_with = ("k1", rsa_key(1))


def unknown_key(provider: Provider) -> None:
    provider.signs_with = ("k9", rsa_key())


def no_signature(provider: Provider) -> None:
    provider.signs_with, provider.algorithm = ("k1", None), "none"


def clients_secret(provider: Provider) -> None:
    provider.signs_with, provider.algorithm = ("k1", SECRET * 3), "HS256"


@pytest.mark.parametrize("lie", [foreign_key, unknown_key, no_signature, clients_secret])
def test_a_signature_that_is_none(
    browser: Browser, provider: Provider, lie: Callable[[Provider], None]
) -> None:
    lie(provider)
    answer = come_back(browser, set_out(browser, provider))
    assert (answer.status, is_in(browser)) == (401, False)


def test_an_answer_that_was_forged_or_used(browser: Browser, provider: Provider, room: ReviewRoom) -> None:
    answer = set_out(browser, provider)
    stranger = Browser(make_app(room))
    assert come_back(stranger, answer).status == 401, "they did not set out from here"
    forged = come_back(browser, answer | {"state": "guessed"})
    assert (forged.status, is_in(browser)) == (401, False)
    assert "слишком старая" in forged.text or "ещё раз" in forged.text
    again = set_out(browser, provider)
    ticket = browser.cookies["forms_ocr_provider"]
    assert come_back(browser, again).status == 200
    browser.cookies = {"forms_ocr_provider": ticket}
    assert (come_back(browser, again).status, is_in(browser)) == (401, False)


def test_a_code_of_somebody_elses_way_is_worth_nothing(
    browser: Browser, provider: Provider, room: ReviewRoom
) -> None:
    stolen = set_out(browser, provider)["code"]
    thief = Browser(make_app(room))
    own = set_out(thief, provider)
    assert come_back(thief, own | {"code": stolen}).status == 502, "the provider knows another verifier"
    assert not is_in(thief)


def test_who_takes_too_long(browser: Browser, provider: Provider, place: Place) -> None:
    answer = set_out(browser, provider)
    place.clock.go(minutes=11)
    assert come_back(browser, answer).status == 401


@pytest.mark.parametrize(
    "changed",
    [{"code": ""}, {"error": "access_denied"}, {"iss": "https://elsewhere.example"}],
    ids=lambda changed: next(iter(changed)),
)
def test_an_answer_that_is_none(browser: Browser, provider: Provider, changed: dict[str, str]) -> None:
    answer = come_back(browser, set_out(browser, provider) | changed)
    assert (answer.status, is_in(browser)) == (401, False)


def test_an_answer_without_the_issuer_that_was_promised(browser: Browser, provider: Provider) -> None:
    provider.description = {"authorization_response_iss_parameter_supported": True}
    answer = set_out(browser, provider)
    del answer["iss"]
    assert come_back(browser, answer).status == 401


@pytest.mark.parametrize("login", ["nobody", "boris", "a" * 300])
def test_nobody_lets_themselves_in(
    browser: Browser, provider: Provider, place: Place, room: ReviewRoom, login: str
) -> None:
    people = Staff(place.books.people, CHEAP)
    people.change(replace(people.add("boris", "", Role.REVIEWER, None, None), is_disabled=True))
    provider.claims = {"preferred_username": login}
    answer = come_back(browser, set_out(browser, provider))
    assert (answer.status, is_in(browser)) == (403, False)
    assert "ещё не допустили" in answer.text
    with pytest.raises(SignInError):
        room.entrance.admit(login)


@pytest.mark.parametrize(("is_verified", "status"), [(True, 200), (False, 401), ("true", 401), (None, 401)])
def test_an_address_counts_only_where_the_provider_verified_it(
    place: Place, provider: Provider, settings: SignOnSettings, is_verified: object, status: int
) -> None:
    Staff(place.books.people, CHEAP).add("anna@example.org", "", Role.REVIEWER, None, None)
    by_mail = SignOn(replace(settings, claim="email"), place.clock)
    browser = Browser(make_app(replace(place.room, sign_on=by_mail)))
    provider.claims = {"email": "anna@example.org", "email_verified": is_verified}
    assert come_back(browser, set_out(browser, provider)).status == status


@pytest.mark.parametrize("back", ["//elsewhere.example", "https://elsewhere.example", "/login/provider"])
def test_nobody_is_led_elsewhere(browser: Browser, provider: Provider, back: str) -> None:
    answer = come_back(browser, set_out(browser, provider, back))
    assert '<meta http-equiv="refresh" content="0;url=/">' in answer.text


# -- the provider ----------------------------------------------------------------------------------


def redirects(provider: Provider) -> None:
    provider.redirects = True


@pytest.mark.parametrize(
    "lie",
    [
        lambda provider: provider.description.update(issuer="https://elsewhere.example"),
        lambda provider: provider.description.update(authorization_endpoint="http://elsewhere.example/"),
        lambda provider: provider.description.update(authorization_endpoint=None),
        redirects,
    ],
    ids=["calls itself otherwise", "in the clear", "no endpoint", "sends elsewhere"],
)
def test_a_provider_that_is_none(
    browser: Browser, provider: Provider, lie: Callable[[Provider], None]
) -> None:
    lie(provider)
    answer = browser.get("/login/provider")
    assert answer.status == 502
    assert "нет ответа" in answer.text
    assert "/elsewhere" not in provider.fetched


def test_a_provider_that_takes_no_secret(browser: Browser, provider: Provider) -> None:
    provider.description = {"token_endpoint_auth_methods_supported": ["private_key_jwt"]}
    assert come_back(browser, set_out(browser, provider)).status == 502


def test_a_provider_that_does_not_answer(place: Place, settings: SignOnSettings) -> None:
    gone = SignOn(replace(settings, issuer="http://127.0.0.1:1"), place.clock)
    browser = Browser(make_app(replace(place.room, sign_on=gone)))
    assert browser.get("/login/provider").status == 502


def test_without_its_package_nobody_is_served(
    place: Place, settings: SignOnSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jwt", None)
    monkeypatch.delitem(sys.modules, "forms_ocr.review.sign_on")
    asked = RoomSettings(place.workspace.folder, sign_on=settings)

    def build(asked: RoomSettings) -> ReviewRoom:
        return build_room(place.books, place.workspace, place.checker, lambda _: Inspected((), 1), asked)

    with pytest.raises(ConfigurationError, match="package jwt is missing"):
        build(asked)
    assert build(replace(asked, sign_on=None)).sign_on is None


def test_who_floods_the_way_in_fills_nothing(
    place: Place, settings: SignOnSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forms_ocr.review.sign_on._MOST_TICKETS", 3)
    sign_on = SignOn(settings, place.clock)
    for _ in range(9):
        sign_on.begin("/")
    assert len(sign_on._ways) == 3


# -- passwords beside it ---------------------------------------------------------------------------


def test_passwords_can_be_turned_off(room: ReviewRoom, provider: Provider) -> None:
    browser = Browser(make_app(replace(room, has_passwords=False)))
    page = browser.get("/login")
    assert 'type="password"' not in page.text
    form = {"csrf": "x", "login": "anna", "password": "x", "back": "/"}
    assert browser.post("/login", form).status == 404
    assert come_back(browser, set_out(browser, provider)).status == 200
    assert browser.get("/password").status == 404
    assert 'href="/password"' not in browser.get("/queue").text


def test_without_a_provider_there_is_no_way_to_it(place: Place) -> None:
    browser = Browser(make_app(place.room))
    assert browser.get("/login/provider").status == browser.get(RETURN_PATH).status == 404
    assert "/login/provider" not in browser.get("/login").text


@pytest.mark.parametrize("password", ["", "x", "horse battery staple"])
def test_who_has_no_password_does_not_get_in_with_one(room: ReviewRoom, password: str) -> None:
    with pytest.raises(SignInError):
        room.entrance.sign_in("anna", password, "192.0.2.7")


# -- configuration ---------------------------------------------------------------------------------

WHOLE = """
[oidc]
issuer = "https://id.example/realms/a"
client_id = "forms-ocr"
client_secret_file = "secret"
address = "https://review.example/"
"""


def configured(folder: Path, text: str) -> OidcSection:
    (folder / "forms-ocr.toml").write_text(text)
    return load_configuration(folder / "forms-ocr.toml").oidc


def test_the_secret_lies_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    found = sign_on_settings(configured(tmp_path, WHOLE), "another")
    assert found == SignOnSettings(
        "https://id.example/realms/a",
        "forms-ocr",
        SECRET,
        "https://review.example/login/provider/back",
        "preferred_username",
        ("openid", "profile"),
        "id.example",
    )


def test_or_stands_in_the_environment(tmp_path: Path) -> None:
    section = configured(tmp_path, WHOLE.replace('client_secret_file = "secret"', ""))
    found = sign_on_settings(section, SECRET)
    assert found is not None
    assert found.client_secret == SECRET
    with pytest.raises(ConfigurationError, match="FORMS_OCR_OIDC_SECRET is not set"):
        sign_on_settings(section, "")


@pytest.mark.parametrize(("content", "fault"), [(None, "cannot be read"), (" \n", "is empty")])
def test_a_file_without_a_secret(tmp_path: Path, content: str | None, fault: str) -> None:
    if content is not None:
        (tmp_path / "secret").write_text(content)
    with pytest.raises(ConfigurationError, match=fault):
        sign_on_settings(configured(tmp_path, WHOLE), SECRET)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("https://id", "http://id", "oidc.issuer: write an address with https"),
        ("https://review.example/", "http://review.example/", "oidc.address: write an address with https"),
        ("https://review.example/", "https://review.example/?a", "oidc.address: write an address"),
        ('client_id = "forms-ocr"', "", "client_id must be set"),
        ('issuer = "https://id.example/realms/a"', "", "nothing of this holds without one"),
        ("[oidc]", '[oidc]\nscopes = "profile"', "'openid' must be one of them"),
        ("[oidc]", '[oidc]\nclient_secret = "x"', "there is no such setting"),
    ],
)
def test_settings_that_cannot_be(tmp_path: Path, old: str, new: str, fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault):
        configured(tmp_path, WHOLE.replace(old, new))


def test_without_a_provider_passwords_stay(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nothing of this holds without one"):
        configured(tmp_path, "[oidc]\npasswords = false\n")
    assert sign_on_settings(OidcSection(), "") is None
