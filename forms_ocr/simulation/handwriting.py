"""Real handwriting out of public data sets, as hands that write digits with any pen at any size.

The folder with the data is always an argument. Files are numpy archives of the public sets, ink and
orientation as published:

============= =========================== ============================================================
source        file                        public name
============= =========================== ============================================================
``mnist``     ``mnist_train_writers.npz`` MNIST training digits, writer numbers from QMNIST
``bhmsds``    ``bhmsds_digits.npz``       BHMSDS handwritten maths symbols and digits
``optdigits`` ``optdigits_32.npz``        UCI Optical Recognition of Handwritten Digits, bitmaps
``semeion``   ``semeion_16.npz``          UCI Semeion Handwritten Digit
``mfeat``     ``mfeat_16x15.npz``         UCI Multiple Features
``usps``      ``usps_16.npz``             USPS
``cyrillic``  ``cyrillic_letters_64.npz`` Cyrillic letters drawn on touch screens (CC BY-SA 4.0)
============= =========================== ============================================================

Writers are known in MNIST alone. Elsewhere neighbours in the set's own order share a writer, so runs of that
order stand in for writers, and whole stretches of it are kept for the evaluation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from zlib import crc32

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.errors import ConfigurationError
from forms_ocr.simulation.hands import DrawnHand, Placement
from forms_ocr.simulation.ink import RasterInk, StrokeInk

_GLYPH_HEIGHT_PX = 72
_MARGIN_PX = 12
"""Glyphs are kept this tall with this margin: a digit of 6 mm at 300 dpi."""

_HELD_OUT_SHARE = 0.15
_VALIDATION_SHARE = 0.1

_SOLID_SHARE = 0.68
"""A 1 whose ink fills more of its box than this is a bare stroke stretched to the box by the data set."""


class Role(StrEnum):
    """What a writer's glyphs may be used for. Held-out writers are the same for every seed."""

    TRAINING = "training"
    VALIDATION = "validation"
    HELD_OUT = "held_out"


@dataclass(frozen=True, eq=False)
class GlyphSource:
    """One data set in one convention.

    Attributes:
        pixels: (N, h, w) uint8, 255 is ink, upright.
        labels: (N,) one character each: a digit or a small Cyrillic letter.
        writers: (N,) numbers of writers, or of runs that stand in for them.
        held_out: (N,) True where the set itself or its order keeps a glyph for the evaluation.
        stretch: Range of width factors that undo the set's stretching to a square; (1, 1) where it did not.
        blur_px: Smoothing that turns the set's pixels back into pen strokes.
    """

    name: str
    pixels: NDArray[np.uint8]
    labels: NDArray[np.str_]
    writers: NDArray[np.int32]
    held_out: NDArray[np.bool_]
    stretch: tuple[float, float] = (1.0, 1.0)
    blur_px: float = 0.0

    def split(self, role: Role | str, seed: int = 0) -> GlyphSource:
        """The glyphs of one role. ``seed`` moves writers between training and validation only."""
        role = Role(role)
        chosen = self.held_out if role is Role.HELD_OUT else ~self.held_out
        if role is not Role.HELD_OUT:
            validating = np.isin(self.writers, self._validation_writers(seed))
            chosen = chosen & (validating if role is Role.VALIDATION else ~validating)
        return self._take(chosen)

    def _validation_writers(self, seed: int) -> NDArray[np.int32]:
        known = np.unique(self.writers[~self.held_out])
        rng = np.random.default_rng([seed, crc32(self.name.encode())])
        return rng.permutation(known)[: max(1, round(len(known) * _VALIDATION_SHARE))]

    def _take(self, chosen: NDArray[np.bool_]) -> GlyphSource:
        return GlyphSource(
            self.name,
            self.pixels[chosen],
            self.labels[chosen],
            self.writers[chosen],
            self.held_out[chosen],
            self.stretch,
            self.blur_px,
        )

    @cached_property
    def writer_numbers(self) -> tuple[int, ...]:
        """The writers there are, in order."""
        return tuple(np.unique(self.writers).tolist())

    @cached_property
    def _by_label(self) -> dict[str, NDArray[np.intp]]:
        return {str(label): np.flatnonzero(self.labels == label) for label in np.unique(self.labels)}

    @cached_property
    def _by_writer(self) -> dict[tuple[int, str], NDArray[np.intp]]:
        order = np.lexsort((self.labels, self.writers))
        keys = list(zip(self.writers[order].tolist(), self.labels[order].tolist(), strict=True))
        starts = [i for i, key in enumerate(keys) if i == 0 or key != keys[i - 1]]
        return {keys[start]: run for start, run in zip(starts, np.split(order, starts[1:]), strict=True)}

    def pick(self, label: str, rng: np.random.Generator, writer: int | None = None) -> int:
        """Index of a glyph of that label, the writer's own where there is one; ``KeyError`` without any."""
        own = self._by_writer.get((writer, label)) if writer is not None else None
        choice = own if own is not None else self._by_label[label]
        return int(choice[int(rng.integers(len(choice)))])

    def shape(self, index: int, stretch: float = 1.0, shear: float = 0.0) -> RasterInk:
        """A glyph as ink that any pen could have written.

        Args:
            stretch: Width factor; see :attr:`stretch`.
            shear: Slant to the right that is added.
        """
        may_be_a_bar = self.stretch != (1.0, 1.0) and self.labels[index] == "1"
        return _as_ink(self.pixels[index], self.blur_px, stretch, shear, may_be_a_bar=may_be_a_bar)


