"""Fill a form in by hand: ink on the printed artwork, with the truth beside it.

``fill(template, {"account": Digits("121000000123"), "signature": Signed()}, hand, pen, rng)`` writes a slip.
Then ``slip.paper`` is the picture, ``slip.cells["account"]`` the true class of every cell and
``slip.values["account"]`` what a careful person reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from forms_ocr.model import CLASSES, EMPTY, OTHER, Box, Content, Field, Shape, Template
from forms_ocr.simulation.hands import DrawnHand, Hand, Placement
from forms_ocr.simulation.ink import BLACK_GEL, InkShape, Pen, lay_ink
from forms_ocr.simulation.skeletons import (
    CROSS,
    CROSSED_OUT,
    DASH,
    DOT,
    DOUBLE_STRIKE,
    LETTERS,
    SCRIBBLE,
    STRIKE,
    TICK,
)
from forms_ocr.template.fonts import REGULAR, font_path

_MM_PER_INCH = 25.4
_EMPTY = CLASSES[EMPTY]
_OTHER = CLASSES[OTHER]

_BASE_LINE = 0.77
"""Where in its box a line of writing stands: forms leave the rest for what hangs below."""

MARKED = "on"
"""Value of a check box with a mark; "" without."""


class Trouble(StrEnum):
    """What goes wrong in one cell."""

    STRUCK_OUT = "struck_out"
    SCRIBBLED_OVER = "scribbled_over"
    OVERWRITTEN = "overwritten"
    TWO_DIGITS = "two_digits"
    DASH = "dash"
    DOT = "dot"
    LETTER = "letter"
    SPILL = "spill"
    """Nothing but the end of a neighbour's stroke: the cell counts as empty."""
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Digits:
    """Digits into a comb, from the left; a space leaves its cell empty.

    ``troubles`` says by cell index what goes wrong there; it may name cells after the text.
    """

    text: str
    troubles: Mapping[int, Trouble] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Handwritten:
    """A line of handwriting."""

    text: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A line of type; ``font`` is a TTF file or a name the system knows."""

    text: str
    font: str | Path = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature. ``is_initials`` makes it a small one."""

    is_initials: bool = False


@dataclass(frozen=True, slots=True)
class Marked:
    """A tick or a cross in a check box."""


@dataclass(frozen=True, slots=True)
class Blank:
    """Nothing. A field that is not named is blank too."""


Entry = Digits | Handwritten | Typed | Signed | Marked | Blank


@dataclass(frozen=True, eq=False)
class WrittenSlip:
    """A slip on paper and what is written on it.

    Attributes:
        paper: (H, W) uint8, or (H, W, 3) blue, green, red in colour, at ``dpi``.
        cells: By comb field, the true class of each cell, out of ``forms_ocr.model.CLASSES``.
        values: By field, what a careful person reads: "" for nothing and for a comb with a cell that is not a
            digit; ``on`` for a mark; the text of a line; "signed" for a signature.
        intended: By field, what the writer meant, troubles or not.
    """

    paper: NDArray[np.uint8]
    dpi: float
    cells: Mapping[str, tuple[str, ...]]
    values: Mapping[str, str]
    intended: Mapping[str, str]


def fill(  # noqa: PLR0913  # all that lies on the desk
    template: Template,
    entries: Mapping[str, Entry],
    hand: Hand,
    pen: Pen,
    rng: np.random.Generator,
    dpi: float = 300.0,
    *,
    in_colour: bool = False,
    print_bgr: tuple[int, int, int] = (0, 0, 0),
) -> WrittenSlip:
    """Write entries onto a fresh print of the form.

    Args:
        template: Its artwork is the paper; rescaled once for each resolution.
        entries: By field name.
        dpi: Resolution of the paper, 150 to 600.
        in_colour: Keep the ink's colour.
        print_bgr: Blue, green, red of what the form is printed with; its greys are lighter tones of it.

    Raises:
        KeyError: An entry names a field that the template does not have.
        ValueError: An entry does not suit its field's shape, or is longer than its comb.
    """
    paper = _print_of(template, dpi, in_colour, print_bgr).copy()
    writer = _Writer(paper, hand, pen, dpi, rng)
    for name, entry in entries.items():
        _check(template.field(name), entry)
        writer.write(template.field(name), entry)
    cells = {f.name: _true_cells(f, entries.get(f.name, Blank())) for f in template.fields if f.cells}
    return WrittenSlip(
        paper=paper,
        dpi=dpi,
        cells=cells,
        values={f.name: _value(entries.get(f.name, Blank()), cells.get(f.name)) for f in template.fields},
        intended={f.name: _meant(entries.get(f.name, Blank())) for f in template.fields},
    )


