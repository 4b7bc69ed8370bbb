"""Numbers that one hand wrote: ZIP codes, amounts and clock times, as the MDW benchmark has them.

Wagstaff, "Realistic Handwritten Multi-Digit Writer (MDW) Number Recognition Challenges", arXiv 2512.00676.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from forms_ocr.extraction import extract
from forms_ocr.model import Glyphs
from forms_ocr.simulation import (
    Digits,
    DrawnHand,
    GlyphSource,
    Hand,
    RealHand,
    Role,
    draw_pen,
    fill,
    load_source,
)
from training.sheets import DESIGNS, scan_sheet, sheet_template

_DPIS = (150.0, 200.0, 200.0, 300.0, 300.0)
_LEAST_PAPER_DPI = 200.0


def _zip_code(rng: np.random.Generator) -> str:
    return f"{int(rng.integers(601, 99_927)):05d}"


def _amount(rng: np.random.Generator) -> str:
    return str(int(rng.integers(100_000, 1_000_000)))


def _clock_time(rng: np.random.Generator) -> str:
    return f"{int(rng.integers(24)):02d}{int(rng.integers(60)):02d}"


NUMBER_KINDS: Mapping[str, Callable[[np.random.Generator], str]] = {
    "ZIP codes": _zip_code,
    "amounts": _amount,
    "clock times": _clock_time,
}
"""How each kind of number is drawn, without the point or the colon."""

_LENGTHS = (5, 6, 4)


@dataclass(frozen=True, eq=False)
class PictureNumbers:
    """Numbers composed of a data set's own pictures.

    Attributes:
        pictures: (P, 28, 28) of the writers held out.
        truth: (P,) 0 to 9.
        picked: (N,) which picture each digit is.
        labels: (N,) 0 to 9.
        number: (N,) which number each digit belongs to.
        kinds: (M,) index in ``NUMBER_KINDS`` of each number.
        writers: How many people wrote them.
    """

    pictures: NDArray[np.uint8]
    truth: NDArray[np.intp]
    picked: NDArray[np.intp]
    labels: NDArray[np.intp]
    number: NDArray[np.intp]
    kinds: NDArray[np.uint8]
    writers: int


def picture_numbers(data: Path, each: int, seed: int) -> PictureNumbers:
    """Compose ``each`` numbers of every kind, all digits of a number by one writer held out of training."""
    source, writers = _held_out(str(data))
    rng = np.random.default_rng([seed, 5])
    kinds = np.repeat(np.arange(len(NUMBER_KINDS)), each)
    picked: list[int] = []
    texts = [tuple(NUMBER_KINDS.values())[kind](rng) for kind in kinds.tolist()]
    for text in texts:
        writer = int(rng.choice(writers))
        picked += [source.pick(digit, rng, writer) for digit in text]
    labels = np.array([int(digit) for digit in "".join(texts)], np.intp)
    number = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    return PictureNumbers(
        source.pixels,
        source.labels.astype(np.intp),
        np.array(picked, np.intp),
        labels,
        number,
        kinds.astype(np.uint8),
        len(writers),
    )


@lru_cache(maxsize=1)
def _held_out(data: str) -> tuple[GlyphSource, tuple[int, ...]]:
    """MNIST's writers held out, and those of them who wrote every digit."""
    source = load_source(Path(data), "mnist").split(Role.HELD_OUT)
    complete = [
        writer
        for writer in source.writer_numbers
        if len(np.unique(source.labels[source.writers == writer])) == len("0123456789")
    ]
    return source, tuple(complete)


@dataclass(frozen=True, eq=False)
class WrittenNumbers:
    """Numbers written into cells, scanned, and cut out.

    Attributes:
        glyphs: (N, 32, 32) of the digits, in the order of the numbers; one that the scan lost is blank.
        labels, number, kinds: As in :class:`PictureNumbers`.
    """

    glyphs: Glyphs
    labels: NDArray[np.intp]
    number: NDArray[np.intp]
    kinds: NDArray[np.uint8]

    def first(self, most: int) -> slice:
        """The digits of as many whole numbers as need no more than ``most`` glyphs."""
        if most >= len(self.number):
            return slice(None)
        return slice(0, int(np.searchsorted(self.number, self.number[most])))


@dataclass(frozen=True, slots=True)
class _Placed:
    """A number in the cells of a field, from cell ``start`` on."""

    field: str
    start: int
    kind: int
    text: str


def written_numbers(data: str, pages: int, seed: int, workers: int = 1) -> WrittenNumbers:
    """Fill pages with numbers, one writer a page, and scan them.

    Args:
        data: The folder of handwriting; "" has drawn hands write.
    """
    write = partial(_page, data, seed)
    if workers > 1:
        with ProcessPoolExecutor(workers) as pool:
            parts = list(pool.map(write, range(pages), chunksize=4))
    else:
        parts = [write(page) for page in range(pages)]
    glyphs = [glyph for page in parts for glyph, _ in page]
    placed = [each for page in parts for _, each in page]
    return WrittenNumbers(
        np.concatenate(glyphs),
        np.array([int(digit) for each in placed for digit in each.text], np.intp),
        np.repeat(np.arange(len(placed)), [len(each.text) for each in placed]),
        np.array([each.kind for each in placed], np.uint8),
    )


def _page(data: str, seed: int, page: int) -> list[tuple[Glyphs, _Placed]]:
    rng = np.random.default_rng([seed, 6, page])
    template = sheet_template(int(rng.integers(DESIGNS)))
    placed = [each for field in template.fields for each in _packed(field.name, len(field.cells), rng)]
    dpi = float(rng.choice(_DPIS))
    entries = {name: Digits(text) for name, text in _texts(placed).items()}
    slip = fill(template, entries, _hand(data, page, rng), draw_pen(rng), rng, max(dpi, _LEAST_PAPER_DPI))
    scanned, registration, _ = scan_sheet(slip.paper, slip.dpi, dpi, rng)
    inks = {ink.name: ink.glyphs for ink in extract(scanned, registration, template)}
    return [(inks[each.field][each.start : each.start + len(each.text)], each) for each in placed]


def _hand(data: str, page: int, rng: np.random.Generator) -> Hand:
    """Writers take turns."""
    if not data:
        return DrawnHand(page, "american")
    source, writers = _held_out(data)
    return RealHand(source, writers[page % len(writers)], rng)


def _packed(field: str, cells: int, rng: np.random.Generator) -> Iterator[_Placed]:
    """Numbers one after the other with an empty cell between them, as many as fit."""
    start = 0
    for _ in count():
        fitting = [kind for kind, length in enumerate(_LENGTHS) if start + length <= cells]
        if not fitting:
            return
        kind = int(rng.choice(fitting))
        yield _Placed(field, start, kind, tuple(NUMBER_KINDS.values())[kind](rng))
        start += _LENGTHS[kind] + 1


def _texts(placed: list[_Placed]) -> Mapping[str, str]:
    """What is to be written into each field; spaces are empty cells."""
    texts: dict[str, str] = {}
    for each in placed:
        texts[each.field] = texts.get(each.field, "").ljust(each.start) + each.text
    return texts
