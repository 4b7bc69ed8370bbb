"""What was written: the darkness of a strip that is neither paper nor print."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.extraction.strips import StripFrame, artwork_strip
from forms_ocr.model import GreyImage, Template

Darkness = NDArray[np.uint8]
"""(H, W), 0 is paper, 255 is black."""

Mask = NDArray[np.uint8]
"""(H, W), 255 where something is so, 0 elsewhere."""

# Artwork darker than this (of 255) is print that has to be taken out.
_PRINT_DARKNESS = 20
# Print lies within this of its place when the slip is accepted for reading (blur of the scanner included).
_PRINT_REACH_MM = 0.25
# A printed stretch of this length is a line, a shorter one is lettering.
_LINE_MM = 3.0
# Paper grain, JPEG blocks and scanner noise stay below this (of 255).
_LEAST_INK = 30
# Ink is what has at least this share of the pen's own darkness: half way down the flank of a stroke.
_INK_SHARE = 0.42
# The pen's darkness is measured on the darker part of what may be ink, the flanks of strokes left out.
_PEN_QUANTILE = 0.75
# Fewer pixels than this are no stroke to measure a pen on.
_LEAST_STROKE_PX = 20
# A pen over a printed line is darker than the line by at least this.
_OVER_PRINT = 28
# Most of a printed line is not written over: this quantile of its darkness is the line's own.
_LINE_QUANTILE = 0.8
_PAPER_BLOCK_MM = 3.0


@dataclass(frozen=True, eq=False)
class PrintMask:
    """Where a strip carries print.

    Attributes:
        free: Away from all print and its blurred flanks.
        core: The middle of the print, where a scan is sure to show it; None without print.
        horizontal, vertical: Lines that strokes may cross.
        bridge_px: Thickness of a removed line.
    """

    free: Mask
    core: Mask | None
    horizontal: Mask
    vertical: Mask
    bridge_px: int


@lru_cache(maxsize=512)
def print_mask(template: Template, frame: StripFrame) -> PrintMask:
    """The print around a field, told apart by the direction of its lines."""
    darkness = 255 - artwork_strip(template, frame)
    printed = np.where(darkness > _PRINT_DARKNESS, 255, 0).astype(np.uint8)
    side = 2 * round(_PRINT_REACH_MM * frame.px_per_mm) + 1
    reach = cv2.dilate(printed, np.ones((side, side), np.uint8))
    long_px = round(_LINE_MM * frame.px_per_mm)
    horizontal = cv2.morphologyEx(reach, cv2.MORPH_OPEN, np.ones((1, long_px), np.uint8))
    vertical = cv2.morphologyEx(reach, cv2.MORPH_OPEN, np.ones((long_px, 1), np.uint8))
    core = np.where(darkness > 0.6 * float(darkness.max(initial=1)), 255, 0).astype(np.uint8)
    return PrintMask(255 - reach, core if printed.any() else None, horizontal, vertical, 2 * side - 1)


def darkness_of(strip: GreyImage, px_per_mm: float) -> Darkness:
    """How much darker than the paper around it each pixel is.

    The paper is the brightest part of some 3 mm of the strip, over its whole height; ink never fills that much
    of a field. A strip is not high enough for the light to change from its top to its bottom.
    """
    height, width = strip.shape
    rows, columns = (max(2, round(4.0 * side / (_PAPER_BLOCK_MM * px_per_mm))) for side in strip.shape)
    coarse = cv2.resize(strip, (columns, rows), interpolation=cv2.INTER_AREA)
    brightest = coarse.max(axis=0, keepdims=True)
    paper = cv2.blur(cv2.dilate(brightest, np.ones((1, 5), np.uint8)), (5, 1))
    paper = cv2.resize(paper, (width, 1), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.subtract(cv2.repeat(paper, height, 1), strip), np.uint8)


def written_ink(strip: GreyImage, mask: PrintMask, px_per_mm: float) -> tuple[Darkness, Mask]:
    """Take the printed form out of a strip without eating the strokes that touch it.

    Returns:
        The darkness with the print taken out, and where it is ink.
    """
    darkness = darkness_of(strip, px_per_mm)
    least = ink_threshold(darkness, mask)
    is_ink = _above(darkness, least)
    if mask.core is None:
        return cv2.bitwise_and(darkness, is_ink), is_ink
    line = _quantile(_histogram(darkness, mask.core), _LINE_QUANTILE)
    allowed = cv2.bitwise_or(mask.free, _above(darkness, min(254.0, max(least, line + _OVER_PRINT))))
    kept = cv2.bitwise_and(is_ink, allowed)
    ink = cv2.bitwise_or(kept, cv2.bitwise_and(_bridges(kept, mask), is_ink))
    return cv2.bitwise_and(darkness, ink), ink


def ink_threshold(darkness: Darkness, mask: PrintMask) -> float:
    """The darkness that parts this strip's pen from its paper, measured away from the print."""
    counts = _histogram(darkness, mask.free)
    counts[:_LEAST_INK] = 0
    if counts.sum() < _LEAST_STROKE_PX:
        return 1.5 * _LEAST_INK
    return max(float(_LEAST_INK), _INK_SHARE * _quantile(counts, _PEN_QUANTILE))


def _above(darkness: Darkness, level: float) -> Mask:
    return np.asarray(cv2.threshold(darkness, level, 255, cv2.THRESH_BINARY)[1], np.uint8)


def _histogram(darkness: Darkness, where: Mask) -> NDArray[np.float32]:
    return np.asarray(cv2.calcHist([darkness], [0], where, [256], [0, 256]), np.float32).ravel()


def _quantile(counts: NDArray[np.float32], share: float) -> float:
    cumulated = np.cumsum(counts)
    return float(np.searchsorted(cumulated, share * cumulated[-1]))


def _bridges(kept: Mask, mask: PrintMask) -> Mask:
    """Across a removed line, where strokes end on both of its sides."""
    down = cv2.morphologyEx(kept, cv2.MORPH_CLOSE, np.ones((mask.bridge_px, 1), np.uint8))
    along = cv2.morphologyEx(kept, cv2.MORPH_CLOSE, np.ones((1, mask.bridge_px), np.uint8))
    return np.asarray(
        cv2.bitwise_or(cv2.bitwise_and(down, mask.horizontal), cv2.bitwise_and(along, mask.vertical)), np.uint8
    )
