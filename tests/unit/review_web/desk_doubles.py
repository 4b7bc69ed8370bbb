"""A review room in memory: enough to try every page and call on. Everybody's password is their name."""

# ruff: noqa: ARG002 - doubles have the signatures of what they stand in for

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import BinaryIO

from PIL import Image

from forms_ocr.budget import Quality, Rate
from forms_ocr.export import REASON_TEXTS, Phrase
from forms_ocr.model import AccountStatus, Action, Person, Reason, Role
from forms_ocr.review.back_office import BackOffice
from forms_ocr.review.desk import Desk
from forms_ocr.review.duties import Duty
from forms_ocr.review.entrance import Entrance, Session, SignedIn
from forms_ocr.review.faults import (
    BusyError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
    NotSignedInError,
    SignInError,
    TooManyAttemptsError,
    UnconfirmedError,
)
from forms_ocr.review.figures import Figures
from forms_ocr.review.gallery import Gallery
from forms_ocr.review.lookup import Lookup
from forms_ocr.review.managing import Managing
from forms_ocr.review.room import ReviewRoom
from forms_ocr.review.sheets import Sheets
from forms_ocr.review.shown import (
    Asked,
    Beside,
    Filters,
    Frame,
    Handling,
    InspectedPage,
    Kind,
    Outcome,
    PeriodView,
    QuarantinedPage,
    QueueFacts,
    ReasonShown,
    RegistryLine,
    ReviewerFigures,
    Saved,
    Sheet,
    SheetCell,
    SheetResult,
    SlipView,
    Ticket,
    Upload,
    Verdict,
    VerdictKind,
)

PERIOD = "2026-11"
PEOPLE = {
    person.login: person
    for person in (
        Person("reviewer", "Анна <b>Петрова</b>", Role.REVIEWER, frozenset({"office-07"})),
        Person("operator", "Олег", Role.OPERATOR),
        Person("scanning", "Света", Role.SCANNING, frozenset({"office-07"})),
        Person("senior", "Старшая", Role.SENIOR),
        Person("admin", "Администратор", Role.ADMIN),
    )
}
_DUTIES = {
    Role.SCANNING: {Duty.BRING_SCANS},
    Role.OPERATOR: {Duty.RUN_BATCHES, Duty.BRING_SCANS},
    Role.REVIEWER: {Duty.KEY},
    Role.SENIOR: {Duty.KEY, Duty.DECIDE_LAST, Duty.SEE_FIGURES},
    Role.ADMIN: set(Duty),
}


_OUTCOMES = {
    Action.CONFIRM: Outcome.ACCEPTED,
    Action.REFUSE: Outcome.REFUSED,
    Action.RESCAN: Outcome.RESCAN,
    Action.SKIP: Outcome.SKIPPED,
}


def reason_shown(code: Reason) -> ReasonShown:
    text = REASON_TEXTS[code]
    return ReasonShown(code, text.title, text.advice)


@dataclasses.dataclass(frozen=True)
class MemorySession(Session):
    def may(self, duty: Duty) -> bool:
        return duty in _DUTIES[self.person.role]


class MemoryEntrance(Entrance):
    """Sessions are named after their people; the third wrong password has to wait."""

    def __init__(self) -> None:
        self.sessions: dict[str, MemorySession] = {}
        self.failures = 0

    def sign_in(self, login: str, password: str, address: str, old_token: str = "") -> SignedIn:
        if self.failures >= 3:
            raise TooManyAttemptsError(42)
        if login not in PEOPLE or password != login:
            self.failures += 1
            raise SignInError("no")
        self.sessions.pop(old_token, None)
        return self._start(PEOPLE[login])

    def session_of(self, token: str) -> Session:
        if token not in self.sessions:
            raise NotSignedInError("no session")
        return self.sessions[token]

    def sign_out(self, token: str) -> None:
        self.sessions.pop(token, None)

    def change_password(self, token: str, old: str, new: str) -> SignedIn:
        person = self.sessions[token].person
        if old != person.login:
            raise SignInError("no")
        if len(new) < 8:
            raise InvalidInputError("short")
        self.sessions.pop(token)
        return self._start(person)

    def _start(self, person: Person) -> SignedIn:
        token = f"token-{person.login}-{len(self.sessions)}"
        self.sessions[token] = MemorySession(person, f"csrf-{person.login}")
        return SignedIn(token, self.sessions[token], 3600)


