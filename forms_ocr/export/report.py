"""``report.html``: the run for people, in one file that needs no network."""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from forms_ocr.export import report_words as words
from forms_ocr.export.boxes import FAULTS, has_faulty_scan, is_to_scan_again
from forms_ocr.export.cut_words import describe_cut, number
from forms_ocr.export.explanation import Explanation, explain
from forms_ocr.export.facts import RunFacts
from forms_ocr.export.faults import fault_phrase
from forms_ocr.export.history import History, HistoryLine
from forms_ocr.export.phrases import Phrase, grouped, percent, sentence
from forms_ocr.export.pictures import PAGE_WIDTH_PX, SLIP_WIDTH_PX, data_uri
from forms_ocr.export.reasons import REASON_TEXTS
from forms_ocr.export.summary import Summary
from forms_ocr.export.tables import find_reading
from forms_ocr.model import (
    CLASSES,
    EMPTY,
    Box,
    Candidate,
    Disposition,
    Field,
    FieldReading,
    FiledPage,
    FiledSlip,
    PageDisposition,
    Reason,
    Shape,
    Template,
    template_of,
)

# A report of 300 slips is about 20 MB, which browsers of small office machines still open at once.
MAX_SLIP_PICTURES = 300
MAX_PAGE_PICTURES = 120

# A row with its history is about a kilobyte.
MAX_HISTORIES = 2000

_NOT_A_DIGIT_MARK = "?"
_EMPTY_CELL = CLASSES[EMPTY]


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell of a comb: what was read in it, "" for nothing."""

    box: Box
    text: str
    is_doubtful: bool


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field of a slip. ``number`` joins its row to its outline; a signature's ``value`` is yes or no."""

    number: int
    title: Phrase
    box: Box
    value: str | Phrase
    is_doubtful: bool
    confidence: Phrase
    cells: tuple[CellView, ...]
    candidates: tuple[tuple[str, Phrase], ...]


@dataclass(frozen=True, slots=True)
class SlipView:
    """One slip under review. ``number`` is unique on the page of the report; ``picture`` a URI or ""."""

    number: int
    slip: FiledSlip
    template: Template
    picture: str
    fields: tuple[FieldView, ...]
    explanation: Explanation
    history: tuple[HistoryLine, ...]


@dataclass(frozen=True, slots=True)
class PageView:
    """One page to be scanned again. ``fault`` is its message in both languages, None without one."""

    page: FiledPage
    picture: str
    fault: Phrase | None


def render_report(
    pages: Sequence[FiledPage],
    slips: Sequence[FiledSlip],
    template: Template,
    facts: RunFacts,
    summary: Summary,
    others: Sequence[Template] = (),
) -> str:
    """The report as HTML; the same input gives the same text. Pages and slips stand in the order given."""
    templates = (template, *others)
    review = [slip for slip in slips if slip.record.disposition is Disposition.REVIEW]
    shown, rest = _by_need(review, MAX_SLIP_PICTURES)
    again = [page for page in pages if is_to_scan_again(page)]
    told = {one.slip.slip_id: one.lines for one in facts.histories}
    return (
        _environment()
        .get_template("report.html")
        .render(
            facts=facts,
            summary=summary,
            cut_text=None if facts.cut is None else sentence(describe_cut(facts.cut)),
            again=_page_views(again, facts),
            again_count=len(again)
            + len({(slip.scan, slip.page) for slip in review if has_faulty_scan(slip)}),
            again_pictures=sum(bool(page.picture_path) for page in again),
            max_page_pictures=MAX_PAGE_PICTURES,
            faults={
                reason: count
                for reason in sorted(FAULTS)
                if (count := sum(reason in slip.record.reasons for slip in review))
            },
            review=[
                _slip_view(
                    number,
                    slip,
                    template_of(slip.template, templates),
                    facts,
                    told.get(slip.slip_id, ()),
                )
                for number, slip in enumerate(shown, 1)
            ],
            review_rest=rest,
            review_reasons=_reasons_of(review),
            refused=[slip for slip in slips if slip.record.disposition is Disposition.REFUSED],
            histories=_last_decided(facts.histories),
            history_count=len(facts.histories),
            **_inlined(),
        )
    )


def _by_need(slips: Sequence[FiledSlip], count: int) -> tuple[list[FiledSlip], list[FiledSlip]]:
    """The ``count`` slips that most need their picture beside them, and the rest, each in the order given.

    First those that contradict each other, which only the paper can settle; then the least certain.
    """
    by_need = sorted(range(len(slips)), key=lambda index: (_need(slips[index]), index))
    shown = set(by_need[:count])
    return (
        [slip for index, slip in enumerate(slips) if index in shown],
        [slip for index, slip in enumerate(slips) if index not in shown],
    )


def _need(slip: FiledSlip) -> tuple[bool, float]:
    return Reason.CONFLICTING_READINGS not in slip.record.reasons, slip.record.confidence


def _reasons_of(slips: Sequence[FiledSlip]) -> list[Reason]:
    found = {reason for slip in slips for reason in slip.record.reasons}
    return [reason for reason in Reason if reason in found]


