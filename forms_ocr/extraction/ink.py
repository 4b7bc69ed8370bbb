"""What was written: the darkness of a strip that is neither paper nor print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.extraction.reduction import halved
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
# Paper is measured on the means of square blocks, 0.7 to 1 mm wide.
_PAPER_HALVINGS = 2


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


def darkness_of(strips: GreyImage, shelf_px: int) -> Darkness:
    """How much darker than the paper around it each pixel is.

    The paper is the brightest part of some 3 mm of a strip, over its whole height; ink never fills that
    much of a field. A strip is not high enough for the light to change from its top to its bottom.

    Args:
        strips: (H, W), 4 to 6 pixels a millimetre; strips lie on shelves, one above the other.
        shelf_px: Height of a shelf, of which ``H`` is a multiple.
    """
    width = strips.shape[1]
    shelves = strips.reshape(-1, shelf_px, width)
    whole_px = shelf_px >> _PAPER_HALVINGS << _PAPER_HALVINGS or shelf_px
    blocks = halved(shelves[:, :whole_px].reshape(-1, width), _PAPER_HALVINGS)
    brightest = blocks.reshape(len(shelves), -1, blocks.shape[1]).max(axis=1)
    paper = cv2.blur(cv2.dilate(brightest, np.ones((1, 5), np.uint8)), (5, 1))
    paper = cv2.resize(paper, (width, len(paper)), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.subtract(np.repeat(paper, shelf_px, axis=0), strips), np.uint8)


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
    is_ink, is_stroke, is_over = np.zeros((3, *darkness.shape), np.uint8)
    line = _line_darkness(darkness, mask.core)
    pens = pen_darkness([_histogram(darkness[window], mask.free[window]) for window in windows])
    for window, pen in zip(windows, pens, strict=True):
        seen, stroke = darkness[window], max(float(_LEAST_INK), _STROKE_SHARE * pen)
        _above(seen, max(float(_LEAST_INK), _INK_SHARE * pen), is_ink[window])
        _above(seen, stroke, is_stroke[window])
        _above(seen, min(255.0, max(stroke, line + _OVER_PRINT)), is_over[window])
    allowed = cv2.bitwise_or(mask.free, is_over)
    kept = np.asarray(cv2.bitwise_and(is_ink, allowed), np.uint8)
    bridged = cv2.bitwise_or(kept, cv2.bitwise_and(_bridges(kept, mask), is_ink))
    return Ink(np.asarray(bridged, np.uint8), np.asarray(cv2.bitwise_and(is_stroke, allowed), np.uint8))


def pen_darkness(histograms: Sequence[NDArray[np.float32]]) -> list[float]:
    """How dark the pen of each strip writes, from histograms (256,) of its darkness away from the print."""
    counts = np.array(histograms)
    counts[:, :_LEAST_INK] = 0
    cumulated = np.cumsum(counts, axis=1)
    sums = cumulated[:, -1:]
    pens = (cumulated < _PEN_QUANTILE * sums).sum(axis=1)
    is_unseen = sums[:, 0] < _LEAST_STROKE_PX
    return [float(pen) for pen in np.where(is_unseen, 1.5 * _LEAST_INK / _INK_SHARE, pens)]


def _line_darkness(darkness: Darkness, core: NDArray[np.intp]) -> float:
    """0 for a strip without print."""
    cumulated = np.cumsum(np.bincount(darkness.ravel().take(core), minlength=256))
    return float(np.searchsorted(cumulated, _LINE_QUANTILE * cumulated[-1]))


def _above(darkness: Darkness, level: float, out: Mask) -> None:
    cv2.threshold(darkness, level, 255, cv2.THRESH_BINARY, dst=out)


def _histogram(darkness: Darkness, where: Mask) -> NDArray[np.float32]:
    return np.asarray(cv2.calcHist([darkness], [0], where, [256], [0, 256]), np.float32).ravel()


def _bridges(kept: Mask, mask: PrintMask) -> Mask:
    """Across a removed line, where strokes end on both of its sides."""
    down = cv2.morphologyEx(kept, cv2.MORPH_CLOSE, np.ones((mask.bridge_px, 1), np.uint8))
    along = cv2.morphologyEx(kept, cv2.MORPH_CLOSE, np.ones((1, mask.bridge_px), np.uint8))
    return np.asarray(
        cv2.bitwise_or(cv2.bitwise_and(down, mask.horizontal), cv2.bitwise_and(along, mask.vertical)),
        np.uint8,
    )
