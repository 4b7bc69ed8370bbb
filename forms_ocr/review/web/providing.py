"""Signing in at the organisation's provider: there, and back again."""

from __future__ import annotations

import logging

from starlette.responses import RedirectResponse, Response

from forms_ocr.review.faults import NotFoundError, ProviderError, SignInError, SignOnError
from forms_ocr.review.sign_on_settings import RETURN_PATH
from forms_ocr.review.web.signing import beyond_login, carrying, login_form
from forms_ocr.review.web.visit import SESSION_COOKIE, Visit

BEGIN_PATH = "/login/provider"
_TICKET_COOKIE = "forms_ocr_provider"
_TICKET_S = 600

_LOG = logging.getLogger(__name__)


def set_out(visit: Visit) -> Response:
    """To the provider's page. By GET: nothing happens here that could be forged, only the cookie is set."""
    sign_on = visit.room.sign_on
    if sign_on is None:
        raise NotFoundError("there is no provider")
    back = beyond_login(visit.asked("back"))
    try:
        begun = sign_on.begin(back)
    except ProviderError as error:
        return _told(visit, error, 502, "provider", back)
    answer = RedirectResponse(begun.address, status_code=303)
    # not Strict: who comes back comes from the provider's site
    answer.set_cookie(
        _TICKET_COOKIE,
        begun.ticket,
        max_age=_TICKET_S,
        path=RETURN_PATH,
        secure=visit.room.is_secure,
        httponly=True,
        samesite="lax",
    )
    return answer


def come_back(visit: Visit) -> Response:
    """A session for whoever the provider vouches for, and who was let in here before."""
    sign_on = visit.room.sign_on
    if sign_on is None:
        raise NotFoundError("there is no provider")
    ticket = visit.request.cookies.get(_TICKET_COOKIE, "")
    try:
        found = sign_on.finish(ticket, visit.request.query_params)
        signed_in = visit.room.entrance.admit(found.login, visit.request.cookies.get(SESSION_COOKIE, ""))
    except ProviderError as error:
        return _told(visit, error, 502, "provider")
    except SignOnError as error:
        return _told(visit, error, 401, "stale" if error.is_stale else "unvouched")
    except SignInError as error:
        return _told(visit, error, 403, "unknown")
    # a page of ours that goes on by itself: after a redirect from another site no session's cookie is sent
    answer = visit.page("signed_in.html", going_to=found.back)
    answer.delete_cookie(_TICKET_COOKIE, path=RETURN_PATH)
    return carrying(visit, answer, signed_in)


def _told(visit: Visit, error: Exception, status: int, problem: str, back: str = "/") -> Response:
    """The log has what was wrong; people are told what to do."""
    _LOG.warning("not signed in by the provider: %s", error)
    answer = login_form(visit, status, problem=problem, back=back)
    answer.delete_cookie(_TICKET_COOKIE, path=RETURN_PATH)
    return answer
