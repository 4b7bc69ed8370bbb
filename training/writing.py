"""What people put into a cell: digits, and everything that is not one digit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import EMPTY, OTHER, Box
from forms_ocr.simulation.hands import DrawnHand, Hand
from forms_ocr.simulation.ink import InkShape, Pen, lay_ink

KIND_SHARES: Mapping[str, float] = {
    "digit": 0.80,
    "nothing": 0.035,
    "speck": 0.015,
    "struck": 0.04,
    "overwritten": 0.025,
    "pair": 0.025,
    "mark": 0.02,
    "letter": 0.025,
    "scribble": 0.015,
}
"""What cells of a training sheet hold. Far more trouble than real slips have: a struck-out digit read as a
digit is the worst mistake there is, and ``other`` must be seen often to be learnt."""

# Strikes, marks and scribbles in skeleton notation: hundredths of the unit box, y down.
STRIKES = (
    "0,55 50,50 100,47",
    "0,40 50,42 100,38 / 0,62 50,60 100,64",
    "2,96 50,50 98,4",
    "4,4 50,50 96,96 / 96,4 50,50 4,96",
    "0,80 30,20 | 40,85 | 62,18 | 72,82 | 98,22",
    "2,30 | 95,38 | 6,48 | 97,58 | 4,68 | 96,76",
    "10,100 | 30,0 | 45,100 | 60,0 | 75,100 | 92,4",
    "0,50 40,20 60,70 20,80 10,40 60,15 90,55 60,90 20,60 98,40",
)
MARKS = (
    "0,50 50,48 100,50",
    "0,50 30,42 60,56 100,48",
    "0,60 28,100 | 100,0",
    "50,0 50,50 50,100 / 0,50 50,50 100,52",
    "0,35 50,34 100,36 / 0,65 50,66 100,64",
    "20,0 | 80,50 20,100",
    "0,0 50,50 100,100 / 100,0 50,50 0,100",
    "0,100 | 50,0 | 100,100",
    "0,0 | 50,100 | 100,0",
)
SCRIBBLES = (
    "5,10 | 90,20 | 8,35 | 95,45 | 4,60 | 96,70 | 6,85 | 92,95",
    "10,50 20,10 80,5 95,50 70,95 20,90 8,40 50,10 90,40 60,80 25,60 50,30 80,60 30,85 15,30 70,20",
    "5,95 | 15,5 | 28,92 | 40,8 | 52,96 | 64,6 | 76,94 | 88,4 | 98,90",
    "0,60 10,30 20,70 35,20 40,80 60,40 65,75 85,30 100,60",
)

# Letters that are also digits to a reader who sees one cell only teach nothing but doubt.
_DIGIT_LIKE = frozenset("обзчіөһ")
_NEAR_DIGITS = frozenset("вэьгудтлсяр")
_NEAR_SHARE = 0.25


@dataclass(frozen=True, eq=False)
class Writer:
    """One row's writer.

    Attributes:
        hand: Writes the digits.
        marker: Draws strikes, marks and scribbles.
        letters: The letters this writer can write.
    """

    hand: Hand
    marker: DrawnHand
    letters: tuple[str, ...]
    letter_weights: NDArray[np.float64]
    pen: Pen


@dataclass(frozen=True, eq=False)
class Sheet:
    """A page being written on: grey paper at ``dpi``."""

    paper: NDArray[np.uint8]
    dpi: float


def letters_to_write(alphabet: tuple[str, ...]) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """The letters that teach what is not a digit, with how often each is to be written."""
    letters = tuple(letter for letter in alphabet if letter.lower() not in _DIGIT_LIKE)
    weights = np.array([_NEAR_SHARE if letter.lower() in _NEAR_DIGITS else 1.0 for letter in letters])
    return letters, weights / weights.sum()


def write_cell(sheet: Sheet, cell: Box, kind: str, writer: Writer, rng: np.random.Generator) -> int:
    """Write something of a kind into a cell.

    Args:
        kind: A key of :data:`KIND_SHARES`.

    Returns:
        The index in ``CLASSES`` of what the cell now holds.
    """
    return _KINDS[kind](sheet, cell, writer, rng)


def _digit(sheet: Sheet, cell: Box, writer: Writer, rng: np.random.Generator) -> int:
    digit = int(rng.integers(10))
    box = _place(cell, writer, rng)
    lay(sheet, writer.hand.digit(digit, rng), box, writer.pen, rng)
    return digit


def _nothing(_sheet: Sheet, _cell: Box, _writer: Writer, _rng: np.random.Generator) -> int:
    return EMPTY


def _speck(sheet: Sheet, cell: Box, writer: Writer, rng: np.random.Generator) -> int:
    """Dust, a hair's end, a touch of the pen."""
    for _ in range(int(rng.integers(1, 4))):
        side = float(rng.uniform(0.15, 0.55))
        left = float(rng.uniform(cell.left_mm, cell.right_mm - side))
        top = float(rng.uniform(cell.top_mm, cell.bottom_mm - side))
        box = Box(left, top, left + side, top + side)
        lay(sheet, writer.marker.mark("0,0 60,50 100,100", rng), box, fine(writer.pen), rng)
    return EMPTY