@lru_cache(maxsize=8)
def _print_of(
    template: Template, dpi: float, in_colour: bool, print_bgr: tuple[int, int, int]
) -> NDArray[np.uint8]:
    """The empty form at a resolution, printed with some ink."""
    width, height = (round(side * dpi / _MM_PER_INCH) for side in (template.width_mm, template.height_mm))
    grey = template.artwork
    if dpi != template.artwork_dpi:
        scale = dpi / template.artwork_dpi
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        # Factors instead of a size: a rounded size would stretch the print against the fields.
        grey = np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=method), np.uint8)
    if grey.shape != (height, width):
        missing = (max(0, height - grey.shape[0]), max(0, width - grey.shape[1]))
        grey = np.pad(grey, ((0, missing[0]), (0, missing[1])), mode="edge")[:height, :width]
    if not any(print_bgr):
        return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8) if in_colour else grey
    tones = [255 - (255 - np.arange(256)) * (1 - ink / 255) for ink in print_bgr]
    table = np.rint(np.stack(tones, axis=1)).astype(np.uint8)
    printed = np.asarray(table[grey], np.uint8)
    return printed if in_colour else np.asarray(cv2.cvtColor(printed, cv2.COLOR_BGR2GRAY), np.uint8)


_SUITS: Mapping[Shape, tuple[type, ...]] = {
    Shape.COMB: (Digits, Blank),
    Shape.LINE: (Handwritten, Typed, Blank),
    Shape.SIGNATURE: (Signed, Handwritten, Blank),
    Shape.MARK: (Marked, Blank),
}


def _check(form_field: Field, entry: Entry) -> None:
    is_digit_line = form_field.shape is Shape.LINE and form_field.content is Content.DIGITS
    if not isinstance(entry, _SUITS[form_field.shape]) and not (is_digit_line and isinstance(entry, Digits)):
        raise ValueError(f"{form_field.name}: {type(entry).__name__} does not go into a {form_field.shape}")
    if isinstance(entry, Digits) and form_field.cells:
        needed = max([len(entry.text), *(i + 1 for i in entry.troubles)])
        if needed > len(form_field.cells):
            raise ValueError(f"{form_field.name}: needs {needed} cells, the comb has {len(form_field.cells)}")


def _true_cells(form_field: Field, entry: Entry) -> tuple[str, ...]:
    if not isinstance(entry, Digits):
        return (_EMPTY,) * len(form_field.cells)
    return tuple(_true_class(entry, i) for i in range(len(form_field.cells)))


def _true_class(entry: Digits, cell: int) -> str:
    trouble = entry.troubles.get(cell)
    if trouble in (Trouble.EMPTY, Trouble.SPILL):
        return _EMPTY
    if trouble is not None:
        return _OTHER
    return entry.text[cell] if cell < len(entry.text) and entry.text[cell] != " " else _EMPTY


def _value(entry: Entry, cells: tuple[str, ...] | None) -> str:
    if isinstance(entry, Digits) and cells is not None:
        written = "".join(c if len(c) == 1 else " " if c == _EMPTY else "?" for c in cells).strip()
        return "" if " " in written or "?" in written else written
    return _meant(entry)


def _meant(entry: Entry) -> str:
    match entry:
        case Digits(text) | Handwritten(text) | Typed(text):
            return text.strip()
        case Signed():
            return "signed"
        case Marked():
            return MARKED
    return ""


