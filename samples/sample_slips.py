"""The slips in the sample scans: who wrote what, how it was scanned, and what must come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from forms_ocr.model import AccountStatus, Reason
from forms_ocr.simulation import CLEAN, POOR, Pen, ScanPreset, Trouble
from forms_ocr.simulation.encoding import Kind
from forms_ocr.simulation.ink import (
    BLACK_BALLPOINT,
    BLACK_GEL,
    BLUE_BALLPOINT,
    DRY_BALLPOINT,
    FAINT_PENCIL,
    FELT_TIP,
    PENCIL,
    VIOLET_GEL,
)
from forms_ocr.simulation.scanning import OneBit

ACCEPTED, REVIEW, REFUSED = "accepted", "review", "refused"
LEGIBLE_OR_NOT = "accepted|review"
"""Ink so poor that both outcomes are right, a wrong value never."""


@dataclass(frozen=True)
class Slip:
    """Who wrote what on one slip, and what must come of it.

    Attributes:
        account: Place among the direct accounts of the registry; below 0 an account that it does not hold.
        changes: What differs from plausible values, by attribute of ``SlipValues``.
        troubles: Cells that went wrong, by field.
        blanks: Fields left empty.
    """

    account: int
    style: str = "european"
    pen: Pen = BLUE_BALLPOINT
    disposition: str = ACCEPTED
    reasons: tuple[Reason, ...] = ()
    status: AccountStatus = AccountStatus.DIRECT
    changes: Mapping[str, object] = field(default_factory=dict)
    troubles: Mapping[str, Mapping[int, Trouble]] = field(default_factory=dict)
    blanks: tuple[str, ...] = ()
    is_typed: bool = False


@dataclass(frozen=True)
class Scan:
    """One file of slips.

    Attributes:
        pages: The slips of each page.
        shows: For the list of samples.
    """

    path: str
    shows: str
    pages: tuple[tuple[Slip, ...], ...]
    kind: Kind = "pdf-jpeg"
    dpi: float = 300.0
    preset: ScanPreset = CLEAN
    one_bit: OneBit = ""
    turn_deg: int = 0
    in_colour: bool = False
    noise: float = 1.0
    bed_grey: int = 0
    """Above 0 the slip lies on an A4 glass with a lid of this grey."""


def one(slip: Slip) -> tuple[tuple[Slip, ...], ...]:
    """A scan of one page with one slip."""
    return ((slip,),)


def slip_scans() -> tuple[Scan, ...]:
    """All of them."""
    return (*_office_12(), *_office_07(), *_post_office(), *_sestroretsk())


def _office_12() -> tuple[Scan, ...]:
    unsigned = Slip(8, disposition=REFUSED, reasons=(Reason.SIGNATURE_MISSING,), blanks=("signature",))
    late = Slip(
        9,
        pen=BLACK_GEL,
        disposition=REFUSED,
        reasons=(Reason.DATE_OUTSIDE_WINDOW,),
        changes={"date": date(2026, 11, 27)},
    )
    unknown = Slip(-1, disposition=REVIEW, reasons=(Reason.ACCOUNT_UNKNOWN,))
    box = (
        Slip(1, "neat", BLACK_GEL),
        Slip(2, "european"),
        Slip(3, "american", VIOLET_GEL),
        Slip(4, "hasty", BLACK_BALLPOINT, LEGIBLE_OR_NOT),  # its 9 is a bare stroke to the eye, too
        Slip(5, "neat", is_typed=True),
        Slip(6, "old", disposition=LEGIBLE_OR_NOT),
    )
    return (
        Scan("office-12/good.pdf", "a good slip, blue ballpoint, 300 dpi", one(Slip(0))),
        Scan(
            "office-12/box-1.pdf",
            "six slips of one box: six hands, four pens, one typed street",
            tuple((slip,) for slip in box),
            dpi=200,
        ),
        Scan("office-12/unsigned.pdf", "no signature", one(unsigned)),
        Scan("office-12/late.pdf", "dated the 27th", one(late)),
        Scan("office-12/unknown-account.pdf", "an account of another company", one(unknown)),
        Scan("office-12/upside-down.pdf", "fed upside down", one(Slip(10, "neat")), turn_deg=180),
        Scan(
            "office-12/felt-tip.pdf",
            "felt tip, black and white, CCITT G4 in a PDF",
            one(Slip(11, "neat", replace(FELT_TIP, width_mm=0.8))),
            "pdf-g4",
            one_bit="global",
        ),
    )


def _office_07() -> tuple[Scan, ...]:
    closed = Slip(0, status=AccountStatus.CLOSED, disposition=REFUSED, reasons=(Reason.ACCOUNT_CLOSED,))
    managed = Slip(0, status=AccountStatus.MANAGED, disposition=REFUSED, reasons=(Reason.ACCOUNT_MANAGED,))
    below = Slip(16, disposition=REVIEW, reasons=(Reason.READING_BELOW_LAST,), changes={"reading": "below"})
    short = Slip(17, disposition=REVIEW, reasons=(Reason.READING_WRONG_LENGTH,), changes={"reading": "short"})
    box = (Slip(12, "neat", BLACK_GEL), Slip(13, "european", BLACK_BALLPOINT), Slip(14), Slip(15, "american"))
    sheet = ((Slip(18, "neat"), Slip(19, "hasty", BLACK_GEL)),)
    return (
        Scan(
            "office-07/box-a.tif",
            "four slips in a multi-page TIFF, black and white, G4",
            tuple((slip,) for slip in box),
            "tiff-g4",
            one_bit="global",
        ),
        Scan(
            "office-07/local-threshold.tif",
            "black and white by a local threshold, which hollows solid black",
            one(Slip(20, "neat")),
            "tiff-g4",
            one_bit="adaptive",
        ),
        Scan("office-07/grey-200dpi.tif", "grey TIFF, LZW, 200 dpi", one(Slip(21)), "tiff-lzw", 200, noise=0),
        Scan("office-07/closed-account.tif", "a closed account", one(closed), "tiff-g4", one_bit="global"),
        Scan(
            "office-07/managed-account.tif",
            "a management company reports for this account",
            one(managed),
            "tiff-g4",
            one_bit="global",
        ),
        Scan(
            "office-07/below-last.tif",
            "a reading below the last one",
            one(below),
            "tiff-g4",
            one_bit="global",
        ),
        Scan(
            "office-07/one-digit-short.tif",
            "fewer digits than the meter has",
            one(short),
            "tiff-g4",
            one_bit="global",
        ),
        Scan(
            "office-07/two-on-a4.tif",
            "two slips one above the other on an A4 page",
            sheet,
            "tiff-g4",
            one_bit="global",
        ),
    )


def _post_office() -> tuple[Scan, ...]:
    gap = Slip(
        24, disposition=REVIEW, reasons=(Reason.ACCOUNT_INCOMPLETE,), troubles={"account": {7: Trouble.EMPTY}}
    )
    struck = Slip(
        25, disposition=REVIEW, reasons=(Reason.NOT_A_DIGIT,), troubles={"reading": {1: Trouble.STRUCK_OUT}}
    )
    over = Slip(
        26,
        disposition=REVIEW,
        reasons=(Reason.ACCOUNT_UNCERTAIN,),
        troubles={"account": {9: Trouble.OVERWRITTEN}},
    )
    two = Slip(
        27, disposition=REVIEW, reasons=(Reason.NOT_A_DIGIT,), troubles={"reading": {2: Trouble.TWO_DIGITS}}
    )
    faint = Slip(28, "neat", FAINT_PENCIL, LEGIBLE_OR_NOT)
    hard, old = Slip(29, "hard", disposition=LEGIBLE_OR_NOT), Slip(30, "old", disposition=LEGIBLE_OR_NOT)
    dry = Slip(32, pen=DRY_BALLPOINT, disposition=LEGIBLE_OR_NOT)
    office = "Почта-194044"
    return (
        Scan(
            f"{office}/цветной.jpg",
            "a good slip in colour, 200 dpi",
            one(Slip(23)),
            "jpeg",
            200,
            in_colour=True,
        ),
        Scan(f"{office}/пустая-клетка.jpg", "an empty cell inside the account", one(gap), "jpeg", 200),
        Scan(f"{office}/зачёркнуто.jpg", "a digit struck out", one(struck), "jpeg", 200),
        Scan(f"{office}/исправлено.jpg", "a digit written over another", one(over), "jpeg", 200),
        Scan(f"{office}/две-цифры.jpg", "two digits in one cell", one(two), "jpeg", 200),
        Scan(f"{office}/бледный-карандаш.jpg", "faint pencil", one(faint), "jpeg", 300),
        Scan(
            f"{office}/трудный-почерк.jpg",
            "slashed 0, long-flagged 1, Z-like 2, barred 7, straight 9",
            one(hard),
            "jpeg",
            300,
        ),
        Scan(f"{office}/дрожащая-рука.jpg", "an old person's hand", one(old), "jpeg", 300, POOR),
        Scan(f"{office}/боком.jpg", "scanned sideways", one(Slip(31, "neat")), "jpeg", 200, turn_deg=90),
        Scan(f"{office}/сухая-ручка.jpg", "a ballpoint that skips", one(dry), "jpeg", 200),
    )


def _sestroretsk() -> tuple[Scan, ...]:
    office = "Сестрорецк"
    undated = Slip(
        35, disposition=REVIEW, reasons=(Reason.DATE_MISSING,), blanks=("date.day", "date.month", "date.year")
    )
    second = Slip(36, pen=BLACK_GEL, disposition=REFUSED, reasons=(Reason.DUPLICATE_SLIP,))
    torn = (Reason.CONFLICTING_READINGS,)
    first = Slip(37, disposition=REVIEW, reasons=torn)
    other = Slip(37, disposition=REVIEW, reasons=torn, changes={"reading": "next"})
    return (
        Scan(f"{office}/good.png", "a good slip, PNG, 200 dpi", one(Slip(33, "neat")), "png", 200, noise=0),
        Scan(f"{office}/pencil.pdf", "soft pencil", one(Slip(34, "neat", PENCIL, LEGIBLE_OR_NOT)), dpi=200),
        Scan(f"{office}/undated.pdf", "no date", one(undated), dpi=200),
        Scan(
            f"{office}/duplicate-1.pdf", "the first of two equal slips of one account", one(Slip(36)), dpi=200
        ),
        Scan(
            f"{office}/duplicate-2.pdf",
            "the second: the same account and reading again",
            one(second),
            dpi=200,
        ),
        Scan(f"{office}/conflict.pdf", "one account, two different readings", ((first,), (other,)), dpi=200),
        Scan(
            f"{office}/on-the-glass.pdf",
            "A5 on an A4 glass, black border, skewed",
            one(Slip(38)),
            dpi=200,
            preset=POOR,
            bed_grey=25,
        ),
        Scan(
            f"{office}/poor-scanner.pdf",
            "a poor scanner: skew, blur, noise",
            one(Slip(39, "neat")),
            preset=POOR,
            dpi=200,
            noise=5,
        ),
    )
