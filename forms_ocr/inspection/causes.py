"""What of its scan keeps a slip from being read surely: a batch says it as an inspection would.

Only slips whose cells were not read surely are measured; a good page costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from forms_ocr.inspection.finding import Kind
from forms_ocr.inspection.judge import judge_slip
from forms_ocr.inspection.measures import measure_slip
from forms_ocr.model import Page, PageReading, Reason, SlipReading, Template, template_of

REASONS: Mapping[Kind, Reason] = {
    Kind.RESOLUTION_TOO_LOW: Reason.SLIP_RESOLUTION_TOO_LOW,
    Kind.BLURRED: Reason.SLIP_BLURRED,
    Kind.TOO_DARK: Reason.SLIP_TOO_DARK,
    Kind.TOO_FAINT: Reason.SLIP_TOO_FAINT,
    Kind.CELLS_EMPTY: Reason.SLIP_CELLS_EMPTY,
}
"""What a batch calls what an inspection found; all else it finds out and says by itself."""

_UNREAD = frozenset(
    {
        Reason.ACCOUNT_MISSING,
        Reason.ACCOUNT_INCOMPLETE,
        Reason.ACCOUNT_UNCERTAIN,
        Reason.ACCOUNT_UNKNOWN,
        Reason.READING_MISSING,
        Reason.READING_UNCERTAIN,
        Reason.READING_WRONG_LENGTH,
        Reason.DATE_MISSING,
        Reason.DATE_UNCERTAIN,
        Reason.DATE_IMPOSSIBLE,
        Reason.NOT_A_DIGIT,
        Reason.FIELD_MISSING,
        Reason.FIELD_UNCERTAIN,
        Reason.CONFIDENCE_TOO_LOW,
    }
)
"""Reasons that a bad scan can be behind."""


def with_causes(
    page: Page, reading: PageReading, templates: Sequence[Template], max_residual_mm: float
) -> PageReading:
    """The same reading; slips that a bad scan kept from being read surely say so before their other reasons.

    Args:
        page: The one that was read.
        templates: All that its slips may be prints of.
        max_residual_mm: From the rules that it was read by.
    """
    if page.values:
        return reading
    slips = tuple(_with_causes(page, slip, templates, max_residual_mm) for slip in reading.slips)
    return replace(reading, slips=slips)


def _with_causes(
    page: Page, slip: SlipReading, templates: Sequence[Template], max_residual_mm: float
) -> SlipReading:
    is_laid = slip.registration.residual_mm <= max_residual_mm
    if not is_laid or _UNREAD.isdisjoint(slip.record.reasons):
        return slip
    template = template_of(slip.registration.template, templates)
    measures = measure_slip(page, slip.registration, template)
    findings = judge_slip(measures, slip.registration, slip.number, max_residual_mm)
    causes = tuple(REASONS[finding.kind] for finding in findings if finding.kind in REASONS)
    return replace(slip, record=replace(slip.record, reasons=(*causes, *slip.record.reasons)))
