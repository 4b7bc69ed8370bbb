"""What an inspection says about scans, pages and slips."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from forms_ocr.model import PageDisposition, Reason


class Kind(StrEnum):
    """What was found. Codes are facts: never renamed once released."""

    # to be scanned again
    UNREADABLE = "unreadable"
    NOT_THIS_FORM = "not_this_form"
    MISALIGNED = "misaligned"
    CUT_OFF = "cut_off"
    COVERED = "covered"
    DISTORTED = "distorted"
    RESOLUTION_TOO_LOW = "resolution_too_low"
    BLURRED = "blurred"
    TOO_DARK = "too_dark"
    TOO_FAINT = "too_faint"
    CELLS_EMPTY = "cells_empty"

    # to be known
    DUPLICATE = "duplicate"
    UPSIDE_DOWN = "upside_down"
    SIDEWAYS = "sideways"
    BLANK = "blank"
    COVER_SHEET = "cover_sheet"

    @property
    def is_to_scan_again(self) -> bool:
        """What was scanned so cannot be read, or not well enough."""
        return self not in _TO_BE_KNOWN


_TO_BE_KNOWN = frozenset(
    {
        Kind.DUPLICATE,
        Kind.UPSIDE_DOWN,
        Kind.SIDEWAYS,
        Kind.BLANK,
        Kind.COVER_SHEET,
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a page or a slip on it.

    Attributes:
        slip: Counts from 1 on its page; 0 for the page as a whole.
        measured, bound: The number it hangs on and the one it was held against, in the unit of the kind:
            dots an inch for the resolution, millimetres for distortion and blur, grey values (of 255) for
            contrast, per cent for specks and for cells, pieces a cell for broken strokes. None where it hangs
            on no number.
        reason, message: Of a page or scan that cannot be read, as a batch would tell them.
        twin: Where the paper of a duplicate was seen before: scan and page.
    """

    kind: Kind
    slip: int = 0
    measured: float | None = None
    bound: float | None = None
    reason: Reason | None = None
    message: str = ""
    twin: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class PageInspection:
    """One page.

    Attributes:
        number: Counts from 1; 0 stands for a scan that cannot be opened.
        disposition: What a batch would make of the page.
        slips: How many were found.
        dpi: Measured on the first slip; 0 without one.
    """

    number: int
    disposition: PageDisposition
    slips: int = 0
    dpi: float = 0.0
    findings: tuple[Finding, ...] = ()

    @property
    def is_to_scan_again(self) -> bool:
        """Something on it cannot be read well enough."""
        return any(finding.kind.is_to_scan_again for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Inspection:
    """One scan. ``name`` is what people call it, ``page_count`` how many pages it has, inspected or not."""

    name: str
    pages: tuple[PageInspection, ...]
    page_count: int = 0

    @property
    def to_scan_again(self) -> tuple[PageInspection, ...]:
        """The pages of which that is true."""
        return tuple(page for page in self.pages if page.is_to_scan_again)

    @property
    def slips(self) -> int:
        """How many were found in all."""
        return sum(page.slips for page in self.pages)
