"""One request, with who makes it; and how what the desk refuses becomes an answer."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import urlencode

from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from forms_ocr.model import Person
from forms_ocr.review.duties import Duty
from forms_ocr.review.entrance import Session
from forms_ocr.review.faults import (
    BusyError,
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    NotSignedInError,
    ReviewError,
    TooManyAttemptsError,
)
from forms_ocr.review.room import ReviewRoom
from forms_ocr.review.web.guard import is_same_token
from forms_ocr.review.web.language import Language, language
from forms_ocr.review.web.rendering import Look, Renderer

SESSION_COOKIE = "forms_ocr_session"
LANGUAGE_COOKIE = "forms_ocr_language"
THEME_COOKIE = "forms_ocr_theme"
TOKEN_HEADER = "x-csrf-token"  # noqa: S105 - the name of a header
TOKEN_FIELD = "csrf"  # noqa: S105 - the name of a form's field

_THEMES = ("light", "dark")
# A whole slip's values take a few hundred bytes, a sheet of cells some thousands.
_MAX_CALL_BYTES = 64 * 1024
# The largest box of scans that the batch takes is smaller than this.
MAX_UPLOAD_BYTES = 1024**3

_STATUS: tuple[tuple[type[ReviewError], HTTPStatus], ...] = (
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (ForbiddenError, HTTPStatus.FORBIDDEN),
    (NotSignedInError, HTTPStatus.UNAUTHORIZED),
    (TooManyAttemptsError, HTTPStatus.TOO_MANY_REQUESTS),
    (ConflictError, HTTPStatus.CONFLICT),
    (BusyError, HTTPStatus.CONFLICT),
    (InvalidInputError, HTTPStatus.BAD_REQUEST),
)

_LOG = logging.getLogger(__name__)


class TooLargeError(ReviewError):
    """More was sent than any page of ours sends. HTTP 413."""


class WrongTokenError(ReviewError):
    """A form or call without the token of its page: forged, or from before the last sign-in. HTTP 403."""


@dataclass(frozen=True)
class Visit:
    """One request.

    Attributes:
        session: None on the pages for those who have not signed in.
        form: What a form sent; empty otherwise.
        call: What a script sent, as parsed; None otherwise.
    """

    request: Request
    room: ReviewRoom
    renderer: Renderer
    language: Language
    session: Session | None = None
    form: FormData = field(default_factory=FormData)
    call: Any = None

    @property
    def person(self) -> Person:
        """Who makes it."""
        if self.session is None:
            raise NotSignedInError("nobody has signed in")
        return self.session.person

    @property
    def path(self) -> Mapping[str, str]:
        """What stands in the address."""
        return self.request.path_params

    def asked(self, name: str) -> str:
        """A value after the address's question mark, "" if it is not there."""
        return self.request.query_params.get(name, "")

    def text(self, name: str) -> str:
        """A text of the form, "" if it is not there."""
        value = self.form.get(name, "")
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """All texts of that name."""
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def files(self, name: str) -> list[UploadFile]:
        """All files of that name."""
        return [value for value in self.form.getlist(name) if isinstance(value, UploadFile)]

    def page(self, name: str, status: int = 200, **values: object) -> Response:
        """A page of that template in the visitor's language and look."""
        return self.renderer.page(name, self.look, status, values)

    @property
    def look(self) -> Look:
        """In which clothes pages are shown to this visitor."""
        theme = self.request.cookies.get(THEME_COOKIE, "")
        return Look(
            language=self.language,
            theme=theme if theme in _THEMES else "",
            session=self.session,
            address=self.request.url.path,
            has_passwords=self.room.has_passwords,
        )


