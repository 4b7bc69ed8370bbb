"""Ink of one cell to a glyph."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import GLYPH_SIDE_PX

# The larger side of the ink fills this much of the glyph; the rest is air for the network's first layers.
_INK_SIDE_PX = 26
# A dot or a dash must stay small: ink is enlarged by no more than this (a digit of 2.7 mm fills the glyph).
_MAX_ENLARGEMENT = 1.6
# Full ink is a little less than the darkest spot: where strokes cross, the pen went over twice.
_FULL_INK_SHARE = 0.9


def normalise_glyph(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Scale the ink of one cell into the middle of a glyph.

    Args:
        ink: (H, W) darkness, cut to the bounding box of the ink, at 6 pixels a millimetre; not empty.

    Returns:
        (32, 32) uint8, 255 is full ink; the aspect ratio is kept.
    """
    height, width = ink.shape
    scale = min(_INK_SIDE_PX / max(height, width), _MAX_ENLARGEMENT)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    full = max(1.0, _FULL_INK_SHARE * float(small.max()))
    top, left = (GLYPH_SIDE_PX - size[1]) // 2, (GLYPH_SIDE_PX - size[0]) // 2
    glyph = np.zeros((GLYPH_SIDE_PX, GLYPH_SIDE_PX), np.uint8)
    glyph[top : top + size[1], left : left + size[0]] = cv2.convertScaleAbs(small, alpha=255.0 / full)
    return glyph
