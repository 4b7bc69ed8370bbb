"""Records against truth: the form filled with real handwriting, scanned, read, and counted."""

from forms_ocr.evaluation.evaluate import Plan, evaluate
from forms_ocr.evaluation.outcome import SlipOutcome, SlipTruth, compare
from forms_ocr.evaluation.score import Score, upper_bound
from forms_ocr.evaluation.tables import as_json, as_text

__all__ = [
    "Plan",
    "Score",
    "SlipOutcome",
    "SlipTruth",
    "as_json",
    "as_text",
    "compare",
    "evaluate",
    "upper_bound",
]
