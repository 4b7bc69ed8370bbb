"""What one slip says and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from forms_ocr.model.account import Account


class Disposition(StrEnum):
    """What becomes of a slip."""

    ACCEPTED = "accepted"
    REVIEW = "review"
    REFUSED = "refused"


class PageDisposition(StrEnum):
    """What becomes of a page."""

    SLIPS = "slips"
    BLANK = "blank"
    FOREIGN = "foreign"
    QUARANTINED = "quarantined"


class Reason(StrEnum):
    """Why something did not simply go through. Codes are facts: never renamed once released."""

    # scans and pages that cannot be read
    SCAN_EMPTY = "scan_empty"
    SCAN_TYPE_UNKNOWN = "scan_type_unknown"
    SCAN_BROKEN = "scan_broken"
    SCAN_ENCRYPTED = "scan_encrypted"
    SCAN_TOO_MANY_PAGES = "scan_too_many_pages"
    SCAN_TOO_LARGE = "scan_too_large"
    PAGE_BROKEN = "page_broken"
    PAGE_TOO_LARGE = "page_too_large"
    PAGE_TOO_SMALL = "page_too_small"
    PAGE_TIMEOUT = "page_timeout"
    PAGE_CRASHED_READER = "page_crashed_reader"
    PAGE_MISALIGNED = "page_misaligned"
    PAGE_PRINT_UNSEEN = "page_print_unseen"

    # pages that carry no slip
    PAGE_BLANK = "page_blank"
    PAGE_NOT_THIS_FORM = "page_not_this_form"
    COVER_SHEET = "cover_sheet"

    # slips
    SLIP_CUT_OFF = "slip_cut_off"
    SLIP_COVERED = "slip_covered"
    SLIP_RESOLUTION_TOO_LOW = "slip_resolution_too_low"
    SLIP_BLURRED = "slip_blurred"
    SLIP_TOO_DARK = "slip_too_dark"
    SLIP_TOO_FAINT = "slip_too_faint"
    SLIP_CELLS_EMPTY = "slip_cells_empty"
    REGISTRATION_UNCERTAIN = "registration_uncertain"
    ACCOUNT_MISSING = "account_missing"
    ACCOUNT_INCOMPLETE = "account_incomplete"
    ACCOUNT_UNCERTAIN = "account_uncertain"
    ACCOUNT_UNKNOWN = "account_unknown"
    ACCOUNT_MANAGED = "account_managed"
    ACCOUNT_CLOSED = "account_closed"
    CODE_MISMATCH = "code_mismatch"
    READING_MISSING = "reading_missing"
    READING_UNCERTAIN = "reading_uncertain"
    READING_WRONG_LENGTH = "reading_wrong_length"
    READING_BELOW_LAST = "reading_below_last"
    IMPLAUSIBLE_JUMP = "implausible_jump"
    DATE_MISSING = "date_missing"
    DATE_UNCERTAIN = "date_uncertain"
    DATE_IMPOSSIBLE = "date_impossible"
    DATE_OUTSIDE_WINDOW = "date_outside_window"
    DATE_AFTER_SCAN = "date_after_scan"
    ADDRESS_MISSING = "address_missing"
    ADDRESS_MISMATCH = "address_mismatch"
    SIGNATURE_MISSING = "signature_missing"
    SIGNATURE_UNCERTAIN = "signature_uncertain"
    NOT_A_DIGIT = "not_a_digit"
    FIELD_MISSING = "field_missing"
    FIELD_UNCERTAIN = "field_uncertain"
    CONFIDENCE_TOO_LOW = "confidence_too_low"
    SLIP_UNREADABLE = "slip_unreadable"
    SCAN_SENT_TWICE = "scan_sent_twice"
    SLIP_SCANNED_TWICE = "slip_scanned_twice"
    DUPLICATE_SLIP = "duplicate_slip"
    CONFLICTING_READINGS = "conflicting_readings"


SCAN_FAULTS = frozenset(
    {
        Reason.SLIP_RESOLUTION_TOO_LOW,
        Reason.SLIP_BLURRED,
        Reason.SLIP_TOO_DARK,
        Reason.SLIP_TOO_FAINT,
        Reason.SLIP_CELLS_EMPTY,
    }
)
"""What of its scan kept a slip from being read surely. They stand beside the reasons that come of it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible value of a field."""

    value: str
    posterior: float


@dataclass(frozen=True, slots=True)
class FieldReading:
    """What one field says.

    Attributes:
        value: Best candidate, "" when nothing was written or nobody could read it.
        confidence: Calibrated P(value is right), 0 to 1.
        candidates: Best first, at most five.
        cells: For a comb, the most likely class of each cell with its posterior; empty otherwise.
        rivals: For a comb whose cells were read from ink, the next likeliest classes of each cell, none where
            the first is beyond doubt; empty otherwise. For people: nothing is decided by them.
        doubtful_cells: Indexes of the cells a person should look at.
        is_doubtful: A person should look at this field.
    """

    name: str
    value: str
    confidence: float
    candidates: tuple[Candidate, ...] = ()
    cells: tuple[Candidate, ...] = ()
    doubtful_cells: tuple[int, ...] = ()
    is_doubtful: bool = False
    rivals: tuple[tuple[Candidate, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """What one slip says, and what becomes of it.

    Attributes:
        account, reading: Text, leading zeros kept.
        date: ISO, "" if there is none.
        address: As well as it is known, "" if it is not.
        is_signed: There is ink in the signature box that looks like a signature.
        fields: Every field of the template, in its order.
        confidence: Calibrated P(the whole record is right).
        reasons: In the order of :class:`Reason`; empty when accepted.
        registered: The registry's line of ``account``; None if there is none. For people, as ``rivals`` are.
    """

    account: str
    reading: str
    date: str
    address: str
    is_signed: bool
    fields: tuple[FieldReading, ...]
    confidence: float
    disposition: Disposition
    reasons: tuple[Reason, ...] = ()
    registered: Account | None = None
