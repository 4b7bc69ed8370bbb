"""People's answers, appended and never changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, Engine, Index, Integer, Row, Table, Text, insert, or_, select, union

from forms_ocr.model import Answer, MachineReading, Values
from forms_ocr.store.faults import storage_faults
from forms_ocr.store.review_tables import decisions
from forms_ocr.store.tables import metadata

_VALUES: TypeAdapter[Values] = TypeAdapter(Values)
_MACHINE: TypeAdapter[MachineReading] = TypeAdapter(MachineReading)

# Append-only: triggers made by the third migration refuse every change.
answers = Table(
    "answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slip_id", Text, nullable=False),
    # No foreign key: an answer outlives the slip's row, which is replaced when the slip is read again.
    Column("period", Text, nullable=False),
    Column("office", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("is_blind", Integer, nullable=False),
    # JSON: what the person read, and what the machine had read, from which weights.
    Column("person", Text, nullable=False),
    Column("machine", Text, nullable=False),
    # The number of the decision that it came with; NULL for one that came in a list.
    Column("decision", Integer),
)
Index("answers_by_slip", answers.c.period, answers.c.slip_id)


class AnswerBook:
    """The answers of one workspace; see :meth:`forms_ocr.store.Ledger.answer_book`.

    Every method raises :class:`StorageError` when the disk is full, gone or not writable.
    """

    def __init__(self, engine: Engine, place: str, timestamp: Callable[[], str]) -> None:
        self._engine = engine
        self._place = place
        self._timestamp = timestamp

    def append(self, given: Sequence[Answer]) -> int:
        """Append answers, all or none, and stamp them with the time.

        An answer whose person has said the same of the same slip last is not appended again.

        Returns:
            How many were new.
        """
        with storage_faults("filing answers", self._place), self._engine.begin() as connection:
            known = {_key(answer): answer.values for answer in map(_answer, connection.execute(_ALL))}
            new = [answer for answer in given if known.get(_key(answer)) != answer.values]
            at = self._timestamp()
            if new:
                connection.execute(insert(answers), [answer_row(answer, at) for answer in new])
        return len(new)

    def all(self) -> tuple[Answer, ...]:
        """Every answer that holds, in the order in which they were filed.

        One that came with a decision holds as long as that does: not once it was taken back or is in dispute.
        """
        with storage_faults("reading answers", self._place), self._engine.begin() as connection:
            return tuple(map(_answer, connection.execute(_ALL)))


_VOID = union(
    select(decisions.c.undoes).where(decisions.c.undoes.is_not(None)),
    select(decisions.c.disputes).where(decisions.c.disputes.is_not(None)),
)
_ALL = (
    select(answers)
    .where(or_(answers.c.decision.is_(None), answers.c.decision.not_in(_VOID)))
    .order_by(answers.c.id)
)


def _key(answer: Answer) -> tuple[str, str, str]:
    return answer.period, answer.slip_id, answer.who


def answer_row(answer: Answer, at: str, decision: int | None = None) -> dict[str, Any]:
    """An answer as a row of the table.

    Args:
        decision: The number of the decision that it came with.
    """
    return {
        "slip_id": answer.slip_id,
        "period": answer.period,
        "office": answer.office,
        "who": answer.who,
        "at": at,
        "is_blind": int(answer.is_blind),
        "person": _VALUES.dump_json(answer.values).decode(),
        "machine": _MACHINE.dump_json(answer.machine, warnings="error").decode(),
        "decision": decision,
    }


def _answer(row: Row[Any]) -> Answer:
    return Answer(
        slip_id=row.slip_id,
        period=row.period,
        office=row.office,
        who=row.who,
        at=row.at,
        values=_VALUES.validate_json(row.person),
        is_blind=bool(row.is_blind),
        machine=_MACHINE.validate_json(row.machine),
    )
