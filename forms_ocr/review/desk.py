"""Slips to people, and what they say about them into the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from forms_ocr.budget import is_sampled
from forms_ocr.decision.address import registered_address
from forms_ocr.export import REASON_TEXTS
from forms_ocr.model import (
    Action,
    Answer,
    Decision,
    Disposition,
    FiledSlip,
    MachineReading,
    Period,
    Person,
    Reason,
    Record,
    Values,
)
from forms_ocr.review.asking import (
    ACCOUNT,
    ADDRESS,
    DATE,
    KEYED,
    READING,
    SIGNATURE,
    as_asked,
    is_asked_whole,
    iso_date,
    known_characters,
)
from forms_ocr.review.checking import Checker
from forms_ocr.review.duties import Duty, check_duty, has_duty
from forms_ocr.review.faults import ConflictError, InvalidInputError, NotFoundError, UnconfirmedError
from forms_ocr.review.judging import Hearing, judge
from forms_ocr.review.shown import (
    YES,
    Asked,
    Filters,
    Handling,
    Kind,
    Outcome,
    QueueFacts,
    ReasonShown,
    Saved,
    SlipView,
    Ticket,
    Verdict,
    VerdictKind,
)
from forms_ocr.store import (
    FIRST,
    NEVER_AGAIN,
    SECOND,
    SENIOR,
    SETTLED,
    Lease,
    Passing,
    ReviewBooks,
    Wanted,
)

_SKIPPED_FOR = timedelta(minutes=10)
_UNDO_WITHIN = timedelta(hours=1)
_MOST_AT_ONCE = 12
"""Slips that one page may hold: what is leased and not worked on is kept from others."""

_MOST_TYPED = 200
"""Characters of one value; more is no keying."""

REFUSALS = (
    Reason.SIGNATURE_MISSING,
    Reason.DATE_OUTSIDE_WINDOW,
    Reason.DATE_MISSING,
    Reason.ACCOUNT_UNKNOWN,
    Reason.ACCOUNT_MANAGED,
    Reason.ACCOUNT_CLOSED,
    Reason.ACCOUNT_MISSING,
    Reason.ACCOUNT_INCOMPLETE,
    Reason.READING_MISSING,
    Reason.READING_WRONG_LENGTH,
    Reason.READING_BELOW_LAST,
    Reason.IMPLAUSIBLE_JUMP,
    Reason.ADDRESS_MISSING,
    Reason.ADDRESS_MISMATCH,
    Reason.DATE_IMPOSSIBLE,
    Reason.NOT_A_DIGIT,
    Reason.FIELD_MISSING,
    Reason.DUPLICATE_SLIP,
    Reason.SLIP_SCANNED_TWICE,
    Reason.CONFLICTING_READINGS,
)
"""Reasons for which a person may refuse a slip."""


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """How the desk works.

    Attributes:
        lease_s: A slip that nobody keeps goes to others after so long.
        shows_candidates: What may be picked out of the machine's candidates, by name of what is asked;
            everything else is keyed blind.
        blind_share: Of all slips, those that are keyed whole by people, accepted or not.
    """

    lease_s: float = 300.0
    shows_candidates: frozenset[str] = field(default_factory=frozenset)
    blind_share: float = 0.01


class Desk:
    """Where slips are decided on. Whoever may not see an office's slips gets ``NotFoundError`` for them."""

    def __init__(self, books: ReviewBooks, checker: Checker, settings: DeskSettings | None = None) -> None:
        self._books = books
        self._checker = checker
        self._settings = settings or DeskSettings()

    # -- handing out ---------------------------------------------------------------------------

    def next_slips(
        self, person: Person, filters: Filters, count: int = 3, but: Sequence[Ticket] = ()
    ) -> tuple[SlipView, ...]:
        """The slips to look at next, leased to this person: those they hold already come first.

        Args:
            count: At most so many, ``but`` not counted.
            but: What the page has loaded already, and does not need again.

        Returns:
            Best first; empty when nothing waits for this person.
        """
        check_duty(person, Duty.KEY)
        wanted = Wanted(filters.office, filters.reason, filters.field)
        leases = self._books.queue.take(
            person,
            wanted,
            min(max(count, 0), _MOST_AT_ONCE),
            {(ticket.period, ticket.slip_id) for ticket in but},
            last_stage=_last_stage(person),
            lease_s=self._settings.lease_s,
        )
        views = (self._view(person, lease) for lease in leases)
        return tuple(view for view in views if view is not None)

    def view(self, person: Person, ticket: Ticket) -> SlipView:
        """A slip again that the person holds.

        Raises:
            NotFoundError: They do not, or no longer.
        """
        view = self._view(person, self._held(person, ticket))
        if view is None:
            raise NotFoundError(f"slip {ticket.slip_id} is no longer kept")
        return view

    def keep(self, person: Person, tickets: Sequence[Ticket]) -> dict[str, float]:
        """Begin leases anew while somebody is at work; seconds left by ``str(ticket)``.

        Tickets that are the person's no longer are missing from the answer.
        """
        check_duty(person, Duty.KEY)
        some = tickets[:_MOST_AT_ONCE]
        kept = self._books.queue.keep(person.login, map(_key, some), self._settings.lease_s)
        return {
            str(ticket): self._settings.lease_s for ticket in some if (ticket.period, ticket.slip_id) in kept
        }

    def let_go(self, person: Person, tickets: Sequence[Ticket]) -> None:
        """Give slips back at once, e.g. when the page is left or the filters change."""
        check_duty(person, Duty.KEY)
        self._books.queue.let_go(person.login, map(_key, tickets[:_MOST_AT_ONCE]))

    def facts(self, person: Person) -> QueueFacts:
        """How long the queue is for this person."""
        check_duty(person, Duty.KEY)
        counts = self._books.queue.counts(person, _last_stage(person))
        every: Mapping[str, int] = counts.get("", {})
        totals = {mark: sum(offices.values()) for mark, offices in sorted(counts.items())}
        return QueueFacts(
            waiting=totals.get("", 0),
            offices=dict(sorted(every.items())),
            reasons={mark[7:]: count for mark, count in totals.items() if mark.startswith("reason:")},
            fields={mark[6:]: count for mark, count in totals.items() if mark.startswith("field:")},
        )

    def refusals(self) -> tuple[ReasonShown, ...]:
        """Reasons for which a slip may be refused, the usual ones first."""
        return tuple(map(reason_shown, REFUSALS))

    # -- deciding ------------------------------------------------------------------------------

    def judge(self, person: Person, ticket: Ticket, typed: Mapping[str, str]) -> Verdict:
        """Say what is to be said of what was typed; nothing is filed.

        Args:
            typed: As in :class:`Handling`.

        Raises:
            NotFoundError: The slip is not before this person.
        """
        _check_typed(typed)
        lease = self._held(person, ticket)
        slip = self._slip(lease)
        checker = self._checker.of(slip.template)
        return judge(checker, self._hearing(checker, lease, slip.record), typed)

    def save(self, person: Person, ticket: Ticket, handling: Handling) -> Saved:
        """File a decision; it is on disk when this returns. The same again gives the same answer.

        Raises:
            ConflictError: The lease ended and somebody else has the slip or decided on it; what was
                typed is kept. A lease that ended with nobody else taking the slip is no conflict.
            UnconfirmedError: A confirmation that :meth:`judge` does not let through.
            NotFoundError: There is no such slip for this person.
            InvalidInputError: Not what a page of ours sends.
        """
        _check_handling(handling)
        lease = self._ever_before(person, ticket)
        slip = self._slip(lease)
        checker = self._checker.of(slip.template)
        hearing = self._hearing(checker, lease, slip.record)
        is_theirs = (lease.holder, lease.fence, lease.stage > SETTLED) == (person.login, ticket.fence, True)
        verdict = judge(checker, hearing, handling.typed)
        if is_theirs and handling.action is Action.CONFIRM:
            _check_confirmed(verdict, handling)
        passing = self._passing(checker, lease, handling.action, verdict)
        under = replace(lease, fence=ticket.fence)
        decision = self._decision(checker, person, under, handling, hearing, verdict, passing)
        answer = self._answer(decision, hearing, verdict)
        filed = self._books.queue.file(decision, passing, answer)
        if filed.is_late:
            raise ConflictError(is_settled=filed.is_settled, opinion=filed.decision.number)
        return Saved(filed.decision.number, _outcome(filed.decision), lease.slip_id, lease.period)

    def undo(self, person: Person) -> SlipView:
        """Take back the person's last decision; the slip is theirs again.

        Raises:
            NotFoundError: There is none of the last hour that can be taken back, or somebody else has gone
                on with the slip.
        """
        check_duty(person, Duty.KEY)
        since = (self._books.now() - _UNDO_WITHIN).isoformat(timespec="milliseconds")
        lease = self._books.queue.undo(person, since, self._settings.lease_s)
        view = None if lease is None else self._view(person, lease)
        if view is None:
            raise NotFoundError(f"{person.login} has nothing to take back")
        return view

    def settle_confirmed(self, person: Person, period: str, slip_id: str) -> Saved | None:
        """Settle a slip of which somebody confirmed on sheets every character that was in doubt.

        Returns:
            None where more is asked than that, or somebody has it before them.
        """
        lease = self._books.queue.find(period, slip_id)
        if lease is None or lease.stage != FIRST or lease.is_sample or not person.sees(lease.office):
            return None
        typed = self._confirmed(lease)
        taken = self._books.queue.take_one(person.login, lease, self._settings.lease_s) if typed else None
        if taken is None:
            return None
        ticket = Ticket(period, slip_id, taken.fence)
        try:
            return self.save(person, ticket, Handling(Action.CONFIRM, typed))
        except (UnconfirmedError, ConflictError):
            self.let_go(person, [ticket])
            return None

    def _confirmed(self, lease: Lease) -> dict[str, str]:
        """What a slip says where nothing is left to be keyed; empty where something is."""
        slip = self._slip(lease)
        subjects = self._checker.of(slip.template).subjects
        confirmed = self._books.sheets.confirmed(lease.period, lease.slip_id)
        reasons = [Reason(code) for code in lease.reasons]
        typed = {}
        for name in lease.fields:
            is_whole = is_sampled(lease.slip_id, self._settings.blind_share)
            whole = is_asked_whole(name, reasons, is_whole=is_whole)
            known = known_characters(subjects[name], slip.record, confirmed, is_whole=whole)
            if not known or None in known:
                return {}
            typed[name] = "".join(character or "" for character in known)
        return typed

    # -- what is known of a slip ---------------------------------------------------------------

    def _held(self, person: Person, ticket: Ticket) -> Lease:
        check_duty(person, Duty.KEY)
        lease = self._books.queue.lease_of(person.login, *_key(ticket))
        if lease is None or not person.sees(lease.office):
            raise NotFoundError(f"slip {ticket.slip_id} is not before {person.login}")
        return lease

    def _ever_before(self, person: Person, ticket: Ticket) -> Lease:
        """A slip that the queue has, for those who may see it, with whomever it is now."""
        check_duty(person, Duty.KEY)
        lease = self._books.queue.find(ticket.period, ticket.slip_id)
        if lease is None or not person.sees(lease.office) or not 0 < ticket.fence <= lease.fence:
            raise NotFoundError(f"slip {ticket.slip_id} was never before {person.login}")
        return lease

    def _slip(self, lease: Lease) -> FiledSlip:
        seen = self._books.queue.seen(lease.period, lease.slip_id)
        if seen is None:
            raise NotFoundError(f"slip {lease.slip_id} is no longer kept")
        return seen.slip

    def _view(self, person: Person, lease: Lease) -> SlipView | None:
        seen = self._books.queue.seen(lease.period, lease.slip_id)
        if seen is None:
            return None
        now = self._books.now()
        slip = seen.slip
        checker = self._checker.of(slip.template)
        template = checker.template
        hearing = self._hearing(checker, lease, slip.record)
        return SlipView(
            ticket=Ticket(lease.period, lease.slip_id, lease.fence),
            office=lease.office,
            scan=slip.scan,
            page=slip.page,
            slip=slip.slip,
            closes_on=closing_day(lease.period, checker.rules.last_day),
            stage=lease.stage,
            lease_s=max(0.0, (_moment(lease.leased_until) - now).total_seconds()),
            shown_at=now.isoformat(timespec="milliseconds"),
            reasons=tuple(reason_shown(Reason(code)) for code in lease.reasons),
            asked=tuple(hearing.asked),
            aspect=template.width_mm / template.height_mm,
            opinions=tuple(hearing.opinions) if has_duty(person, Duty.DECIDE_LAST) else (),
        )

    def _hearing(self, checker: Checker, lease: Lease, record: Record) -> Hearing:
        opinions = self._opinions(lease) if lease.stage >= SECOND else ()
        return Hearing(
            period=Period.parse(lease.period),
            record=record,
            asked=self._asked(checker, lease, record),
            stage=lease.stage,
            is_sample=lease.is_sample,
            opinions=opinions,
        )

    def _opinions(self, lease: Lease) -> tuple[Mapping[str, str], ...]:
        """What other readers keyed before and did not take back; a late opinion where it is in dispute."""
        known = self._books.queue.decisions_of(lease.period, lease.slip_id)
        undone = {decision.undoes for decision in known}
        return tuple(
            decision.typed
            for decision in known
            if decision.number not in undone
            and decision.typed
            and decision.who != lease.holder
            and (decision.action in _KEYED_BY or _is_opinion(decision))
        )

    def _asked(self, checker: Checker, lease: Lease, record: Record) -> tuple[Asked, ...]:
        confirmed = self._books.sheets.confirmed(lease.period, lease.slip_id)
        subjects = checker.subjects
        is_whole = lease.is_sample or is_sampled(lease.slip_id, self._settings.blind_share)
        reasons = [Reason(code) for code in lease.reasons]
        asked = []
        for name in lease.fields:
            subject = subjects[name]
            all_keyed = is_asked_whole(name, reasons, is_whole=is_whole or lease.stage >= SECOND)
            known = known_characters(subject, record, confirmed, is_whole=all_keyed)
            if known and None not in known:
                continue
            shows = name in self._settings.shows_candidates and not is_whole
            asked.append(as_asked(subject, record, checker.template, known, shows_candidates=shows))
        return tuple(asked) or _all_of(checker, lease, record)

    # -- what a decision is --------------------------------------------------------------------

    def _passing(self, checker: Checker, lease: Lease, action: Action, verdict: Verdict) -> Passing:
        """Where the slip goes. One person alone does not take back what had been accepted."""
        now = self._books.now()
        if action is Action.SKIP:
            return Passing(lease.stage, (now + _SKIPPED_FOR).isoformat(timespec="milliseconds"))
        is_unsure = action is Action.UNCERTAIN or (
            action is Action.CONFIRM and verdict.kind is VerdictKind.NEEDS_SECOND
        )
        overrules = lease.is_sample and action in {Action.REFUSE, Action.RESCAN} and lease.stage < SECOND
        if not is_unsure and not overrules:
            return Passing(SETTLED, contradictions=_asked_of_contradictions(checker))
        if lease.stage >= SENIOR:
            return Passing(SENIOR, (now + _UNDO_WITHIN).isoformat(timespec="milliseconds"))
        return Passing(lease.stage + 1, NEVER_AGAIN)

    def _decision(
        self,
        checker: Checker,
        person: Person,
        lease: Lease,
        handling: Handling,
        hearing: Hearing,
        verdict: Verdict,
        passing: Passing,
    ) -> Decision:
        before = said(checker.values({}, hearing.record))
        is_read = (
            handling.action is Action.CONFIRM and passing.stage == SETTLED and _is_through(verdict, handling)
        )
        after = _after(checker, handling.typed, hearing.record) if is_read else {}
        names = {one.name for one in hearing.asked}
        return Decision(
            period=lease.period,
            slip_id=lease.slip_id,
            office=lease.office,
            who=person.login,
            action=handling.action,
            fence=lease.fence,
            stage=max(lease.stage, 1),
            is_sample=lease.is_sample,
            shown_at=handling.shown_at,
            first_key_at=_first_key(handling),
            typed={name: value for name, value in handling.typed.items() if name in names},
            before=before,
            after=after,
            candidates={one.name: one.candidates for one in hearing.asked if one.candidates},
            reasons=_told(lease, verdict),
            refusal=_refusal(handling),
            weights_sha256=lease.weights_sha256,
            settles=passing.stage == SETTLED,
        )

    def _answer(self, decision: Decision, hearing: Hearing, verdict: Verdict) -> Answer | None:
        """For the book of answers: only where all that becomes the record was keyed, and nothing stood."""
        is_read = decision.action is Action.CONFIRM and verdict.kind is not VerdictKind.INCOMPLETE
        if not decision.settles or not (is_read or decision.action is Action.RESCAN):
            return None
        keyed = {one.name for one in hearing.asked if one.known and _is_all_keyed(one)}
        if not set(KEYED) <= keyed:
            return None
        typed = decision.typed if is_read else {}
        record = hearing.record
        return Answer(
            slip_id=decision.slip_id,
            period=decision.period,
            office=decision.office,
            who=decision.who,
            at="",
            values=Values(typed.get(ACCOUNT, ""), typed.get(READING, ""), iso_date(typed.get(DATE, ""))),
            is_blind=decision.is_sample,
            machine=MachineReading(
                Values(record.account, record.reading, record.date),
                record.confidence,
                Disposition.ACCEPTED if decision.is_sample else Disposition.REVIEW,
                decision.weights_sha256,
            ),
        )


