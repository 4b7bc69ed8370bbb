"""Whose ink is it? Strokes that spill over a cell's edge go back to the cell they were written in."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.extraction.strips import StripFrame

# A connected stroke with this much of its ink in one cell belongs to it whole; otherwise it is two digits
# that touch, and each cell keeps what lies inside it.
_WHOLE_SHARE = 0.72
# Specks smaller than this (mm2) are dust or the rest of a printed line.
_SPECK_MM2 = 0.07
# A stroke belongs to a row of cells if it reaches this far into it.
_REACH_IN_MM = 1.0


@dataclass(frozen=True, eq=False)
class OwnedInk:
    """Ink pixels of a comb with the cell each belongs to: three (N,) arrays."""

    rows: NDArray[np.intp]
    cols: NDArray[np.intp]
    cells: NDArray[np.intp]


def assign_ink(ink: NDArray[np.uint8], frame: StripFrame) -> OwnedInk:
    """Give every connected stroke of a comb's strip to a cell.

    Args:
        ink: (H, W), 255 is ink, 0 is not.
    """
    points = cv2.findNonZero(ink)
    if points is None:
        nothing = np.zeros(0, np.intp)
        return OwnedInk(nothing, nothing, nothing)
    cols, rows = points.reshape(-1, 2).T
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    of = labels[rows, cols]
    cells = _cell_of_column(frame, ink.shape[1])[cols]
    mass = np.bincount(of * len(frame.field.cells) + cells, minlength=count * len(frame.field.cells))
    mass = mass.reshape(count, len(frame.field.cells))
    area = stats[:, cv2.CC_STAT_AREA]
    owner = np.where(mass.max(axis=1) >= _WHOLE_SHARE * area, mass.argmax(axis=1), -1)
    keep = _is_writing(stats, frame)[of]
    final = np.where(owner[of] >= 0, owner[of], cells)
    return OwnedInk(rows[keep], cols[keep], final[keep])


def _cell_of_column(frame: StripFrame, width: int) -> NDArray[np.intp]:
    """(W,) the cell of each column; what hangs over the comb's ends belongs to the first or last cell."""
    first = frame.column_of(frame.field.cells[0].left_mm)
    step = frame.field.cells[0].width_mm * frame.px_per_mm
    index = np.floor((np.arange(width) + 0.5 - first) / step).astype(np.intp)
    return np.clip(index, 0, len(frame.field.cells) - 1)


def _is_writing(stats: NDArray[np.int32], frame: StripFrame) -> NDArray[np.bool_]:
    """(labels,) large enough to be a stroke, and reaching into the row of cells."""
    top = frame.row_of(frame.field.box.top_mm + _REACH_IN_MM)
    bottom = frame.row_of(frame.field.box.bottom_mm - _REACH_IN_MM)
    left = frame.column_of(frame.field.box.left_mm)
    right = frame.column_of(frame.field.box.right_mm)
    starts_y, starts_x = stats[:, cv2.CC_STAT_TOP], stats[:, cv2.CC_STAT_LEFT]
    reaches_in = (starts_y < bottom) & (starts_y + stats[:, cv2.CC_STAT_HEIGHT] > top)
    reaches_in &= (starts_x < right) & (starts_x + stats[:, cv2.CC_STAT_WIDTH] > left)
    return reaches_in & (stats[:, cv2.CC_STAT_AREA] >= _SPECK_MM2 * frame.px_per_mm**2)
