"""The queue of slips before people: who gets which next, and what becomes of it when they have said so.

A slip is leased to one person at a time. Each lease has a fence, one higher than the last: whoever saves
under an older one has lost the slip, and what they typed is kept as a second opinion that decides nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from forms_ocr.model import Action, Answer, Decision, FiledSlip, Person
from forms_ocr.store import tables
from forms_ocr.store.answer_book import answer_row, answers
from forms_ocr.store.contradictions import forget_said, note_decision, note_undoing
from forms_ocr.store.decision_book import append_decision, decisions_of, standing_of
from forms_ocr.store.entry import record_from_json, registration_from_json, template_from_json
from forms_ocr.store.queue_entry import (
    FIRST,
    NEVER_AGAIN,
    SECOND,
    SENIOR,
    SETTLED,
    Filed,
    Lease,
    Passing,
    Seen,
    Wanted,
)
from forms_ocr.store.review_tables import accesses, decisions, review_marks, review_queue, review_turns
from forms_ocr.store.slip_source import SlipSource
from forms_ocr.store.transactions import Transactions, stamp
from forms_ocr.store.upsert import insert_or_replace

_SPARE = 16
"""Slips that are looked up beside those wanted: somebody else may be faster at the first ones."""

_LOOKED_BACK = 50
"""Of somebody's last decisions, those among which the one to undo is looked for."""

_UNDOABLE = frozenset({Action.CONFIRM, Action.RESCAN, Action.UNCERTAIN, Action.REFUSE, Action.SKIP})