def _struck(sheet: Sheet, cell: Box, writer: Writer, rng: np.random.Generator) -> int:
    """A digit crossed out, now and then with its correction above or beside it."""
    box = _place(cell, writer, rng)
    lay(sheet, writer.hand.digit(int(rng.integers(10)), rng), box, writer.pen, rng)
    side = max(box.height_mm * 0.8, box.width_mm) * float(rng.uniform(0.8, 1.25))
    x, y = _centre(box) + rng.normal(0, 0.3, 2)
    strike = writer.marker.mark(one_of(STRIKES, rng), rng, is_fitted=False)
    lay(sheet, strike, Box(x - side / 2, y - side / 2, x + side / 2, y + side / 2), writer.pen, rng)
    return OTHER


def _overwritten(sheet: Sheet, cell: Box, writer: Writer, rng: np.random.Generator) -> int:
    """One digit written over another."""
    first, second = rng.choice(10, 2, replace=False)
    box = _place(cell, writer, rng)
    shift = rng.normal(0, 0.35, 2)
    lay(sheet, writer.hand.digit(int(first), rng), box, writer.pen, rng)
    lay(sheet, writer.hand.digit(int(second), rng), _moved(box, shift), bold(writer.pen, rng), rng)
    return OTHER


def _pair(sheet: Sheet, cell: Box, writer: Writer, rng: np.random.Generator) -> int:
    """Two digits squeezed into one cell."""
    height = cell.height_mm * float(rng.uniform(0.35, 0.6))
    middle = (cell.left_mm + cell.right_mm) / 2
    for side in (-1, 1):
        shape = writer.hand.digit(int(rng.integers(10)), rng)
        tall = min(height, 0.42 * cell.width_mm / shape.aspect) * float(rng.uniform(0.9, 1.1))
        x = middle + side * cell.width_mm * float(rng.uniform(0.19, 0.24)) - tall * shape.aspect / 2
        y = (cell.top_mm + cell.bottom_mm - tall) / 2 + float(rng.normal(0, 0.3))
        lay(sheet, shape, Box(x, y, x + tall * shape.aspect, y + tall), writer.pen, rng)
    return OTHER


def _mark(sheet: Sheet, cell: Box, writer: Writer, rng: np.random.Generator) -> int:
    """A dash, a tick, a plus, a dot, a comma."""
    if rng.random() < 0.25:
        return _dot(sheet, cell, writer, rng)
    shape = writer.marker.mark(one_of(MARKS, rng), rng, is_fitted=False)
    side = cell.width_mm * float(rng.uniform(0.3, 0.75))
    x, y = _centre(cell) + rng.normal(0, 0.6, 2)
    lay(sheet, shape, Box(x - side / 2, y - side / 2, x + side / 2, y + side / 2), writer.pen, rng)
    return OTHER


def _dot(sheet: Sheet, cell: Box, writer: Writer, rng: np.random.Generator) -> int:
    side = float(rng.uniform(0.8, 1.6))
    x, y = _centre(cell) + np.array((rng.normal(0, 1), rng.uniform(0, 0.35) * cell.height_mm))
    notation = one_of(("40,0 60,30 30,100", "30,30 70,40 40,70 35,35 60,60"), rng)
    lay(sheet, writer.marker.mark(notation, rng), Box(x, y, x + side, y + side), bold(writer.pen, rng), rng)
    return OTHER


