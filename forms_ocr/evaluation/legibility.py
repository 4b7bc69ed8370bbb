"""Is what was written still there on the scan? Asked of the pixels, never of the reader."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import Box, GreyImage, Homography, Template
from forms_ocr.simulation import WrittenSlip

LEAST_SHARE = 0.6
"""A cell of which a smaller share of the ink can be seen is lost: strokes that held it together are gone."""

_WRITTEN = 40
"""Grey values by which ink darkens the paper it is written on."""

_VISIBLE = 25
"""Grey values by which a pixel must be darker than the page's paper for people to see it."""

_OVERSHOOT_MM = 1.0
_LEAST_INK_PX = 20
_NEAR_PX = 5
"""Ink is looked for within two pixels: curling paper moves it."""


def share_visible(slip: WrittenSlip, template: Template, page: GreyImage, homography: Homography) -> float:
    """The share of ink that a scan shows of the cell of which it shows least, 0 to 1; 1 for a bare slip.

    Args:
        page: (H, W) grey, as scanned.
        homography: Millimetres on the slip to pixels of the page.
    """
    paper = slip.paper if slip.paper.ndim == 2 else cv2.cvtColor(slip.paper, cv2.COLOR_BGR2GRAY)
    height, width = paper.shape
    blank = cv2.resize(template.artwork, (width, height), interpolation=cv2.INTER_AREA)
    written = cv2.subtract(np.asarray(blank, np.uint8), np.asarray(paper, np.uint8)) > _WRITTEN
    darkest = cv2.erode(page, np.ones((_NEAR_PX, _NEAR_PX), np.uint8))
    visible = int(np.median(page)) - np.asarray(darkest, np.int16) > _VISIBLE
    shares = [
        float(_sampled(visible, homography, places).mean())
        for box in _written_cells(slip, template)
        if len(places := _ink_mm(written, box, slip.dpi / 25.4)) >= _LEAST_INK_PX
    ]
    return min(shares, default=1.0)


def _written_cells(slip: WrittenSlip, template: Template) -> Iterator[Box]:
    for name, classes in slip.cells.items():
        cells = template.field(name).cells
        yield from (cell for cell, true in zip(cells, classes, strict=True) if true != "empty")


def _ink_mm(written: NDArray[np.bool_], box: Box, px_per_mm: float) -> NDArray[np.float64]:
    """(N, 2) places of the ink in a cell, a little beyond its lines."""
    left, top = (max(0, round((side - _OVERSHOOT_MM) * px_per_mm)) for side in (box.left_mm, box.top_mm))
    right, bottom = (round((side + _OVERSHOOT_MM) * px_per_mm) for side in (box.right_mm, box.bottom_mm))
    rows, columns = np.nonzero(written[top:bottom, left:right])
    return np.stack([columns + left + 0.5, rows + top + 0.5], axis=1) / px_per_mm


def _sampled(
    visible: NDArray[np.bool_], homography: Homography, places_mm: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """(N,) what the page shows at these places; what lies beside it is not visible."""
    columns, rows = np.rint(cv2.perspectiveTransform(places_mm[None], homography)[0]).astype(int).T
    height, width = visible.shape
    is_inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    found = np.zeros(len(places_mm), bool)
    found[is_inside] = visible[rows[is_inside], columns[is_inside]]
    return found
