"""From measures to findings.

``python -m bench inspection`` draws damages of growing strength and shows at which measure reading begins to
fail; docs/scanning.md has its table.
"""

from __future__ import annotations

from collections.abc import Iterator

from forms_ocr.inspection.finding import Finding, Kind
from forms_ocr.inspection.measures import SlipMeasures
from forms_ocr.model import Reason, Registration

MIN_DPI = 97.0
"""Slips are looked for from 100 dpi on; drawn digits are read down to 50, thin pens are not."""
MAX_EDGE_MM = 0.36
MIN_PRINT_CONTRAST = 65.0
MIN_PEN_CONTRAST = 40.0
MAX_PIECES = 3.0
MIN_FILLED = 0.25
"""A date alone fills a fifth of the cells of our form."""
MAX_SPECKS = 0.01


def judge_slip(
    measures: SlipMeasures, registration: Registration, number: int, max_residual_mm: float
) -> tuple[Finding, ...]:
    """All that is to be said about a slip that lies on a page.

    Args:
        number: Of the slip on its page, from 1.
        max_residual_mm: From the rules that a batch goes by.
    """
    unreadable = _unreadable(registration, number, max_residual_mm)
    if unreadable is not None:
        return (unreadable,)
    return (*_light_and_sharpness(measures, number), *_to_be_known(measures, number))


def _unreadable(registration: Registration, number: int, max_residual_mm: float) -> Finding | None:
    """Why the fields of a slip cannot be found; None if they can."""
    match registration.reason:
        case Reason.SLIP_CUT_OFF:
            return Finding(Kind.CUT_OFF, number)
        case Reason.SLIP_COVERED:
            return Finding(Kind.COVERED, number)
    residual_mm = registration.residual_mm
    if residual_mm == float("inf"):
        return Finding(Kind.MISALIGNED, number)
    if residual_mm > max_residual_mm:
        return Finding(Kind.DISTORTED, number, residual_mm, max_residual_mm)
    return None


def _light_and_sharpness(measures: SlipMeasures, number: int) -> Iterator[Finding]:
    if measures.dpi < MIN_DPI:
        yield Finding(Kind.RESOLUTION_TOO_LOW, number, measures.dpi, MIN_DPI)
    elif measures.edge_mm > MAX_EDGE_MM:
        yield Finding(Kind.BLURRED, number, measures.edge_mm, MAX_EDGE_MM)
    if measures.specks > MAX_SPECKS:
        yield Finding(Kind.TOO_DARK, number, 100 * measures.specks, 100 * MAX_SPECKS)
    elif measures.print_contrast < MIN_PRINT_CONTRAST:
        kind = Kind.TOO_DARK if measures.paper < 128 else Kind.TOO_FAINT
        yield Finding(kind, number, measures.print_contrast, MIN_PRINT_CONTRAST)
    elif measures.filled < MIN_FILLED:
        yield Finding(Kind.CELLS_EMPTY, number, 100 * measures.filled, 100 * MIN_FILLED)
    elif measures.pen_contrast is not None and measures.pen_contrast < MIN_PEN_CONTRAST:
        yield Finding(Kind.TOO_FAINT, number, measures.pen_contrast, MIN_PEN_CONTRAST)
    elif measures.pieces > MAX_PIECES:
        yield Finding(Kind.TOO_FAINT, number, measures.pieces, MAX_PIECES)


def _to_be_known(measures: SlipMeasures, number: int) -> Iterator[Finding]:
    if measures.turn_deg == 180:
        yield Finding(Kind.UPSIDE_DOWN, number)
    elif measures.turn_deg:
        yield Finding(Kind.SIDEWAYS, number)
