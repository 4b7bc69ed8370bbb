"""Readers beside each other: on the same digits of writers never seen, and on numbers that one hand wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from forms_ocr.extraction.glyphs import normalise_glyph
from forms_ocr.model import GLYPH_SIDE_PX, Glyphs
from forms_ocr.recognition import Recognizer
from training.judge.numbers import NUMBER_KINDS, PictureNumbers, WrittenNumbers
from training.judge.rates import Cell, Rate, Table
from training.judge.reading import DIGITS, Reading, groups, posteriors_of_glyphs

NO_DIGIT = -1
Pictures = NDArray[np.uint8]
"""(N, h, w), 255 is ink; glyphs as the pipeline cuts them out, or a data set's own pictures."""
Answers = NDArray[np.intp]
"""(N,) 0 to 9, or ``NO_DIGIT``."""


class DigitReader(Protocol):
    """Somebody who reads digits."""

    @property
    def name(self) -> str:
        """What its column is called."""

    @property
    def most(self) -> int | None:
        """How many glyphs it can be asked for in reasonable time; None for any number."""

    def read(self, pictures: Pictures) -> Answers:
        """What stands in each picture."""


@dataclass(frozen=True, eq=False)
class NetworkReader:
    """A recogniser of this project.

    Attributes:
        is_told: It is told that every picture is a digit, as the others are; otherwise it may also say that
            it is none, which then counts as wrong.
    """

    name: str
    recognizer: Recognizer
    is_told: bool
    most: int | None = None

    def read(self, pictures: Pictures) -> Answers:
        """See :class:`DigitReader`."""
        posteriors = posteriors_of_glyphs(self.recognizer, _as_glyphs(pictures))
        top = posteriors[:, :DIGITS].argmax(axis=1)
        is_digit = posteriors.argmax(axis=1) < DIGITS
        return np.asarray(top if self.is_told else np.where(is_digit, top, NO_DIGIT), np.intp)


def _as_glyphs(pictures: Pictures) -> Glyphs:
    """Cut to the ink and scaled the way extraction does it; glyphs stay as they are."""
    if pictures.shape[1:] == (GLYPH_SIDE_PX, GLYPH_SIDE_PX):
        return pictures
    return np.stack([normalise_glyph(bounded(picture)) for picture in pictures])


def bounded(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(h, w) cut to the bounding box of its ink; a blank one stays whole."""
    rows, columns = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
    if not len(rows):
        return picture
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def contest_table(readers: Sequence[DigitReader], reading: Reading, seed: int) -> Table:
    """Share of digits read right by each reader, by source and by kind of scan."""
    chosen = np.flatnonzero(reading.is_digit)
    glyphs, truth = reading.glyphs[chosen], reading.truth[chosen]
    order = np.random.default_rng([seed, 4]).permutation(len(chosen))
    right = []
    for reader in readers:
        asked = order[: reader.most]
        verdict = np.full(len(chosen), -1, np.int8)
        verdict[asked] = reader.read(glyphs.glyphs[asked]) == truth[asked]
        right.append(verdict)
    rows: list[tuple[Cell, ...]] = [
        (name, int(mask.sum()), *(Rate.of(verdict[mask & (verdict >= 0)] == 1) for verdict in right))
        for name, mask in groups(glyphs).items()
    ]
    few = [f"{reader.name} a random {reader.most:,} of them" for reader in readers if reader.most is not None]
    note = "Digits read right, the same glyphs for all" + "".join(f"; {one}" for one in few) + "."
    head = ("digits of", "glyphs", *(reader.name for reader in readers))
    return Table("Beside others", note, head, rows, has_bounds=False)


def picture_numbers_table(readers: Sequence[DigitReader], numbers: PictureNumbers) -> Table:
    """Numbers out of the data set's own pictures, as the published benchmark has them."""
    rows: list[tuple[Cell, ...]] = []
    for reader in readers:
        if reader.most is None:
            answers = reader.read(numbers.pictures)
            is_right = answers[numbers.picked] == numbers.labels
            wrong = _wrong_numbers(is_right, numbers.number, numbers.kinds)
            rows.append((reader.name, Rate.of(answers == numbers.truth), *wrong))
    note = (
        f"{len(numbers.kinds):,} numbers of {numbers.writers} writers held out, each by one of them, in "
        "MNIST's own pictures without paper or scan, as the MDW benchmark composes them (Wagstaff, arXiv "
        "2512.00676; its SVM gets 7 % of ZIP codes and 8 % of amounts wrong). ZIP codes: 00601 to 99926; "
        "amounts: 1,000.00 to 9,999.99; clock times: 00:00 to 23:59. `digits right`: of all pictures; then "
        "the share of numbers with a digit wrong."
    )
    return Table("Numbers by one writer, pictures", note, ("reader", "digits right", *NUMBER_KINDS), rows)


def written_numbers_table(readers: Sequence[DigitReader], numbers: WrittenNumbers) -> Table:
    """The same numbers written into cells, scanned and cut out."""
    rows: list[tuple[Cell, ...]] = []
    for reader in readers:
        asked = slice(None) if reader.most is None else numbers.first(reader.most)
        answers = reader.read(numbers.glyphs[asked])
        labels, number = numbers.labels[asked], numbers.number[asked]
        wrong = _wrong_numbers(answers == labels, number, numbers.kinds)
        rows.append((reader.name, Rate.of(answers == labels), *wrong))
    note = (
        f"{len(numbers.kinds):,} numbers of the same kinds and writers, written into cells with a pen, "
        "scanned in all three ways and cut out. Then the share of numbers with a digit wrong or not read."
    )
    return Table("Numbers by one writer, scanned", note, ("reader", "digits right", *NUMBER_KINDS), rows)


def _wrong_numbers(
    is_right: NDArray[np.bool_], number: NDArray[np.intp], kinds: NDArray[np.uint8]
) -> list[Rate]:
    """For each kind how many of the numbers asked for hold a wrong digit.

    Args:
        is_right: (N,) of digits.
        number: (N,) which number each belongs to.
        kinds: (M,) of all numbers, index in ``NUMBER_KINDS``.
    """
    asked = np.unique(number)
    wrong = np.bincount(number, weights=~is_right, minlength=len(kinds))[asked] > 0
    return [Rate.of(wrong[kinds[asked] == kind]) for kind in range(len(NUMBER_KINDS))]


def weights_table(readings: Mapping[str, Reading], left_out: Mapping[str, str | None]) -> Table:
    """Several weights side by side, by source and by kind of scan; a star marks the source left out."""
    first = next(iter(readings.values()))
    rows: list[tuple[Cell, ...]] = [
        (name, int((mask & first.is_digit).sum()), *(_weights_cells(readings, left_out, name, mask)))
        for name, mask in groups(first.glyphs).items()
        if (mask & first.is_digit).any()
    ]
    note = "Digits read right (top answer of twelve). `*`: trained without this source, a country never seen."
    return Table("Weights side by side", note, ("digits of", "glyphs", *readings), rows)


def _weights_cells(
    readings: Mapping[str, Reading], left_out: Mapping[str, str | None], name: str, mask: NDArray[np.bool_]
) -> list[str]:
    rates = {each: Rate.of(reading.is_right[mask & reading.is_digit]) for each, reading in readings.items()}
    return [
        f"{rate.share:.3%} ({rate.low:.2%} to {rate.high:.2%}){' *' if left_out[each] == name else ''}"
        for each, rate in rates.items()
    ]