class Handler(Protocol):
    """Answers a visit; may block, it has a thread of its own."""

    def __call__(self, visit: Visit, /) -> Response:
        """Answer, or raise what the desk raises."""


Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Reception:
    """Turns handlers into endpoints: lets in, checks the token, reads what was sent, explains refusals."""

    room: ReviewRoom
    renderer: Renderer

    def open(self, handler: Handler) -> Endpoint:
        """For everybody, signed in or not; forms have their own token there."""
        return self._endpoint(handler, None, is_open=True)

    def page(self, handler: Handler, duty: Duty | None = None) -> Endpoint:
        """For those with a duty; a form sent to it has to carry the session's token."""
        return self._endpoint(handler, duty)

    def call(self, handler: Handler, duty: Duty, shape: type[BaseModel]) -> Endpoint:
        """For the script: JSON of a shape in, JSON out, also when something is refused."""
        return self._endpoint(handler, duty, shape=shape)

    def _endpoint(
        self,
        handler: Handler,
        duty: Duty | None,
        *,
        is_open: bool = False,
        shape: type[BaseModel] | None = None,
    ) -> Endpoint:
        async def answer(request: Request) -> Response:
            visit = self._visit(request)
            try:
                if not is_open:
                    visit = await self._let_in(visit)
                    _check_duty(visit, duty)
                visit = await _heard(visit, shape, is_open=is_open)
                return await run_in_threadpool(handler, visit)
            except ReviewError as error:
                return refusal(visit, error, is_call=shape is not None)
            finally:
                await visit.form.close()

        return answer

    def _visit(self, request: Request) -> Visit:
        spoken = language(request.cookies.get(LANGUAGE_COOKIE))
        return Visit(request, self.room, self.renderer, spoken)

    async def _let_in(self, visit: Visit) -> Visit:
        token = visit.request.cookies.get(SESSION_COOKIE, "")
        return _with(visit, session=await run_in_threadpool(self.room.entrance.session_of, token))

    def missing(self, request: Request, error: Exception) -> Response:
        """For an address that nothing stands at, or not for this method."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        kind = "not_found" if status == HTTPStatus.NOT_FOUND else ""
        return self._visit(request).page("refused.html", status, kind=kind)


def _check_duty(visit: Visit, duty: Duty | None) -> None:
    """Once it is known who it is: the page that says no still has the way to their own."""
    if duty is not None and visit.session is not None and not visit.session.may(duty):
        raise ForbiddenError(f"{visit.person.login} may not {duty}")


async def _heard(visit: Visit, shape: type[BaseModel] | None, *, is_open: bool) -> Visit:
    """The visit with what was sent; its token is checked before anything is done with it."""
    if visit.request.method != "POST":
        return visit
    expected = visit.session.csrf if visit.session else ""
    if shape is not None:
        if not is_same_token(visit.request.headers.get(TOKEN_HEADER, ""), expected):
            raise WrongTokenError("a call without its page's token")
        return _with(visit, call=_parsed(shape, await _body(visit.request)))
    _check_length(visit.request, MAX_UPLOAD_BYTES)
    visit = _with(visit, form=await visit.request.form(max_files=200, max_fields=2000))
    if not is_open and not is_same_token(visit.text(TOKEN_FIELD), expected):
        await visit.form.close()
        raise WrongTokenError("a form without its page's token")
    return visit


def _with(visit: Visit, **changes: Any) -> Visit:
    known = {name: getattr(visit, name) for name in visit.__dataclass_fields__}
    return Visit(**{**known, **changes})


def _check_length(request: Request, most: int) -> None:
    """Forms are kept on disk while they come in: how long they are has to be said beforehand."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise InvalidInputError("a form whose length is not said")
    if int(length) > most:
        raise TooLargeError(f"{length} bytes were announced, at most {most} are taken")


async def _body(request: Request) -> bytes:
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > _MAX_CALL_BYTES:
            raise TooLargeError(f"a call of more than {_MAX_CALL_BYTES} bytes")
    return content


def _parsed(shape: type[BaseModel], content: bytes) -> BaseModel:
    try:
        return shape.model_validate_json(content)
    except ValidationError as error:
        raise InvalidInputError(
            f"a call that is no {shape.__name__}: {error.error_count()} fault(s)"
        ) from None


def refusal(visit: Visit, error: ReviewError, *, is_call: bool) -> Response:
    """What somebody is told instead of an answer."""
    status = _status_of(error)
    headers = {"retry-after": str(error.retry_after_s)} if isinstance(error, TooManyAttemptsError) else {}
    if status is HTTPStatus.BAD_REQUEST:
        _LOG.warning("refused %s: %s", visit.request.url.path, error)
    if is_call:
        return JSONResponse(_told(error), status_code=status, headers=headers)
    if status is HTTPStatus.UNAUTHORIZED and visit.request.method == "GET":
        back = visit.request.url.path
        address = "/login" if back == "/" else f"/login?{urlencode({'back': back})}"
        return RedirectResponse(address, status_code=303)
    return visit.page("refused.html", status, kind=status.name.lower())


def _told(error: ReviewError) -> dict[str, object]:
    if isinstance(error, ConflictError):
        return {"refused": "conflict", "is_settled": error.is_settled, "opinion": error.opinion}
    return {"refused": _status_of(error).name.lower()}


def _status_of(error: ReviewError) -> HTTPStatus:
    if isinstance(error, WrongTokenError):
        return HTTPStatus.FORBIDDEN
    if isinstance(error, TooLargeError):
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return next((status for kind, status in _STATUS if isinstance(error, kind)), HTTPStatus.BAD_REQUEST)