def _after(checker: Checker, typed: Mapping[str, str], record: Record) -> dict[str, str]:
    """What a slip says now, the registry's address with it."""
    after = said(checker.values(typed, record))
    account = checker.account_of(after.get(ACCOUNT, ""))
    if account is not None:
        after[ADDRESS] = registered_address(account)
    return after


def _asked_of_contradictions(checker: Checker) -> tuple[str, ...]:
    return tuple(name for name in (ACCOUNT, READING) if name in checker.subjects)


def _all_of(checker: Checker, lease: Lease, record: Record) -> tuple[Asked, ...]:
    """Everything whole, where no cell is left to be asked for."""
    asked = []
    for name in lease.fields:
        subject = checker.subjects[name]
        known = known_characters(subject, record, {}, is_whole=True)
        asked.append(as_asked(subject, record, checker.template, known, shows_candidates=False))
    return tuple(asked)


def _is_all_keyed(asked: Asked) -> bool:
    """Nothing stands but, in a date, the printed century."""
    standing = sum(character is not None for character in asked.known)
    return standing == 0 or (asked.kind is Kind.DATE and standing == 2)


def said(values: Mapping[str, str]) -> dict[str, str]:
    """What a slip says, as decisions keep it: date as ISO, signature as ``signed``."""
    kept = dict(values)
    if DATE in kept:
        kept[DATE] = iso_date(kept[DATE])
    kept.pop(ADDRESS, None)
    if SIGNATURE in kept:
        kept["signed"] = "true" if kept.pop(SIGNATURE) == YES else "false"
    return kept


