"""What was written: the darkness of a strip that is neither paper nor print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import GreyImage

Darkness = NDArray[np.uint8]
"""(H, W), 0 is paper, 255 is black."""

Mask = NDArray[np.uint8]
"""(H, W), 255 where something is so, 0 elsewhere."""

# Artwork darker than this (of 255) is print that has to be taken out.
_PRINT_DARKNESS = 20
# Print lies within this of its place when the slip is accepted for reading (blur of the scanner included).
_PRINT_REACH_MM = 0.25
# The middle of a printed line has at least this share of the darkest print.
_CORE_SHARE = 0.6
# A printed stretch of this length is a line, a shorter one is lettering.
_LINE_MM = 3.0
# Paper grain, JPEG blocks and scanner noise stay below this (of 255).
_LEAST_INK = 30
# A stroke somewhere has at least this share of the pen's own darkness ...
_STROKE_SHARE = 0.42
# ... and reaches as far as it has at least this share: pens press unevenly, thin lines scan pale.
_INK_SHARE = 0.27
# The pen's darkness is measured on the darker part of what may be ink, the flanks of strokes left out.
_PEN_QUANTILE = 0.75
# Fewer pixels than this are no stroke to measure a pen on.
_LEAST_STROKE_PX = 20
# A pen over a printed line is darker than the line by at least this.
_OVER_PRINT = 28
# Hardly any of the printed lines is written over: this quantile of their darkness is still the lines' own.
# In a one-bit scan, where thin lines survive in pieces, it is black as soon as a twenty-fifth of them does.
_LINE_QUANTILE = 0.96
_PAPER_BLOCK_MM = 3.0


@dataclass(frozen=True, eq=False)
class PrintMask:
    """Where a strip carries print.

    Attributes:
        free: Away from all print and its blurred flanks.
        core: (N,) flat indexes of the middle of the print, where a scan is sure to show it.
        horizontal, vertical: Lines that strokes may cross.
        bridge_px: Thickness of a removed line.
    """

    free: Mask
    core: NDArray[np.intp]
    horizontal: Mask
    vertical: Mask
    bridge_px: int


def print_mask(artwork: GreyImage, px_per_mm: float) -> PrintMask:
    """The print of an empty strip, told apart by the direction of its lines."""
    darkness = 255 - artwork
    printed = np.where(darkness > _PRINT_DARKNESS, 255, 0).astype(np.uint8)
    side = 2 * round(_PRINT_REACH_MM * px_per_mm) + 1
    reach = np.asarray(cv2.dilate(printed, np.ones((side, side), np.uint8)), np.uint8)
    long_px = round(_LINE_MM * px_per_mm)
    horizontal = _kept_by_opening(reach, (1, long_px))
    vertical = _kept_by_opening(reach, (long_px, 1))
    core = np.flatnonzero((darkness > _CORE_SHARE * float(darkness.max(initial=1))) & (printed > 0))
    return PrintMask(255 - reach, core, horizontal, vertical, 2 * side - 1)


def _kept_by_opening(mask: Mask, kernel: tuple[int, int]) -> Mask:
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones(kernel, np.uint8)), np.uint8)


def darkness_of(strip: GreyImage, px_per_mm: float) -> Darkness:
    """How much darker than the paper around it each pixel is.

    The paper is the brightest part of some 3 mm of the strip, over its whole height; ink never fills that
    much of a field. A strip is not high enough for the light to change from its top to its bottom.
    """
    height, width = strip.shape
    rows, columns = (max(2, round(4.0 * side / (_PAPER_BLOCK_MM * px_per_mm))) for side in strip.shape)
    coarse = cv2.resize(strip, (columns, rows), interpolation=cv2.INTER_AREA)
    brightest = coarse.max(axis=0, keepdims=True)
    paper = cv2.blur(cv2.dilate(brightest, np.ones((1, 5), np.uint8)), (5, 1))
    paper = cv2.resize(paper, (width, 1), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.subtract(cv2.repeat(paper, height, 1), strip), np.uint8)


@dataclass(frozen=True, eq=False)
class Ink:
    """What was written, by two thresholds: a stroke is connected ``all`` that shows ``strong`` somewhere."""

    all: Mask
    strong: Mask


def written_ink(darkness: Darkness, mask: PrintMask, windows: Sequence[tuple[slice, slice]]) -> Ink:
    """Take the printed form out without eating the strokes that touch it.

    Hysteresis (Canny 1986) keeps the pale parts of strokes and leaves grain alone.

    Args:
        darkness: Of one strip, or of many laid out side by side.
        windows: Where each strip lies; the pen is measured in each by itself.
    """
    is_ink, is_stroke, is_over = (np.zeros_like(darkness) for _ in range(3))
    line = _quantile(np.bincount(darkness.ravel()[mask.core], minlength=256), _LINE_QUANTILE)
    for window in windows:
        seen, pen = darkness[window], pen_darkness(darkness[window], mask.free[window])
        stroke = max(float(_LEAST_INK), _STROKE_SHARE * pen)
        is_ink[window] = _above(seen, max(float(_LEAST_INK), _INK_SHARE * pen))
        is_stroke[window] = _above(seen, stroke)
        is_over[window] = _above(seen, min(255.0, max(stroke, line + _OVER_PRINT)))
    allowed = cv2.bitwise_or(mask.free, is_over)
    kept = np.asarray(cv2.bitwise_and(is_ink, allowed), np.uint8)
    bridged = cv2.bitwise_or(kept, cv2.bitwise_and(_bridges(kept, mask), is_ink))
    return Ink(np.asarray(bridged, np.uint8), np.asarray(cv2.bitwise_and(is_stroke, allowed), np.uint8))


def pen_darkness(darkness: Darkness, free: Mask) -> float:
    """How dark a strip's pen writes, measured away from the print (``free``)."""
    counts = _histogram(darkness, free)
    counts[:_LEAST_INK] = 0
    if counts.sum() < _LEAST_STROKE_PX:
        return 1.5 * _LEAST_INK / _INK_SHARE
    return _quantile(counts, _PEN_QUANTILE)


def _above(darkness: Darkness, level: float) -> Mask:
    return np.asarray(cv2.threshold(darkness, level, 255, cv2.THRESH_BINARY)[1], np.uint8)


def _histogram(darkness: Darkness, where: Mask) -> NDArray[np.float32]:
    return np.asarray(cv2.calcHist([darkness], [0], where, [256], [0, 256]), np.float32).ravel()


def _quantile(counts: NDArray[np.float32] | NDArray[np.intp], share: float) -> float:
    cumulated = np.cumsum(counts)
    return float(np.searchsorted(cumulated, share * cumulated[-1]))


def _bridges(kept: Mask, mask: PrintMask) -> Mask:
    """Across a removed line, where strokes end on both of its sides."""
    down = cv2.morphologyEx(kept, cv2.MORPH_CLOSE, np.ones((mask.bridge_px, 1), np.uint8))
    along = cv2.morphologyEx(kept, cv2.MORPH_CLOSE, np.ones((1, mask.bridge_px), np.uint8))
    return np.asarray(
        cv2.bitwise_or(cv2.bitwise_and(down, mask.horizontal), cv2.bitwise_and(along, mask.vertical)),
        np.uint8,
    )
