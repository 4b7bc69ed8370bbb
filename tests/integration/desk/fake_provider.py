"""An identity provider on this machine, that answers as a real one does, or lies as it is told to."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

CLIENT = "forms-ocr"
SECRET = "s3cret: with/marks"  # noqa: S105 - of a provider that lives as long as a test

Lie = Mapping[str, object]


@cache
def rsa_key(number: int = 0) -> rsa.RSAPrivateKey:
    """Made once: it takes longer than a test. ``number`` tells keys apart."""
    del number
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def elliptic_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Provider:
    """What it says can be changed between two requests.

    Attributes:
        keys: Private keys by the names under which the public ones are published.
        signs_with: Name of the key that tokens carry, and the key that signs them.
        description: Over what it says of itself.
        claims: Over what an identity says; None takes a claim away.
        fetched: Paths that were asked for.
    """

    address: str = ""
    keys: dict[str, Any] = field(default_factory=lambda: {"k1": rsa_key()})
    signs_with: tuple[str, Any] = field(default_factory=lambda: ("k1", rsa_key()))
    algorithm: str = "RS256"
    description: dict[str, object] = field(default_factory=dict)
    claims: dict[str, object] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    redirects: bool = False
    _codes: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def authorise(self, address: str) -> dict[str, str]:
        """Somebody signs in on the provider's page: what stands in the address that leads back."""
        asked = dict(parse_qsl(urlsplit(address).query, strict_parsing=True))
        assert address.startswith(f"{self.address}/authorize?")
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.address}

    def told(self, path: str) -> Mapping[str, object]:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/keys",
            } | self.description
        return {"keys": [_public(name, key) for name, key in self.keys.items()]}

    def token(self, form: Mapping[str, str], authorization: str) -> Mapping[str, object]:
        """The identity for a code, to its own client and verifier, once."""
        asked = self._codes.pop(form["code"])
        if "client_secret" in form:
            assert (form["client_id"], form["client_secret"]) == (CLIENT, SECRET)
        else:
            basic = "Basic " + base64.b64encode(b"forms-ocr:s3cret%3A%20with%2Fmarks").decode()
            assert authorization == basic
        assert (asked["code_challenge_method"], form["grant_type"]) == ("S256", "authorization_code")
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        assert asked["redirect_uri"] == form["redirect_uri"]
        return {"access_token": "x", "token_type": "Bearer", "id_token": self._signed(asked["nonce"])}

    def _signed(self, nonce: str) -> str:
        now = int(time.time())
        says: dict[str, object] = {
            "iss": self.address,
            "aud": CLIENT,
            "sub": "17",
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "preferred_username": "anna",
        }
        says = {name: value for name, value in (says | self.claims).items() if value is not None}
        name, key = self.signs_with
        return jwt.encode(says, key, algorithm=self.algorithm, headers={"kid": name} if name else {})


def _public(name: str, key: Any) -> dict[str, object]:
    is_rsa = isinstance(key, rsa.RSAPrivateKey)
    kind: Any = jwt.algorithms.RSAAlgorithm if is_rsa else jwt.algorithms.ECAlgorithm
    told: dict[str, object] = json.loads(kind.to_jwk(key.public_key()))
    return told | {"kid": name, "use": "sig", "alg": "RS256" if is_rsa else "ES256"}


@contextmanager
def provider_served() -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.fetched.append(self.path)
            if provider.redirects:
                self.send_response(302)
                self.send_header("location", f"{provider.address}/elsewhere")
                self.end_headers()
                return
            self._answer(provider.told(self.path))

        def do_POST(self) -> None:
            provider.fetched.append(self.path)
            sent = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(sent).items()}
            try:
                self._answer(provider.token(form, self.headers.get("authorization", "")))
            except (AssertionError, KeyError):
                self._answer({"error": "invalid_grant"}, 400)

        def _answer(self, told: Mapping[str, object], status: int = 200) -> None:
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the server calls it
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.address = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield provider
        server.shutdown()
