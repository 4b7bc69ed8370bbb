"""What came out of reading pages, on its way through the ledger to the exports."""

from __future__ import annotations

from dataclasses import dataclass

from forms_ocr.model.cover import Cover
from forms_ocr.model.page import Registration
from forms_ocr.model.record import PageDisposition, Reason, Record


@dataclass(frozen=True, eq=False)
class SlipReading:
    """One slip of a page, read and decided.

    Attributes:
        number: Counts from 1 in reading order on its page.
        picture: The slip laid straight, as a JPEG; empty for an accepted slip, whose picture is drawn later
            if other slips of its account send it to review.
        ink: What was written on it as a small map, by which the same paper is known again; may be empty.
    """

    number: int
    registration: Registration
    record: Record
    picture: bytes = b""
    ink: bytes = b""


@dataclass(frozen=True, eq=False)
class PageReading:
    """One page, read.

    Attributes:
        number: Counts from 1 in its scan; 0 stands for a scan that cannot be opened.
        reason: Why the page carries no slips; None when it does.
        message: The same for a person, with the numbers and without the place; "" when there is nothing to
            say.
        picture: A small JPEG of a quarantined or foreign page, empty otherwise.
        cover: What a cover sheet announces; None for every other page.
    """

    number: int
    disposition: PageDisposition
    slips: tuple[SlipReading, ...] = ()
    reason: Reason | None = None
    message: str = ""
    picture: bytes = b""
    cover: Cover | None = None


@dataclass(frozen=True, slots=True)
class FiledPage:
    """A page as the ledger keeps it.

    Attributes:
        office: That of the cover sheet it came under, else of its folder.
        cover: The cover sheet it came under, or is; None where there is none.
    """

    scan: str
    office: str
    page: int
    disposition: PageDisposition
    slips: int
    reason: Reason | None
    message: str
    picture_path: str = ""
    cover: Cover | None = None


@dataclass(frozen=True, slots=True)
class FiledSlip:
    """A slip as the ledger keeps it; its office is that of its page.

    ``slip_id`` is the same for the same slip of the same scan in every run. ``picture_path`` is relative to
    the workspace, "" if no picture was kept. ``ink`` as in :class:`SlipReading`;
    ``template`` is the fingerprint of the form it was read with where a run had several, "" otherwise;
    ``sha256`` is that of the scan's content, "" where it is not known.
    """

    slip_id: str
    office: str
    scan: str
    page: int
    slip: int
    record: Record
    picture_path: str = ""
    ink: bytes = b""
    sha256: str = ""
    template: str = ""
