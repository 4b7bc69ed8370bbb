"""Signing in at a provider of the organisation's own: OpenID Connect, authorization code with PKCE.

OpenID Connect Core 1.0 and Discovery 1.0; PKCE is RFC 7636, the issuer in the answer RFC 9207. State, nonce
and verifier belong to one browser and are used once. Nothing is believed of an identity before its signature,
issuer, audience, times and nonce are checked, and it only ever names somebody who was let in here before.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.error import URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import jwt

from forms_ocr.config import is_safe_address
from forms_ocr.review.faults import ProviderError, SignOnError
from forms_ocr.review.sign_on_settings import SignOnSettings

TICKET_FOR = timedelta(minutes=10)
"""Somebody who goes to the provider is back by then."""

_MOST_TICKETS = 2000
"""Who floods the way in pushes others' tickets out, and never fills the memory."""

_KEEP_FOR = timedelta(minutes=10)
"""What the provider says of itself, and its keys."""

_ASK_AGAIN_AFTER = timedelta(seconds=10)
"""A key nobody knows has the keys fetched anew, so often at most."""

_TIMEOUT_S = 10.0
_MOST_BYTES = 1 << 20
_LEEWAY_S = 60
"""By which clocks may differ."""

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that only the provider can make; with HS256 whoever has the secret could."""

_REQUIRED = ("iss", "sub", "aud", "exp", "iat", "nonce")


@dataclass(frozen=True, slots=True)
class Begun:
    """Somebody on their way: ``address`` is the provider's page, ``ticket`` goes into their cookie."""

    address: str
    ticket: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """Somebody who came back: their login, and the page they wanted."""

    login: str
    back: str


