"""Fields in which only the amount of ink counts: signatures, check boxes, lines."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import nan

import numpy as np

from forms_ocr.model import Box, FieldEvidence


class Presence(Enum):
    """Was something written?"""

    NO = "no"
    DOUBTFUL = "doubtful"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class InkBounds:
    """Bounds on the ink of a field.

    Up to ``none_mm2`` is dirt, from ``some_mm2`` on is writing, between them a person looks. A field with
    more than ``max_share`` of its box inked is a stain, a stamp or a black edge of the scan.
    """

    none_mm2: float
    some_mm2: float
    max_share: float


SIGNATURE_INK = InkBounds(none_mm2=1.0, some_mm2=5.0, max_share=0.5)
"""A pen line is 0.3 to 0.6 mm wide and a signature 40 to 150 mm long: 12 mm2 or more; bare initials have
20 mm in a thin pen, 6 mm2. A speck of dust is 0.1 mm2, a dozen of them 1. A dash or a tick lies between
and is no signature for sure."""

MARK_INK = InkBounds(none_mm2=0.5, some_mm2=1.5, max_share=0.9)
"""The smallest cross is two strokes of 3 mm by 0.3 mm, 1.8 mm2. A box filled in solid is still a mark."""

LINE_INK = InkBounds(none_mm2=1.0, some_mm2=3.0, max_share=0.6)
"""Five letters have some 40 mm of line, 12 mm2; a number of one digit in a line 3 mm2."""


def presence(evidence: FieldEvidence | None, box: Box, bounds: InkBounds) -> Presence:
    """Judge the ink of a field by its area; what was not measured is doubtful."""
    if evidence is None:
        return Presence.DOUBTFUL
    areas = np.asarray(evidence.ink_mm2, np.float64)
    ink_mm2 = float(areas.sum()) if np.isfinite(areas).all() else nan
    if not (0.0 <= ink_mm2 <= bounds.max_share * box.width_mm * box.height_mm):
        return Presence.DOUBTFUL
    if ink_mm2 <= bounds.none_mm2:
        return Presence.NO
    return Presence.YES if ink_mm2 >= bounds.some_mm2 else Presence.DOUBTFUL
