"""The desk: slips one after another, and what the script asks while they are keyed."""

from __future__ import annotations

from typing import cast

from starlette.responses import JSONResponse, Response

from forms_ocr.export import REASON_TEXTS
from forms_ocr.model import Reason
from forms_ocr.review.faults import UnconfirmedError
from forms_ocr.review.shown import Filters
from forms_ocr.review.web.language import Language
from forms_ocr.review.web.visit import Visit
from forms_ocr.review.web.wire import (
    AddressCall,
    BesideCall,
    NextCall,
    SaveCall,
    TicketsCall,
    TypedCall,
    beside_json,
    line_json,
    slip_json,
    ticket_of,
    tickets_of,
    verdict_json,
)

_MOST_ADDRESSES = 20
_REASONS = frozenset(reason.value for reason in Reason)


def desk_page(visit: Visit) -> Response:
    """The page itself; the script asks for its slips."""
    filters = Filters(visit.asked("office"), visit.asked("reason"), visit.asked("field"))
    queue = visit.room.desk.facts(visit.person)
    return visit.page(
        "desk.html",
        filters=filters,
        facts=queue,
        reasons=visit.room.desk.refusals(),
        offices=[(name, slips, name) for name, slips in queue.offices.items()],
        why=[(code, slips, _reason_title(code, visit.language)) for code, slips in queue.reasons.items()],
        fields=[(name, slips, _field_title(name, visit.language)) for name, slips in queue.fields.items()],
    )


def _reason_title(code: str, spoken: Language) -> str:
    return spoken.phrase(REASON_TEXTS[Reason(code)].title) if code in _REASONS else code


def _field_title(name: str, spoken: Language) -> str:
    """The fields that every form means the same by have a name in every language; others have their own."""
    titles = {
        "account": spoken.say("Account"),
        "reading": spoken.say("Reading"),
        "date": spoken.say("Date"),
        "address": spoken.say("Address"),
        "signature": spoken.say("Signature"),
    }
    return titles.get(name, name)


def facts(visit: Visit) -> Response:
    """How long the queue is."""
    return JSONResponse({"waiting": visit.language.number(visit.room.desk.facts(visit.person).waiting)})


def next_slips(visit: Visit) -> Response:
    """The next slips, leased to this person."""
    call = cast(NextCall, visit.call)
    views = visit.room.desk.next_slips(visit.person, call.filters, call.count, tickets_of(call.but))
    return JSONResponse({"slips": [slip_json(view, visit.language) for view in views]})


def keep(visit: Visit) -> Response:
    """The person is still at work."""
    call = cast(TicketsCall, visit.call)
    return JSONResponse({"left": visit.room.desk.keep(visit.person, tickets_of(call.tickets))})


def let_go(visit: Visit) -> Response:
    """The page is left."""
    call = cast(TicketsCall, visit.call)
    visit.room.desk.let_go(visit.person, tickets_of(call.tickets))
    return JSONResponse({})


def judge(visit: Visit) -> Response:
    """What is to be said of what is typed so far."""
    call = cast(TypedCall, visit.call)
    verdict = visit.room.desk.judge(visit.person, ticket_of(call.ticket), call.typed)
    return JSONResponse({"verdict": verdict_json(verdict, visit.language)})


def save(visit: Visit) -> Response:
    """File a decision; 422 with the verdict where it has to be confirmed first."""
    call = cast(SaveCall, visit.call)
    try:
        saved = visit.room.desk.save(visit.person, ticket_of(call.ticket), call.handling)
    except UnconfirmedError as error:
        verdict = verdict_json(error.verdict, visit.language)
        return JSONResponse({"refused": "unconfirmed", "verdict": verdict}, status_code=422)
    return JSONResponse({"outcome": saved.outcome.value, "decision": saved.decision})


def undo(visit: Visit) -> Response:
    """Take back what was decided last."""
    return JSONResponse({"slip": slip_json(visit.room.desk.undo(visit.person), visit.language)})


def beside(visit: Visit) -> Response:
    """What the registry says to an account and its reading."""
    call = cast(BesideCall, visit.call)
    found = visit.room.lookup.beside(visit.person, call.period, call.account, call.reading)
    return JSONResponse({"beside": beside_json(found, visit.language)})


def by_address(visit: Visit) -> Response:
    """Accounts at an address."""
    call = cast(AddressCall, visit.call)
    lines = visit.room.lookup.by_address(visit.person, call.street, call.house, call.flat, _MOST_ADDRESSES)
    return JSONResponse({"lines": [line_json(line, visit.language) for line in lines]})
