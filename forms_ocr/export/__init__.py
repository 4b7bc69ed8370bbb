"""Records to files for billing, spreadsheets and people: CSV tables, summary, report, reason texts."""

from forms_ocr.export.cut_words import describe_cut, per_thousand
from forms_ocr.export.explanation import Explanation, as_text, explain
from forms_ocr.export.exports import write_exports
from forms_ocr.export.facts import RunFacts
from forms_ocr.export.history import History, HistoryLine, history, history_as_text, outcome_as_text
from forms_ocr.export.phrases import Noun, Phrase
from forms_ocr.export.reasons import REASON_TEXTS, ReasonText
from forms_ocr.export.receipt import Receipt, render_receipt, write_receipt
from forms_ocr.export.summary import ConservationError, Counts, Summary
from forms_ocr.export.tables import neutralised

__all__ = [
    "REASON_TEXTS",
    "ConservationError",
    "Counts",
    "Explanation",
    "History",
    "HistoryLine",
    "Noun",
    "Phrase",
    "ReasonText",
    "Receipt",
    "RunFacts",
    "Summary",
    "as_text",
    "describe_cut",
    "explain",
    "history",
    "history_as_text",
    "neutralised",
    "outcome_as_text",
    "per_thousand",
    "render_receipt",
    "write_exports",
    "write_receipt",
]