def _as_ink(
    pixels: NDArray[np.uint8], blur_px: float, stretch: float, shear: float, *, may_be_a_bar: bool
) -> RasterInk:
    """Crop to the ink, enlarge smoothly, take the outline."""
    rows, columns = (np.flatnonzero((pixels > 90).any(axis=axis)) for axis in (1, 0))
    if len(rows) == 0:
        raise ValueError("a glyph without ink")
    top, left = int(rows[0]), int(columns[0])
    height, width = int(rows[-1]) - top + 1, int(columns[-1]) - left + 1
    if may_be_a_bar:
        solid = float((pixels[top : top + height, left : left + width] > 127).mean())
        stretch = stretch if solid < _SOLID_SHARE else stretch * 0.35
    scale = _GLYPH_HEIGHT_PX / height
    lean = abs(shear) * _GLYPH_HEIGHT_PX
    size = (round(width * scale * stretch + lean) + 2 * _MARGIN_PX, _GLYPH_HEIGHT_PX + 2 * _MARGIN_PX)
    across = scale * stretch
    start = _MARGIN_PX + (lean if shear > 0 else 0) - across * (left - 0.5) + shear * scale * (top - 0.5)
    plane = np.array(
        [(across, -shear * scale, start), (0, scale, _MARGIN_PX - scale * (top - 0.5))], np.float64
    )
    smooth = cv2.GaussianBlur(pixels, (0, 0), blur_px) if blur_px else pixels
    return RasterInk.from_coverage(
        np.asarray(cv2.warpAffine(smooth, plane, size, flags=cv2.INTER_CUBIC), np.uint8), _MARGIN_PX
    )


