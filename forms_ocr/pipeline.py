"""One page through all stages: register, extract, recognise, decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from forms_ocr.decision import Registry, decide
from forms_ocr.extraction import draw_ink_map, extract, slip_picture
from forms_ocr.model import (
    CLASSES,
    CellsRead,
    Disposition,
    FieldEvidence,
    FieldInk,
    GreyImage,
    Page,
    PageDisposition,
    PageReading,
    Period,
    Reason,
    Registration,
    Rules,
    Shape,
    SlipReading,
    Template,
)
from forms_ocr.recognition import (
    LineReader,
    NetworkRecognizer,
    Recognizer,
    TesseractLineReader,
)
from forms_ocr.registration import is_blank, markers_seen, register
from forms_ocr.registry import load_registry
from forms_ocr.template import load_template

# A page that nobody will key from is kept just large enough to be recognised in a list.
_PAGE_PICTURE_SIDE_PX = 700
_JPEG_QUALITY = 72


@dataclass(frozen=True, eq=False)
class Reader:
    """Everything that reading a page needs, loaded once for a whole batch."""

    template: Template
    recognizer: Recognizer
    line_reader: LineReader
    rules: Rules
    registry: Registry | None = None
    period: Period | None = None


def build_reader(
    template_path: Path, registry_path: Path | None, rules: Rules, period: Period | None
) -> Reader:
    """Load what a batch reads with; ``TemplateError`` or ``ConfigurationError`` say all that is wrong."""
    return Reader(
        template=load_template(template_path),
        recognizer=NetworkRecognizer(),
        line_reader=TesseractLineReader(),
        rules=rules,
        registry=None if registry_path is None else load_registry(registry_path, rules.account_digits),
        period=period,
    )


def read_page(page: Page, reader: Reader) -> PageReading:
    """Find the slips of a page, read them and decide what becomes of each.

    Returns:
        The page with its slips, or why it carries none. Same page, same reader, same answer.
    """
    registrations = register(page, reader.template)
    if not registrations:
        return _without_slips(page, reader.template)
    # values of a computer belong to the one form on the page
    values = page.values if len(registrations) == 1 else {}
    slips = tuple(
        _read_slip(page, number, registration, values, reader)
        for number, registration in enumerate(registrations, start=1)
    )
    return PageReading(page.number, PageDisposition.SLIPS, slips)


def _read_slip(
    page: Page, number: int, registration: Registration, values: Mapping[str, str], reader: Reader
) -> SlipReading:
    inks = extract(page, registration, reader.template)
    record = decide(
        gather_evidence(inks, values, reader),
        reader.template,
        reader.rules,
        reader.registry,
        reader.period,
        registration.residual_mm,
        reader.recognizer.hand_model,
    )
    is_shown = record.disposition is not Disposition.ACCEPTED
    picture = draw_slip(page, registration, reader.template) if is_shown else b""
    return SlipReading(number, registration, record, picture, draw_ink_map(inks))


def draw_slip(page: Page, registration: Registration, template: Template) -> bytes:
    """The slip laid straight, as a JPEG for the person who decides on it."""
    return _jpeg(slip_picture(page, registration, template))


def gather_evidence(
    inks: tuple[FieldInk, ...], values: Mapping[str, str], reader: Reader
) -> dict[str, FieldEvidence]:
    """Ask the recogniser about all cells of a slip at once, and the line reader about its free lines."""
    read = reader.recognizer.read_cells(np.concatenate([ink.glyphs for ink in inks]))
    evidence: dict[str, FieldEvidence] = {}
    first = 0
    for ink in inks:
        rows = slice(first, first := first + len(ink.glyphs))
        cells = CellsRead(read.posteriors[rows], read.features[rows])
        evidence[ink.name] = _evidence_of(ink, cells, values.get(ink.name), reader)
    return evidence


def _evidence_of(ink: FieldInk, cells: CellsRead, value: str | None, reader: Reader) -> FieldEvidence:
    if value is not None:
        nothing = np.zeros((0, len(CLASSES)), np.float32)
        return FieldEvidence(ink.name, nothing, ink.ink_mm2, value, 1.0, is_typed=True)
    if reader.template.field(ink.name).shape is not Shape.LINE:
        return FieldEvidence(ink.name, cells.posteriors, ink.ink_mm2, features=cells.features)
    text = reader.line_reader.read_line(ink.strip, ink.strip_px_per_mm)
    return FieldEvidence(ink.name, cells.posteriors, ink.ink_mm2, text.text or None, text.confidence)


def _without_slips(page: Page, template: Template) -> PageReading:
    """Blank, foreign, or one of ours that cannot be laid straight."""
    if is_blank(page.pixels):
        return PageReading(page.number, PageDisposition.BLANK, reason=Reason.PAGE_BLANK)
    picture = _jpeg(_reduced(page.pixels))
    seen, printed = markers_seen(page, template), len(template.markers)
    if seen >= 2:
        message = (
            f"{seen} of {printed} markers found, but the print between them is not "
            "where it should be; is the slip whole, flat, and printed at 100 %?"
        )
        return PageReading(
            page.number, PageDisposition.QUARANTINED, (), Reason.PAGE_MISALIGNED, message, picture
        )
    message = f"this is not the form {template.title or template.name!r}"
    return PageReading(page.number, PageDisposition.FOREIGN, (), Reason.PAGE_NOT_THIS_FORM, message, picture)


def _reduced(pixels: GreyImage) -> GreyImage:
    scale = min(1.0, _PAGE_PICTURE_SIDE_PX / max(pixels.shape))
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _jpeg(picture: GreyImage) -> bytes:
    _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return encoded.tobytes()
