"""What people write on a line that asks for digits: a number, and everything that is not one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from forms_ocr.model import Box
from forms_ocr.recognition.numbers import OTHER_MARK
from forms_ocr.simulation.filling import type_font
from forms_ocr.template.fonts import BOLD, REGULAR, font_path
from training.writing import MARKS, SCRIBBLES, STRIKES, Sheet, Writer, bold, fine, lay, one_of

KIND_SHARES: Mapping[str, float] = {
    "number": 0.72,
    "grouped": 0.05,
    "typed": 0.03,
    "nothing": 0.02,
    "struck": 0.035,
    "overwritten": 0.02,
    "letter": 0.035,
    "unit": 0.02,
    "mark": 0.02,
    "crossed_out": 0.02,
    "corrected": 0.015,
    "scribble": 0.015,
}
"""What lines of a training sheet hold; far more trouble than real ones, for it must be seen to be learnt."""

CLEAN_KINDS = frozenset({"number", "grouped"})
"""Handwritten numbers without a trouble."""

_LENGTH_WEIGHTS = np.array((2, 3, 6, 10, 11, 10, 8, 8, 4, 3, 2, 6), np.float64)
"""Of 1 to 12 digits: readings have four to six, accounts twelve."""

LONGEST = len(_LENGTH_WEIGHTS)
_LEAST_HEIGHT_MM, _LARGEST_HEIGHT_MM = 2.6, 9.0


@dataclass(frozen=True, slots=True)
class Written:
    """What stands on a line.

    Attributes:
        labels: Digits, and ``OTHER_MARK`` for a stretch of what is no digit.
        digits: Box of each digit that is to be read.
    """

    labels: tuple[int, ...]
    digits: tuple[Box, ...] = ()


@dataclass(slots=True)
class _Row:
    """Where the next character goes.

    Attributes:
        x, base: Millimetres on the form.
        gap: Between characters, in heights; below 0 they run into each other.
    """

    sheet: Sheet
    writer: Writer
    rng: np.random.Generator
    x: float
    base: float
    height: float
    gap: float
    slope: float
    bend: float
    start: float
    length: float

    def place(self, aspect: float) -> Box:
        """The box of a character, and the pen moves on."""
        tall = self.height * float(np.clip(self.rng.normal(1, 0.07), 0.75, 1.3))
        along = (self.x - self.start) / self.length
        bottom = self.base + self.slope * (self.x - self.start) + self.bend * np.sin(np.pi * along)
        bottom += float(self.rng.normal(0, 0.04)) * self.height
        box = Box(self.x, bottom - tall, self.x + aspect * tall, bottom)
        step = max(aspect, 0.1) + self.gap + float(self.rng.normal(0, 0.03 if self.gap < 0.06 else 0.05))
        self.x += max(step, 0.16) * tall
        return box

    def digit(self, digit: int) -> Box:
        """Write a digit."""
        shape = self.writer.hand.digit(digit, self.rng)
        box = self.place(shape.aspect)
        lay(self.sheet, shape, box, self.writer.pen, self.rng)
        return box


def write_line(sheet: Sheet, box: Box, kind: str, writer: Writer, rng: np.random.Generator) -> Written:
    """Write something of a kind onto a line.

    Args:
        kind: A key of :data:`KIND_SHARES`.
    """
    return _KINDS[kind](sheet, box, writer, rng)


def _number(sheet: Sheet, box: Box, writer: Writer, rng: np.random.Generator) -> Written:
    digits = _digits(rng)
    row = _row(sheet, box, writer, rng, len(digits))
    return Written(digits, tuple(row.digit(digit) for digit in digits))


def _grouped(sheet: Sheet, box: Box, writer: Writer, rng: np.random.Generator) -> Written:
    """In groups with wider gaps between them, as accounts are written."""
    digits = _digits(rng)
    group = int(rng.integers(2, 5))
    row = _row(sheet, box, writer, rng, len(digits) + len(digits) // group)
    boxes = []
    for place, digit in enumerate(digits):
        if place and place % group == 0:
            row.x += float(rng.uniform(0.3, 0.7)) * row.height
        boxes.append(row.digit(digit))
    return Written(digits, tuple(boxes))


def _typed(sheet: Sheet, box: Box, _writer: Writer, rng: np.random.Generator) -> Written:
    digits = _digits(rng)
    px = sheet.dpi / 25.4
    size = max(8, round(px * min(box.height_mm * 0.8, float(rng.uniform(2.8, 6.0)))))
    font = type_font(str(font_path(str(rng.choice((REGULAR, BOLD))))), size)
    mask = Image.new("L", (sheet.paper.shape[1], round(box.height_mm * px)), 0)
    text = "".join(map(str, digits))
    place = ((box.left_mm + float(rng.uniform(0.5, 5))) * px, mask.height * 0.85)
    ImageDraw.Draw(mask).text(place, text, fill=255, font=font, anchor="ls")
    patch = sheet.paper[round(box.top_mm * px) :][: mask.height]
    patch[:] = patch * (1 - np.asarray(mask, np.float32)[: len(patch)] * np.float32(0.9 / 255))
    return Written(digits)


def _nothing(sheet: Sheet, box: Box, writer: Writer, rng: np.random.Generator) -> Written:
    """Dust, a hair's end, a touch of the pen."""
    for _ in range(int(rng.integers(0, 4))):
        side = float(rng.uniform(0.15, 0.5))
        x, y = float(rng.uniform(box.left_mm, box.right_mm)), float(rng.uniform(box.top_mm, box.bottom_mm))
        speck = writer.marker.mark("0,0 60,50 100,100", rng)
        lay(sheet, speck, Box(x, y, x + side, y + side), fine(writer.pen), rng)
    return Written(())


