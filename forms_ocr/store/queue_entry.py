"""What goes into the queue of slips before people, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass

from forms_ocr.model import Decision, FiledSlip
from forms_ocr.store.slip_source import SlipSource

FIRST, SECOND, SENIOR = 1, 2, 3
"""Whom a slip waits for."""

SETTLED = 0
"""It waits for nobody."""

NEVER_AGAIN = "9999"
"""After every time there is."""


@dataclass(frozen=True, slots=True)
class CellEntry:
    """One cell that was read as a digit, to be looked at among others of that digit.

    Attributes:
        is_known: Its digit is beyond doubt: it serves to see whether people look.
    """

    field: str
    cell: int
    digit: str
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A slip that people are to decide on.

    Attributes:
        rank: The lowest comes first.
        is_sample: It was accepted, and is looked at to see how good accepted ones are.
        fields: What is asked about it.
        stage: For whom it waits when it comes.
        readers: Who does not get it: they have said already what it says, or what contradicts it.
    """

    slip_id: str
    office: str
    rank: int
    is_sample: bool
    reasons: tuple[str, ...]
    fields: tuple[str, ...]
    weights_sha256: str
    cells: tuple[CellEntry, ...] = ()
    stage: int = FIRST
    readers: frozenset[str] = frozenset()

    @property
    def marks(self) -> tuple[str, ...]:
        """What it is found by."""
        return ("", *map(reason_mark, self.reasons), *map(field_mark, self.fields))


def reason_mark(reason: str) -> str:
    """The mark of slips with a reason."""
    return f"reason:{reason}"


def field_mark(field: str) -> str:
    """The mark of slips about which something is asked."""
    return f"field:{field}"


@dataclass(frozen=True, slots=True)
class Lease:
    """A slip in the queue, as it stands: with whom, and until when; ``holder`` is "" for nobody."""

    period: str
    slip_id: str
    office: str
    rank: int
    stage: int
    is_sample: bool
    reasons: tuple[str, ...]
    fields: tuple[str, ...]
    weights_sha256: str
    fence: int
    holder: str
    leased_until: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which slips somebody wants; "" for all."""

    office: str = ""
    reason: str = ""
    field: str = ""

    @property
    def marks(self) -> tuple[str, ...]:
        """All of which a slip must have; the first is searched along."""
        marks = []
        if self.reason:
            marks.append(reason_mark(self.reason))
        if self.field:
            marks.append(field_mark(self.field))
        return tuple(marks) or ("",)

    def fits(self, lease: Lease) -> bool:
        """Whether a slip is one of those."""
        return (
            self.office in {"", lease.office}
            and (not self.reason or self.reason in lease.reasons)
            and (not self.field or self.field in lease.fields)
        )


@dataclass(frozen=True, slots=True)
class Passing:
    """Where a slip goes when somebody has done something about it.

    Attributes:
        stage: Whom it waits for then.
        not_until: Until when it is not given to the same person again; "" for at once.
        contradictions: What is asked about slips of the same account that say another reading; none are
            looked for without it.
    """

    stage: int
    not_until: str = ""
    contradictions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filed:
    """A decision that is on disk.

    Attributes:
        is_late: The slip was no longer the person's; it is kept as a second opinion.
        is_settled: Where it is late: somebody else has decided.
    """

    decision: Decision
    is_late: bool = False
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A slip as the ledger has it, and where it can be seen."""

    slip: FiledSlip
    source: SlipSource