@dataclasses.dataclass
class PaperSlip:
    """A slip with what is really written on it."""

    slip_id: str
    office: str
    scan: str
    written: Mapping[str, str]
    asked: tuple[Asked, ...]
    reasons: tuple[Reason, ...] = (Reason.ACCOUNT_UNCERTAIN,)
    stage: int = 1
    fence: int = 0
    holder: str = ""
    is_settled: bool = False


class MemoryDesk(Desk):
    """Slips in the order given; what is typed is right when it is what is written."""

    def __init__(self, slips: Sequence[PaperSlip]) -> None:
        self.slips = {slip.slip_id: slip for slip in slips}
        self.saved: list[tuple[str, str, Handling]] = []
        self.let_gone: list[str] = []
        self.asked_filters: list[Filters] = []

    def next_slips(
        self, person: Person, filters: Filters, count: int = 3, but: Sequence[Ticket] = ()
    ) -> tuple[SlipView, ...]:
        self.asked_filters.append(filters)
        held = {ticket.slip_id for ticket in but}
        free = [
            slip
            for slip in self.slips.values()
            if not slip.is_settled
            and slip.holder in ("", person.login)
            and slip.slip_id not in held
            and person.sees(slip.office)
        ]
        return tuple(self._lease(person, slip) for slip in free[:count])

    def view(self, person: Person, ticket: Ticket) -> SlipView:
        return self._shown(self._held_slip(person, ticket))

    def keep(self, person: Person, tickets: Sequence[Ticket]) -> dict[str, float]:
        return {str(t): 60.0 for t in tickets if self.slips[t.slip_id].holder == person.login}

    def let_go(self, person: Person, tickets: Sequence[Ticket]) -> None:
        for ticket in tickets:
            self._held_slip(person, ticket).holder = ""
            self.let_gone.append(ticket.slip_id)

    def judge(self, person: Person, ticket: Ticket, typed: Mapping[str, str]) -> Verdict:
        return self._verdict(self._held_slip(person, ticket), typed)

    def save(self, person: Person, ticket: Ticket, handling: Handling) -> Saved:
        slip = self._known(person, ticket)
        if slip.holder != person.login or slip.fence != ticket.fence:
            raise ConflictError(is_settled=slip.is_settled, opinion=7)
        if handling.action is Action.CONFIRM:
            verdict = self._verdict(slip, handling.typed)
            if verdict.kind is not VerdictKind.ACCEPTED and not (
                handling.is_confirmed and verdict.can_confirm
            ):
                raise UnconfirmedError(verdict)
        self.saved.append((person.login, slip.slip_id, handling))
        slip.holder, slip.is_settled = "", handling.action is not Action.SKIP
        outcome = _OUTCOMES.get(handling.action, Outcome.PASSED_ON)
        return Saved(len(self.saved), outcome, slip.slip_id, PERIOD)

    def undo(self, person: Person) -> SlipView:
        for login, slip_id, _ in reversed(self.saved):
            if login == person.login:
                self.slips[slip_id].is_settled = False
                return self._lease(person, self.slips[slip_id])
        raise NotFoundError("nothing")

    def facts(self, person: Person) -> QueueFacts:
        waiting = [slip for slip in self.slips.values() if not slip.is_settled and person.sees(slip.office)]
        offices = {slip.office: sum(each.office == slip.office for each in waiting) for slip in waiting}
        return QueueFacts(
            len(waiting), offices, {"account_uncertain": len(waiting)}, {"account": len(waiting)}
        )

    def refusals(self) -> tuple[ReasonShown, ...]:
        return tuple(map(reason_shown, (Reason.SIGNATURE_MISSING, Reason.READING_BELOW_LAST)))

    def _known(self, person: Person, ticket: Ticket) -> PaperSlip:
        slip = self.slips.get(ticket.slip_id)
        if slip is None or not person.sees(slip.office):
            raise NotFoundError("no such slip")
        return slip

    def _held_slip(self, person: Person, ticket: Ticket) -> PaperSlip:
        slip = self._known(person, ticket)
        if slip.holder != person.login or slip.fence != ticket.fence:
            raise NotFoundError("not held")
        return slip

    def _lease(self, person: Person, slip: PaperSlip) -> SlipView:
        slip.fence, slip.holder = slip.fence + (slip.holder != person.login), person.login
        return self._shown(slip)

    def _shown(self, slip: PaperSlip) -> SlipView:
        reasons = tuple(map(reason_shown, slip.reasons))
        return SlipView(
            ticket=Ticket(PERIOD, slip.slip_id, slip.fence),
            office=slip.office,
            scan=slip.scan,
            page=1,
            slip=1,
            closes_on=date(2026, 11, 26),
            stage=slip.stage,
            lease_s=120.0,
            shown_at="2026-11-24T10:00:00+00:00",
            reasons=reasons,
            asked=slip.asked,
            aspect=210 / 148,
        )

    def _verdict(self, slip: PaperSlip, typed: Mapping[str, str]) -> Verdict:
        beside = beside_of(typed.get("account", slip.written.get("account", "")))
        differing = {
            name: tuple(i for i, (a, b) in enumerate(zip(value, slip.written[name], strict=False)) if a != b)
            for name, value in typed.items()
            if value != slip.written[name]
        }
        if any(asked.name not in typed for asked in slip.asked):
            return Verdict(VerdictKind.INCOMPLETE, differing=differing, beside=beside)
        kind = VerdictKind.DIFFERS if differing else VerdictKind.ACCEPTED
        return Verdict(kind, can_confirm=True, differing=differing, beside=beside)