class _Writer:
    """One sheet in front of one person."""

    def __init__(
        self, paper: NDArray[np.uint8], hand: Hand, pen: Pen, dpi: float, rng: np.random.Generator
    ) -> None:
        self.paper, self.hand, self.pen, self.dpi, self.rng = paper, hand, pen, dpi, rng
        self._px = dpi / _MM_PER_INCH
        # Marks that are no digits are drawn even where the digits are real handwriting.
        self._marks = DrawnHand(int(rng.integers(1 << 31)))

    def write(self, form_field: Field, entry: Entry) -> None:
        match entry:
            case Digits() if form_field.cells:
                self._digits(form_field.cells, entry)
            case Digits(text):
                self._digit_line(form_field.box, text)
            case Handwritten(text):
                self._line(form_field.box, text)
            case Typed(text, font):
                _type(self.paper, form_field.box, text, str(font), self.dpi)
            case Signed(is_initials):
                self._sign(form_field.box, 0.45 if is_initials else 0.85)
            case Marked():
                self._mark(form_field.box)

    def _digits(self, cells: tuple[Box, ...], entry: Digits) -> None:
        # People drift off the comb together, not cell by cell.
        drift = self.rng.normal(0, 0.25, 2)
        for i, cell in enumerate(cells):
            trouble = entry.troubles.get(i)
            character = entry.text[i] if i < len(entry.text) else " "
            if trouble is not None:
                self._trouble(cell, trouble, character, drift)
            elif character != " ":
                self._in_cell(cell, self.hand.digit(int(character), self.rng), drift)

    def _in_cell(self, cell: Box, shape: InkShape, drift: NDArray[np.float64]) -> None:
        """One character, placed the way the hand places them."""
        how = self.hand.placement
        varied = float(np.clip(self.rng.normal(1, how.size_spread), 0.7, 1.35))
        height = cell.height_mm * how.size * varied
        offset = drift + self.rng.normal(0, how.offset_mm, 2)
        if self.rng.random() < how.outliers:
            height, offset = self._outlier(cell, height, offset)
        # Nobody writes a digit wider than a cell and a bit.
        height = min(height, 1.12 * cell.width_mm / max(shape.aspect, 0.05))
        self._centred(cell, shape, height, offset, how)

    def _outlier(
        self, cell: Box, height: float, offset: NDArray[np.float64]
    ) -> tuple[float, NDArray[np.float64]]:
        """Tiny, towering, or over the cell's line."""
        kind = self.rng.integers(3)
        if kind == 0:
            return cell.height_mm * float(self.rng.uniform(0.32, 0.42)), offset
        if kind == 1:
            return cell.height_mm * float(self.rng.uniform(0.95, 1.12)), offset
        return height, offset + self.rng.normal(0, 0.9, 2)

    def _centred(
        self, cell: Box, shape: InkShape, height_mm: float, offset: NDArray[np.float64], how: Placement
    ) -> None:
        x = (cell.left_mm + cell.right_mm) / 2 + how.lean_x * cell.width_mm + offset[0]
        y = (cell.top_mm + cell.bottom_mm) / 2 + how.lean_y * cell.height_mm + offset[1]
        self._lay(shape, x - shape.aspect * height_mm / 2, y - height_mm / 2, height_mm)

    def _lay(self, shape: InkShape, left_mm: float, top_mm: float, height_mm: float) -> None:
        corner = (left_mm * self._px, top_mm * self._px)
        lay_ink(self.paper, shape, corner, height_mm * self._px, self.pen, self.dpi, self.rng)

    def _trouble(self, cell: Box, trouble: Trouble, character: str, drift: NDArray[np.float64]) -> None:
        digit = int(character) if character != " " else int(self.rng.integers(10))
        match trouble:
            case Trouble.STRUCK_OUT:
                self._in_cell(cell, self.hand.digit(digit, self.rng), drift)
                notation = (STRIKE, DOUBLE_STRIKE, CROSSED_OUT)[int(self.rng.integers(3))]
                self._over(cell, notation)
            case Trouble.SCRIBBLED_OVER:
                self._in_cell(cell, self.hand.digit(digit, self.rng), drift)
                self._over(cell, SCRIBBLE)
            case Trouble.OVERWRITTEN:
                self._overwrite(cell, digit, drift)
            case Trouble.TWO_DIGITS:
                self._two(cell, digit)
            case Trouble.DASH:
                self._small(cell, DASH, 0.08, 0.35, drift)
            case Trouble.DOT:
                self._small(cell, DOT, 0.04, 0.06, drift)
            case Trouble.LETTER:
                letters = sorted(set(LETTERS) - set("зьбЗЬБоОчЧ.,-/№"))
                letter = letters[int(self.rng.integers(len(letters)))]
                self._in_cell(cell, self.hand.letter(letter, self.rng), drift)
            case Trouble.SPILL:
                self._spill(cell)

    def _over(self, cell: Box, notation: str) -> None:
        """A mark across the cell, in its unit box."""
        mark = self._marks.mark(notation, self.rng, is_fitted=False)
        side = min(cell.width_mm, cell.height_mm) * float(self.rng.uniform(0.65, 0.85))
        self._centred(cell, mark, side, self.rng.normal(0, 0.3, 2), Placement())

    def _overwrite(self, cell: Box, digit: int, drift: NDArray[np.float64]) -> None:
        """The wrong digit with the right one pressed over it."""
        other = (digit + 1 + int(self.rng.integers(9))) % 10
        self._in_cell(cell, self.hand.digit(other, self.rng), drift)
        for _ in range(int(self.rng.integers(1, 3))):
            self._in_cell(cell, self.hand.digit(digit, self.rng), drift)

    def _two(self, cell: Box, digit: int) -> None:
        second = int(self.rng.integers(10))
        quarter = cell.width_mm / 4
        for each, x in ((digit, -quarter), (second, quarter)):
            shape = self.hand.digit(each, self.rng)
            height = min(cell.height_mm * 0.6, 0.55 * cell.width_mm / max(shape.aspect, 0.2))
            self._centred(cell, shape, height, np.array((x, 0.0)) + self.rng.normal(0, 0.2, 2), Placement())

    def _small(self, cell: Box, notation: str, low: float, high: float, drift: NDArray[np.float64]) -> None:
        mark = self._marks.mark(notation, self.rng)
        width = cell.width_mm * float(self.rng.uniform(low, high)) + self.pen.width_mm / 2
        self._centred(cell, mark, width / mark.aspect, drift + self.rng.normal(0, 0.5, 2), Placement())

    def _spill(self, cell: Box) -> None:
        """A short stroke over the left or right line, as a neighbour's digit leaves it."""
        mark = self._marks.mark(DASH, self.rng)
        width = float(self.rng.uniform(1.0, 2.2))
        side = cell.left_mm if self.rng.random() < 0.5 else cell.right_mm
        y = float(self.rng.uniform(cell.top_mm + 1.5, cell.bottom_mm - 1.5))
        self._lay(mark, side - width / 2, y, width / mark.aspect)

    def _line(self, box: Box, text: str) -> None:
        shape = self.hand.line(text, self.rng)
        height = min(box.height_mm * float(self.rng.uniform(0.42, 0.62)), 0.96 * box.width_mm / shape.aspect)
        room = max(0.0, box.width_mm - shape.aspect * height)
        left = box.left_mm + min(room, float(self.rng.uniform(0.5, 4.0)))
        base = box.top_mm + box.height_mm * (_BASE_LINE + float(self.rng.normal(0, 0.04)))
        self._lay(shape, left, base - height, height)

    def _digit_line(self, box: Box, text: str) -> None:
        """Digits on a plain line, as close as the hand sets them."""
        height = box.height_mm * float(self.rng.uniform(0.55, 0.8))
        x = box.left_mm + float(self.rng.uniform(0.5, 4.0))
        top = box.top_mm + (box.height_mm - height) * float(self.rng.uniform(0.3, 0.7))
        for character in text:
            if character == " ":
                x += 0.5 * height
                continue
            shape = self.hand.digit(int(character), self.rng)
            self._lay(shape, x, top + float(self.rng.normal(0, 0.04)) * height, height)
            x += (shape.aspect + float(self.rng.uniform(0.08, 0.3))) * height

    def _sign(self, box: Box, share: float) -> None:
        shape = self.hand.signature(self.rng)
        height = box.height_mm * share * float(self.rng.uniform(0.7, 1.1))
        height = min(height, 0.95 * box.width_mm / shape.aspect)
        room_x, room_y = box.width_mm - shape.aspect * height, box.height_mm - height
        left = box.left_mm + room_x * float(self.rng.uniform(0.1, 0.6))
        self._lay(shape, left, box.top_mm + room_y * float(self.rng.uniform(0.3, 0.7)), height)

    def _mark(self, box: Box) -> None:
        notation = TICK if self.rng.random() < 0.5 else CROSS
        shape = self._marks.mark(notation, self.rng)
        height = box.height_mm * float(self.rng.uniform(0.7, 1.1))
        self._centred(box, shape, height, self.rng.normal(0, 0.3, 2), Placement())


