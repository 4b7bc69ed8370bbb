"""Slips of one account that say different readings, found in the moment in which the second is said.

``review_said`` has what each slip says that is through, whether the machine or a person let it through. One
that contradicts another goes before people at once; where people contradict each other, before a third.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, delete, insert, select, update

from forms_ocr.model import Action, Decision, Reason
from forms_ocr.store.queue_entry import FIRST, NEVER_AGAIN, SENIOR, SETTLED, field_mark, reason_mark
from forms_ocr.store.review_tables import review_marks, review_queue, review_said, review_turns
from forms_ocr.store.upsert import insert_or_replace


@dataclass(frozen=True, slots=True)
class Said:
    """What a slip says that is through.

    Attributes:
        who: Who confirmed it; "" for the machine.
        weights_sha256: Of the network that read it.
    """

    slip_id: str
    account: str
    reading: str
    office: str
    who: str
    weights_sha256: str


def said_in(connection: Connection, period: str) -> dict[str, Said]:
    """What the slips of a period say, as it is known, by slip."""
    rows = connection.execute(select(review_said).where(review_said.c.period == period))
    return {row.slip_id: _said(row) for row in rows}


def say(connection: Connection, period: str, said: Sequence[Said]) -> None:
    """Let these slips say this."""
    if said:
        connection.execute(insert_or_replace(connection, review_said), [_row(period, one) for one in said])


def note_decision(connection: Connection, decision: Decision, fields: Sequence[str]) -> None:
    """Note what a slip says by a decision that settles it, and put what contradicts it before people.

    Args:
        fields: What is asked about slips that contradict each other; nothing is looked for without any.
    """
    forget_said(connection, decision.period, decision.slip_id)
    account = decision.after.get("account", "")
    if decision.action is not Action.CONFIRM or not account:
        return
    mine = Said(
        decision.slip_id,
        account,
        decision.after.get("reading", ""),
        decision.office,
        decision.who,
        decision.weights_sha256,
    )
    connection.execute(insert(review_said), _row(decision.period, mine))
    others = [one for one in _of_account(connection, decision.period, account) if one.reading != mine.reading]
    if others and fields:
        is_known = Reason.CONFLICTING_READINGS in decision.reasons
        _put_before_people(connection, decision.period, mine, others, fields, is_known=is_known)


def forget_said(connection: Connection, period: str, slip_id: str) -> None:
    """Let a slip say nothing: it is not through, or no longer."""
    connection.execute(_FORGET, _key(period, slip_id))


def note_undoing(connection: Connection, undone: Decision) -> None:
    """Let a slip say what it said before; what it alone contradicted waits for nobody any more."""
    forget_said(connection, undone.period, undone.slip_id)
    if Reason.CONFLICTING_READINGS not in undone.reasons:
        _unmark(connection, undone.period, undone.slip_id)
    if undone.is_sample and undone.before.get("account"):
        before = Said(
            undone.slip_id,
            undone.before["account"],
            undone.before.get("reading", ""),
            undone.office,
            "",
            undone.weights_sha256,
        )
        connection.execute(insert(review_said), _row(undone.period, before))
    account = undone.after.get("account", "")
    left = _of_account(connection, undone.period, account) if account else []
    if len({one.reading for one in left}) == 1:
        for one in left:
            _take_out(connection, undone.period, one.slip_id)


def _put_before_people(
    connection: Connection,
    period: str,
    mine: Said,
    others: Sequence[Said],
    fields: Sequence[str],
    *,
    is_known: bool,
) -> None:
    """Who confirmed knowing of the contradiction has decided it: only the others are looked at."""
    by_people = [one for one in others if one.who]
    readers = {mine.who, *(one.who for one in by_people)}
    rank = connection.scalar(_RANK, _key(period, mine.slip_id)) or 0
    for one in others:
        _open(connection, period, one, fields, rank, readers if one.who else ())
    if by_people and not is_known:
        _open(connection, period, mine, fields, rank, readers)


def _open(
    connection: Connection,
    period: str,
    said: Said,
    fields: Sequence[str],
    rank: int,
    readers: Collection[str],
) -> None:
    """Let a slip wait for a third person, or for anybody where nobody has read it.

    One that waits already goes on waiting: who decides on it finds the contradiction in their turn.

    Args:
        rank: For a slip that never was before people: as urgent as the one it contradicts.
        readers: Who does not get it.
    """
    row = connection.execute(_QUEUED, _key(period, said.slip_id)).one_or_none()
    if row is not None and row.stage > SETTLED:
        return
    told: dict[str, Any] = {
        "stage": SENIOR if readers else FIRST,
        "is_sample": 0,
        "reasons": _also(row.reasons if row is not None else "", [Reason.CONFLICTING_READINGS]),
        "fields": _also(row.fields if row is not None else "", fields),
        "holder": "",
        "leased_until": "",
    }
    if row is None:
        place = {"office": said.office, "rank": rank, "weights_sha256": said.weights_sha256, "fence": 0}
        connection.execute(insert(review_queue), {"period": period, "slip_id": said.slip_id} | place | told)
    else:
        connection.execute(
            update(review_queue).where(_is_slip(review_queue, period, said.slip_id)).values(told)
        )
    _mark(connection, period, said, told | {"rank": row.rank if row is not None else rank})
    turn = {"period": period, "slip_id": said.slip_id, "until": NEVER_AGAIN}
    for who in sorted(readers):
        connection.execute(insert_or_replace(connection, review_turns), turn | {"who": who})


def _mark(connection: Connection, period: str, said: Said, told: dict[str, Any]) -> None:
    """By what it is found now."""
    connection.execute(delete(review_marks).where(_is_slip(review_marks, period, said.slip_id)))
    place = {
        "stage": told["stage"],
        "rank": told["rank"],
        "period": period,
        "slip_id": said.slip_id,
        "office": said.office,
    }
    marks = ["", *map(reason_mark, told["reasons"].split(";")), *map(field_mark, told["fields"].split(";"))]
    connection.execute(insert(review_marks), [place | {"mark": mark} for mark in marks])


def _take_out(connection: Connection, period: str, slip_id: str) -> None:
    """End the waiting of a slip that waited for nothing but a contradiction, and that nobody holds."""
    row = connection.execute(_QUEUED, _key(period, slip_id)).one_or_none()
    if row is None or row.holder or Reason.CONFLICTING_READINGS not in row.reasons.split(";"):
        return
    _unmark(connection, period, slip_id)
    for table in (review_queue, review_marks):
        connection.execute(update(table).where(_is_slip(table, period, slip_id)).values(stage=SETTLED))


def _unmark(connection: Connection, period: str, slip_id: str) -> None:
    """Nothing contradicts it any more."""
    row = connection.execute(_QUEUED, _key(period, slip_id)).one_or_none()
    if row is None:
        return
    kept = ";".join(one for one in row.reasons.split(";") if one != Reason.CONFLICTING_READINGS)
    connection.execute(
        update(review_queue).where(_is_slip(review_queue, period, slip_id)).values(reasons=kept)
    )
    mark = review_marks.c.mark == reason_mark(Reason.CONFLICTING_READINGS)
    connection.execute(delete(review_marks).where(_is_slip(review_marks, period, slip_id), mark))


def _of_account(connection: Connection, period: str, account: str) -> list[Said]:
    rows = connection.execute(_SAME_ACCOUNT, {"of_period": period, "of_account": account})
    return list(map(_said, rows))


def _also(known: str, more: Iterable[str]) -> str:
    return ";".join(dict.fromkeys([*filter(None, known.split(";")), *map(str, more)]))


def _said(row: Row[Any]) -> Said:
    return Said(row.slip_id, row.account, row.reading, row.office, row.who, row.weights_sha256)


def _row(period: str, one: Said) -> dict[str, Any]:
    return {
        "period": period,
        "slip_id": one.slip_id,
        "account": one.account,
        "reading": one.reading,
        "office": one.office,
        "who": one.who,
        "weights_sha256": one.weights_sha256,
    }


def _key(period: str, slip_id: str) -> dict[str, str]:
    return {"of_period": period, "of_slip": slip_id}


def _is_slip(table: Any, period: str, slip_id: str) -> ColumnElement[bool]:
    return and_(table.c.period == period, table.c.slip_id == slip_id)


def _is_meant(table: Any) -> ColumnElement[bool]:
    return and_(table.c.period == bindparam("of_period"), table.c.slip_id == bindparam("of_slip"))


_FORGET = delete(review_said).where(_is_meant(review_said))
_RANK = select(review_queue.c.rank).where(_is_meant(review_queue))
_QUEUED = select(review_queue).where(_is_meant(review_queue))
_SAME_ACCOUNT = (
    select(review_said)
    .where(review_said.c.period == bindparam("of_period"), review_said.c.account == bindparam("of_account"))
    .order_by(review_said.c.slip_id)
)