REGISTERED = RegistryLine(
    "121009348165", "<script>Лесная</script>", "72", "5", "41520", date(2026, 10, 24), 5,
    AccountStatus.DIRECT, Phrase("передаёт показания сам", "reports itself"),
)  # fmt: skip


def beside_of(account: str, reading: str = "") -> Beside:
    line = REGISTERED if account == REGISTERED.account else None
    return Beside(line, True, used_kwh=255 if line and reading else None)


class MemoryLookup(Lookup):
    def __init__(self) -> None:
        pass

    def beside(self, person: Person, period: str, account: str, reading: str = "") -> Beside:
        return beside_of(account, reading)

    def by_address(
        self, person: Person, street: str, house: str = "", flat: str = "", limit: int = 20
    ) -> tuple[RegistryLine, ...]:
        return (REGISTERED,) if "лесн" in street.lower() else ()


def jpeg(width: int, height: int, tone: int = 200) -> bytes:
    out = io.BytesIO()
    Image.new("L", (width, height), tone).save(out, "JPEG")
    return out.getvalue()


class MemoryGallery(Gallery):
    def __init__(self, desk: MemoryDesk) -> None:
        self._desk = desk

    def slip(self, person: Person, period: str, slip_id: str) -> bytes:
        self._desk._known(person, Ticket(period, slip_id, 0))
        return jpeg(620, 437)

    def field(self, person: Person, period: str, slip_id: str, crop: str) -> bytes:
        self._desk._known(person, Ticket(period, slip_id, 0))
        return jpeg(720, 100, 230)

    def page(self, person: Person, key: str) -> bytes:
        return jpeg(100, 140)


class MemorySheets(Sheets):
    """One sheet; the cell ``seed`` is known to be something else."""

    def __init__(self) -> None:
        self.is_done = False

    def next_sheet(self, person: Person, digit: str = "") -> Sheet | None:
        cells = tuple(SheetCell(key) for key in ("a", "b", "seed", "c"))
        return None if self.is_done else Sheet("sheet-1", digit or "7", cells)

    def cell(self, person: Person, sheet_id: str, key: str) -> bytes:
        return jpeg(60, 80)

    def cell_field(self, person: Person, sheet_id: str, key: str) -> bytes:
        return jpeg(600, 80)

    def save(self, person: Person, sheet_id: str, marked: Mapping[str, str]) -> SheetResult:
        if sheet_id != "sheet-1":
            raise ConflictError(is_settled=True, opinion=0)
        missed = () if "seed" in marked else ("seed",)
        self.is_done = not missed
        return SheetResult(not missed, missed, (), 4 - len(marked), len(marked))


