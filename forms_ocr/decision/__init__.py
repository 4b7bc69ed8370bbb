"""Posteriors and registry into records: candidates, checks, confidence, disposition."""

from forms_ocr.decision.background import Background
from forms_ocr.decision.conflicts import resolve_conflicts
from forms_ocr.decision.decide import decide
from forms_ocr.decision.hand import Examples, reread
from forms_ocr.decision.registry import AccountColumns, PooledText, Registry

__all__ = [
    "AccountColumns",
    "Background",
    "Examples",
    "PooledText",
    "Registry",
    "decide",
    "reread",
    "resolve_conflicts",
]
