"""Glyphs beside what a recogniser made of them, and the groups in which they are counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import EMPTY, OTHER, Glyphs, Posteriors
from forms_ocr.recognition import Recognizer
from training.calibration import OTHER_ON_SLIPS
from training.glyphs import SOURCES, LabelledGlyphs
from training.sheets import SCANS
from training.writing import KIND_SHARES

DIGITS = 10
_PIECE = 512


@dataclass(frozen=True, eq=False)
class Reading:
    """What was written and what was read.

    Attributes:
        posteriors: (N, 12) of the N glyphs.
    """

    glyphs: LabelledGlyphs
    posteriors: Posteriors

    @cached_property
    def truth(self) -> NDArray[np.uint8]:
        """(N,) what a reader should say."""
        return self.glyphs.to_be_read

    @cached_property
    def top(self) -> NDArray[np.intp]:
        """(N,) what was said."""
        return np.asarray(self.posteriors.argmax(axis=1), np.intp)

    @cached_property
    def confidence(self) -> NDArray[np.float32]:
        """(N,) posterior of what was said."""
        return np.asarray(self.posteriors.max(axis=1), np.float32)

    @cached_property
    def best_digit(self) -> NDArray[np.float32]:
        """(N,) the highest posterior of a digit."""
        return np.asarray(self.posteriors[:, :DIGITS].max(axis=1), np.float32)

    @cached_property
    def is_digit(self) -> NDArray[np.bool_]:
        """(N,) a digit was written, and the scan left enough of it to be read."""
        return np.asarray(self.truth < EMPTY, np.bool_)

    @cached_property
    def is_lost(self) -> NDArray[np.bool_]:
        """(N,) a digit was written, of which the scan left a few dots."""
        return np.asarray((self.glyphs.labels < EMPTY) & ~self.is_digit, np.bool_)

    @cached_property
    def is_right(self) -> NDArray[np.bool_]:
        """(N,)."""
        return np.asarray(self.top == self.truth, np.bool_)

    @cached_property
    def slip_weights(self) -> NDArray[np.float64]:
        """(N,) how much each glyph counts, so that ``other`` has the share that slips are taken to have."""
        is_other = self.glyphs.labels == OTHER
        weights = np.ones(len(self.glyphs))
        if is_other.any():
            odds = OTHER_ON_SLIPS / (1 - OTHER_ON_SLIPS)
            weights[is_other] = odds * float((~is_other).sum()) / float(is_other.sum())
        return weights


def read(recognizer: Recognizer, glyphs: LabelledGlyphs) -> Reading:
    """Have all glyphs read."""
    return Reading(glyphs, posteriors_of_glyphs(recognizer, glyphs.glyphs))


def posteriors_of_glyphs(recognizer: Recognizer, glyphs: Glyphs) -> Posteriors:
    """(N, 12) in pieces that fit the memory."""
    starts = range(0, max(1, len(glyphs)), _PIECE)
    pieces = (glyphs[start : start + _PIECE] for start in starts)
    return np.concatenate([recognizer.read_cells(piece).posteriors for piece in pieces])


def groups(glyphs: LabelledGlyphs) -> Mapping[str, NDArray[np.bool_]]:
    """(N,) masks by name: all, each source there is, each kind of scan."""
    found = {"all": np.ones(len(glyphs), np.bool_)}
    found |= {name: glyphs.sources == index for index, name in enumerate(SOURCES)}
    found |= {f"{name} scans": glyphs.scans == index for index, name in enumerate(SCANS)}
    return {name: mask for name, mask in found.items() if mask.any()}


def kinds(reading: Reading) -> Mapping[str, NDArray[np.bool_]]:
    """(N,) masks by name of what is not a digit, digits that the scan lost among them."""
    is_written = reading.glyphs.labels >= EMPTY
    found = {name: is_written & (reading.glyphs.kinds == index) for index, name in enumerate(KIND_SHARES)}
    found["lost"] = reading.is_lost
    return {name: mask for name, mask in found.items() if mask.any()}