def _spoilt(
    sheet: Sheet, box: Box, writer: Writer, rng: np.random.Generator, spoil: Callable[[_Row], None]
) -> Written:
    """A number of which one character is something else."""
    digits = _digits(rng)
    at = int(rng.integers(len(digits)))
    row = _row(sheet, box, writer, rng, len(digits))
    boxes: list[Box] = []
    for place, digit in enumerate(digits):
        if place == at:
            spoil(row)
        else:
            boxes.append(row.digit(digit))
    return Written((*digits[:at], OTHER_MARK, *digits[at + 1 :]), tuple(boxes))


def _struck(sheet: Sheet, box: Box, writer: Writer, rng: np.random.Generator) -> Written:
    def spoil(row: _Row) -> None:
        _strike(row, row.digit(int(rng.integers(10))))

    return _spoilt(sheet, box, writer, rng, spoil)


def _overwritten(sheet: Sheet, box: Box, writer: Writer, rng: np.random.Generator) -> Written:
    def spoil(row: _Row) -> None:
        first, second = rng.choice(10, 2, replace=False)
        place = row.digit(int(first))
        x, y = (float(value) for value in rng.normal(0, 0.3, 2))
        over = Box(place.left_mm + x, place.top_mm + y, place.right_mm + x, place.bottom_mm + y)
        lay(sheet, writer.hand.digit(int(second), rng), over, bold(writer.pen, rng), rng)

    return _spoilt(sheet, box, writer, rng, spoil)


def _letter(sheet: Sheet, box: Box, writer: Writer, rng: np.random.Generator) -> Written:
    return _spoilt(sheet, box, writer, rng, _write_letter)


def _write_letter(row: _Row) -> None:
    name = str(row.rng.choice(row.writer.letters, p=row.writer.letter_weights))
    shape = row.writer.hand.letter(name, row.rng)
    lay(row.sheet, shape, row.place(shape.aspect), row.writer.pen, row.rng)


def _mark(sheet: Sheet, box: Box, writer: Writer, rng: np.random.Generator) -> Written:
    """A dash, a comma, a point, a tick between digits."""

    def spoil(row: _Row) -> None:
        place = row.place(0.35)
        side = row.height * float(rng.uniform(0.3, 0.6))
        y = place.bottom_mm - row.height * float(rng.uniform(0.1, 0.9))
        shape = writer.marker.mark(one_of(MARKS, rng), rng, is_fitted=False)
        centred = Box(place.left_mm, y - side / 2, place.left_mm + side, y + side / 2)
        lay(sheet, shape, centred, writer.pen, rng)
        row.x = max(row.x, centred.right_mm)

    return _spoilt(sheet, box, writer, rng, spoil)


def _unit(sheet: Sheet, box: Box, writer: Writer, rng: np.random.Generator) -> Written:
    """A number and the letters of a unit behind it."""
    digits = _digits(rng, most=8)
    letters = int(rng.integers(2, 4))
    row = _row(sheet, box, writer, rng, len(digits) + letters + 1)
    boxes = tuple(row.digit(digit) for digit in digits)
    row.x += 0.3 * row.height
    for _ in range(letters):
        _write_letter(row)
    return Written((*digits, OTHER_MARK), boxes)


def _crossed_out(sheet: Sheet, box: Box, writer: Writer, rng: np.random.Generator) -> Written:
    digits = _digits(rng)
    row = _row(sheet, box, writer, rng, len(digits))
    _cross_out(row, tuple(row.digit(digit) for digit in digits))
    return Written((OTHER_MARK,))


def _corrected(sheet: Sheet, box: Box, writer: Writer, rng: np.random.Generator) -> Written:
    """Crossed out as a whole, and the right number behind it."""
    wrong, digits = _digits(rng, most=6), _digits(rng, most=6)
    row = _row(sheet, box, writer, rng, len(wrong) + len(digits) + 1)
    _cross_out(row, tuple(row.digit(digit) for digit in wrong))
    row.x += 0.5 * row.height
    return Written((OTHER_MARK, *digits), tuple(row.digit(digit) for digit in digits))


