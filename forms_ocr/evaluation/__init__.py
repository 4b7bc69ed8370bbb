"""Records against truth: the form filled with real handwriting, scanned, read, and counted."""

from forms_ocr.evaluation.curve import curves, curves_as_json, curves_as_text, evidence_of
from forms_ocr.evaluation.curve_plot import plot_curves
from forms_ocr.evaluation.evaluate import Plan, evaluate
from forms_ocr.evaluation.outcome import SlipOutcome, SlipTruth, compare
from forms_ocr.evaluation.score import Score
from forms_ocr.evaluation.tables import as_json, as_text

__all__ = [
    "Plan",
    "Score",
    "SlipOutcome",
    "SlipTruth",
    "as_json",
    "as_text",
    "compare",
    "curves",
    "curves_as_json",
    "curves_as_text",
    "evaluate",
    "evidence_of",
    "plot_curves",
]
