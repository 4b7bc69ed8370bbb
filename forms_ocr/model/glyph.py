"""Ink taken out of cells, and what a recogniser says about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forms_ocr.model.geometry import GreyImage
from forms_ocr.model.record import Candidate

GLYPH_SIDE_PX = 32

Glyphs = NDArray[np.uint8]
"""(N, 32, 32), 255 is ink, 0 is paper. A cell without ink is all zero."""

CLASSES = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "empty", "other")
"""What one cell can hold. ``empty`` is no ink worth the name; ``other`` is ink that is not one digit:
struck out, two characters, a stroke, a letter, unreadable."""

EMPTY = CLASSES.index("empty")
OTHER = CLASSES.index("other")

Posteriors = NDArray[np.float32]
"""(N, 12), P(class | glyph) in the order of ``CLASSES``; rows sum to 1."""


Features = NDArray[np.float32]
"""(N, D), unit length: how the ink of cells looks to a recogniser; the product of two is near 1 where they
look alike. All zero for a cell without ink."""


@dataclass(frozen=True, eq=False)
class CellsRead:
    """What a recogniser says about cells.

    Attributes:
        posteriors: (N, 12).
        features: (N, D).
    """

    posteriors: Posteriors
    features: Features


@dataclass(frozen=True, slots=True)
class HandModel:
    """How much the known cells of a slip say about its other cells; belongs to a recogniser's features.

    Attributes:
        closeness: Weight of looking like an example of a digit, 0 for none.
        expected: How alike a cell and the nearest example of its digit are where nothing is known, 0 to 1.
        correction: Weight of what the recogniser got wrong about the examples, 0 for none.
        sharpness: How fast a correction fades with unlikeness.
    """

    closeness: float = 0.0
    expected: float = 0.8
    correction: float = 0.0
    sharpness: float = 10.0


@dataclass(frozen=True, eq=False)
class FieldInk:
    """What was written into one field.

    Attributes:
        name: The field's name.
        glyphs: One a cell for a comb, (0, 32, 32) otherwise.
        ink_mm2: (cells,) for a comb, (1,) otherwise: area of ink, the printed form taken out.
        strip: The field cut out upright, print removed, 255 is paper, at ``strip_px_per_mm``.
    """

    name: str
    glyphs: Glyphs
    ink_mm2: NDArray[np.float32]
    strip: GreyImage
    strip_px_per_mm: float


@dataclass(frozen=True, eq=False)
class FieldEvidence:
    """All that is known about one field of one slip before anything is decided.

    Attributes:
        name: The field's name.
        posteriors: One row a cell for a comb; (0, 12) otherwise.
        ink_mm2: As in :class:`FieldInk`.
        text: Text of a free line as an OCR engine read it, or the value a PDF carried; None if not read.
        text_confidence: 0 to 1.
        is_typed: The value was filled in on a computer and needs no reading.
        features: (N, D), how the cells of a comb look; None where nobody said.
        numbers: What a line of digits without cells may hold as a whole, best first, "" for nothing; what
            their posteriors leave to 1 is no number or not listed. None where nobody read it so.
    """

    name: str
    posteriors: Posteriors
    ink_mm2: NDArray[np.float32]
    text: str | None = None
    text_confidence: float = 0.0
    is_typed: bool = False
    features: Features | None = None
    numbers: tuple[Candidate, ...] | None = None
