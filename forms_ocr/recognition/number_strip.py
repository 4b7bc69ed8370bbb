"""A line of digits laid straight at one height, for a network that reads it whole."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import GreyImage

STRIP_HEIGHT_PX = 32
STRIP_WIDTH_PX = 512
"""A strip is never wider."""

NumberStrip = NDArray[np.uint8]
"""(32, W), 255 is ink, 0 is paper; W is 8 to 512 and a multiple of 4."""

STEP_PX = 4
# Of the height; the rest is air and what hangs out of the line.
_INK_HEIGHT_PX = 24
_AIR_PX = 8
# A dot or a dash must stay small: at 6 pixels a millimetre a digit of 2.5 mm fills its height.
_SHARPEST_PX_PER_MM = 9.6
# This share of the ink may hang out above and below: a long tail would make all digits small.
_TAIL_SHARE = 0.01
# A line of writing climbs or falls by no more than this (10 degrees); what seems steeper is slanted digits.
_STEEPEST = 0.18
# How level a line is can only be told of one several digits long.
_LEAST_LENGTH = 2.5
# Full ink is a little less than the darkest spot: where strokes cross, the pen went over twice.
_FULL_INK_SHARE = 0.9


def number_strip(strip: GreyImage, px_per_mm: float) -> NumberStrip | None:
    """Lay the ink of a field straight, cut it out and scale it.

    Args:
        strip: (H, W) uint8, upright, 255 is paper, the printed form taken out.
        px_per_mm: Resolution of the strip.

    Returns:
        None for a strip without ink.
    """
    bounded = _bounded(np.asarray(cv2.bitwise_not(strip), np.uint8))
    if bounded is None:
        return None
    ink = _bounded(_levelled(bounded))
    if ink is None:
        return None
    top, bottom = _band(ink)
    scale = min(
        _INK_HEIGHT_PX / (bottom - top),
        _SHARPEST_PX_PER_MM / px_per_mm,
        (STRIP_WIDTH_PX - 2 * _AIR_PX) / ink.shape[1],
    )
    return _laid_out(ink, (top + bottom) / 2, scale)


def _bounded(darkness: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    left, top, width, height = cv2.boundingRect(darkness)
    return darkness[top : top + height, left : left + width] if width else None


def _levelled(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Sheared so that the line of writing, fitted to all of its ink, lies level."""
    height, width = ink.shape
    if width < _LEAST_LENGTH * height:
        return ink
    slope = min(max(_slope(ink), -_STEEPEST), _STEEPEST)
    rise = math.ceil(abs(slope) * width)
    plane = np.array([(1.0, 0.0, 0.0), (-slope, 1.0, rise if slope > 0 else 0.0)])
    return np.asarray(cv2.warpAffine(ink, plane, (width, height + rise)), np.uint8)


def _slope(ink: NDArray[np.uint8]) -> float:
    """Rows down for each column to the right, by least squares."""
    moments = cv2.moments(ink)
    return float(moments["mu11"] / moments["mu20"]) if moments["mu20"] > 0 else 0.0


def _band(ink: NDArray[np.uint8]) -> tuple[int, int]:
    """The rows that hold nearly all of the ink, the last one not included."""
    mass = np.cumsum(ink.sum(axis=1, dtype=np.int64))
    top = int(np.searchsorted(mass, _TAIL_SHARE * mass[-1], side="right"))
    bottom = int(np.searchsorted(mass, (1.0 - _TAIL_SHARE) * mass[-1])) + 1
    return top, max(bottom, top + 1)


def _laid_out(ink: NDArray[np.uint8], middle: float, scale: float) -> NumberStrip:
    """Scaled, the middle of its band in the middle of the strip, with air at both ends."""
    width = max(1, round(ink.shape[1] * scale))
    whole = STEP_PX * math.ceil((width + 2 * _AIR_PX) / STEP_PX)
    small = _scaled(ink, scale, width)
    laid = np.zeros((STRIP_HEIGHT_PX, whole), np.uint8)
    top = round(STRIP_HEIGHT_PX / 2 - middle * scale)
    first, last = max(0, -top), min(len(small), STRIP_HEIGHT_PX - top)
    laid[top + first : top + last, _AIR_PX : _AIR_PX + width] = small[first:last]
    full = max(1.0, _FULL_INK_SHARE * float(laid.max()))
    return np.asarray(np.minimum(np.rint(laid * np.float32(255.0 / full)), 255.0), np.uint8)


def _scaled(ink: NDArray[np.uint8], scale: float, width: int) -> NDArray[np.uint8]:
    size = width, max(1, round(ink.shape[0] * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(ink, size, interpolation=method), np.uint8)
