"""What a file says about dots per inch, as far as it can be believed."""

from __future__ import annotations

import cv2
import numpy as np

from forms_ocr.model import GreyImage

LOWEST_DPI = 50.0
"""Fax at its coarsest has 98 lines per inch; below 50 the number is a default that nobody meant."""

HIGHEST_DPI = 1200.0
"""No office scans above; film scanners do, but a slip is not film."""

_NEARLY_SQUARE = 1.1
"""Feeders stretch by 3 %, fine fax has 204 x 196 dpi: registration takes that; not coarse fax, 204 x 98."""

_MOST_UNEQUAL = 2.5
"""Coarse fax is 2.1. Two resolutions further apart than this are a mistake in the file, not a scanner."""


def believable(dpi: float) -> float:
    """``dpi`` if a scanner could have it, else 0."""
    return float(dpi) if LOWEST_DPI <= dpi <= HIGHEST_DPI else 0.0


def with_square_pixels(pixels: GreyImage, x_dpi: float, y_dpi: float) -> tuple[GreyImage, float]:
    """Stretch the coarser direction of a scan whose pixels are clearly not square, such as a coarse fax.

    Args:
        pixels: Grey, (H, W) uint8, as it is seen, turns applied.
        x_dpi: Pixels per inch from left to right; 0 or nonsense where not known.
        y_dpi: The same from top to bottom.

    Returns:
        The pixels, unchanged unless the two resolutions differ by 10 % or more, and their resolution;
        0 if it is not believable.
    """
    x_dpi, y_dpi = believable(x_dpi), believable(y_dpi)
    if not x_dpi or not y_dpi:
        return pixels, 0.0
    fine = max(x_dpi, y_dpi)
    ratio = fine / min(x_dpi, y_dpi)
    if ratio > _MOST_UNEQUAL:
        return pixels, 0.0
    if ratio < _NEARLY_SQUARE:
        return pixels, (x_dpi + y_dpi) / 2
    size = round(pixels.shape[1] * fine / x_dpi), round(pixels.shape[0] * fine / y_dpi)
    return cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False), fine