def reason_shown(reason: Reason) -> ReasonShown:
    """A reason in plain words."""
    text = REASON_TEXTS[reason]
    return ReasonShown(reason, text.title, text.advice)


def closing_day(period: str, last_day: int) -> date | None:
    """The last day on which readings of a period are taken."""
    try:
        month = Period.parse(period)
        return date(month.year, month.month, last_day)
    except ValueError:
        return None


def _last_stage(person: Person) -> int:
    return SENIOR if has_duty(person, Duty.DECIDE_LAST) else SECOND


def _key(ticket: Ticket) -> tuple[str, str, int]:
    return ticket.period, ticket.slip_id, ticket.fence


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text) if text else datetime.min.replace(tzinfo=UTC)


def _check_typed(typed: Mapping[str, str]) -> None:
    if any(len(value) > _MOST_TYPED for value in typed.values()):
        raise InvalidInputError(f"a value of more than {_MOST_TYPED} characters")


def _check_handling(handling: Handling) -> None:
    _check_typed(handling.typed)
    if handling.action in {Action.UNDO, Action.SECOND_OPINION}:
        raise InvalidInputError(f"{handling.action} is not sent")
    if handling.action is Action.REFUSE and handling.refusal not in REFUSALS:
        raise InvalidInputError(f"{handling.refusal} is no reason to refuse a slip for")
    if handling.shown_at:
        try:
            is_zoned = datetime.fromisoformat(handling.shown_at).tzinfo is not None
        except ValueError:
            is_zoned = False
        if not is_zoned:
            raise InvalidInputError("shown_at is not the time that the view said")


