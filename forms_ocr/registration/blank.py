"""Is there anything on the page at all?"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import GreyImage
from forms_ocr.registration.pyramid import build_pyramid

# Looked at on a copy of about 75 dpi: dust and paper grain average out, pen strokes and print do not.
LOOK_AT_PX = 430
# A stroke is darker than its surroundings by at least this much (of 255); show-through stays below.
_INK_CONTRAST = 40
# A pen stroke of 10 mm is about 60 pixels there; a smaller blot is dust. Share of an A5 page of 620 x 437.
_BLANK_INK_SHARE = 3e-4
# Scanner shadows run along the edges.
BORDER_SHARE = 0.04


def is_blank(pixels: GreyImage) -> bool:
    """Tell whether a page is empty paper: no print, no pen; dust, edge shadows and show-through do not count.

    Args:
        pixels: Grey, (H, W) uint8.
    """
    ink = ink_of(pixels)
    return float(np.count_nonzero(ink)) / ink.size < _BLANK_INK_SHARE


def ink_of(pixels: GreyImage) -> NDArray[np.bool_]:
    """Where a page is clearly darker than its paper, on a copy of about 75 dpi without the page's borders.

    The copy's middle is the page's, and it is cut off by the same share on all sides.
    """
    small = build_pyramid(pixels).with_short_side(LOOK_AT_PX).pixels
    rows, cols = (max(1, int(side * BORDER_SHARE)) for side in small.shape)
    inner = np.ascontiguousarray(small[rows:-rows, cols:-cols])
    side = max(15, min(inner.shape) // 12) | 1
    paper = cv2.blur(cv2.dilate(cv2.medianBlur(inner, 5), np.ones((side, side), np.uint8)), (side, side))
    return np.asarray(cv2.subtract(paper, inner) > _INK_CONTRAST, bool)
