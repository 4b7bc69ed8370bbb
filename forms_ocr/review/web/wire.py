"""What the script gets and sends, as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from forms_ocr.model import Action, Reason
from forms_ocr.review.faults import InvalidInputError
from forms_ocr.review.shown import (
    Asked,
    Beside,
    Filters,
    Frame,
    Handling,
    ReasonShown,
    RegistryLine,
    RuleBroken,
    SlipView,
    Ticket,
    Verdict,
)
from forms_ocr.review.web.language import Language

Name = Annotated[str, StringConstraints(max_length=120)]
Typed = Annotated[str, StringConstraints(max_length=400)]
Tickets = Annotated[list[Name], Field(max_length=20)]
Json = dict[str, Any]

# What a page may send as a decision; the rest come about by themselves.
_SENT_ACTIONS = frozenset({Action.CONFIRM, Action.RESCAN, Action.UNCERTAIN, Action.REFUSE, Action.SKIP})


class Call(BaseModel):
    """What every call keeps to: nothing that is not asked for."""

    model_config = ConfigDict(extra="forbid", strict=False)


class NothingCall(Call):
    """A call that says all by being made."""


class NextCall(Call):
    """For the next slips."""

    office: Name = ""
    reason: Name = ""
    field: Name = ""
    count: Annotated[int, Field(ge=1, le=6)] = 3
    but: Tickets = []

    @property
    def filters(self) -> Filters:
        """Which slips are wanted."""
        return Filters(self.office, self.reason, self.field)


class TicketsCall(Call):
    """About slips that the page holds."""

    tickets: Tickets


class TypedCall(Call):
    """What is typed so far."""

    ticket: Name
    typed: Annotated[dict[Name, Typed], Field(max_length=60)]


class SaveCall(TypedCall):
    """A decision."""

    action: Action
    is_confirmed: bool = False
    refusal: Reason | None = None
    shown_at: Name = ""
    first_key_ms: Annotated[int, Field(ge=0, le=7 * 24 * 3_600_000)] | None = None

    @property
    def handling(self) -> Handling:
        """The same as the desk knows it."""
        if self.action not in _SENT_ACTIONS:
            raise InvalidInputError(f"{self.action} is not sent by a page")
        return Handling(
            self.action, self.typed, self.is_confirmed, self.refusal, self.shown_at, self.first_key_ms
        )


class BesideCall(Call):
    """What the registry says to what is typed."""

    period: Name
    account: Name
    reading: Name = ""


class AddressCall(Call):
    """Whose address it is. By POST, so that no address stands in a proxy's log."""

    street: Name
    house: Name = ""
    flat: Name = ""


class SheetCall(Call):
    """For a sheet of cells."""

    digit: Annotated[str, StringConstraints(pattern="^[0-9]?$")] = ""


class MarksCall(Call):
    """A sheet that was looked through."""

    sheet: Name
    marked: Annotated[dict[Name, Name], Field(max_length=1000)]


def ticket_of(text: str) -> Ticket:
    """A ticket the page sends back."""
    try:
        return Ticket.parse(text)
    except ValueError:
        raise InvalidInputError(f"{text!r} is no ticket") from None


def tickets_of(texts: Iterable[str]) -> list[Ticket]:
    """Several of them."""
    return [ticket_of(text) for text in texts]


def slip_json(view: SlipView, spoken: Language) -> Json:
    """A slip for the desk."""
    base = f"{quote(view.ticket.period)}/{quote(view.ticket.slip_id)}"
    return {
        "ticket": str(view.ticket),
        "period": view.ticket.period,
        "office": view.office,
        "scan": view.scan,
        "page": view.page,
        "slip": view.slip,
        "closes": "" if view.closes_on is None else spoken.day(view.closes_on),
        "stage": view.stage,
        "lease_s": view.lease_s,
        "shown_at": view.shown_at,
        "reasons": [reason_json(reason, spoken) for reason in view.reasons],
        "asked": [_asked_json(asked, base, spoken) for asked in view.asked],
        "aspect": view.aspect,
        "picture": f"/pictures/slip/{base}",
        "opinions": [dict(opinion) for opinion in view.opinions],
    }


def _asked_json(asked: Asked, base: str, spoken: Language) -> Json:
    return {
        "name": asked.name,
        "label": spoken.phrase(asked.label),
        "kind": asked.kind.value,
        "length": asked.length,
        "known": list(asked.known),
        "is_required": asked.is_required,
        "candidates": [] if asked.is_blind else list(asked.candidates[:4]),
        "crop": f"/pictures/field/{base}/{quote(asked.crop, safe='')}",
        "cells": [_frame_json(cell) for cell in asked.cells],
        "frame": _frame_json(asked.frame),
    }


def _frame_json(frame: Frame) -> list[float]:
    return [round(share, 5) for share in (frame.left, frame.top, frame.width, frame.height)]


def reason_json(reason: ReasonShown, spoken: Language) -> Json:
    """A reason in plain words."""
    return {
        "code": reason.code.value,
        "title": spoken.phrase(reason.title),
        "advice": spoken.phrase(reason.advice),
    }


def verdict_json(verdict: Verdict, spoken: Language) -> Json:
    """What is to be said of what was typed."""
    return {
        "kind": verdict.kind.value,
        "can_confirm": verdict.can_confirm,
        "differing": {name: list(places) for name, places in verdict.differing.items()},
        "broken": [_broken_json(broken, spoken) for broken in verdict.broken],
        "faults": _phrases(verdict.faults, spoken),
        "beside": None if verdict.beside is None else beside_json(verdict.beside, spoken),
    }


def _phrases(texts: Mapping[str, object], spoken: Language) -> Json:
    return {name: spoken.phrase(text) for name, text in texts.items()}


def _broken_json(broken: RuleBroken, spoken: Language) -> Json:
    return {
        "code": broken.reason.value,
        "title": spoken.phrase(broken.title),
        "detail": spoken.phrase(broken.detail),
        "can_confirm": broken.can_confirm,
    }


def beside_json(beside: Beside, spoken: Language) -> Json:
    """What the registry says."""
    used = beside.used_kwh
    return {
        "line": None if beside.line is None else line_json(beside.line, spoken),
        "has_registry": beside.has_registry,
        "used": "" if used is None else spoken.number(used),
        "months": spoken.number(round(beside.months, 1)),
        "broken": [_broken_json(broken, spoken) for broken in beside.broken],
    }


def line_json(line: RegistryLine, spoken: Language) -> Json:
    """One line of the registry."""
    return {
        "account": line.account,
        "street": line.street,
        "house": line.house,
        "flat": line.flat,
        "last_reading": line.last_reading,
        "last_day": "" if line.last_date is None else spoken.day(line.last_date),
        "status": spoken.phrase(line.status_text),
        "may_report": line.status.value == "direct",
    }
