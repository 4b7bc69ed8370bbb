"""What pages show and what they send back: frozen values, nothing of how they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from forms_ocr.export import Phrase
from forms_ocr.model import AccountStatus, Action, Reason

YES, NO = "yes", "no"
"""What is typed where the question is a yes or no."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to decide on one slip, until its lease ends.

    ``str(ticket)`` goes into addresses and forms, :meth:`parse` takes it back.
    """

    period: str
    slip_id: str
    fence: int

    def __str__(self) -> str:
        return f"{self.period}.{self.slip_id}.{self.fence}"

    @classmethod
    def parse(cls, text: str) -> Ticket:
        """Read a ticket; ``ValueError`` for anything else."""
        period, slip_id, fence = text.split(".")
        return cls(period, slip_id, int(fence))


class Kind(StrEnum):
    """How something is keyed."""

    DIGITS = "digits"
    DATE = "date"
    """Eight digits, DDMMYYYY; the century is printed, so ``known`` has it."""
    TEXT = "text"
    YES_NO = "yes_no"
    """One key: ``YES`` or ``NO``."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle as shares (0 to 1) of the width and height of the picture it lies on."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing a person shall say about a slip.

    Attributes:
        name: ``account``, ``reading``, ``date``, ``signature``, ``address`` or a field of the form's own; the
            key in :class:`Handling`. For ``address`` the question is whether it is the one of the registry.
        label: What people see.
        length: Most characters; as many as ``known`` for digits and dates.
        known: One item a character of digits and dates: the character where it stands already and is not
            asked for ("" for a cell that is surely empty), None where it is keyed. Empty for other kinds. A
            page lets people key the whole field all the same.
        is_required: "" is no answer.
        is_blind: No candidate is shown.
        candidates: To be picked by 1 to 4; empty where ``is_blind``.
        crop: Name for the picture of the field, see ``Gallery.field``; a date is one picture.
        cells: Where each character stands on the crop, for those of ``known``; empty for other kinds.
        frame: The field on the whole slip.
    """

    name: str
    label: Phrase
    kind: Kind
    length: int
    crop: str
    frame: Frame
    known: tuple[str | None, ...] = ()
    is_required: bool = True
    is_blind: bool = True
    candidates: tuple[str, ...] = ()
    cells: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class ReasonShown:
    """Why a slip is before a person, in plain words."""

    code: Reason
    title: Phrase
    advice: Phrase


@dataclass(frozen=True, slots=True)
class SlipView:
    """One slip on a desk.

    Attributes:
        closes_on: Last day on which readings of its period are taken; None where nobody knows.
        stage: 1 first reader, 2 second, 3 senior.
        lease_s: Seconds until it may go to somebody else; ``Desk.keep`` begins them anew.
        shown_at: The server's time, to be sent back with what was keyed.
        aspect: Width of the slip's picture by its height.
        opinions: For a senior: what the readers before keyed, by the name of what was asked.
    """

    ticket: Ticket
    office: str
    scan: str
    page: int
    slip: int
    closes_on: date | None
    stage: int
    lease_s: float
    shown_at: str
    reasons: tuple[ReasonShown, ...]
    asked: tuple[Asked, ...]
    aspect: float
    opinions: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """Which slips somebody wants to see; "" for all. ``field`` is a name of :class:`Asked`."""

    office: str = ""
    reason: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """How long the queue is, and what it can be filtered by, each with its number of slips."""

    waiting: int
    offices: Mapping[str, int]
    reasons: Mapping[str, int]
    fields: Mapping[str, int]


class VerdictKind(StrEnum):
    """What is to be said of what was typed."""

    ACCEPTED = "accepted"
    """As the machine read it, and no rule is broken: save at once."""
    DIFFERS = "differs"
    """Not as the machine read it: the person confirms, or passes it on."""
    NEEDS_SECOND = "needs_second"
    """Confirmed or not, somebody else has to read it too; saving passes it on."""
    BREAKS = "breaks"
    """A rule is broken: see ``can_confirm``; otherwise it is refused or passed on."""
    INCOMPLETE = "incomplete"
    """Not everything is keyed, or not as it must be; nothing can be saved yet."""


@dataclass(frozen=True, slots=True)
class RuleBroken:
    """A rule that what was typed would break.

    Attributes:
        can_confirm: A person may say that it is right all the same.
        detail: The numbers.
    """

    reason: Reason
    title: Phrase
    detail: Phrase
    can_confirm: bool


@dataclass(frozen=True, slots=True)
class RegistryLine:
    """What the registry says about an account."""

    account: str
    street: str
    house: str
    flat: str
    last_reading: str
    last_date: date | None
    dials: int
    status: AccountStatus
    status_text: Phrase


@dataclass(frozen=True, slots=True)
class Beside:
    """What the registry says to what is being typed.

    Attributes:
        line: None for an account it does not have, or while there is no registry.
        has_registry: Whether there is one.
        used_kwh: Since the last reading; None where it cannot be said.
        months: Since then; at least 1.
        broken: What account and reading break together.
    """

    line: RegistryLine | None
    has_registry: bool
    used_kwh: int | None = None
    months: float = 1.0
    broken: tuple[RuleBroken, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of what was typed, before it is saved.

    Attributes:
        can_confirm: Saving it with ``is_confirmed`` goes through.
        differing: Places of the characters that differ from the nearest candidate, by name; for what has
            none, and for kinds other than digits and dates, one place 0.
        faults: What is not as it must be, by name.
    """

    kind: VerdictKind
    can_confirm: bool = False
    differing: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    broken: tuple[RuleBroken, ...] = ()
    faults: Mapping[str, Phrase] = field(default_factory=dict)
    beside: Beside | None = None


