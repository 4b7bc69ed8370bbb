"""Where a code goes on a form: the largest square that neither print nor fields need.

It is worked out from the form itself, the same way when slips are printed and when they are read. The form
needs no field for it, and slips with and without a code are one form.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import Box, Template

CODE_SIDE_MM = 22.0
"""At 150 dpi a square of the code (25 a side) is then five pixels wide, and a stain on an eighth of it does
not matter."""

QUIET_MM = 3.6
"""White around a code, four of its squares (ISO/IEC 18004)."""
_MARGIN_MM = 2.5
"""Around fields and print: people write beyond their fields, and that far fields are cut out."""
_PRINT_DARKNESS = 20
_MM_PER_INCH = 25.4


@lru_cache(maxsize=8)
def code_place(template: Template) -> Box | None:
    """Where the code of a form is printed; None for a form without room for one.

    Returns:
        A square of ``CODE_SIDE_MM``; its quiet zone around it is free.
    """
    rows, cols = (int(side) for side in (template.height_mm, template.width_mm))
    free = np.asarray(cv2.bitwise_not(_taken(template, (rows, cols))), np.uint8)
    # distance to the next taken millimetre, the form's edge among them, in the larger of rows and columns
    framed = np.pad(free, 1)
    reach = np.asarray(cv2.distanceTransform(framed, cv2.DIST_C, 3), np.float32)[1:-1, 1:-1]
    row, col = np.unravel_index(int(np.argmax(reach)), reach.shape)
    half = CODE_SIDE_MM / 2
    if reach[row, col] - 0.5 < half + QUIET_MM - _MARGIN_MM:
        return None
    x_mm, y_mm = _middle(reach, int(row), int(col))
    return Box(x_mm - half, y_mm - half, x_mm + half, y_mm + half)


def _middle(reach: NDArray[np.float32], row: int, col: int) -> tuple[float, float]:
    """The middle of the places that are as free as the best one and touch it, in millimetres."""
    best = (reach >= reach[row, col]).astype(np.uint8)
    _, labels = cv2.connectedComponents(best)
    rows, cols = np.nonzero(labels == labels[row, col])
    return (float(cols.min() + cols.max()) + 1) / 2, (float(rows.min() + rows.max()) + 1) / 2


def _taken(template: Template, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """(height, width) in whole millimetres, 255 where print or a field is, their margin included."""
    px = template.artwork_dpi / _MM_PER_INCH
    taken = np.where(template.artwork < 255 - _PRINT_DARKNESS, 255, 0).astype(np.uint8)
    for field in template.fields:
        box = field.box
        corners = [round(side * px) for side in (box.left_mm, box.top_mm, box.right_mm, box.bottom_mm)]
        cv2.rectangle(taken, (corners[0], corners[1]), (corners[2], corners[3]), 255, -1)
    side = 2 * round(_MARGIN_MM * px) + 1
    grown = cv2.dilate(taken, np.ones((side, side), np.uint8))
    small = cv2.resize(grown, shape[::-1], interpolation=cv2.INTER_AREA)
    return np.where(small > 0, 255, 0).astype(np.uint8)