class RealHand:
    """A writer of a data set. Missing digits are borrowed from the set's other writers at random.

    Lines and signatures, of which no data exists, come from a drawn hand that belongs to this writer; letters
    come from ``letters`` where given.

    Args:
        source: One role's glyphs of a set.
        writer: A number in ``source.writer_numbers``; None draws one.
        rng: Decides the hand's size, added slant, proportions.
        letters: A source of Cyrillic letters.
    """

    def __init__(
        self,
        source: GlyphSource,
        writer: int | None,
        rng: np.random.Generator,
        letters: GlyphSource | None = None,
    ) -> None:
        self.source = source
        self.writer = int(rng.choice(source.writer_numbers)) if writer is None else writer
        self._letters = letters
        self._drawn = DrawnHand(int(rng.integers(1 << 31)), "european")
        self._stretch = float(rng.uniform(*source.stretch) * rng.uniform(0.9, 1.1))
        self._shear = float(rng.normal(0, 0.06))
        self.placement = Placement(
            size=float(rng.uniform(0.45, 0.78)),
            lean_x=float(rng.normal(0, 0.04)),
            lean_y=float(rng.normal(0, 0.04)),
        )

    def digit(self, digit: int, rng: np.random.Generator) -> RasterInk:
        """One digit as this writer wrote it once, slanted and stretched a little for this time."""
        return self._shape(self.source, self.source.pick(str(digit), rng, self.writer), rng)

    def letter(self, letter: str, rng: np.random.Generator) -> RasterInk | StrokeInk:
        """One letter, somebody's real one where there is a source of letters."""
        if self._letters is None:
            return self._drawn.letter(letter, rng)
        return self._shape(self._letters, self._letters.pick(letter.lower(), rng), rng)

    def line(self, text: str, rng: np.random.Generator) -> StrokeInk:
        """A drawn line of handwriting."""
        return self._drawn.line(text, rng)

    def signature(self, rng: np.random.Generator) -> StrokeInk:
        """A drawn signature."""
        return self._drawn.signature(rng)

    def _shape(self, source: GlyphSource, index: int, rng: np.random.Generator) -> RasterInk:
        stretch = self._stretch * float(rng.normal(1, 0.03))
        return source.shape(index, stretch, self._shear + float(rng.normal(0, 0.025)))


def load_source(folder: Path, name: str) -> GlyphSource:
    """Read one data set.

    Args:
        folder: Where the archives lie.
        name: A key of :data:`SOURCES`.

    Raises:
        ConfigurationError: The name is unknown or its file is not there.
    """
    if name not in SOURCES:
        raise ConfigurationError(str(folder), [f"{name}: unknown source; known are {', '.join(SOURCES)}"])
    file_name, read = SOURCES[name]
    path = Path(folder) / file_name
    if not path.is_file():
        raise ConfigurationError(str(folder), [f"{file_name}: not there; it holds the source {name}"])
    with np.load(path) as archive:
        return read(dict(archive))


Archive = Mapping[str, NDArray[np.generic]]


def _mnist(archive: Archive) -> GlyphSource:
    writers = archive["writer"].astype(np.int32)
    known = np.unique(writers)
    kept = np.random.default_rng(1998).permutation(known)[: round(len(known) * _HELD_OUT_SHARE)]
    pixels, labels = archive["x"].astype(np.uint8), _digits(archive["y"])
    return GlyphSource("mnist", pixels, labels, writers, np.isin(writers, kept), blur_px=0.35)


