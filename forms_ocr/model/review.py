"""What people do about slips, and who they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from forms_ocr.model.record import Reason


class Role(StrEnum):
    """What somebody is let in for."""

    SCANNING = "scanning"
    """Brings scans of an office, and gets its receipts."""
    OPERATOR = "operator"
    """Looks after batches and the quarantine."""
    REVIEWER = "reviewer"
    """Keys slips under review."""
    SENIOR = "senior"
    """Keys them too, decides where two readers differ, and sees how good the work is."""
    ADMIN = "admin"
    """May do all of it."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is let in.

    Attributes:
        login: What they sign in with, and by which decisions name them. Never used again for another.
        name: What others see.
        offices: Whose slips they may see; None for those of every office.
    """

    login: str
    name: str
    role: Role
    offices: frozenset[str] | None = None
    is_disabled: bool = False

    def sees(self, office: str) -> bool:
        """Whether slips of an office are their business."""
        return self.offices is None or office in self.offices


class Action(StrEnum):
    """What a person did about a slip. Stable: decisions keep them for ever."""

    CONFIRM = "confirm"
    """This is what it says."""
    RESCAN = "rescan"
    """Nobody can read it: scan the paper again."""
    UNCERTAIN = "uncertain"
    """Somebody else shall say what it says."""
    REFUSE = "refuse"
    """It is read, and not accepted, for a reason."""
    SKIP = "skip"
    """Not now."""
    UNDO = "undo"
    """What the same person did last about this slip does not hold."""
    SECOND_OPINION = "second_opinion"
    """Saved when the slip was no longer theirs: kept, and decides nothing."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing that one person did about one slip. Appended, never changed.

    Attributes:
        number: Its place in the chain, from 1; 0 before it is filed.
        at: When it was saved, ISO with its offset, by the server's clock; "" before.
        shown_at, first_key_at: When the page showed the slip and the first key went down, ISO, by the
            server's clock as far as it knows; "" where it does not.
        fence: Of the lease under which it was made.
        stage: 1 for a first reader, 2 for a second, 3 for a senior.
        is_sample: The slip had been accepted, and the person did not know.
        typed: What was keyed, by the name of what was asked.
        before, after: What the slip said before and says now: ``account, reading, date, signed``, and own
            fields of the form by name.
        candidates: Values that stood on the page to choose from, by the name of what was asked.
        reasons: Why the slip was under review, and which rules the person was told are broken: what is
            confirmed is confirmed in spite of them.
        refusal: Why it is not accepted; None unless it is refused.
        weights_sha256: Of the network that read the slip.
        undoes: The number of the decision that does not hold any more.
        disputes: The number of somebody else's decision that this late one contradicts: it does not hold
            until a third person has decided.
        settles: Nothing further is asked about this slip.
    """

    period: str
    slip_id: str
    office: str
    who: str
    action: Action
    fence: int
    stage: int = 1
    is_sample: bool = False
    shown_at: str = ""
    first_key_at: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    candidates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
    refusal: Reason | None = None
    weights_sha256: str = ""
    undoes: int | None = None
    settles: bool = False
    number: int = 0
    at: str = ""
    disputes: int | None = None

    def contradicts(self, other: Decision) -> bool:
        """Whether somebody else keyed another value where both keyed one."""
        same = self.typed.keys() & other.typed.keys()
        return self.who != other.who and any(self.typed[name] != other.typed[name] for name in same)
