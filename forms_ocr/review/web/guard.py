"""What every answer carries and every request has to bring: policy, origin, token.

Three walls stand against requests that another site makes in a visitor's name, since one may be missing in
an old browser: the session's cookie is ``SameSite=Strict``, ``Origin`` has to be ours, and a form or call
carries a token that only our pages know.
"""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # "no-referrer" would make browsers send "Origin: null" with our own forms
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    # nothing about customers stays on a shared computer; what may stay says so itself
    "cache-control": "no-store",
}


class Guard:
    """Middleware: refuses what comes from elsewhere, puts the headers on everything that goes out.

    Args:
        app: What is guarded.
        is_secure: Pages are reached by HTTPS; browsers are told to stay with it.
    """

    def __init__(self, app: ASGIApp, *, is_secure: bool) -> None:
        self._app = app
        self._headers = dict(HEADERS)
        if is_secure:
            self._headers["strict-transport-security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI asks."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        if is_foreign(scope["method"], Headers(scope=scope)):
            refusal = PlainTextResponse("This request came from another site.", status_code=403)
            await refusal(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)


def is_foreign(method: str, headers: Headers) -> bool:
    """Whether a request that changes something was made by another site's page.

    Every browser in use sends ``Origin`` with a POST; a client that sends none still needs the token.
    """
    if method in _SAFE_METHODS:
        return False
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host", "")


def is_same_token(brought: str, expected: str) -> bool:
    """Whether a request brings the token its page was given; no token expected, none is right."""
    return bool(expected) and hmac.compare_digest(brought.encode(), expected.encode())
