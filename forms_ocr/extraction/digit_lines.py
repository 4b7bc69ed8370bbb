"""Lines of digits without cells: which of the ink near the field was written into it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.extraction.ink import Ink, Mask
from forms_ocr.extraction.strips import StripFrame
from forms_ocr.model import Content, Field, Shape

# A stroke belongs to a line if it reaches this far into its box ...
_REACH_IN_MM = 1.0
# ... or into the middle of a box that is lower than three times that.
_LEAST_SHARE = 0.3
# Smaller specks are dust or the rest of a printed line.
_SPECK_MM2 = 0.07


def is_digit_line(field: Field) -> bool:
    """A line on which digits are written without cells."""
    return field.shape is Shape.LINE and field.content is Content.DIGITS


def written_inside(ink: Ink, frame: StripFrame) -> Ink:
    """The strokes that show the pen's full darkness inside the field's box, whole; no specks.

    What neighbouring fields leave in the margin would else be read as digits.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(ink.all, 8, cv2.CV_32S, cv2.CCL_BBDT)
    is_writing = np.zeros(len(stats), np.bool_)
    is_writing[np.unique(labels[(ink.strong > 0) & _inside(frame)])] = True
    is_writing &= stats[:, cv2.CC_STAT_AREA] >= _SPECK_MM2 * frame.px_per_mm**2
    is_writing[0] = False
    kept: Mask = np.where(is_writing[labels], 255, 0).astype(np.uint8)
    return Ink(np.asarray(ink.all & kept), np.asarray(ink.strong & kept))


def _inside(frame: StripFrame) -> NDArray[np.bool_]:
    """(H, W) well inside the field's box."""
    width, height = frame.size_px
    box = frame.field.box
    reach = min(_REACH_IN_MM, _LEAST_SHARE * box.height_mm)
    rows, columns = np.arange(height) + 0.5, np.arange(width) + 0.5
    is_inside = (rows > frame.row_of(box.top_mm + reach)) & (rows < frame.row_of(box.bottom_mm - reach))
    is_along = (columns > frame.column_of(box.left_mm)) & (columns < frame.column_of(box.right_mm))
    return np.asarray(is_inside[:, None] & is_along[None, :])