def _letter(sheet: Sheet, cell: Box, writer: Writer, rng: np.random.Generator) -> int:
    letter = str(rng.choice(writer.letters, p=writer.letter_weights))
    shape = writer.hand.letter(letter, rng)
    tall = min(cell.height_mm * float(rng.uniform(0.4, 0.7)), cell.width_mm * 0.95 / shape.aspect)
    x, y = _centre(cell) + rng.normal(0, 0.4, 2) - (tall * shape.aspect / 2, tall / 2)
    lay(sheet, shape, Box(x, y, x + tall * shape.aspect, y + tall), writer.pen, rng)
    return OTHER


def _scribble(sheet: Sheet, cell: Box, writer: Writer, rng: np.random.Generator) -> int:
    """A blot, a scrawl, the end of a signature."""
    shape = writer.marker.mark(one_of(SCRIBBLES, rng), rng, is_fitted=False)
    side = cell.width_mm * float(rng.uniform(0.4, 1.0))
    x, y = _centre(cell) + rng.normal(0, 0.5, 2)
    pen = bold(writer.pen, rng) if rng.random() < 0.6 else writer.pen
    lay(sheet, shape, Box(x - side / 2, y - side / 2, x + side / 2, y + side / 2), pen, rng)
    return OTHER


_KINDS: Mapping[str, Callable[[Sheet, Box, Writer, np.random.Generator], int]] = {
    "digit": _digit,
    "nothing": _nothing,
    "speck": _speck,
    "struck": _struck,
    "overwritten": _overwritten,
    "pair": _pair,
    "mark": _mark,
    "letter": _letter,
    "scribble": _scribble,
}


def _place(cell: Box, writer: Writer, rng: np.random.Generator) -> Box:
    """Where a digit goes: a box as tall as the digit, with the cell's width; strokes may leave it."""
    placement = writer.hand.placement
    size, offset = placement.size * float(rng.normal(1, placement.size_spread)), placement.offset_mm
    if rng.random() < placement.outliers:
        size, offset = float(rng.choice((0.33, 0.95))), offset * 2
    tall = cell.height_mm * float(np.clip(size, 0.28, 1.05))
    lean = np.array((placement.lean_x * cell.width_mm, placement.lean_y * cell.height_mm))
    # more than a quarter of the digit in the neighbour's cell would make it the neighbour's
    limit = np.array((0.18 * cell.width_mm, 0.2 * cell.height_mm))
    x, y = _centre(cell) + np.clip(lean + rng.normal(0, offset, 2), -limit, limit)
    return Box(x - cell.width_mm / 2, y - tall / 2, x + cell.width_mm / 2, y + tall / 2)


def lay(sheet: Sheet, shape: InkShape, box: Box, pen: Pen, rng: np.random.Generator) -> None:
    """A shape as tall as the box, in its middle."""
    px = sheet.dpi / 25.4
    x = (box.left_mm + box.right_mm - box.height_mm * shape.aspect) / 2
    lay_ink(sheet.paper, shape, (x * px, box.top_mm * px), box.height_mm * px, pen, sheet.dpi, rng)


def _centre(box: Box) -> NDArray[np.float64]:
    return np.array(((box.left_mm + box.right_mm) / 2, (box.top_mm + box.bottom_mm) / 2))


def _moved(box: Box, shift: NDArray[np.float64]) -> Box:
    x, y = (float(value) for value in shift)
    return Box(box.left_mm + x, box.top_mm + y, box.right_mm + x, box.bottom_mm + y)


def one_of(choices: tuple[str, ...], rng: np.random.Generator) -> str:
    """Any of them, all as likely."""
    return choices[int(rng.integers(len(choices)))]


def fine(pen: Pen) -> Pen:
    """A pen that leaves specks."""
    return Pen(0.25, pen.darkness, pen.colour, pen.grain, pen.skips, pen.pressure)


def bold(pen: Pen, rng: np.random.Generator) -> Pen:
    """The pen pressed down."""
    width = pen.width_mm * float(rng.uniform(1.0, 2.0))
    return Pen(width, pen.darkness, pen.colour, pen.grain, pen.skips, pen.pressure)