class ReviewQueue:
    """The queue of one workspace.

    Every method raises :class:`StorageError` when the disk is full, gone or not writable.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    # -- who gets what -------------------------------------------------------------------------

    def take(
        self,
        person: Person,
        wanted: Wanted,
        count: int,
        but: Collection[tuple[str, str]] = (),
        *,
        last_stage: int = SECOND,
        lease_s: float,
    ) -> tuple[Lease, ...]:
        """Lease the next slips to somebody; those they hold already come first.

        Args:
            but: Period and slip of leases that are left out.
            last_stage: The highest stage at which the person reads.
        """
        held = [lease for lease in self._held_by(person, wanted) if (lease.period, lease.slip_id) not in but]
        missing = count - len(held)
        if missing <= 0:
            return tuple(held[:count])
        found = self._waiting(person, wanted, missing + _SPARE, last_stage)
        taken = self._lease(person.login, found, missing, lease_s) if found else []
        return (*held, *taken)

    def _held_by(self, person: Person, wanted: Wanted) -> list[Lease]:
        asked = {"login": person.login, "now": self._transactions.timestamp()}
        with self._transactions.reading("looking for leases") as connection:
            leases = [_lease(row) for row in connection.execute(_HELD, asked)]
        return [lease for lease in leases if person.sees(lease.office) and wanted.fits(lease)]

    def _waiting(self, person: Person, wanted: Wanted, count: int, last_stage: int) -> list[Lease]:
        """Slips that nobody holds and this person may have, the first ones of each stage, by rank."""
        query = _waiting_query(
            len(wanted.marks),
            is_of_office=bool(wanted.office),
            is_of_offices=person.offices is not None,
        )
        asked: dict[str, Any] = {f"mark_{number}": mark for number, mark in enumerate(wanted.marks)}
        asked |= {"login": person.login, "now": self._transactions.timestamp(), "count": count}
        if wanted.office:
            asked["office"] = wanted.office
        if person.offices is not None:
            asked["offices"] = sorted(person.offices)
        found: list[Lease] = []
        with self._transactions.reading("looking for slips") as connection:
            for stage in range(FIRST, last_stage + 1):
                found += map(_lease, connection.execute(query, asked | {"stage": stage}))
        return sorted(found, key=lambda lease: lease.rank)[:count]

    def _lease(self, login: str, found: Sequence[Lease], count: int, lease_s: float) -> list[Lease]:
        """Lease the first of the slips that nobody else took since they were looked up."""
        taken: list[Lease] = []
        with self._transactions.writing("leasing slips") as connection:
            now = self._transactions.now()
            until = stamp(now + timedelta(seconds=lease_s))
            for lease in found:
                if len(taken) < count and _grab(connection, lease, login, stamp(now), until):
                    taken.append(replace(lease, fence=lease.fence + 1, leased_until=until))
        return taken

    def take_one(self, login: str, lease: Lease, lease_s: float) -> Lease | None:
        """Lease a certain slip as it was seen; None if somebody has it or had it since."""
        taken = self._lease(login, [lease], 1, lease_s)
        return taken[0] if taken else None

    def lease_of(self, login: str, period: str, slip_id: str, fence: int) -> Lease | None:
        """Somebody's lease of a slip, though its time may be over; None once the slip went on."""
        found = self.find(period, slip_id)
        is_theirs = found is not None and (found.holder, found.fence) == (login, fence)
        return found if is_theirs and found is not None and found.stage > SETTLED else None

    def find(self, period: str, slip_id: str) -> Lease | None:
        """How a slip stands in the queue; None if it never was in it."""
        with self._transactions.reading("looking for a slip") as connection:
            row = _row(connection, period, slip_id)
        return None if row is None else _lease(row)

    def keep(
        self, login: str, tickets: Iterable[tuple[str, str, int]], lease_s: float
    ) -> set[tuple[str, str]]:
        """Begin leases anew; those that still were this person's, by period and slip."""
        kept: set[tuple[str, str]] = set()
        with self._transactions.writing("keeping leases") as connection:
            until = stamp(self._transactions.now() + timedelta(seconds=lease_s))
            for period, slip_id, fence in tickets:
                held = _is_slip(period, slip_id) & _is_held(login, fence)
                if connection.execute(update(review_queue).where(held).values(leased_until=until)).rowcount:
                    kept.add((period, slip_id))
        return kept

    def let_go(self, login: str, tickets: Iterable[tuple[str, str, int]]) -> None:
        """End leases."""
        with self._transactions.writing("ending leases") as connection:
            for period, slip_id, fence in tickets:
                held = _is_slip(period, slip_id) & _is_held(login, fence)
                connection.execute(update(review_queue).where(held).values(_NOBODY))

    # -- what they say -------------------------------------------------------------------------

    def file(self, decision: Decision, passing: Passing, answer: Answer | None = None) -> Filed:
        """Append a decision and move the slip on, all of it or nothing.

        The same decision under the same lease again changes nothing. One under a lease that is no longer the
        person's is appended as a second opinion. Where that and what the other person decided contradict each
        other, whichever comes first, a third one decides. What other slips say of the same account and
        contradicts it goes before people in the same transaction.

        Args:
            answer: For the book of answers, filed only if the decision decides.
        """
        with self._transactions.writing("filing a decision") as connection:
            known = decisions_of(connection, decision.period, decision.slip_id)
            row = _row(connection, decision.period, decision.slip_id)
            repeated = next((one for one in known if _is_same(one, decision)), None)
            if repeated is not None:
                return _as_filed(repeated, row)
            at = self._transactions.timestamp()
            if row is None or not _may_decide(row, decision):
                return _as_filed(_file_opinion(connection, row, known, decision, at), row)
            opponents = _opponents(row, known, decision)
            if opponents:
                decision, answer = replace(decision, settles=False, after={}), None
                passing = Passing(SENIOR, NEVER_AGAIN)
            filed = append_decision(connection, decision, at)
            _move(connection, row, passing.stage)
            if passing.not_until:
                _keep_from(connection, row, {filed.who, *opponents}, passing.not_until)
            if filed.settles:
                note_decision(connection, filed, passing.contradictions)
            if answer is not None:
                connection.execute(insert(answers), answer_row(answer, at, filed.number))
        return Filed(filed)

    def undo(self, person: Person, not_before: str, lease_s: float) -> Lease | None:
        """Take back what somebody decided last, and lease them the slip again.

        Returns:
            The new lease; None where there is nothing since ``not_before`` that can be taken back, or others
            have gone on with the slip.
        """
        login = person.login
        with self._transactions.writing("undoing a decision") as connection:
            now = self._transactions.now()
            last = _last_undoable(connection, login)
            if last is None or last.at < not_before or not person.sees(last.office):
                return None
            row = _row(connection, last.period, last.slip_id)
            if row is None or _went_on(connection, last) or _is_others(row, login, stamp(now)):
                return None
            lease = replace(
                _lease(row),
                fence=row.fence + 1,
                stage=last.stage,
                holder=login,
                leased_until=stamp(now + timedelta(seconds=lease_s)),
            )
            append_decision(connection, _undoing(last, lease), stamp(now))
            if last.settles:
                note_undoing(connection, last)
            _move(connection, row, last.stage)
            mine = _is_slip(row.period, row.slip_id, review_turns) & (review_turns.c.who == login)
            connection.execute(delete(review_turns).where(mine))
            again = {"fence": lease.fence, "holder": login, "leased_until": lease.leased_until}
            connection.execute(update(review_queue).where(_is_slip(row.period, row.slip_id)).values(again))
        return lease

    # -- what is known of slips ----------------------------------------------------------------

    def seen(self, period: str, slip_id: str) -> Seen | None:
        """A slip with all that is needed to show it; None if the ledger has none."""
        with self._transactions.reading("reading a slip") as connection:
            row = connection.execute(_SEEN, {"of_period": period, "of_slip": slip_id}).first()
        return None if row is None or row.purged_at else _seen(row)

    def decisions_of(self, period: str, slip_id: str) -> tuple[Decision, ...]:
        """What was decided about a slip, in its order."""
        with self._transactions.reading("reading decisions") as connection:
            return decisions_of(connection, period, slip_id)

    def note_access(self, login: str, period: str, slip_id: str) -> None:
        """Write down that somebody looked at a whole slip."""
        row = {"who": login, "period": period, "slip_id": slip_id}
        with self._transactions.writing("noting an access") as connection:
            connection.execute(insert(accesses), row | {"at": self._transactions.timestamp()})

    def counts(self, person: Person, last_stage: int) -> dict[str, Counter[str]]:
        """How many slips wait for anybody like this person, by mark and office."""
        found: dict[str, Counter[str]] = {}
        with self._transactions.reading("counting the queue") as connection:
            for stage in range(FIRST, last_stage + 1):
                for mark, office, count in connection.execute(_COUNTED, {"of_stage": stage}):
                    if person.sees(office):
                        found.setdefault(mark, Counter())[office] += count
        return found

    def progress(self) -> dict[str, tuple[int, int]]:
        """Slips under review and decided ones, by period; samples do not count."""
        queue = review_queue.c
        is_open = queue.stage > SETTLED
        query = select(queue.period, is_open, func.count()).where(queue.is_sample == 0)
        found: dict[str, tuple[int, int]] = {}
        with self._transactions.reading("counting the queue") as connection:
            for period, waits, count in connection.execute(query.group_by(queue.period, is_open)):
                waiting, decided = found.get(period, (0, 0))
                found[period] = (waiting + count, decided) if waits else (waiting, decided + count)
        return found


