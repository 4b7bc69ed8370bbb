"""The application before people: on this machine alone, or encrypted."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from forms_ocr.errors import ConfigurationError

_KEEP_ALIVE_S = 75
_GRACE_S = 10
_MOST_AT_ONCE = 400
"""Requests that are worked on or wait; a hundred browsers never have more."""


@dataclass(frozen=True, slots=True)
class Serving:
    """Where the pages are to be reached.

    Attributes:
        host: Address to listen on.
        certificate, key: PEM files of our own TLS; None for none.
        proxy: Address of the proxy before us that speaks TLS to people, "" for none. Only it is believed who
            it speaks for.
    """

    host: str = "127.0.0.1"
    port: int = 8017
    certificate: Path | None = None
    key: Path | None = None
    proxy: str = ""

    @property
    def is_secure(self) -> bool:
        """People reach us by HTTPS."""
        return self.certificate is not None or bool(self.proxy)

    @property
    def address(self) -> str:
        """What is typed into a browser on this machine."""
        scheme = "https" if self.certificate is not None else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}/"

    def check(self) -> None:
        """Refuse to send passwords and people's slips over a network in the clear.

        Raises:
            ConfigurationError: All that is wrong.
        """
        faults = []
        if (self.certificate is None) != (self.key is None):
            faults.append("--tls-cert, --tls-key: one goes with the other; give both")
        if self.proxy and not _is_address(self.proxy):
            faults.append(f"--behind-proxy: {self.proxy!r} is no IP address; give the one it connects from")
        if not is_loopback(self.host) and not self.is_secure:
            faults.append(
                f"--host: {self.host} can be reached from other machines, and passwords would cross the "
                "network in the clear; give --tls-cert and --tls-key, or --behind-proxy with its address"
            )
        if faults:
            raise ConfigurationError("forms-ocr review", faults)


def is_loopback(host: str) -> bool:
    """Whether an address reaches only programs of this machine. A name other than localhost may not."""
    if host == "localhost":
        return True
    return _is_address(host) and ipaddress.ip_address(host).is_loopback


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def serve(app: Any, serving: Serving) -> None:
    """Serve until somebody asks for the end; what is being worked on is finished.

    Args:
        app: An ASGI application.

    Raises:
        ConfigurationError: See :meth:`Serving.check`.
    """
    serving.check()
    uvicorn.Server(
        uvicorn.Config(
            app,
            host=serving.host,
            port=serving.port,
            ssl_certfile=serving.certificate,
            ssl_keyfile=serving.key,
            proxy_headers=bool(serving.proxy),
            forwarded_allow_ips=serving.proxy or None,
            http="h11",
            ws="none",
            loop="asyncio",
            lifespan="off",
            access_log=False,  # addresses name slips; who looked at which stands in the ledger
            log_level="warning",
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=_GRACE_S,
            limit_concurrency=_MOST_AT_ONCE,
        )
    ).run()