@dataclass(frozen=True, slots=True)
class Handling:
    """What a person did about a slip, as the page sends it.

    Attributes:
        action: ``UNDO`` and ``SECOND_OPINION`` are not sent.
        typed: By name of what was asked, whole values (known characters included), date as DDMMYYYY.
        is_confirmed: The person has seen what differs or is broken, and stays with it.
        refusal: One of ``Desk.refusals``.
        shown_at: As the view said; first_key_ms and saved_ms count from then by the browser's clock.
    """

    action: Action
    typed: Mapping[str, str] = field(default_factory=dict)
    is_confirmed: bool = False
    refusal: Reason | None = None
    shown_at: str = ""
    first_key_ms: int | None = None


class Outcome(StrEnum):
    """What became of a slip when a person had saved."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    RESCAN = "rescan"
    PASSED_ON = "passed_on"
    """To a second reader, or to the senior."""
    SKIPPED = "skipped"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Saved:
    """A decision that is on disk."""

    decision: int
    outcome: Outcome
    slip_id: str
    period: str


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One cell on a sheet. ``key`` names it and its pictures."""

    key: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Cells that the machine all read as one digit; a few of them are known to be something else."""

    sheet_id: str
    digit: str
    cells: tuple[SheetCell, ...]


@dataclass(frozen=True, slots=True)
class SheetResult:
    """What became of a sheet.

    Attributes:
        is_taken: Every known cell was caught; otherwise the sheet goes back and must be looked at again.
        missed: Known cells that were not caught.
        wrongly_marked: Cells known to be the digit that were marked.
        confirmed, odd: How many cells were confirmed, and how many were marked.
    """

    is_taken: bool
    missed: tuple[str, ...]
    wrongly_marked: tuple[str, ...]
    confirmed: int
    odd: int


@dataclass(frozen=True, slots=True)
class PeriodView:
    """One billing month in the overview.

    Attributes:
        scans: By state; pages, slips: by disposition.
        waiting_pages: Counted and not yet read.
        in_review, settled: Slips before people, and those that people have decided.
    """

    period: str
    scans: Mapping[str, int]
    waiting_pages: int
    pages: Mapping[str, int]
    slips: Mapping[str, int]
    in_review: int
    settled: int


@dataclass(frozen=True, slots=True)
class QuarantinedPage:
    """A page from which nothing could be read. ``page`` 0 for a whole scan; ``key`` names its picture."""

    scan: str
    office: str
    page: int
    reason: ReasonShown
    message: str
    key: str
    has_picture: bool


@dataclass(frozen=True, slots=True)
class InspectedPage:
    """What is said of one uploaded page.

    Attributes:
        scan_again: Why, each with what to do; empty for a page that can be read.
        notes: What is worth knowing besides: seen before, upside down, blank, a cover sheet.
    """

    page: int
    slips: int
    scan_again: tuple[Phrase, ...] = ()
    notes: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class Upload:
    """What became of an uploaded file.

    Attributes:
        name: As it lies in the inbox now, below the office's folder.
        is_known: The same content came before.
        pages: What a look at it says; the batch reads it later.
        reason: Why it cannot be opened at all.
        page_count: All pages of it; of a long file only the first ones are looked at.
    """

    name: str
    size_bytes: int
    is_known: bool
    pages: tuple[InspectedPage, ...]
    reason: ReasonShown | None = None
    page_count: int = 0


@dataclass(frozen=True, slots=True)
class ReviewerFigures:
    """How one person works.

    Attributes:
        slips: Decided, by what holds now.
        an_hour: Slips an hour at work; pauses of more than five minutes do not count. 0 where unknown.
        median_s: From showing a slip to saving it; 0 where unknown.
        agreed, compared: Of slips that another person read as well, those on which they agreed.
        seeds_caught, seeds: Known cells on their sheets.
    """

    login: str
    name: str
    slips: int
    an_hour: float
    median_s: float
    passed_on: int
    undone: int
    agreed: int
    compared: int
    seeds_caught: int
    seeds: int
