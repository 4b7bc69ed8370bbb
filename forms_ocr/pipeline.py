"""One page through all stages: register, extract, recognise, decide."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from forms_ocr.codes import find_cover, read_slip_code
from forms_ocr.decision import Background, Registry, decide
from forms_ocr.extraction import draw_ink_map, extract, is_digit_line, slip_picture
from forms_ocr.model import (
    CLASSES,
    Candidate,
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
    NetworkNumberReader,
    NetworkRecognizer,
    NumberReader,
    Recognizer,
    TesseractLineReader,
)
from forms_ocr.registration import is_blank, markers_seen, register_each, shows_writing_alone
from forms_ocr.registry import load_registry
from forms_ocr.template import load_template

# A page that nobody will key from is kept just large enough to be recognised in a list.
_PAGE_PICTURE_SIDE_PX = 700
_JPEG_QUALITY = 72

# A record whose confidence is in between is read again, with more time for its cells: that takes
# milliseconds, a person takes seconds. Neither bound follows the cut in force, so a confidence means the same
# whatever the cut.
_HOPELESS = 0.3
_CLEAR = Rules().min_confidence


@dataclass(frozen=True, eq=False)
class Reader:
    """Everything that reading a page needs, loaded once for a whole batch.

    Attributes:
        others: More forms that slips of the batch may be prints of.
    """

    template: Template
    recognizer: Recognizer
    line_reader: LineReader
    rules: Rules
    registry: Registry | None = None
    period: Period | None = None
    number_reader: NumberReader | None = None
    others: tuple[Template, ...] = ()

    @property
    def templates(self) -> tuple[Template, ...]:
        """All forms."""
        return (self.template, *self.others)


def build_reader(
    template_path: Path,
    registry_path: Path | None,
    rules: Rules,
    period: Period | None,
    other_template_paths: Sequence[Path] = (),
) -> Reader:
    """Load what a batch reads with; ``TemplateError`` or ``ConfigurationError`` say all that is wrong."""
    template = load_template(template_path)
    others = tuple(load_template(path) for path in other_template_paths)
    return Reader(
        template=template,
        recognizer=NetworkRecognizer(),
        line_reader=TesseractLineReader(),
        rules=rules,
        registry=None if registry_path is None else load_registry(registry_path, rules.account_digits),
        period=period,
        number_reader=NetworkNumberReader() if _have_digit_lines((template, *others)) else None,
        others=others,
    )


def weights_sha256(templates: Sequence[Template]) -> str:
    """Names all weights that slips of these forms are read with, wherever provenance is kept.

    Returns:
        That of the digit networks, where no form has a line of digits that another network reads.
    """
    digits = NetworkRecognizer().card.sha256
    if not _have_digit_lines(templates):
        return digits
    return hashlib.sha256((digits + NetworkNumberReader().card.sha256).encode()).hexdigest()


def _have_digit_lines(templates: Sequence[Template]) -> bool:
    return any(is_digit_line(field) for template in templates for field in template.fields)


def read_page(page: Page, reader: Reader) -> PageReading:
    """Find the slips of a page, read them and decide what becomes of each.

    Returns:
        The page with its slips, or why it carries none. Same page, same reader, same answer.
    """
    laid = register_each(page, reader.templates)
    if not laid:
        return _without_slips(page, reader.templates)
    # values of a computer belong to the one form on the page
    values = page.values if len(laid) == 1 else {}
    slips = tuple(
        _read_slip(page, number, registration, values, replace(reader, template=template))
        for number, (template, registration) in enumerate(laid, start=1)
    )
    return PageReading(page.number, PageDisposition.SLIPS, slips)


def _read_slip(
    page: Page, number: int, registration: Registration, values: Mapping[str, str], reader: Reader
) -> SlipReading:
    inks = extract(page, registration, reader.template)
    code = read_slip_code(page, registration, reader.template)
    judged = partial(
        decide,
        template=reader.template,
        rules=reader.rules,
        registry=reader.registry,
        period=reader.period,
        residual_mm=registration.residual_mm,
        background=Background(reader.recognizer.hand_model, code, page.scanned_on),
    )
    evidence = gather_evidence(inks, values, reader)
    record = judged(evidence)
    if _HOPELESS <= record.confidence < _CLEAR:
        record = judged(_looked_at_again(evidence, inks, reader))
    if registration.reason is not None:
        record = replace(record, reasons=(registration.reason, *record.reasons))
    is_shown = record.disposition is not Disposition.ACCEPTED
    picture = draw_slip(page, registration, reader.template) if is_shown else b""
    return SlipReading(number, registration, record, picture, draw_ink_map(inks))


def _looked_at_again(
    evidence: Mapping[str, FieldEvidence], inks: tuple[FieldInk, ...], reader: Reader
) -> dict[str, FieldEvidence]:
    """The evidence with all cells read thoroughly."""
    again = dict(evidence)
    for ink, cells in _cells_read(inks, reader, is_thorough=True):
        if len(again[ink.name].posteriors):
            again[ink.name] = replace(again[ink.name], posteriors=cells.posteriors, features=cells.features)
    return again


def draw_slip(page: Page, registration: Registration, template: Template) -> bytes:
    """The slip laid straight, as a JPEG for the person who decides on it."""
    return _jpeg(slip_picture(page, registration, template))


def gather_evidence(
    inks: tuple[FieldInk, ...], values: Mapping[str, str], reader: Reader
) -> dict[str, FieldEvidence]:
    """Ask the recogniser about all cells of a slip at once, and the line reader about its free lines."""
    return {
        ink.name: _evidence_of(ink, cells, values.get(ink.name), reader)
        for ink, cells in _cells_read(inks, reader)
    }


def _cells_read(
    inks: tuple[FieldInk, ...], reader: Reader, *, is_thorough: bool = False
) -> Iterator[tuple[FieldInk, CellsRead]]:
    glyphs = np.concatenate([ink.glyphs for ink in inks])
    read = reader.recognizer.read_cells(glyphs, is_thorough=is_thorough)
    first = 0
    for ink in inks:
        rows = slice(first, first := first + len(ink.glyphs))
        yield ink, CellsRead(read.posteriors[rows], read.features[rows])


def _evidence_of(ink: FieldInk, cells: CellsRead, value: str | None, reader: Reader) -> FieldEvidence:
    if value is not None:
        nothing = np.zeros((0, len(CLASSES)), np.float32)
        return FieldEvidence(ink.name, nothing, ink.ink_mm2, value, 1.0, is_typed=True)
    if reader.template.field(ink.name).shape is not Shape.LINE:
        return FieldEvidence(ink.name, cells.posteriors, ink.ink_mm2, features=cells.features)
    text = reader.line_reader.read_line(ink.strip, ink.strip_px_per_mm)
    if not text.text and reader.number_reader and is_digit_line(reader.template.field(ink.name)):
        return _of_numbers(ink, reader.number_reader.read_number(ink.strip, ink.strip_px_per_mm))
    return FieldEvidence(ink.name, cells.posteriors, ink.ink_mm2, text.text or None, text.confidence)


def _of_numbers(ink: FieldInk, numbers: tuple[Candidate, ...]) -> FieldEvidence:
    """A line of digits; its likeliest value is also its text, for those who ask for no more."""
    nothing = np.zeros((0, len(CLASSES)), np.float32)
    best = numbers[0] if numbers else Candidate("", 0.0)
    text = best.value or None
    return FieldEvidence(ink.name, nothing, ink.ink_mm2, text, best.posterior, numbers=numbers)


def _without_slips(page: Page, templates: Sequence[Template]) -> PageReading:
    """Blank, a cover sheet, foreign, or one of ours that cannot be laid straight."""
    if is_blank(page.pixels):
        return PageReading(page.number, PageDisposition.BLANK, reason=Reason.PAGE_BLANK)
    cover = find_cover(page)
    if cover is not None:
        return PageReading(page.number, PageDisposition.FOREIGN, reason=Reason.COVER_SHEET, cover=cover)
    picture = _jpeg(_reduced(page.pixels))
    seen, printed = max((markers_seen(page, one), len(one.markers)) for one in templates)
    if seen >= 2:
        message = (
            f"{seen} of {printed} markers found, but the print between them is not "
            "where it should be; is the slip whole, flat, and printed at 100 %?"
        )
        return PageReading(
            page.number, PageDisposition.QUARANTINED, (), Reason.PAGE_MISALIGNED, message, picture
        )
    unseen = next((one for one in templates if shows_writing_alone(page, one)), None)
    if unseen is not None:
        message = (
            f"writing lies where the fields of '{unseen.title or unseen.name}' are, but its print is not "
            "seen; did the scanner drop its colour?"
        )
        return PageReading(
            page.number, PageDisposition.QUARANTINED, (), Reason.PAGE_PRINT_UNSEEN, message, picture
        )
    titles = [repr(one.title) if one.title else repr(one.name) for one in templates]
    message = (
        f"this is not the form {titles[0]}"
        if len(titles) == 1
        else f"this is none of the forms {', '.join(titles)}"
    )
    return PageReading(page.number, PageDisposition.FOREIGN, (), Reason.PAGE_NOT_THIS_FORM, message, picture)


def _reduced(pixels: GreyImage) -> GreyImage:
    scale = min(1.0, _PAGE_PICTURE_SIDE_PX / max(pixels.shape))
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _jpeg(picture: GreyImage) -> bytes:
    _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return encoded.tobytes()
