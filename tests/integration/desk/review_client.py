"""``forms-ocr review`` as a process of its own, and somebody who talks to it as their browser would."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

COMMAND = Path(sys.executable).with_name("forms-ocr")
_STARTS_WITHIN_S = 60.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@dataclass(frozen=True)
class Served:
    process: subprocess.Popen[bytes]
    address: str

    def kill(self) -> None:
        """As when the power fails: nothing more is written, not one byte."""
        self.process.send_signal(signal.SIGKILL)
        assert self.process.wait(10) == -signal.SIGKILL


@contextmanager
def review_served(workspace: Path, registry: Path, port: int) -> Iterator[Served]:
    """The installed command, as soon as it answers."""
    asked = ["review", "-w", str(workspace), "--registry", str(registry), "--port", str(port)]
    process = subprocess.Popen([str(COMMAND), *asked], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process)
        yield Served(process, address)
    finally:
        process.kill()
        process.wait(10)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    opener, until = build_opener(), time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        try:
            opener.open(f"{address}/login", timeout=5).close()
        except URLError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"{address} does not answer; the command ended with {process.poll()}")


@dataclass
class Browser:
    """Cookies, and the token of the page that is open."""

    address: str
    csrf: str = ""
    _opener: OpenerDirector = field(default_factory=lambda: build_opener(HTTPCookieProcessor(CookieJar())))

    def sign_in(self, login: str, password: str) -> None:
        form = {"csrf": self._token_of("/login", r'name="csrf" value="([^"]+)"'), "login": login}
        self._open("/login", urlencode(form | {"password": password, "back": "/"}).encode())
        self.csrf = self._token_of("/queue", r'<meta name="csrf" content="([^"]+)"')

    def call(self, path: str, **body: object) -> tuple[int, Mapping[str, Any]]:
        """A call as the page's script makes it: the status and what was answered."""
        headers = {"x-csrf-token": self.csrf, "content-type": "application/json"}
        request = Request(self.address + path, json.dumps(body).encode(), headers)  # noqa: S310
        try:
            with self._opener.open(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            return error.code, json.load(error)

    def _token_of(self, path: str, pattern: str) -> str:
        found = re.search(pattern, self._open(path))
        assert found is not None, f"{path} has no token"
        return found[1]

    def _open(self, path: str, form: bytes | None = None) -> str:
        with self._opener.open(self.address + path, form, timeout=20) as answer:
            text: str = answer.read().decode()
            return text
