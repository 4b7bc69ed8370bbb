"""What a recogniser says about the cells of one field, made safe to reason with."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from math import inf, prod

import numpy as np
from numpy.typing import NDArray

from forms_ocr.decision.numbers import are_sound, rows_of_numbers
from forms_ocr.model import CLASSES, EMPTY, OTHER, Candidate, Field, FieldEvidence, Shape

DIGITS = 10

Rows = list[list[float]]
"""A list of numbers a cell."""

FLOOR = 2e-4
"""Spread over the ten digits of every cell read from ink: nets say 0.999999 far more often than they are
right one million times over. A good net misreads about 1 digit in 1,000 and is surprised (sure and wrong)
about one tenth to one fifth of those times."""

TINY = 1e-12
"""Floor of what was typed, so that a cell without a digit divides by something."""

MAX_EMPTY_INK_MM2 = 2.0
"""A cell with more ink is never empty, whatever the net says: the thinnest "1" (0.4 mm by 5 mm) covers 2
mm2."""

MAX_DENIED_EMPTY = 0.1
"""The most that may speak for ``EMPTY`` in a cell with more ink than that, before the cell counts as dirty.
Written cells are given 0.0002 on average, one in two hundred more than 0.01."""

MIN_OTHER_INK_MM2 = 0.5
"""Less ink is a speck, or what a scan left of a stroke, never a digit struck out or two in one cell: a full
stop by a ball pen covers 0.2 mm2, a dash of 2 mm 0.6."""

TINY_EMPTY = 1e-5
TINY_OTHER = 5e-6
"""The floor of what a net says, and nothing beside it: not worth a new row."""

ROW_SUM_TOLERANCE = 0.01
"""Posteriors come as float32 and sum to 1 within 1e-5; a row further off is no posterior."""

MIN_OTHER_POSTERIOR = 0.2
"""From here on a cell is named to a person as perhaps no digit: such cells are rare to begin with."""

MAX_SMUDGE = 0.02
"""A cell that is likelier to hold no digit is no smudged digit. In a reading this is more than the doubt of a
record that is accepted; an account or a date goes through where all that surrounds the cell says which."""

NEARLY_NONE = 1e-3
"""So little of ``other`` changes nothing in what the digits say of each other."""

MIN_CLEAR_POSTERIOR = 0.95
"""Cells below are pointed out to a person: about one of twenty such would be wrong."""

MAX_CLEAR_POSTERIOR = 0.995
"""A cell whose first class is this likely needs no others named beside it."""

MIN_RIVAL_POSTERIOR = 0.005
MAX_RIVALS = 2


class Cells:
    """The cells of one field from left to right.

    Plain lists: a slip has some forty cells in short fields, and on so few numbers a loop beats an array.

    Args:
        rows: n rows of P(class), each summing to 1 in the order of ``CLASSES``.
        floor: ``FLOOR`` for ink, 0 for what was typed.
        is_sound: False when the evidence was missing or no probability; every cell is then unreadable.
    """

    def __init__(self, rows: Rows, floor: float = FLOOR, *, is_sound: bool = True) -> None:
        self.rows = rows
        self.floor = floor
        self.is_sound = is_sound

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def is_digit(self) -> list[float]:
        """P(cell holds one digit) a cell."""
        return [min(1.0, sum(row[:DIGITS])) for row in self.rows]

    @cached_property
    def is_empty(self) -> list[float]:
        """P(cell holds nothing) a cell."""
        return [row[EMPTY] for row in self.rows]

    @cached_property
    def tops(self) -> list[int]:
        """Index of the most likely class a cell."""
        return [row.index(max(row)) for row in self.rows]

    @cached_property
    def digits(self) -> Rows:
        """N rows of P(digit | the cell holds one digit), floored; flat where no digit is likely."""
        floor = max(self.floor, TINY)
        share = floor / DIGITS
        return [
            [(p + share) / (is_digit + floor) for p in row[:DIGITS]]
            for row, is_digit in zip(self.rows, self.is_digit, strict=True)
        ]

    @cached_property
    def is_blank(self) -> bool:
        """Nothing was written into any cell."""
        return self.is_sound and all(top == EMPTY for top in self.tops)

    @property
    def holds_other(self) -> bool:
        """Some cell holds ink that may well be no digit."""
        return self.is_sound and any(row[OTHER] >= MIN_OTHER_POSTERIOR for row in self.rows)

    @property
    def holds_smudge(self) -> bool:
        """Some digit may be none, and not so little that it does not matter."""
        return self.is_sound and any(
            top < DIGITS and row[OTHER] > MAX_SMUDGE for row, top in zip(self.rows, self.tops, strict=True)
        )

    @property
    def as_read(self) -> str:
        """The digits of the cells that most likely hold one, whatever lies between them."""
        return "".join(CLASSES[top] for top in self.tops if top < DIGITS)

    @cached_property
    def p_legible(self) -> float:
        """P(every cell holds one digit or nothing); 0 for evidence that cannot be reasoned with."""
        return prod(1.0 - min(row[OTHER], 1.0) for row in self.rows) if self.is_sound else 0.0

    def given_legible(self) -> Cells:
        """The same cells given that each holds one digit or nothing; any digit where that cannot be."""
        if max((row[OTHER] for row in self.rows), default=0.0) <= NEARLY_NONE:
            return self
        rows = [_without_other(row) for row in self.rows]
        return Cells(rows, self.floor, is_sound=self.is_sound)

    def without_smudges(self) -> Cells:
        """The same cells, what little speaks for ink that is no digit spread evenly over the digits.

        A digit that was smudged or written over still stands for one, and which, the rest of the slip may
        tell: the registry's account, the period's days. Cells that are likelier than ``MAX_SMUDGE`` to hold
        something else stay as they are, and keep the slip from being accepted.
        """
        if not any(row[OTHER] for row in self.rows):
            return self
        rows = [_without_smudge(row, top) for row, top in zip(self.rows, self.tops, strict=True)]
        return Cells(rows, self.floor, is_sound=self.is_sound)

    def backs(self, value: str, most_cells: int, least_posterior: float) -> bool:
        """Only few cells were overruled by ``value``, and each of them finds its character possible."""
        classes = [int(digit) for digit in value[: len(self)]]
        classes += [EMPTY] * (len(self) - len(classes))
        overruled = [
            row[index] for index, top, row in zip(classes, self.tops, self.rows, strict=True) if index != top
        ]
        return len(overruled) <= most_cells and all(p >= least_posterior for p in overruled)

    def best_classes(self) -> tuple[Candidate, ...]:
        """The most likely class of each cell with its posterior."""
        return tuple(Candidate(CLASSES[top], row[top]) for top, row in zip(self.tops, self.rows, strict=True))

    def rivals(self) -> tuple[tuple[Candidate, ...], ...]:
        """The next likeliest classes of each cell, posteriors to four decimals; () if no cell leaves room."""
        rivals = tuple(map(_rivals, self.rows)) if self.is_sound else ()
        return rivals if any(rivals) else ()

    @property
    def has_gap(self) -> bool:
        """The most likely classes leave a cell empty before a written one."""
        is_written = [top != EMPTY for top in self.tops]
        return any(not left and right for left, right in pairwise(is_written))

    def doubtful_for(self, value: str) -> tuple[int, ...]:
        """Indexes of the cells that do not clearly hold their character of ``value``, and of gaps."""
        if len(value) == len(self) or not self.has_gap:
            expected = [CLASSES.index(character) for character in value]
            expected += [EMPTY] * (len(self) - len(value))
        else:
            expected = self.tops
        last = max((index for index, character in enumerate(expected) if character != EMPTY), default=-1)
        return tuple(
            index
            for index, (row, character) in enumerate(zip(self.rows, expected, strict=False))
            if not _is_clear(row, character) or (character == EMPTY and index < last)
        )

    def least_clear(self) -> tuple[int, ...]:
        """Index of the cell whose best class is the least likely; none without cells."""
        peaks = [row[top] for row, top in zip(self.rows, self.tops, strict=True)]
        return (peaks.index(min(peaks)),) if peaks else ()

    def part(self, first: int, last: int) -> Cells:
        """The cells from ``first`` up to, not including, ``last``."""
        return Cells(self.rows[first:last], self.floor, is_sound=self.is_sound)


def _without_smudge(row: list[float], top: int) -> list[float]:
    if top >= DIGITS or row[OTHER] > MAX_SMUDGE:
        return row
    share = row[OTHER] / DIGITS
    return [*(p + share for p in row[:DIGITS]), row[EMPTY], 0.0]


def _without_other(row: list[float]) -> list[float]:
    left = sum(row) - row[OTHER]
    if left <= TINY:
        return [1.0 / DIGITS] * DIGITS + [0.0, 0.0]
    if row[OTHER] == 0.0:
        return row
    return [*(p / left for p in row[:OTHER]), 0.0]


def _is_clear(row: list[float], character: int) -> bool:
    return character != OTHER and row[character] >= MIN_CLEAR_POSTERIOR


def _rivals(row: list[float]) -> tuple[Candidate, ...]:
    if max(row) >= MAX_CLEAR_POSTERIOR:
        return ()
    order = sorted(range(len(row)), key=lambda index: -row[index])[1 : 1 + MAX_RIVALS]
    return tuple(
        Candidate(CLASSES[index], round(row[index], 4))
        for index in order
        if row[index] >= MIN_RIVAL_POSTERIOR
    )


def cells_of(field: Field, evidence: FieldEvidence | None) -> Cells:
    """Cells of a field that holds digits: a comb, or a line whose text somebody read.

    Args:
        field: Gives the number of cells; a line has as many as its text has characters.
        evidence: None if nobody looked at the field.

    Returns:
        Never raises: evidence that is missing or no probability gives cells that say ``other``.
    """
    count = len(field.cells)
    if evidence is None:
        return unreadable(max(count, 1))
    if evidence.is_typed:
        return _of_text(evidence.text or "", count, 1.0)
    if field.shape is Shape.COMB:
        return _of_posteriors(evidence, count)
    if evidence.numbers is not None:
        return _of_numbers(evidence.numbers)
    return _of_line(evidence)


def unreadable(count: int) -> Cells:
    """Cells of which nothing is known."""
    return Cells([_certain(OTHER) for _ in range(count)], is_sound=False)


def _certain(index: int) -> list[float]:
    return [float(place == index) for place in range(len(CLASSES))]


def _of_posteriors(evidence: FieldEvidence, count: int) -> Cells:
    posteriors, ink_mm2 = evidence.posteriors, evidence.ink_mm2
    if np.shape(posteriors) != (count, len(CLASSES)) or np.shape(ink_mm2) != (count,):
        return unreadable(count)
    rows = np.asarray(posteriors, np.float64)
    areas: list[float] = np.asarray(ink_mm2, np.float64).tolist()
    if not (_are_posteriors(rows) and all(0.0 <= area < inf for area in areas)):
        return unreadable(count)
    return Cells([_inked(row, area) for row, area in zip(rows.tolist(), areas, strict=True)])


def _are_posteriors(rows: NDArray[np.float64]) -> bool:
    """Written so that NaN fails: every comparison with it is false."""
    if not len(rows):
        return True
    return bool(rows.min() >= 0.0 and np.abs(rows.sum(axis=1) - 1.0).max() <= ROW_SUM_TOLERANCE)


def _inked(row: list[float], area_mm2: float) -> list[float]:
    """A cell said to be empty in spite of its ink holds something else: what, the other classes say.

    Where much speaks for an empty cell, its ink is dirt, and looks of digits in dirt are not believed. Next
    to no ink is dirt or a digit's remains, but nothing that was written and is no digit.
    """
    if area_mm2 < MIN_OTHER_INK_MM2:
        return _without_other(row) if TINY_OTHER < row[OTHER] < row[EMPTY] else row
    if area_mm2 <= MAX_EMPTY_INK_MM2 or row[EMPTY] <= TINY_EMPTY:
        return row
    if row[EMPTY] > MAX_DENIED_EMPTY:
        return [*row[:EMPTY], 0.0, row[OTHER] + row[EMPTY]]
    left = 1.0 - row[EMPTY]
    return [*(p / left for p in row[:EMPTY]), 0.0, row[OTHER] / left]


def _of_numbers(numbers: Sequence[Candidate]) -> Cells:
    """A line of digits that was read whole."""
    return Cells(rows_of_numbers(numbers)) if are_sound(numbers) else unreadable(1)


def _of_line(evidence: FieldEvidence) -> Cells:
    """Text of a line as an OCR engine read it; ink that nobody read is one unreadable cell."""
    text = "".join((evidence.text or "").split())
    confidence = believable(evidence.text_confidence)
    if text:
        return _of_text(text, len(text), confidence ** (1 / len(text)))
    return Cells([_certain(OTHER)] if _has_ink(evidence) else [])


def _has_ink(evidence: FieldEvidence) -> bool:
    ink_mm2 = np.asarray(evidence.ink_mm2, np.float64)
    return not bool(np.all(ink_mm2 <= 0.0))


def believable(confidence: float) -> float:
    """A confidence as it came, 0 for what is none (NaN, negative, above 1)."""
    return float(confidence) if 0.0 <= confidence <= 1.0 else 0.0


def _of_text(text: str, count: int, certainty: float) -> Cells:
    """One cell a character, left aligned, each right with probability ``certainty``."""
    characters = "".join(text.split())
    count = count or len(characters)
    if len(characters) > count:
        return Cells([_certain(OTHER) for _ in range(count)])
    classes = [CLASSES.index(c) if c in CLASSES[:DIGITS] else OTHER for c in characters]
    rows = [_certain(index) for index in classes + [EMPTY] * (count - len(classes))]
    return Cells([_doubted(row, certainty) for row in rows], floor=0.0)


def _doubted(row: list[float], certainty: float) -> list[float]:
    return [certainty * p + (1.0 - certainty) * (index == OTHER) for index, p in enumerate(row)]


def all_hold_digits(cells: Cells) -> float:
    """P(every cell holds one digit)."""
    return prod(cells.is_digit)


def all_are_empty(cells: Cells) -> float:
    """P(no cell holds anything)."""
    return prod(cells.is_empty)
