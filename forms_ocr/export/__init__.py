"""Records to files for billing, spreadsheets and people: CSV tables, summary, report, reason texts."""

from forms_ocr.export.exports import write_exports
from forms_ocr.export.facts import RunFacts
from forms_ocr.export.phrases import Noun, Phrase
from forms_ocr.export.reasons import REASON_TEXTS, ReasonText
from forms_ocr.export.summary import ConservationError, Counts, Summary

__all__ = [
    "REASON_TEXTS",
    "ConservationError",
    "Counts",
    "Noun",
    "Phrase",
    "ReasonText",
    "RunFacts",
    "Summary",
    "write_exports",
]