_NOBODY = {"holder": "", "leased_until": ""}


def _is_slip(period: str, slip_id: str, table: Any = review_queue) -> ColumnElement[bool]:
    return and_(table.c.period == period, table.c.slip_id == slip_id)


def _is_held(login: str, fence: int) -> ColumnElement[bool]:
    queue = review_queue.c
    return and_(queue.holder == login, queue.fence == fence, queue.stage > SETTLED)


def _row(connection: Connection, period: str, slip_id: str) -> Row[Any] | None:
    return connection.execute(_ROW, {"of_period": period, "of_slip": slip_id}).one_or_none()


# Queries of every request are built once: putting one together takes longer than the database does.
_IS_MEANT = and_(
    review_queue.c.period == bindparam("of_period"), review_queue.c.slip_id == bindparam("of_slip")
)
_ROW = select(review_queue).where(_IS_MEANT)

_HELD = (
    select(review_queue)
    .where(review_queue.c.holder == bindparam("login"), review_queue.c.stage > SETTLED)
    .where(review_queue.c.leased_until > bindparam("now"))
    .order_by(review_queue.c.rank)
)

_COUNTED = (
    select(review_marks.c.mark, review_marks.c.office, func.count())
    .where(review_marks.c.stage == bindparam("of_stage"))
    .group_by(review_marks.c.mark, review_marks.c.office)
)