def _bhmsds(archive: Archive) -> GlyphSource:
    """Ink is dark in the archive; the serial number runs within each digit."""
    serial = archive["idx"].astype(np.int64)
    runs = (serial // 25).astype(np.int32)
    pixels = 255 - archive["x"].astype(np.uint8)
    return GlyphSource("bhmsds", pixels, _digits(archive["y"]), runs, _last_runs(runs), blur_px=0.6)


def _optdigits(archive: Archive) -> GlyphSource:
    """946 bitmaps are held out; in size they are the set's cross-validation part, which 30 writers share.

    So these are held-out glyphs, perhaps not held-out writers: to be sure, leave the whole source out.
    """
    pixels = np.concatenate([archive["x_tra"], archive["x_tes"]]).astype(np.uint8)
    labels = _digits(np.concatenate([archive["y_tra"], archive["y_tes"]]))
    held_out = np.arange(len(pixels)) >= len(archive["x_tra"])
    runs = (np.arange(len(pixels)) // 64).astype(np.int32)
    # A run must not straddle the two parts.
    runs[held_out] += 1000
    return GlyphSource("optdigits", pixels, labels, runs, held_out, (0.9, 1.05), 0.9)


def _semeion(archive: Archive) -> GlyphSource:
    """Six blocks of people, in each all their 0s, then their 1s, and so on; the last block is held out.

    Four glyphs in a row of one digit stand for a writer.
    """
    digits = archive["y"].astype(np.int64)
    block = np.cumsum(np.diff(digits, prepend=0) < 0)
    rank = _rank_within(block * 10 + digits)
    pixels = archive["x"].astype(np.uint8)
    runs = (block * 100 + rank // 4).astype(np.int32)
    return GlyphSource("semeion", pixels, _digits(digits), runs, block == block.max(), (0.55, 0.8), 0.55)


def _mfeat(archive: Archive) -> GlyphSource:
    """200 glyphs of each digit in the order of the maps they were cut from."""
    labels = _digits(archive["y"])
    rank = _rank_within(labels)
    pixels = archive["x"].astype(np.uint8)
    runs = (rank // 10).astype(np.int32)
    return GlyphSource("mfeat", pixels, labels, runs, _last_runs(runs), stretch=(0.5, 0.75), blur_px=0.55)


def _usps(archive: Archive) -> GlyphSource:
    """The set's own test part is held out."""
    pixels = np.concatenate([archive["x_train"], archive["x_test"]]).astype(np.uint8)
    labels = _digits(np.concatenate([archive["y_train"], archive["y_test"]]))
    held_out = np.arange(len(pixels)) >= len(archive["x_train"])
    runs = (np.arange(len(pixels)) // 100 + 1000 * held_out).astype(np.int32)
    return GlyphSource("usps", pixels, labels, runs, held_out, stretch=(0.6, 0.85), blur_px=0.4)


def _cyrillic(archive: Archive) -> GlyphSource:
    """The names begin with the time of drawing, so their order brings a person's letters together."""
    order = np.argsort(archive["name"])
    runs = (np.arange(len(order)) // 100).astype(np.int32)
    held_out = _last_runs(runs)
    pixels = archive["x"].astype(np.uint8)[order]
    # Paper is white in the archive where most pixels are bright.
    pixels = 255 - pixels if np.median(pixels) > 127 else pixels
    return GlyphSource("cyrillic", pixels, archive["y"].astype(str)[order], runs, held_out, blur_px=0.6)


def _last_runs(runs: NDArray[np.int32]) -> NDArray[np.bool_]:
    """(N,): in the last stretch of the set's order; whole runs, so that no run is on both sides."""
    return np.asarray(runs >= runs.max() * (1 - _HELD_OUT_SHARE), np.bool_)


def _digits(labels: NDArray[np.generic]) -> NDArray[np.str_]:
    return labels.astype(np.int64).astype("<U1")


def _rank_within(labels: NDArray[np.generic]) -> NDArray[np.int64]:
    """(N,): how many of the same label stand before."""
    rank = np.zeros(len(labels), np.int64)
    for label in np.unique(labels):
        same = labels == label
        rank[same] = np.arange(int(same.sum()))
    return rank


SOURCES: Mapping[str, tuple[str, Callable[[Archive], GlyphSource]]] = {
    "mnist": ("mnist_train_writers.npz", _mnist),
    "bhmsds": ("bhmsds_digits.npz", _bhmsds),
    "optdigits": ("optdigits_32.npz", _optdigits),
    "semeion": ("semeion_16.npz", _semeion),
    "mfeat": ("mfeat_16x15.npz", _mfeat),
    "usps": ("usps_16.npz", _usps),
    "cyrillic": ("cyrillic_letters_64.npz", _cyrillic),
}
"""File and reader of every source; all but ``cyrillic`` hold digits."""
