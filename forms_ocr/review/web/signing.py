"""Signing in and out, one's own password, language and look."""

from __future__ import annotations

import secrets

from starlette.responses import RedirectResponse, Response

from forms_ocr.review.duties import Duty
from forms_ocr.review.entrance import SignedIn
from forms_ocr.review.faults import InvalidInputError, NotFoundError, SignInError, TooManyAttemptsError
from forms_ocr.review.web.guard import is_same_token
from forms_ocr.review.web.language import LANGUAGES
from forms_ocr.review.web.visit import (
    LANGUAGE_COOKIE,
    SESSION_COOKIE,
    THEME_COOKIE,
    TOKEN_FIELD,
    Visit,
)

# Before somebody signs in there is no session to keep a token: the browser keeps it, and sends it twice.
_LOGIN_COOKIE = "forms_ocr_login"
_YEAR_S = 365 * 24 * 3600
_HOMES = (
    (Duty.KEY, "/queue"),
    (Duty.RUN_BATCHES, "/overview"),
    (Duty.BRING_SCANS, "/upload"),
    (Duty.SEE_FIGURES, "/figures"),
)


def home(visit: Visit) -> Response:
    """To the page that this person works on."""
    session = visit.session
    found = (address for duty, address in _HOMES if session is not None and session.may(duty))
    return RedirectResponse(next(found, "/password"), status_code=303)


def login_page(visit: Visit) -> Response:
    """The form for signing in."""
    return login_form(visit, back=visit.asked("back"))


def sign_in(visit: Visit) -> Response:
    """Begin a session, or say that it cannot begin: never which of login and password is wrong."""
    _check_passwords(visit)
    if not is_same_token(visit.text(TOKEN_FIELD), visit.request.cookies.get(_LOGIN_COOKIE, "")):
        return login_form(visit, 403, problem="stale", back=visit.text("back"))
    address = visit.request.client.host if visit.request.client else ""
    old_token = visit.request.cookies.get(SESSION_COOKIE, "")
    try:
        signed_in = visit.room.entrance.sign_in(
            visit.text("login"), visit.text("password"), address, old_token
        )
    except SignInError:
        return login_form(visit, 401, problem="wrong", back=visit.text("back"))
    except TooManyAttemptsError as error:
        answer = login_form(visit, 429, problem="wait", wait_s=error.retry_after_s, back=visit.text("back"))
        answer.headers["retry-after"] = str(error.retry_after_s)
        return answer
    answer = RedirectResponse(beyond_login(visit.text("back")), status_code=303)
    answer.delete_cookie(_LOGIN_COOKIE, path="/login")
    return carrying(visit, answer, signed_in)


def sign_out(visit: Visit) -> Response:
    """End the session."""
    visit.room.entrance.sign_out(visit.request.cookies.get(SESSION_COOKIE, ""))
    answer = RedirectResponse("/login", status_code=303)
    answer.delete_cookie(SESSION_COOKIE, path="/")
    answer.headers["clear-site-data"] = '"cache"'
    return answer


def password_page(visit: Visit) -> Response:
    """The form for another password."""
    _check_passwords(visit)
    return visit.page("password.html", problem="", is_changed=visit.asked("changed") == "yes")


def change_password(visit: Visit) -> Response:
    """Another password; all other sessions of the person end."""
    _check_passwords(visit)
    token = visit.request.cookies.get(SESSION_COOKIE, "")
    if visit.text("new") != visit.text("again"):
        return visit.page("password.html", 400, problem="different", is_changed=False)
    try:
        signed_in = visit.room.entrance.change_password(token, visit.text("old"), visit.text("new"))
    except SignInError:
        return visit.page("password.html", 400, problem="wrong", is_changed=False)
    except InvalidInputError:
        return visit.page("password.html", 400, problem="weak", is_changed=False)
    return carrying(visit, RedirectResponse("/password?changed=yes", status_code=303), signed_in)


def _check_passwords(visit: Visit) -> None:
    if not visit.room.has_passwords:
        raise NotFoundError("people sign in at the provider only")


def choose_look(visit: Visit) -> Response:
    """Keep language or theme for a year; back to where the person was."""
    answer = RedirectResponse(local_address(visit.text("back")), status_code=303)
    if visit.text("language") in LANGUAGES:
        _keep(visit, answer, LANGUAGE_COOKIE, visit.text("language"))
    if "theme" in visit.form:
        _keep(visit, answer, THEME_COOKIE, visit.text("theme"))
    return answer


def local_address(back: str) -> str:
    """Where to go on: only on this server, and nowhere that ``//`` or a backslash would lead."""
    is_local = back.startswith("/") and back[1:2] not in ("/", "\\") and back.isprintable()
    return back if is_local else "/"


def beyond_login(back: str) -> str:
    """Where to go once signed in: not to the form for signing in again."""
    address = local_address(back)
    return "/" if address.startswith(("/login", "/logout")) else address


def login_form(visit: Visit, status: int = 200, *, back: str, problem: str = "", wait_s: int = 0) -> Response:
    """The page on which people sign in, with what went wrong."""
    token = visit.request.cookies.get(_LOGIN_COOKIE) or secrets.token_urlsafe(24)
    answer = visit.page(
        "login.html",
        status,
        login_token=token,
        back=beyond_login(back),
        problem=problem,
        wait_s=wait_s,
        login=visit.text("login")[:60],
        provider="" if visit.room.sign_on is None else visit.room.sign_on.label,
        has_passwords=visit.room.has_passwords,
    )
    answer.set_cookie(
        _LOGIN_COOKIE,
        token,
        path="/login",
        secure=visit.room.is_secure,
        httponly=True,
        samesite="strict",
    )
    return answer


def carrying(visit: Visit, answer: Response, signed_in: SignedIn) -> Response:
    """An answer with the cookie of a fresh session."""
    answer.set_cookie(
        SESSION_COOKIE,
        signed_in.token,
        max_age=signed_in.max_age_s,
        path="/",
        secure=visit.room.is_secure,
        httponly=True,
        samesite="strict",
    )
    return answer


def _keep(visit: Visit, answer: Response, name: str, value: str) -> None:
    answer.set_cookie(
        name, value, max_age=_YEAR_S, path="/", secure=visit.room.is_secure, httponly=True, samesite="lax"
    )