@dataclass(frozen=True, slots=True)
class _Way:
    """What somebody took along."""

    state: str
    nonce: str
    verifier: str
    back: str
    begun_at: datetime


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was fetched, and when."""

    content: Mapping[str, Any]
    at: datetime


class SignOn:
    """The way to the provider and back. May be used from several threads at once.

    Args:
        clock: Says the time in UTC.
    """

    def __init__(self, settings: SignOnSettings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._ways: dict[str, _Way] = {}
        self._kept: dict[str, _Kept] = {}

    @property
    def label(self) -> str:
        """What people call the provider."""
        return self._settings.label

    def begin(self, back: str) -> Begun:
        """Send somebody to the provider.

        Args:
            back: The page of ours they want.

        Raises:
            ProviderError: It does not answer, or not as a provider does.
        """
        endpoint = self._endpoint("authorization_endpoint")
        ticket, way = secrets.token_urlsafe(32), self._way(back)
        with self._lock:
            self._forget_old()
            self._ways[_sha256(ticket)] = way
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._settings.redirect_uri,
            "scope": " ".join(self._settings.scopes),
            "state": way.state,
            "nonce": way.nonce,
            "code_challenge": _challenge(way.verifier),
            "code_challenge_method": "S256",
        }
        return Begun(f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}", ticket)

    def finish(self, ticket: str, answer: Mapping[str, str]) -> Recognised:
        """Find out who comes back from the provider.

        Args:
            ticket: Out of the cookie.
            answer: What stands in the address they come back to.

        Raises:
            SignOnError: They did not set out from here, took too long, or nobody vouched for them.
            ProviderError: As for :meth:`begin`.
        """
        way = self._way_of(ticket, answer.get("state", ""))
        self._check_issuer(answer.get("iss"))
        if "error" in answer or not answer.get("code"):
            raise SignOnError(f"the provider answered {answer.get('error', 'without a code')!r}")
        identity = self._identity(self._id_token(answer["code"], way), way.nonce)
        return Recognised(self._login(identity), way.back)

    # -- who set out ---------------------------------------------------------------------------

    def _way(self, back: str) -> _Way:
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return _Way(state, nonce, verifier, back, self._clock())

    def _forget_old(self) -> None:
        """Those that are over, and the oldest where there are too many: they lie in the order they began."""
        since = self._clock() - TICKET_FOR
        self._ways = {key: way for key, way in self._ways.items() if way.begun_at > since}
        while len(self._ways) >= _MOST_TICKETS:
            del self._ways[next(iter(self._ways))]

    def _way_of(self, ticket: str, state: str) -> _Way:
        """What somebody took along; nobody comes back twice."""
        with self._lock:
            self._forget_old()
            way = self._ways.pop(_sha256(ticket), None)
        if way is None or not hmac.compare_digest(way.state.encode(), state.encode()):
            raise SignOnError("nobody set out from here with this state", is_stale=True)
        return way

    def _check_issuer(self, named: str | None) -> None:
        """An answer by another provider than the one that was asked is none."""
        is_promised = self._description().get("authorization_response_iss_parameter_supported") is True
        if named != self._settings.issuer and (named is not None or is_promised):
            raise SignOnError(f"the answer names the issuer {named!r}")

    # -- what the provider says ----------------------------------------------------------------

    def _id_token(self, code: str, way: _Way) -> str:
        """The identity that a code stands for, as the provider signed it."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._settings.redirect_uri,
            "code_verifier": way.verifier,
        }
        headers = {}
        methods = self._description().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" in methods:
            headers["authorization"] = self._basic()
        elif "client_secret_post" in methods:
            form |= {"client_id": self._settings.client_id, "client_secret": self._settings.client_secret}
        else:
            raise ProviderError(f"{self._settings.issuer} takes no client secret, only {methods}")
        said = _fetched(Request(self._endpoint("token_endpoint"), urlencode(form).encode(), headers))  # noqa: S310
        token = said.get("id_token")
        if not isinstance(token, str):
            raise ProviderError(f"{self._settings.issuer} gave no id_token for a code")
        return token

    def _basic(self) -> str:
        """RFC 6749, 2.3.1: each part is encoded as in a form before it is joined."""
        parts = (self._settings.client_id, self._settings.client_secret)
        joined = ":".join(quote(part, safe="") for part in parts)
        return f"Basic {base64.b64encode(joined.encode()).decode()}"

    def _identity(self, token: str, nonce: str) -> Mapping[str, Any]:
        """What a token says, once all of it is checked."""
        try:
            key = self._key(jwt.get_unverified_header(token))
            identity: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=self._settings.client_id,
                issuer=self._settings.issuer,
                leeway=_LEEWAY_S,
                options={"require": list(_REQUIRED)},
            )
        except jwt.PyJWTError as error:
            raise SignOnError(f"the id_token does not hold: {error}") from error
        if not hmac.compare_digest(str(identity["nonce"]).encode(), nonce.encode()):
            raise SignOnError("the id_token was made for another sign-in")
        parties = identity["aud"] if isinstance(identity["aud"], list) else [identity["aud"]]
        if identity.get("azp", self._settings.client_id) != self._settings.client_id or (
            len(parties) > 1 and "azp" not in identity
        ):
            raise SignOnError("the id_token was made for another client")
        return identity

    def _key(self, header: Mapping[str, Any]) -> jwt.PyJWK:
        """The provider's key that a token says it is signed with."""
        name = header.get("kid")
        keys = self._keys(name, _KEEP_FOR) or self._keys(name, _ASK_AGAIN_AFTER)
        if len(keys) != 1:
            raise SignOnError(f"{len(keys)} keys of the provider are named {name!r}")
        return keys[0]

    def _keys(self, name: object, oldest: timedelta) -> list[jwt.PyJWK]:
        """Those for signatures with a name, all without one; what was fetched is not older than this."""
        published = self._document(self._endpoint("jwks_uri"), oldest)
        keys = jwt.PyJWKSet.from_dict(dict(published)).keys
        return [key for key in keys if key.public_key_use in {None, "sig"} and name in {None, key.key_id}]

    def _login(self, identity: Mapping[str, Any]) -> str:
        login = identity.get(self._settings.claim)
        if not isinstance(login, str) or not login:
            raise SignOnError(f"the identity has no {self._settings.claim}")
        if self._settings.claim == "email" and identity.get("email_verified") is not True:
            raise SignOnError("the provider has not verified the identity's e-mail address")
        return login

    # -- the provider --------------------------------------------------------------------------

    def _endpoint(self, name: str) -> str:
        address = self._description().get(name)
        if not isinstance(address, str) or not is_safe_address(address):
            raise ProviderError(f"{self._settings.issuer} names no {name} that is reached by HTTPS")
        return address

    def _description(self) -> Mapping[str, Any]:
        """What the provider says of itself."""
        issuer = self._settings.issuer
        found = self._document(f"{issuer.rstrip('/')}/.well-known/openid-configuration", _KEEP_FOR)
        if found.get("issuer") != issuer:
            raise ProviderError(
                f"{issuer} calls itself {found.get('issuer')!r}; [oidc] issuer has to be that"
            )
        return found

    def _document(self, address: str, oldest: timedelta) -> Mapping[str, Any]:
        kept = self._kept.get(address)
        if kept is None or self._clock() - kept.at >= oldest:
            kept = self._kept[address] = _Kept(_fetched(Request(address)), self._clock())  # noqa: S310
        return kept.content


class _NoRedirect(HTTPRedirectHandler):
    """A provider answers where it says it does: secrets are sent nowhere else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Refuse."""


def _fetched(request: Request) -> Mapping[str, Any]:
    """A JSON object of the provider's.

    Raises:
        ProviderError: There is none to be had.
    """
    place = urlsplit(request.full_url)
    request.add_header("accept", "application/json")
    try:
        with build_opener(_NoRedirect).open(request, timeout=_TIMEOUT_S) as answer:
            content = answer.read(_MOST_BYTES + 1)
        found = json.loads(content) if len(content) <= _MOST_BYTES else None
    except (URLError, OSError, ValueError) as error:
        raise ProviderError(f"{place.netloc}{place.path}: {error}") from error
    if not isinstance(found, dict):
        raise ProviderError(f"{place.netloc}{place.path}: the answer is no JSON object")
    return found


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