def _check_confirmed(verdict: Verdict, handling: Handling) -> None:
    """A value goes through that is backed, or that may be confirmed and was."""
    if not _is_through(verdict, handling):
        raise UnconfirmedError(verdict)


def _is_through(verdict: Verdict, handling: Handling) -> bool:
    return verdict.kind is VerdictKind.ACCEPTED or (verdict.can_confirm and handling.is_confirmed)


_KEYED_BY = frozenset({Action.CONFIRM, Action.UNCERTAIN})


def _is_opinion(decision: Decision) -> bool:
    """Kept though it came too late, and what it says would have been let through."""
    return decision.action is Action.SECOND_OPINION and bool(decision.after)


def _first_key(handling: Handling) -> str:
    if not handling.shown_at or handling.first_key_ms is None:
        return ""
    waited = timedelta(milliseconds=max(0, min(handling.first_key_ms, 86_400_000)))
    return (datetime.fromisoformat(handling.shown_at) + waited).isoformat(timespec="milliseconds")


def _told(lease: Lease, verdict: Verdict) -> tuple[Reason, ...]:
    """Why the slip was before the person, and which rules they were told of."""
    reasons = [Reason(code) for code in lease.reasons]
    return tuple(dict.fromkeys([*reasons, *(rule.reason for rule in verdict.broken)]))


def _refusal(handling: Handling) -> Reason | None:
    if handling.action is Action.RESCAN:
        return Reason.SLIP_UNREADABLE
    return handling.refusal if handling.action is Action.REFUSE else None


def _outcome(decision: Decision) -> Outcome:
    if decision.action is Action.SKIP:
        return Outcome.SKIPPED
    if not decision.settles:
        return Outcome.PASSED_ON
    return {
        Action.CONFIRM: Outcome.ACCEPTED,
        Action.RESCAN: Outcome.RESCAN,
        Action.REFUSE: Outcome.REFUSED,
    }[decision.action]