def _cross_out(row: _Row, digits: tuple[Box, ...]) -> None:
    """Every digit struck, so that none of them can be read by itself, or a line through all of them."""
    if len(digits) > 1 and row.rng.random() < 0.6:
        for left, right in pairwise(digits):
            _rule_through(row, left, right)
        return
    for digit in digits:
        _strike(row, digit)


def _rule_through(row: _Row, left: Box, right: Box) -> None:
    """A piece of one line through two digits."""
    middle = (left.top_mm + left.bottom_mm) / 2
    across = max(right.right_mm - left.left_mm, 0.5)
    box = Box(left.left_mm, middle - across / 2, right.right_mm, middle + across / 2)
    shape = row.writer.marker.mark("0,50 50,50 100,50", row.rng, is_fitted=False)
    lay(row.sheet, shape, box, row.writer.pen, row.rng)


def _strike(row: _Row, digit: Box) -> None:
    side = max(0.8 * digit.height_mm, digit.width_mm) * float(row.rng.uniform(0.85, 1.2))
    x, y = (digit.left_mm + digit.right_mm) / 2, (digit.top_mm + digit.bottom_mm) / 2
    strike = row.writer.marker.mark(one_of(STRIKES, row.rng), row.rng, is_fitted=False)
    box = Box(x - side / 2, y - side / 2, x + side / 2, y + side / 2)
    lay(row.sheet, strike, box, row.writer.pen, row.rng)


def _scribble(sheet: Sheet, box: Box, writer: Writer, rng: np.random.Generator) -> Written:
    row = _row(sheet, box, writer, rng, 2)
    for _ in range(int(rng.integers(1, 4))):
        shape = writer.marker.mark(one_of(SCRIBBLES, rng), rng, is_fitted=False)
        lay(sheet, shape, row.place(1.0), writer.pen, rng)
    return Written((OTHER_MARK,))


def _row(sheet: Sheet, box: Box, writer: Writer, rng: np.random.Generator, characters: int) -> _Row:
    """A place to begin, a size and a spacing with which so many characters fit on the line."""
    gap = _gap(rng)
    room = box.width_mm - 1.5
    height = box.height_mm * float(rng.uniform(0.45, 0.95))
    height = float(np.clip(height, _LEAST_HEIGHT_MM, _LARGEST_HEIGHT_MM))
    wide = _usual_aspect(writer, rng)
    fitting = room / (max(wide + gap, 0.3) * characters)
    if fitting < height:
        height = max(fitting, _LEAST_HEIGHT_MM)
        gap = min(gap, max(room / (height * characters) - wide, 0.0))
    used = (wide + gap) * characters * height
    left = box.left_mm + 0.5 + float(rng.uniform(0, max(0.1, min(8.0, room - used))))
    steep = rng.random() < 0.15
    return _Row(
        sheet,
        writer,
        rng,
        x=left,
        base=box.bottom_mm - box.height_mm * float(rng.uniform(-0.04, 0.2)),
        height=height,
        gap=gap,
        slope=float(np.clip(rng.normal(0, 0.06 if steep else 0.015), -0.12, 0.12)),
        bend=float(rng.normal(0, 0.06)) * height,
        start=left,
        length=max(used, 1.0),
    )


def _usual_aspect(writer: Writer, rng: np.random.Generator) -> float:
    """How wide this hand's digits are, on the wide side: what runs off the end of a line is lost."""
    aspects = [writer.hand.digit(digit, rng).aspect for digit in (0, 4, 7, 8)]
    return 0.05 + float(np.mean(aspects))


def _gap(rng: np.random.Generator) -> float:
    """Mostly close, at times touching, at times as far apart as in cells."""
    style = rng.random()
    if style < 0.55:
        return float(rng.normal(0.15, 0.08))
    return float(rng.uniform(-0.07, 0.06)) if style < 0.78 else float(rng.uniform(0.3, 1.0))


def _digits(rng: np.random.Generator, most: int = LONGEST) -> tuple[int, ...]:
    weights: NDArray[np.float64] = _LENGTH_WEIGHTS[:most]
    length = 1 + int(rng.choice(most, p=weights / weights.sum()))
    return tuple(int(digit) for digit in rng.integers(0, 10, length))


_KINDS: Mapping[str, Callable[[Sheet, Box, Writer, np.random.Generator], Written]] = {
    "number": _number,
    "grouped": _grouped,
    "typed": _typed,
    "nothing": _nothing,
    "struck": _struck,
    "overwritten": _overwritten,
    "letter": _letter,
    "unit": _unit,
    "mark": _mark,
    "crossed_out": _crossed_out,
    "corrected": _corrected,
    "scribble": _scribble,
}