_TYPE_FONTS = (str(font_path(REGULAR)), "PTS55F.ttf", "DejaVuSans.ttf")
"""The forms' own typeface first, so that the same seed gives the same page on every machine."""


@lru_cache(maxsize=16)
def type_font(name: str, size_px: int) -> ImageFont.FreeTypeFont:
    """A TTF font by path or name, "" for a usual one with Cyrillic; ``ValueError`` where there is none."""
    for candidate in (name,) if name else _TYPE_FONTS:
        try:
            return ImageFont.truetype(candidate, size_px)
        except OSError:
            continue
    wanted = name or ", ".join(_TYPE_FONTS)
    raise ValueError(f"no font {wanted}: install fonts-paratype or fonts-dejavu-core, or name a TTF file")


def _type(paper: NDArray[np.uint8], box: Box, text: str, font: str, dpi: float) -> None:
    """A typed line in place, shrunk until it fits."""
    px = dpi / _MM_PER_INCH
    size = max(6, round(box.height_mm * 0.55 * px))
    width = type_font(font, size).getlength(text)
    if width > box.width_mm * px * 0.96:
        size = max(6, int(size * box.width_mm * px * 0.96 / width))
    mask = Image.new("L", (paper.shape[1], round(box.height_mm * px)), 0)
    place = ((box.left_mm + 1) * px, mask.height * _BASE_LINE)
    ImageDraw.Draw(mask).text(place, text, fill=255, font=type_font(font, size), anchor="ls")
    top = max(0, round(box.top_mm * px))
    patch = paper[top : top + mask.height]
    light = 1 - np.asarray(mask, np.float32)[: patch.shape[0]] * np.float32((1 - BLACK_GEL.grey / 255) / 255)
    patch[:] = patch * (light if patch.ndim == 2 else light[..., None])
