"""Accounts changed on the pages: who may, whom, and that it holds at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from forms_ocr.model import Person, Role
from forms_ocr.review.checking import Checker
from forms_ocr.review.entrance import Entrance
from forms_ocr.review.faults import ForbiddenError, InvalidInputError, NotFoundError, NotSignedInError
from forms_ocr.review.managing import Managing
from forms_ocr.store import Workspace
from tests.integration.desk.conftest import CHEAP, Place, opened

CHIEF = Person("chief", "Начальник", Role.ADMIN)
PASSWORD = "horse battery staple"  # noqa: S105 - of somebody who lives as long as a test


@pytest.fixture
def place(tmp_path: Path, checker: Checker) -> Iterator[Place]:
    """Nothing has been read yet; two people were let in."""
    with opened(Workspace(tmp_path), checker, 0.0) as found:
        for login in ("chief", "lena"):
            role = Role.ADMIN if login == "chief" else Role.REVIEWER
            found.staff.add(login, "", role, None, PASSWORD)
        yield found


@pytest.fixture
def managing(place: Place) -> Managing:
    return Managing(place.staff)


def test_a_change_holds_at_once_and_ends_sessions(place: Place, managing: Managing) -> None:
    entrance = Entrance(place.books, CHEAP)
    token = entrance.sign_in("lena", PASSWORD, "192.0.2.7").token
    managing.change(CHIEF, "lena", Role.SENIOR, ["office-07"], is_disabled=False)
    with pytest.raises(NotSignedInError):
        entrance.session_of(token)
    found = next(one for one in managing.all(CHIEF) if one.login == "lena")
    assert (found.role, found.offices, found.is_disabled) == (Role.SENIOR, frozenset({"office-07"}), False)
    managing.change(CHIEF, "lena", Role.SENIOR, [], is_disabled=True)
    assert place.staff.find("lena").is_disabled
    managing.change(CHIEF, "lena", Role.SENIOR, [], is_disabled=False)
    assert place.staff.find("lena").offices is None
    assert entrance.sign_in("lena", PASSWORD, "192.0.2.7").session.person.role is Role.SENIOR


@pytest.mark.parametrize(
    "who",
    [
        replace(CHIEF, login="other", role=Role.SENIOR),
        replace(CHIEF, login="other", offices=frozenset({"office-07"})),
        replace(CHIEF, login="other", is_disabled=True),
        replace(CHIEF, login="lena"),
    ],
    ids=["no administrator", "of one office", "shut out", "their own account"],
)
def test_who_changes_nobody(place: Place, managing: Managing, who: Person) -> None:
    before = place.staff.all()
    with pytest.raises(ForbiddenError):
        managing.change(who, "lena", Role.ADMIN, [], is_disabled=False)
    if who.login != "lena":
        with pytest.raises(ForbiddenError):
            managing.all(who)
    assert place.staff.all() == before


def test_whom_nobody_changes(managing: Managing) -> None:
    with pytest.raises(NotFoundError):
        managing.change(CHIEF, "nobody", Role.ADMIN, [], is_disabled=False)
    with pytest.raises(InvalidInputError):
        managing.change(CHIEF, "lena", Role.ADMIN, ["x" * 201], is_disabled=False)
