"""A record held against a cut other than the one it was first decided with."""

from __future__ import annotations

from dataclasses import replace

from forms_ocr.model import SCAN_FAULTS, Disposition, Reason, Record

DOUBTS = frozenset(
    {
        Reason.ACCOUNT_UNCERTAIN,
        Reason.READING_UNCERTAIN,
        Reason.DATE_UNCERTAIN,
        Reason.FIELD_UNCERTAIN,
        Reason.CONFIDENCE_TOO_LOW,
        *SCAN_FAULTS,
    }
)
"""Reasons that say only that confidence is too low, or what of the scan made it so. A field's confidence is
never below its record's, so a record that reaches a cut has no field that does not."""


def hangs_on_confidence(record: Record) -> bool:
    """Whether nothing but its confidence can keep a record from being accepted."""
    if record.disposition is Disposition.ACCEPTED:
        return True
    is_doubted_only = record.disposition is Disposition.REVIEW and DOUBTS.issuperset(record.reasons)
    return is_doubted_only and not _lacks_value(record)


def _lacks_value(record: Record) -> bool:
    """A doubtful field of which nothing could be read at all."""
    unread = {
        Reason.ACCOUNT_UNCERTAIN: record.account,
        Reason.READING_UNCERTAIN: record.reading,
        Reason.DATE_UNCERTAIN: record.date,
    }
    return any(not value for reason, value in unread.items() if reason in record.reasons)


def with_cut(record: Record, confidence: float) -> Record:
    """The record as a cut leaves it: refusals and reasons that are no mere doubts stay.

    Args:
        confidence: The cut. One that is no number accepts nothing.
    """
    if not hangs_on_confidence(record):
        return record
    if record.confidence >= confidence:
        return replace(record, disposition=Disposition.ACCEPTED, reasons=())
    if record.disposition is Disposition.ACCEPTED:
        return replace(record, disposition=Disposition.REVIEW, reasons=(Reason.CONFIDENCE_TOO_LOW,))
    return record
