"""Who is let in: people with the hashes of their passwords, their sessions, and logins that failed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, func, insert, or_, select, update

from forms_ocr.model import Person, Role
from forms_ocr.store.review_tables import failed_logins, people, sessions
from forms_ocr.store.transactions import Transactions


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody with the hash of their password."""

    person: Person
    password_hash: str


@dataclass(frozen=True, slots=True)
class KnownSession:
    """A session as it is kept; times as they are written down."""

    person: Person
    csrf: str
    begun_at: str
    seen_at: str


class PeopleBook:
    """The people of one workspace.

    Every method raises :class:`StorageError` when the disk is full, gone or not writable.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    # -- people --------------------------------------------------------------------------------

    def add(self, person: Person, password_hash: str) -> bool:
        """Add somebody; False if the login was ever given to anybody."""
        row = _person_row(person) | {"login": person.login, "password_hash": password_hash}
        with self._transactions.writing("adding a person") as connection:
            is_taken = connection.scalar(select(people.c.login).where(people.c.login == person.login))
            if is_taken is None:
                connection.execute(insert(people), row)
        return is_taken is None

    def find(self, login: str) -> Known | None:
        """Somebody by their login."""
        with self._transactions.reading("looking for a person") as connection:
            row = connection.execute(select(people).where(people.c.login == login)).one_or_none()
        return None if row is None else Known(_person(row), row.password_hash)

    def all(self) -> tuple[Person, ...]:
        """Everybody, by login."""
        with self._transactions.reading("looking for people") as connection:
            return tuple(map(_person, connection.execute(select(people).order_by(people.c.login))))

    def change(self, person: Person) -> None:
        """Write down somebody's name, role, offices and whether they are let in; their sessions end."""
        self._change(person.login, _person_row(person))

    def set_password(self, login: str, password_hash: str) -> None:
        """Give somebody another password; their sessions end."""
        self._change(login, {"password_hash": password_hash})

    def rehash(self, login: str, password_hash: str) -> None:
        """The same password hashed with the costs of today; sessions go on."""
        with self._transactions.writing("changing a person") as connection:
            connection.execute(
                update(people).where(people.c.login == login).values(password_hash=password_hash)
            )

    def _change(self, login: str, values: dict[str, Any]) -> None:
        with self._transactions.writing("changing a person") as connection:
            connection.execute(update(people).where(people.c.login == login).values(values))
            connection.execute(delete(sessions).where(sessions.c.login == login))

    # -- sessions ------------------------------------------------------------------------------

    def begin_session(self, token_sha256: str, login: str, csrf: str, old_token_sha256: str = "") -> None:
        """Begin a session, and end another."""
        now = self._transactions.timestamp()
        row = {"token_sha256": token_sha256, "login": login, "csrf": csrf, "begun_at": now, "seen_at": now}
        with self._transactions.writing("beginning a session") as connection:
            connection.execute(delete(sessions).where(sessions.c.token_sha256 == old_token_sha256))
            connection.execute(insert(sessions), row)

    def session(self, token_sha256: str) -> KnownSession | None:
        """A session with its person, whatever their ages."""
        columns: list[Any] = [people, sessions.c.csrf, sessions.c.begun_at, sessions.c.seen_at]
        query = select(*columns).join(people, people.c.login == sessions.c.login)
        with self._transactions.reading("looking for a session") as connection:
            row = connection.execute(query.where(sessions.c.token_sha256 == token_sha256)).one_or_none()
        return None if row is None else KnownSession(_person(row), row.csrf, row.begun_at, row.seen_at)

    def touch_session(self, token_sha256: str) -> None:
        """Note that a session is in use."""
        values = {"seen_at": self._transactions.timestamp()}
        with self._transactions.writing("noting a session") as connection:
            connection.execute(update(sessions).where(sessions.c.token_sha256 == token_sha256).values(values))

    def end_session(self, token_sha256: str) -> None:
        """End a session; one that has ended stays so."""
        with self._transactions.writing("ending a session") as connection:
            connection.execute(delete(sessions).where(sessions.c.token_sha256 == token_sha256))

    def end_old_sessions(self, begun_before: str, seen_before: str) -> None:
        """End sessions that are too old, or were not used for too long."""
        is_old = or_(sessions.c.begun_at < begun_before, sessions.c.seen_at < seen_before)
        with self._transactions.writing("ending sessions") as connection:
            connection.execute(delete(sessions).where(is_old))

    # -- logins that failed --------------------------------------------------------------------

    def count_attempt(self, keys: tuple[str, ...], since: str) -> dict[str, tuple[int, str]]:
        """Count one more attempt under each key, before it is known how it ends; older ones are forgotten.

        Returns:
            How many there are under each key since then, this one included, and when the first of them was.
        """
        attempts = failed_logins.c
        now = self._transactions.timestamp()
        with self._transactions.writing("counting logins") as connection:
            connection.execute(delete(failed_logins).where(attempts.at < since))
            connection.execute(insert(failed_logins), [{"key": key, "at": now} for key in keys])
            query = select(attempts.key, func.count(), func.min(attempts.at)).where(attempts.key.in_(keys))
            rows = connection.execute(query.group_by(attempts.key))
            return {key: (count, first) for key, count, first in rows}

    def forgive(self, keys: tuple[str, ...]) -> None:
        """Forget the attempts under these keys: one succeeded."""
        with self._transactions.writing("counting logins") as connection:
            connection.execute(delete(failed_logins).where(failed_logins.c.key.in_(keys)))


def _person_row(person: Person) -> dict[str, Any]:
    offices = None if person.offices is None else json.dumps(sorted(person.offices))
    return {
        "name": person.name,
        "role": person.role.value,
        "offices": offices,
        "is_disabled": int(person.is_disabled),
    }


def _person(row: Row[Any]) -> Person:
    return Person(
        login=row.login,
        name=row.name,
        role=Role(row.role),
        offices=None if row.offices is None else frozenset(json.loads(row.offices)),
        is_disabled=bool(row.is_disabled),
    )
