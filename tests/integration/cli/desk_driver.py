"""One reviewer who keys what waits, for tests that look at what becomes of it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

from forms_ocr.cli.refilling import Refill, refill
from forms_ocr.config import Configuration
from forms_ocr.model import Action, Person, Reason, Role, Rules
from forms_ocr.review.checking import Checker
from forms_ocr.review.desk import Desk, DeskSettings
from forms_ocr.review.faults import NotFoundError
from forms_ocr.review.shown import Filters, Handling
from forms_ocr.store import Workspace, open_review_books
from forms_ocr.template import default_template_path, loading

VERA = Person("vera", "Вера Ильинична", Role.SENIOR)
"""She decides alone, also on what somebody else would have to look at."""


def account_for(slip_id: str) -> str:
    """What she keys into a slip: no other slip says it, so none contradicts her."""
    return str(int(hashlib.sha256(slip_id.encode()).hexdigest(), 16))[:12]


def attend(workspace: Workspace, act: str, now: datetime | None) -> str:
    """Bring the queue in step and do one thing at the desk: ``confirm``, ``refuse`` or ``undo``.

    Returns:
        The slip, "" where there was nothing to do.
    """
    configuration = Configuration.model_validate({"budget": {"blind_share": 0.0}})
    template = loading.load_template(default_template_path())
    checker = Checker(template, Rules(), None)
    with open_review_books(workspace, lambda: (now or datetime.now(UTC)).astimezone(UTC)) as books:
        refill(Refill(workspace, configuration, checker), books)
        desk = Desk(books, checker, DeskSettings(blind_share=0.0))
        return _undo(desk) if act == "undo" else _decide(desk, Action(act))


def _undo(desk: Desk) -> str:
    try:
        return desk.undo(VERA).ticket.slip_id
    except NotFoundError:
        return ""


def _decide(desk: Desk, action: Action) -> str:
    for view in desk.next_slips(VERA, Filters(), 1):
        slip_id = view.ticket.slip_id
        typed = {"account": account_for(slip_id)} if action is Action.CONFIRM else {}
        refusal = Reason.ACCOUNT_MISSING if action is Action.REFUSE else None
        desk.save(VERA, view.ticket, Handling(action, typed, is_confirmed=True, refusal=refusal))
        return slip_id
    return ""


def told(workspace: Path, act: str, now: datetime | None) -> str:
    """The same as words of a command."""
    return json.dumps(attend(Workspace(workspace), act, now))