_SEEN: Select[Any] = (
    select(
        *tables.slips.c,
        tables.scans.c.title,
        tables.scans.c.office,
        tables.scans.c.sha256,
        tables.scans.c.purged_at,
    )
    .join(tables.scans, tables.scans.c.id == tables.slips.c.scan_id)
    .where(tables.slips.c.slip_id == bindparam("of_slip"), tables.scans.c.period == bindparam("of_period"))
)


@cache
def _waiting_query(mark_count: int, *, is_of_office: bool, is_of_offices: bool) -> Select[Any]:
    """The search behind handing out: along the marks in their order, looking each slip up in the queue.

    Its parameters are ``stage, now, login, count, mark_0`` and so on; as asked, ``office`` and ``offices``.
    """
    marks, queue, turns = review_marks.c, review_queue.c, review_turns.c
    is_queued = and_(queue.period == marks.period, queue.slip_id == marks.slip_id)
    is_free = or_(queue.holder == "", queue.leased_until <= bindparam("now"))
    is_turn = and_(
        turns.period == marks.period,
        turns.slip_id == marks.slip_id,
        turns.who == bindparam("login"),
        turns.until > bindparam("now"),
    )
    query = (
        select(review_queue)
        .select_from(review_marks.join(review_queue, is_queued))
        .where(marks.mark == bindparam("mark_0"), marks.stage == bindparam("stage"))
        .where(is_free, ~exists().where(is_turn))
        .order_by(marks.rank)
        .limit(bindparam("count"))
    )
    if is_of_office:
        query = query.where(marks.office == bindparam("office"))
    if is_of_offices:
        query = query.where(marks.office.in_(bindparam("offices", expanding=True)))
    for number in range(1, mark_count):
        query = query.where(_has_mark(bindparam(f"mark_{number}")))
    return query


def _has_mark(mark: BindParameter[Any]) -> ColumnElement[bool]:
    other = review_marks.alias()
    same = [other.c[name] == review_marks.c[name] for name in ("stage", "rank", "period", "slip_id")]
    return exists().where(other.c.mark == mark, *same)


def _grab(connection: Connection, lease: Lease, login: str, now: str, until: str) -> bool:
    """Lease a slip, unless somebody has it by now."""
    queue = review_queue.c
    is_free = or_(queue.holder == "", queue.leased_until <= now)
    as_seen = and_(queue.fence == lease.fence, queue.stage == lease.stage)
    taken = {"holder": login, "leased_until": until, "fence": lease.fence + 1}
    where = and_(_is_slip(lease.period, lease.slip_id), is_free, as_seen)
    return bool(connection.execute(update(review_queue).where(where).values(taken)).rowcount)


def _is_same(known: Decision, decision: Decision) -> bool:
    """The same thing sent twice: by a double click, or after an answer that never arrived."""
    names = ("who", "fence", "typed", "refusal")
    is_action = known.action in {decision.action, Action.SECOND_OPINION}
    return is_action and all(getattr(known, name) == getattr(decision, name) for name in names)


def _may_decide(row: Row[Any], decision: Decision) -> bool:
    """The slip is theirs, also when the time is over and nobody else came for it."""
    return row.stage > SETTLED and (row.holder, row.fence) == (decision.who, decision.fence)


def _as_filed(decision: Decision, row: Row[Any] | None) -> Filed:
    is_late = decision.action is Action.SECOND_OPINION
    return Filed(decision, is_late=is_late, is_settled=row is None or row.stage == SETTLED)


def _file_opinion(
    connection: Connection, row: Row[Any] | None, known: Sequence[Decision], decision: Decision, at: str
) -> Decision:
    """Keep what came too late. Where somebody else has decided otherwise, a third person decides."""
    opinion = replace(decision, action=Action.SECOND_OPINION, settles=False)
    standing = standing_of(known).get(decision.slip_id)
    is_disputed = (
        row is not None
        and row.stage == SETTLED
        and standing is not None
        and standing.stage < SENIOR
        and bool(opinion.after and standing.after)
        and opinion.contradicts(standing)
    )
    if row is None or standing is None or not is_disputed:
        return append_decision(connection, opinion, at)
    filed = append_decision(connection, replace(opinion, disputes=standing.number), at)
    forget_said(connection, filed.period, filed.slip_id)
    _move(connection, row, SENIOR)
    _keep_from(connection, row, {standing.who, filed.who}, NEVER_AGAIN)
    return filed


