"""A browser without a network: requests go straight into the application, cookies are kept and sent back."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.applications import Starlette
from starlette.types import Message

HOST = "review.example"
ORIGIN = f"http://{HOST}"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    cookies: tuple[str, ...]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Browser:
    """One visitor. ``origin`` is where its requests say they come from; None where they say nothing."""

    app: Starlette
    origin: str | None = ORIGIN
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, address: str) -> Answer:
        return self._send("GET", address, {}, b"")

    def post(self, address: str, form: Mapping[str, str]) -> Answer:
        return self.send_form(address, "application/x-www-form-urlencoded", urlencode(form).encode())

    def send_form(self, address: str, kind: str, body: bytes) -> Answer:
        headers = {"content-type": kind, "content-length": str(len(body))}
        return self._send("POST", address, headers, body)

    def call(self, address: str, told: object, token: str) -> Answer:
        headers = {"content-type": "application/json", "x-csrf-token": token}
        return self._send("POST", address, headers, json.dumps(told).encode())

    def sign_in(self, login: str) -> Answer:
        token = hidden(self.get("/login").text, "csrf")
        return self.post("/login", {"csrf": token, "login": login, "password": login, "back": "/"})

    def _send(self, method: str, address: str, headers: Mapping[str, str], body: bytes) -> Answer:
        parts = urlsplit(address)
        sent = {"host": HOST, **headers}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.origin is not None and method == "POST":
            sent["origin"] = self.origin
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            "client": ("192.0.2.7", 40000),
            "server": (HOST, 80),
        }
        # in a thread of its own: a driven browser elsewhere in the tests keeps a loop running in this one
        with ThreadPoolExecutor(1) as thread:
            answer = thread.submit(asyncio.run, _answer_of(self.app, scope, body)).result()
        self._keep(answer.cookies)
        return answer

    def _keep(self, cookies: tuple[str, ...]) -> None:
        for text in cookies:
            for name, morsel in SimpleCookie(text).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value


async def _answer_of(app: Starlette, scope: dict[str, Any], body: bytes) -> Answer:
    heard: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        heard.append(message)

    await app(scope, receive, send)
    pairs = [(name.decode().lower(), value.decode()) for name, value in heard[0]["headers"]]
    return Answer(
        status=heard[0]["status"],
        headers=dict(pairs),
        cookies=tuple(value for name, value in pairs if name == "set-cookie"),
        body=b"".join(message.get("body", b"") for message in heard[1:]),
    )


def hidden(page: str, name: str) -> str:
    """The value of a hidden field of a page's own form, the bar on top left out."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.partition("<main")[2])
    assert found, f"the page has no field {name}"
    return found[1]
