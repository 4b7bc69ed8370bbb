"""What people decided about slips: a chain that only grows, in which nothing can be changed unseen.

Each link is the SHA-256 of the link before and of the decision as canonical JSON. Whoever changes, removes or
adds a decision in between breaks every link after it; who keeps the last link elsewhere also notices a new
chain. What tells of people stands apart with a salt, and in the decision only its SHA-256: it can be
forgotten when the period is, and the chain still holds.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, Select, bindparam, delete, insert, select

from forms_ocr.model import Decision
from forms_ocr.store import tables
from forms_ocr.store.review_tables import decision_values, decisions
from forms_ocr.store.transactions import Transactions

_DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)

_OF_PEOPLE = ("typed", "before", "after", "candidates")
"""What of a decision can be forgotten."""

_SEARCHED = ("number", "at", "period", "slip_id", "who", "action", "fence", "settles", "undoes", "disputes")
"""What stands in columns too."""

_SHOWN = 5
"""Breaks of the chain that are named one by one: one change breaks every link after it."""


class DecisionBook:
    """The decisions of one workspace.

    Every method raises :class:`StorageError` when the disk is full, gone or not writable.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def all(self, period: str = "") -> tuple[Decision, ...]:
        """Every decision, of one period if given, in the order in which they were filed."""
        query = _joined().order_by(decisions.c.number)
        if period:
            query = query.where(decisions.c.period == period)
        with self._transactions.reading("reading decisions") as connection:
            return tuple(map(_decision, connection.execute(query)))

    def of_slip(self, period: str, slip_id: str) -> tuple[Decision, ...]:
        """What was decided about one slip, in its order."""
        with self._transactions.reading("reading decisions") as connection:
            return decisions_of(connection, period, slip_id)

    def standing(self, period: str) -> dict[str, Decision]:
        """What holds now, by slip; see :func:`standing_of`."""
        return standing_of(self.all(period))


def standing_of(filed: Iterable[Decision]) -> dict[str, Decision]:
    """Of each slip the last decision that settles it, was not undone and is not in dispute.

    Args:
        filed: Of one period, in the order in which they were filed.
    """
    known = tuple(filed)
    void = {number for one in known for number in (one.undoes, one.disputes)}
    return {one.slip_id: one for one in known if one.settles and one.number not in void}


def append_decision(connection: Connection, decision: Decision, at: str) -> Decision:
    """Add a link to the chain, inside the caller's transaction, which must be one that writes.

    Returns:
        The decision with its number and time.
    """
    last = connection.execute(_LAST).one_or_none()
    number, link = (1, "") if last is None else (last.number + 1, last.hash)
    filed = replace(decision, number=number, at=at)
    facts = _facts(filed)
    content = _canonical({"salt": secrets.token_hex(16), **{name: facts.pop(name) for name in _OF_PEOPLE}})
    body = _canonical({**facts, "values_sha256": _sha256(content)})
    row = {name: facts.get(name) for name in _SEARCHED} | {"body": body, "hash": _sha256(link + body)}
    connection.execute(insert(decisions), row | {"settles": int(filed.settles)})
    connection.execute(insert(decision_values), {"number": number, "content": content})
    return filed


def decisions_of(connection: Connection, period: str, slip_id: str) -> tuple[Decision, ...]:
    """What was decided about one slip, in its order."""
    rows = connection.execute(_OF_SLIP, {"of_period": period, "of_slip": slip_id})
    return tuple(map(_decision, rows))


def forget_values(connection: Connection, before: str) -> None:
    """Forget what tells of people in the decisions of all periods before one; the chain stays."""
    old = select(decisions.c.number).where(decisions.c.period < before)
    connection.execute(delete(decision_values).where(decision_values.c.number.in_(old)))


def chain_violations(connection: Connection) -> Iterator[str]:
    """Where the chain does not hold, in words; nothing for a sound one."""
    purged = _purged_periods(connection)
    link, number, told = "", 0, 0
    for row in connection.execute(_joined().order_by(decisions.c.number)):
        found = list(_faults(row, link, number + 1, purged))
        told += len(found)
        if told <= _SHOWN:
            yield from found
        link, number = row.hash, row.number
    if told > _SHOWN:
        yield f"decisions: {told - _SHOWN} more of this kind"


def _faults(row: Row[Any], link: str, number: int, purged: frozenset[str]) -> Iterator[str]:
    place = f"decision {row.number}"
    if row.number != number:
        yield f"{place}: decision {number} should stand before it and is missing"
    if row.hash != _sha256(link + row.body):
        yield f"{place}: it was changed, or one before it"
        return
    facts = json.loads(row.body)
    if any(facts.get(name) != _told(row, name) for name in _SEARCHED):
        yield f"{place}: its columns say something else than what was filed"
    if row.content is None:
        if facts["period"] not in purged:
            yield f"{place}: what was keyed is gone, and {facts['period']} was not purged"
    elif facts["values_sha256"] != _sha256(row.content):
        yield f"{place}: what was keyed has been changed"


def _told(row: Row[Any], name: str) -> Any:
    value = getattr(row, name)
    return bool(value) if name == "settles" else value


def _purged_periods(connection: Connection) -> frozenset[str]:
    scans = tables.scans.c
    return frozenset(connection.scalars(select(scans.period).where(scans.purged_at.is_not(None)).distinct()))


def _facts(decision: Decision) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(_DECISION.dump_json(decision, warnings="error"))
    return facts


def _decision(row: Row[Any]) -> Decision:
    """The decision as it was filed; what was forgotten of it is empty."""
    facts = json.loads(row.body)
    facts.pop("values_sha256")
    values: Mapping[str, Any] = json.loads(row.content) if row.content is not None else {}
    kept = {name: values.get(name, {}) for name in _OF_PEOPLE}
    return _DECISION.validate_python(facts | kept, strict=False)


def _joined() -> Select[Any]:
    is_value = decision_values.c.number == decisions.c.number
    columns: list[Any] = [decisions, decision_values.c.content]
    return select(*columns).outerjoin(decision_values, is_value)


_OF_SLIP = (
    _joined()
    .where(decisions.c.period == bindparam("of_period"), decisions.c.slip_id == bindparam("of_slip"))
    .order_by(decisions.c.number)
)

_LAST = select(decisions.c.number, decisions.c.hash).order_by(decisions.c.number.desc()).limit(1)


def _canonical(facts: Mapping[str, Any]) -> str:
    """One text for one content: keys in order, nothing between, ASCII only."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
