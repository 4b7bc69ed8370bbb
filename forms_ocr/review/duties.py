"""Which role goes with what."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from forms_ocr.model import Person, Role
from forms_ocr.review.faults import ForbiddenError


class Duty(StrEnum):
    """What roles are asked for."""

    KEY = "key"
    """Slips on the desk, the registry beside them, sheets of cells."""
    DECIDE_LAST = "decide_last"
    """Where two readers differ."""
    SEE_FIGURES = "see_figures"
    RUN_BATCHES = "run_batches"
    """Overview and quarantine."""
    BRING_SCANS = "bring_scans"
    MANAGE_PEOPLE = "manage_people"
    """Roles, offices, who is shut out."""


_ROLES: Mapping[Duty, frozenset[Role]] = {
    Duty.KEY: frozenset({Role.REVIEWER, Role.SENIOR, Role.ADMIN}),
    Duty.DECIDE_LAST: frozenset({Role.SENIOR, Role.ADMIN}),
    Duty.SEE_FIGURES: frozenset({Role.SENIOR, Role.ADMIN}),
    Duty.RUN_BATCHES: frozenset({Role.OPERATOR, Role.ADMIN}),
    Duty.BRING_SCANS: frozenset({Role.SCANNING, Role.OPERATOR, Role.ADMIN}),
    Duty.MANAGE_PEOPLE: frozenset({Role.ADMIN}),
}


def has_duty(person: Person, duty: Duty) -> bool:
    """Whether somebody's role goes with a duty."""
    return person.role in _ROLES[duty] and not person.is_disabled


def check_duty(person: Person, duty: Duty) -> None:
    """Refuse what is not somebody's to do.

    Raises:
        ForbiddenError: Their role does not go with it.
    """
    if not has_duty(person, duty):
        raise ForbiddenError(f"{person.login} is {person.role} and may not {duty}")
