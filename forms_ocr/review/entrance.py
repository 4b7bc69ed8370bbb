"""Who gets in: logins, passwords and sessions.

Whether a login exists is told to nobody: an unknown one costs the same time, and gets the same answer and the
same number of attempts. Of a session's token only the hash is kept.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from forms_ocr.model import Person, Role
from forms_ocr.review.duties import Duty, has_duty
from forms_ocr.review.faults import (
    InvalidInputError,
    NotFoundError,
    NotSignedInError,
    SignInError,
    TooManyAttemptsError,
)
from forms_ocr.store import Known, PeopleBook, ReviewBooks

MIN_PASSWORD = 12
"""Characters. NIST SP 800-63B: length counts, rules about kinds of characters do not."""

MAX_PASSWORD = 200
"""More costs time to hash, and nobody types it."""

MAX_LOGIN = 60

NO_PASSWORD = ""
"""In the place of a hash: no password fits it."""

SESSION_FOR = timedelta(hours=12)
"""A working day with its breaks."""

IDLE_FOR = timedelta(hours=2)
_NOTED_EVERY = timedelta(minutes=5)
"""Use of a session is written down so often: not every request is worth a write."""

ATTEMPTS_WITHIN = timedelta(minutes=15)
MAX_ATTEMPTS_OF_PAIR = 8
"""Failed logins of one login from one address: a person who mistypes never gets there."""
MAX_ATTEMPTS_OF_ADDRESS = 40
"""From one address, which may be that of a whole office."""
MAX_ATTEMPTS_OF_LOGIN = 80
"""For one login from anywhere. Higher, so that strangers do not lock somebody out with a few requests."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in.

    Attributes:
        csrf: To be sent back with every form and request that changes something.
    """

    person: Person
    csrf: str

    def may(self, duty: Duty) -> bool:
        """Whether the person's role goes with a duty: for what a page offers. The desk asks by itself."""
        return has_duty(self.person, duty)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session. ``token`` goes into an HttpOnly cookie and nowhere else."""

    token: str
    session: Session
    max_age_s: int


class Passwords:
    """Hashes of passwords: argon2id with the costs of RFC 9106's second recommendation.

    Args:
        hasher: Cheaper in tests.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._decoy = self._hasher.hash(secrets.token_urlsafe(16))

    def hash(self, password: str) -> str:
        """The hash of a password, with its salt and costs."""
        return self._hasher.hash(_normal(password))

    def fits(self, password: str, password_hash: str | None) -> bool:
        """Whether it is the password. None takes as long and fits nothing."""
        try:
            self._hasher.verify(password_hash or self._decoy, _normal(password))
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it was hashed with other costs than those of today."""
        return self._hasher.check_needs_rehash(password_hash)


class Entrance:
    """Logins and sessions."""

    def __init__(self, books: ReviewBooks, passwords: Passwords | None = None) -> None:
        self._people = books.people
        self._now = books.now
        self._passwords = passwords or Passwords()

    def sign_in(self, login: str, password: str, address: str, old_token: str = "") -> SignedIn:
        """Begin a session; the one of ``old_token`` ends.

        Raises:
            SignInError: Login and password do not go together.
            TooManyAttemptsError: Too many failures for this login or from this address.
        """
        keys = self._count_attempt(login, address)
        known = self._people.find(login) if len(login) <= MAX_LOGIN else None
        fits = self._passwords.fits(password[: MAX_PASSWORD + 1], known.password_hash if known else None)
        if known is None or not fits or known.person.is_disabled:
            raise SignInError("login and password do not go together")
        self._people.forgive(keys)
        if self._passwords.is_outdated(known.password_hash):
            self._people.rehash(login, self._passwords.hash(password))
        return self._begin(known.person, old_token)

    def admit(self, login: str, old_token: str = "") -> SignedIn:
        """Begin a session of somebody for whom a provider vouches; the one of ``old_token`` ends.

        Raises:
            SignInError: Nobody of that login was let in here, or not any more.
        """
        known = self._people.find(login) if len(login) <= MAX_LOGIN else None
        if known is None or known.person.is_disabled:
            raise SignInError("nobody of this login was let in")
        return self._begin(known.person, old_token)

    def session_of(self, token: str) -> Session:
        """The session of a cookie.

        Raises:
            NotSignedInError: There is none, or no longer.
        """
        digest = _sha256(token)
        found = self._people.session(digest)
        now = self._now()
        if found is None or found.person.is_disabled:
            raise NotSignedInError("there is no such session")
        idle = now - datetime.fromisoformat(found.seen_at)
        if now - datetime.fromisoformat(found.begun_at) > SESSION_FOR or idle > IDLE_FOR:
            self._people.end_session(digest)
            raise NotSignedInError("the session is over")
        if idle > _NOTED_EVERY:
            self._people.touch_session(digest)
        return Session(found.person, found.csrf)

    def sign_out(self, token: str) -> None:
        """End a session; one that has ended stays so."""
        self._people.end_session(_sha256(token))

    def change_password(self, token: str, old: str, new: str) -> SignedIn:
        """Give oneself another password; every session of the person ends and a fresh one begins.

        Raises:
            SignInError: The old one is wrong.
            TooManyAttemptsError: It was wrong too often.
            InvalidInputError: The new one is too short or the old one.
        """
        person = self.session_of(token).person
        keys = self._count_attempt(person.login, "")
        known = self._people.find(person.login)
        if known is None or not self._passwords.fits(old, known.password_hash):
            raise SignInError("the old password is wrong")
        self._people.forgive(keys)
        if _normal(new) == _normal(old):
            raise InvalidInputError("the new password is the old one")
        check_password(new, person.login)
        self._people.set_password(person.login, self._passwords.hash(new))
        return self._begin(person, "")

    def _begin(self, person: Person, old_token: str) -> SignedIn:
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        now = self._now()
        self._people.end_old_sessions(
            (now - SESSION_FOR).isoformat(timespec="milliseconds"),
            (now - IDLE_FOR).isoformat(timespec="milliseconds"),
        )
        old = _sha256(old_token) if old_token else ""
        self._people.begin_session(_sha256(token), person.login, csrf, old)
        return SignedIn(token, Session(person, csrf), int(SESSION_FOR.total_seconds()))

    def _count_attempt(self, login: str, address: str) -> tuple[str, ...]:
        """Count an attempt before it is known how it ends, so that many at once gain nothing.

        Returns:
            The keys to forgive when it succeeds.
        """
        limits = {
            _sha256(f"pair\0{login}\0{address}"): MAX_ATTEMPTS_OF_PAIR,
            _sha256(f"address\0{address}"): MAX_ATTEMPTS_OF_ADDRESS,
            _sha256(f"login\0{login}"): MAX_ATTEMPTS_OF_LOGIN,
        }
        now = self._now()
        since = (now - ATTEMPTS_WITHIN).isoformat(timespec="milliseconds")
        found = self._people.count_attempt(tuple(limits), since)
        waits = [
            datetime.fromisoformat(first) + ATTEMPTS_WITHIN - now
            for key, (count, first) in found.items()
            if count > limits[key]
        ]
        if waits:
            raise TooManyAttemptsError(max(1, ceil(max(waits).total_seconds())))
        return tuple(limits)


class Staff:
    """The people who are let in, for whoever looks after them."""

    def __init__(self, people: PeopleBook, passwords: Passwords | None = None) -> None:
        self._people = people
        self._passwords = passwords or Passwords()

    def add(
        self, login: str, name: str, role: Role, offices: frozenset[str] | None, password: str | None
    ) -> Person:
        """Let somebody in.

        Args:
            password: None for somebody who signs in at a provider only.

        Raises:
            InvalidInputError: The login cannot be or was given before, or the password is too weak.
        """
        if not (0 < len(login) <= MAX_LOGIN and login.isprintable() and login == login.strip()):
            raise InvalidInputError(f"login: 1 to {MAX_LOGIN} characters, no blanks around them")
        if password is not None:
            check_password(password, login)
        person = Person(login, name or login, role, offices)
        password_hash = NO_PASSWORD if password is None else self._passwords.hash(password)
        if not self._people.add(person, password_hash):
            raise InvalidInputError(
                f"login: {login} was given before; decisions name people by it, so it stays theirs"
            )
        return person

    def all(self) -> tuple[Person, ...]:
        """Everybody, by login."""
        return self._people.all()

    def change(self, person: Person) -> None:
        """Give somebody another name, role or offices, or shut them out; their sessions end.

        Raises:
            NotFoundError: There is no such login.
        """
        self._known(person.login)
        self._people.change(person)

    def find(self, login: str) -> Person:
        """Somebody by their login.

        Raises:
            NotFoundError: There is no such login.
        """
        return self._known(login).person

    def set_password(self, login: str, password: str) -> None:
        """Give somebody another password; their sessions end.

        Raises:
            NotFoundError: There is no such login.
            InvalidInputError: The password is too weak.
        """
        self._known(login)
        check_password(password, login)
        self._people.set_password(login, self._passwords.hash(password))

    def _known(self, login: str) -> Known:
        known = self._people.find(login)
        if known is None:
            raise NotFoundError(f"login: there is no {login}; `forms-ocr user list` has them")
        return known


def check_password(password: str, login: str) -> None:
    """Refuse passwords that are guessed first.

    Raises:
        InvalidInputError: Says what is wrong.
    """
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise InvalidInputError(f"password: {MIN_PASSWORD} to {MAX_PASSWORD} characters")
    plain = _normal(password).casefold()
    if len(set(plain)) < 5 or login.casefold() in plain or plain in "12345678901234567890":
        raise InvalidInputError("password: too easily guessed; take a few words that have nothing in common")


def _normal(password: str) -> str:
    """The same for one password, however a keyboard puts its letters together."""
    return unicodedata.normalize("NFC", password)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


__all__ = [
    "MAX_LOGIN",
    "MAX_PASSWORD",
    "MIN_PASSWORD",
    "Duty",
    "Entrance",
    "Passwords",
    "Session",
    "SignedIn",
    "Staff",
    "check_password",
]
