"""How many wrong records are acceptable, the cut that keeps to it, and the samples that keep it honest."""

from forms_ocr.budget.acceptance import hangs_on_confidence, with_cut
from forms_ocr.budget.bounds import LEVEL, trials_needed, upper_bound
from forms_ocr.budget.cut import Basis, Budget, Cut, Source, cautious_cut, learn_cut
from forms_ocr.budget.evidence import CUTS, Evidence, LabelledSlip, Tally, faults_of, gather, tally_at
from forms_ocr.budget.provenance import (
    METHOD,
    Learned,
    Reading,
    RegistryKind,
    choose_cut,
    mismatch,
)
from forms_ocr.budget.quality import Quality, Rate, last_answers, measure_quality
from forms_ocr.budget.sampling import is_sampled

__all__ = [
    "CUTS",
    "LEVEL",
    "METHOD",
    "Basis",
    "Budget",
    "Cut",
    "Evidence",
    "LabelledSlip",
    "Learned",
    "Quality",
    "Rate",
    "Reading",
    "RegistryKind",
    "Source",
    "Tally",
    "cautious_cut",
    "choose_cut",
    "faults_of",
    "gather",
    "hangs_on_confidence",
    "is_sampled",
    "last_answers",
    "learn_cut",
    "measure_quality",
    "mismatch",
    "tally_at",
    "trials_needed",
    "upper_bound",
    "with_cut",
]
