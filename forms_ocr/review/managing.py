"""The accounts, for whoever looks after them: what people may do, whose slips they see, who is shut out."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace

from forms_ocr.model import Person, Role
from forms_ocr.review.duties import Duty, check_duty
from forms_ocr.review.entrance import Staff
from forms_ocr.review.faults import ForbiddenError, InvalidInputError

_MOST_OFFICES = 500
_MOST_CHARACTERS = 200

_log = logging.getLogger(__name__)


class Managing:
    """Changes accounts. Making one, and its password, stays with the command.

    Whoever sees some offices only could give themselves all of them: they change nobody. Nobody changes
    themselves, so that one who may do all of it is left.
    """

    def __init__(self, staff: Staff) -> None:
        self._staff = staff

    def all(self, person: Person) -> tuple[Person, ...]:
        """Everybody, by login.

        Raises:
            ForbiddenError: It is not theirs to do.
        """
        _check(person)
        return self._staff.all()

    def change(
        self, person: Person, login: str, role: Role, offices: Iterable[str], *, is_disabled: bool
    ) -> Person:
        """Let somebody do something else from now on; their sessions end.

        Args:
            person: Who changes them.
            offices: Whose slips they see; those of every office if there are none.

        Raises:
            ForbiddenError: It is not theirs to do, or it is their own account.
            NotFoundError: There is no such login.
            InvalidInputError: Offices that cannot be.
        """
        _check(person)
        if login == person.login:
            raise ForbiddenError(f"{login} does not change their own account")
        seen = frozenset(offices)
        if len(seen) > _MOST_OFFICES or any(len(office) > _MOST_CHARACTERS for office in seen):
            raise InvalidInputError(f"more than {_MOST_OFFICES} offices, or a name of {_MOST_CHARACTERS}")
        changed = replace(self._staff.find(login), role=role, offices=seen or None, is_disabled=is_disabled)
        self._staff.change(changed)
        facts = {"by": person.login, "login": login, "role": role.value, "is_disabled": is_disabled}
        _log.info("account changed", extra={"facts": facts})
        return changed


def _check(person: Person) -> None:
    check_duty(person, Duty.MANAGE_PEOPLE)
    if person.offices is not None:
        raise ForbiddenError(f"{person.login} sees some offices only and changes nobody")