def _opponents(row: Row[Any], known: Sequence[Decision], decision: Decision) -> set[str]:
    """Who has keyed something else of a slip that is to be settled, and came too late with it."""
    if not decision.settles or not decision.after or row.stage >= SENIOR:
        return set()
    opinions = (one for one in known if one.action is Action.SECOND_OPINION and one.after)
    return {one.who for one in opinions if one.contradicts(decision)}


def _keep_from(connection: Connection, row: Row[Any], people: Collection[str], until: str) -> None:
    """Do not give a slip to these people so long."""
    turn = {"period": row.period, "slip_id": row.slip_id, "until": until}
    for who in sorted(people):
        connection.execute(insert_or_replace(connection, review_turns), turn | {"who": who})


def _move(connection: Connection, row: Row[Any], stage: int) -> None:
    """Let a slip wait for another reader, or for nobody."""
    where = _is_slip(row.period, row.slip_id)
    connection.execute(update(review_queue).where(where).values(_NOBODY | {"stage": stage}))
    if stage != row.stage:
        marks = update(review_marks).where(_is_slip(row.period, row.slip_id, review_marks))
        connection.execute(marks.values(stage=stage))


def _last_undoable(connection: Connection, login: str) -> Decision | None:
    query = select(decisions.c.number, decisions.c.action, decisions.c.undoes, decisions.c.period)
    mine = query.add_columns(decisions.c.slip_id).where(decisions.c.who == login)
    rows = connection.execute(mine.order_by(decisions.c.number.desc()).limit(_LOOKED_BACK)).all()
    undone = {row.undoes for row in rows}
    for row in rows:
        if row.action in _UNDOABLE and row.number not in undone:
            of_slip = decisions_of(connection, row.period, row.slip_id)
            return next(decision for decision in of_slip if decision.number == row.number)
    return None


def _went_on(connection: Connection, last: Decision) -> bool:
    """Somebody else has decided something on top of it, or disputes it."""
    later = (one for one in decisions_of(connection, last.period, last.slip_id) if one.number > last.number)
    return any(
        one.who != last.who and (one.action is not Action.SECOND_OPINION or one.disputes is not None)
        for one in later
    )


def _is_others(row: Row[Any], login: str, now: str) -> bool:
    return row.holder not in {"", login} and row.leased_until > now


def _undoing(last: Decision, lease: Lease) -> Decision:
    return Decision(
        period=last.period,
        slip_id=last.slip_id,
        office=last.office,
        who=last.who,
        action=Action.UNDO,
        fence=lease.fence,
        stage=last.stage,
        is_sample=last.is_sample,
        before=last.after,
        after=last.before,
        weights_sha256=last.weights_sha256,
        undoes=last.number,
    )


def _lease(row: Row[Any]) -> Lease:
    return Lease(
        period=row.period,
        slip_id=row.slip_id,
        office=row.office,
        rank=row.rank,
        stage=row.stage,
        is_sample=bool(row.is_sample),
        reasons=tuple(row.reasons.split(";")) if row.reasons else (),
        fields=tuple(row.fields.split(";")) if row.fields else (),
        weights_sha256=row.weights_sha256,
        fence=row.fence,
        holder=row.holder,
        leased_until=row.leased_until,
    )


def _seen(row: Any) -> Seen:
    slip = FiledSlip(
        slip_id=row.slip_id,
        office=row.office,
        scan=row.title,
        page=row.page,
        slip=row.number,
        record=record_from_json(row.record),
        picture_path=row.picture_path,
        sha256=row.sha256,
        template=template_from_json(row.registration),
    )
    registration = registration_from_json(row.registration)
    return Seen(slip, SlipSource(row.scan_id, row.sha256, row.page, registration))
