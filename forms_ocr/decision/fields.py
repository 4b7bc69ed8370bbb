"""Readings of single fields, the way records and reports show them."""

from __future__ import annotations

from dataclasses import dataclass

from forms_ocr.decision.cells import Cells, believable, cells_of
from forms_ocr.decision.decode import MAX_CANDIDATES, best_candidates, left_aligned
from forms_ocr.decision.ink import LINE_INK, MARK_INK, SIGNATURE_INK, Presence, presence
from forms_ocr.model import Candidate, Content, Field, FieldEvidence, FieldReading, Shape

MARKED = "1"
"""Value of a check box or signature field that holds ink."""

UNMARKED_VALUES = frozenset({"", "Off"})
"""What a PDF carries for a check box that is not ticked."""


@dataclass(frozen=True, slots=True)
class OwnField:
    """A field that no business rule knows: an office's own. A doubt about it keeps the record back.

    Attributes:
        is_missing: Nothing was written.
    """

    reading: FieldReading
    is_missing: bool
    cells: Cells | None = None


def read_own_field(field: Field, evidence: FieldEvidence | None, min_confidence: float) -> OwnField:
    """Read a field by its shape."""
    if field.shape is Shape.COMB and field.content is Content.DIGITS:
        return _read_comb(field, evidence, min_confidence)
    if field.shape in {Shape.COMB, Shape.LINE}:
        return _read_line(field, evidence, min_confidence)
    return _read_mark(field, evidence)


def _read_comb(field: Field, evidence: FieldEvidence | None, min_confidence: float) -> OwnField:
    cells = cells_of(field, evidence)
    reading = digits_reading(field.name, cells, left_aligned(cells), min_confidence)
    return OwnField(reading, cells.is_blank, cells=cells)


def digits_reading(
    name: str, cells: Cells, strings: list[tuple[float, str]], min_confidence: float
) -> FieldReading:
    """A comb of digits of any length that nothing else is known about.

    Args:
        strings: What :func:`forms_ocr.decision.decode.left_aligned` makes of the cells.
    """
    confidence, value = strings[0]
    best = Candidate(value, min(1.0, confidence))
    return comb_reading(name, cells, best, best_candidates(strings), min_confidence)


def comb_reading(
    name: str, cells: Cells, best: Candidate, candidates: tuple[Candidate, ...], min_confidence: float
) -> FieldReading:
    """A comb with the value decided for it."""
    is_doubtful = not best.posterior >= min_confidence
    doubtful_cells = (cells.doubtful_for(best.value) or cells.least_clear()) if is_doubtful else ()
    return FieldReading(
        name=name,
        value=best.value,
        confidence=best.posterior,
        candidates=candidates,
        cells=cells.best_classes(),
        doubtful_cells=doubtful_cells,
        is_doubtful=is_doubtful,
        rivals=cells.rivals(),
    )


def _read_line(field: Field, evidence: FieldEvidence | None, min_confidence: float) -> OwnField:
    written = line_presence(field, evidence)
    reading = line_reading(field, evidence, min_confidence)
    return OwnField(reading, written is Presence.NO)


def line_reading(field: Field, evidence: FieldEvidence | None, min_confidence: float) -> FieldReading:
    """A line as its text was read; a line without ink is surely empty."""
    text = line_text(evidence)
    if line_presence(field, evidence) is Presence.NO and not text:
        confidence = 1.0
    elif evidence is None or not text:
        confidence = 0.0
    else:
        confidence = 1.0 if evidence.is_typed else believable(evidence.text_confidence)
    candidates: tuple[Candidate, ...] = (Candidate(text, confidence),) if text else ()
    if evidence is not None and evidence.numbers:
        candidates = evidence.numbers[:MAX_CANDIDATES]
    return FieldReading(
        field.name, text, confidence, candidates, is_doubtful=not confidence >= min_confidence
    )


def line_text(evidence: FieldEvidence | None) -> str:
    """The text of a line on one row, "" if nobody read it."""
    return " ".join((evidence.text or "").split()) if evidence is not None else ""


def line_presence(field: Field, evidence: FieldEvidence | None) -> Presence:
    """Was something written into a line, on paper or on a computer?"""
    if evidence is not None and evidence.is_typed:
        return Presence.YES if line_text(evidence) else Presence.NO
    return presence(evidence, field.box, LINE_INK)


def signature_presence(field: Field, evidence: FieldEvidence | None) -> Presence:
    """Is it signed, in ink or digitally? A digital signature need not show on the page."""
    if evidence is not None and evidence.is_typed and line_text(evidence):
        return Presence.YES
    return presence(evidence, field.box, SIGNATURE_INK)


def _read_mark(field: Field, evidence: FieldEvidence | None) -> OwnField:
    found = (
        _mark_presence(field, evidence) if field.shape is Shape.MARK else signature_presence(field, evidence)
    )
    return OwnField(mark_reading(field.name, found), found is Presence.NO)


def _mark_presence(field: Field, evidence: FieldEvidence | None) -> Presence:
    if evidence is not None and evidence.is_typed:
        return _ticked(evidence)
    return presence(evidence, field.box, MARK_INK)


def _ticked(evidence: FieldEvidence | None) -> Presence:
    return Presence.NO if line_text(evidence) in UNMARKED_VALUES else Presence.YES


def mark_reading(name: str, found: Presence) -> FieldReading:
    """A field in which only presence counts; doubtful ink is half a mark."""
    is_doubtful = found is Presence.DOUBTFUL
    return FieldReading(
        name=name,
        value="" if found is Presence.NO else MARKED,
        confidence=0.5 if is_doubtful else 1.0,
        is_doubtful=is_doubtful,
    )
