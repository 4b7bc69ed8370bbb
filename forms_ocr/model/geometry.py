"""Where things are. Lengths in millimetres, from the top left corner of the printed form, x right, y down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Homography = NDArray[np.float64]
"""(3, 3), maps millimetres on the form to pixels ``(x, y)`` on a page; pixel centres are whole numbers."""

GreyImage = NDArray[np.uint8]
"""(H, W), 0 is black, 255 is white, ``[row, col]``."""


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle on the form."""

    left_mm: float
    top_mm: float
    right_mm: float
    bottom_mm: float

    @property
    def width_mm(self) -> float:
        """From left to right."""
        return self.right_mm - self.left_mm

    @property
    def height_mm(self) -> float:
        """From top to bottom."""
        return self.bottom_mm - self.top_mm

    @property
    def corners_mm(self) -> NDArray[np.float64]:
        """(4, 2): top left, top right, bottom right, bottom left."""
        return np.array(
            [
                (self.left_mm, self.top_mm),
                (self.right_mm, self.top_mm),
                (self.right_mm, self.bottom_mm),
                (self.left_mm, self.bottom_mm),
            ]
        )

    def split(self, cells: int) -> tuple[Box, ...]:
        """Cut into equal cells from left to right, the way a comb field is divided."""
        step = self.width_mm / cells
        return tuple(
            Box(self.left_mm + i * step, self.top_mm, self.left_mm + (i + 1) * step, self.bottom_mm)
            for i in range(cells)
        )