def _page_views(pages: Sequence[FiledPage], facts: RunFacts) -> list[PageView]:
    """The first pages that have a picture get it; a scan that does not open has none."""
    pictured = [page for page in pages if page.picture_path][:MAX_PAGE_PICTURES]
    shown = {(page.scan, page.page) for page in pictured}
    return [_page_view(page, facts, is_shown=(page.scan, page.page) in shown) for page in pages]


def _page_view(page: FiledPage, facts: RunFacts, *, is_shown: bool) -> PageView:
    path = page.picture_path if is_shown else ""
    return PageView(
        page, data_uri(facts.workspace, path, PAGE_WIDTH_PX), fault_phrase(str(visible(page.message)))
    )


def _last_decided(histories: Sequence[History]) -> list[History]:
    """The slips that people decided on last, the last first."""
    by_last = sorted(histories, key=lambda one: one.lines[-1].number, reverse=True)
    return by_last[:MAX_HISTORIES]


def _slip_view(
    number: int,
    slip: FiledSlip,
    template: Template,
    facts: RunFacts,
    told: tuple[HistoryLine, ...],
) -> SlipView:
    titles = words.field_titles(template)
    fields = tuple(
        _field_view(order, field, reading, titles[field.name])
        for order, field in enumerate(template.fields)
        if (reading := find_reading(slip, field.name)) is not None
    )
    picture = data_uri(facts.workspace, slip.picture_path, SLIP_WIDTH_PX)
    explanation = explain(slip.record, template, facts.min_confidence)
    return SlipView(number, slip, template, picture, fields, explanation, told)


def _field_view(number: int, field: Field, reading: FieldReading, title: Phrase) -> FieldView:
    return FieldView(
        number=number,
        title=title,
        box=field.box,
        value=_shown_value(field, reading),
        is_doubtful=reading.is_doubtful or bool(reading.doubtful_cells),
        confidence=percent(reading.confidence),
        cells=_cell_views(field, reading),
        candidates=tuple((candidate.value, percent(candidate.posterior)) for candidate in reading.candidates),
    )


def _shown_value(field: Field, reading: FieldReading) -> str | Phrase:
    """In a box for a signature or a mark only presence counts; other values are shown as read."""
    if field.shape not in (Shape.SIGNATURE, Shape.MARK):
        return words.WORDS["unread"] if _is_unread(reading) else reading.value
    if reading.is_doubtful:
        return words.WORDS["unclear"]
    return words.WORDS["yes" if reading.value else "no"]


def _is_unread(reading: FieldReading) -> bool:
    """There is ink that nobody could read: doubtful, without a value, and not all cells look empty."""
    is_empty = bool(reading.cells) and all(cell.value == _EMPTY_CELL for cell in reading.cells)
    return reading.is_doubtful and not reading.value and not is_empty


def _cell_views(field: Field, reading: FieldReading) -> tuple[CellView, ...]:
    """A typed value has no cells of its own and is laid into the boxes from the left."""
    read = [_cell_text(cell) for cell in reading.cells] or list(reading.value)
    read += [""] * (len(field.cells) - len(read))
    doubtful = frozenset(reading.doubtful_cells)
    return tuple(
        CellView(box, text, index in doubtful)
        for index, (box, text) in enumerate(zip(field.cells, read, strict=False))
    )


def _cell_text(cell: Candidate) -> str:
    return {_EMPTY_CELL: "", "other": _NOT_A_DIGIT_MARK}.get(cell.value, cell.value)


def visible(value: object) -> object:
    """Show what would hide: control characters and marks that turn the direction of writing.

    Applied to every text the report prints, so that a scan's name cannot pretend to be another.
    """
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return "".join(map(_visible_character, value))


def _visible_character(character: str) -> str:
    if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return character
    code = ord(character)
    return chr(0x2400 + code) if code < 0x20 else f"⟨U+{code:04X}⟩"


def _inlined() -> dict[str, Markup]:
    """Style and script with their hashes: the page's own policy lets nothing else run."""
    parts = {
        name: files(__package__).joinpath("page", f"report.{name}").read_text("utf-8")
        for name in ("css", "js")
    }
    return {
        "style": Markup(parts["css"]),  # noqa: S704 - our own file
        "script": Markup(parts["js"]),  # noqa: S704 - our own file
        "style_hash": _source_hash(parts["css"]),
        "script_hash": _source_hash(parts["js"]),
    }


def _source_hash(text: str) -> Markup:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return Markup("'sha256-{}'").format(base64.b64encode(digest).decode("ascii"))


@cache
def _environment() -> Environment:
    """Made once: whoever watches an inbox writes a report after each delivery."""
    environment = Environment(
        loader=PackageLoader(__package__, "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=visible,
    )
    environment.globals |= {
        "w": words.WORDS,
        "nouns": words,
        "reason_texts": REASON_TEXTS,
        "PageDisposition": PageDisposition,
        "Disposition": Disposition,
    }
    environment.filters |= {
        "grouped": grouped,
        "number": number,
        "percent": percent,
        "day": words.day,
        "month": words.month,
        "mm": lambda length: f"{length:.2f}",
    }
    return environment