class MemoryBackOffice(BackOffice):
    def __init__(self) -> None:
        self.is_busy = False
        self.requeued: list[str] = []

    def overview(self, person: Person) -> tuple[PeriodView, ...]:
        return (
            PeriodView(PERIOD, {"done": 31}, 2, {"slips": 43, "quarantined": 4}, {"accepted": 27}, 12, 5),
        )

    def quarantine(self, person: Person, period: str) -> tuple[QuarantinedPage, ...]:
        reason = reason_shown(Reason.SCAN_BROKEN)
        return (QuarantinedPage("<i>a</i>.pdf", "office-07", 0, reason, "it ends early", "key-1", True),)

    def requeue(self, person: Person, period: str, scans: Sequence[str]) -> int:
        if self.is_busy:
            raise BusyError("busy")
        self.requeued += scans
        return len(scans)

    def offices(self, person: Person) -> tuple[str, ...]:
        return tuple(sorted(person.offices or {"office-07", "office-12"}))

    def upload(self, person: Person, office: str, file_name: str, content: BinaryIO) -> Upload:
        if office not in self.offices(person):
            raise NotFoundError("not theirs")
        if not content.read(1):
            raise InvalidInputError("empty")
        turned = (Phrase("лежит вверх ногами; читается и так", "upside down; is read all the same"),)
        letter = (Phrase("не наш бланк", "not our form"),)
        pages = (InspectedPage(1, 2, notes=turned), InspectedPage(2, 0, scan_again=letter))
        return Upload(f"{office}/{file_name}", 1, False, pages)

    def receipt(self, person: Person, office: str, period: str) -> str:
        if office not in self.offices(person):
            raise NotFoundError("none")
        return "<!doctype html><title>receipt</title><style>p{color:red}</style><p>ok</p>"


class MemoryFigures(Figures):
    def __init__(self) -> None:
        pass

    def reviewers(self, person: Person, period: str = "") -> tuple[ReviewerFigures, ...]:
        return (ReviewerFigures("reviewer", "Анна", 1234, 412.4, 6.1, 31, 4, 95, 100, 18, 20),)

    def quality(self, person: Person) -> Quality:
        none, some = Rate("all", 0, 0, 1.0, 2995), Rate("office-07", 400, 1, 0.0118, 4000)
        return Quality(some, (some,), (some,), (), none)


def account_asked(known: str = "1210_934_165") -> Asked:
    cells = tuple(Frame(0.02 + 0.08 * i, 0.1, 0.08, 0.8) for i in range(12))
    return Asked(
        name="account",
        label=Phrase("Лицевой счёт", "Account"),
        kind=Kind.DIGITS,
        length=12,
        crop="account",
        frame=Frame(0.1, 0.2, 0.5, 0.06),
        known=tuple(None if each == "_" else each for each in known),
        cells=cells,
    )


def reading_asked() -> Asked:
    return Asked(
        name="reading",
        label=Phrase("Показание", "Reading"),
        kind=Kind.DIGITS,
        length=5,
        crop="reading",
        frame=Frame(0.1, 0.4, 0.3, 0.06),
        known=(None,) * 5,
    )


def paper_slip(number: int, office: str = "office-07", **changes: object) -> PaperSlip:
    values = {
        "slip_id": f"s{number:016x}",
        "office": office,
        "scan": f"{office}/<img src=x onerror=alert(1)>-{number}.pdf",
        "written": {"account": "121009348165", "reading": "41775"},
        "asked": (account_asked(), reading_asked()),
        **changes,
    }
    return PaperSlip(**values)  # type: ignore[arg-type]


class MemoryManaging(Managing):
    """Notes what was changed, and changes nothing."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, Role, tuple[str, ...], bool]] = []

    def all(self, person: Person) -> tuple[Person, ...]:
        del person
        return tuple(PEOPLE.values())

    def change(
        self, person: Person, login: str, role: Role, offices: Iterable[str], *, is_disabled: bool
    ) -> Person:
        del person
        self.changes.append((login, role, tuple(offices), is_disabled))
        return PEOPLE[login]


def memory_room(slips: Sequence[PaperSlip] = (), *, is_secure: bool = False) -> ReviewRoom:
    """Everything behind the pages, in memory."""
    desk = MemoryDesk(slips)
    return ReviewRoom(
        entrance=MemoryEntrance(),
        desk=desk,
        gallery=MemoryGallery(desk),
        lookup=MemoryLookup(),
        sheets=MemorySheets(),
        back_office=MemoryBackOffice(),
        figures=MemoryFigures(),
        managing=MemoryManaging(),
        is_secure=is_secure,
    )
