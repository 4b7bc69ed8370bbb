"""The page on which accounts are looked after."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from forms_ocr.model import Role
from forms_ocr.review.faults import InvalidInputError
from forms_ocr.review.web.visit import Visit


def people_page(visit: Visit) -> Response:
    """Everybody who was let in. Nothing of a password is on it, not even its hash."""
    people = visit.room.managing.all(visit.person)
    return visit.page("people.html", people=people, roles=list(Role), changed=visit.asked("changed"))


def change_account(visit: Visit) -> Response:
    """Another role, other offices, shut out or let in again."""
    try:
        role = Role(visit.text("role"))
    except ValueError:
        raise InvalidInputError("a role that is none") from None
    changed = visit.room.managing.change(
        visit.person,
        visit.text("login"),
        role,
        [line.strip() for line in visit.text("offices").splitlines() if line.strip()],
        is_disabled=visit.text("disabled") == "yes",
    )
    return RedirectResponse(f"/people?{urlencode({'changed': changed.login})}", status_code=303)
