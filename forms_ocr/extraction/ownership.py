"""Whose ink is it? Strokes that spill over a cell's edge go back to the cell they were written in."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.extraction.canvas import Canvas
from forms_ocr.extraction.ink import Ink, Mask
from forms_ocr.extraction.strips import COMB_PX_PER_MM

# A connected stroke with this much of its ink in one cell belongs to it whole; otherwise it is two digits
# that touch, and each cell keeps what lies inside it.
_WHOLE_SHARE = 0.72
# Specks smaller than this (mm2) are dust or the rest of a printed line.
_SPECK_MM2 = 0.07
# A stroke with this much of its ink where print is, and on average no thicker than this, is a printed line:
# one that fell onto the scanner's pixels more squarely than others and came out darker. Pens are thicker.
_PRINTED_SHARE = 0.9
_LINE_MM = 0.34

LABELLING = cv2.CCL_BBDT
"""The block-based algorithm of Grana et al. (2010) takes half the time of OpenCV's default here."""


@dataclass(frozen=True, eq=False)
class OwnedInk:
    """Ink pixels ordered by the cell they belong to, within a cell by rows.

    Attributes:
        pixels: (N,) flat indexes on the canvas.
        starts: (cells + 1,) pixels of cell ``i`` are ``starts[i]`` up to ``starts[i + 1]``.
        strong_px: (cells,) how many of them show the pen's full darkness.
    """

    pixels: NDArray[np.intp]
    starts: NDArray[np.intp]
    strong_px: NDArray[np.intp]


def assign_ink(ink: Ink, canvas: Canvas) -> OwnedInk:
    """Give every connected stroke on the canvas to a cell."""
    # numpy finds the set elements of a boolean array three times as fast as OpenCV those of an image
    pixels = np.flatnonzero(ink.all != 0)
    count, labels = _label(ink.all)
    strokes = labels.ravel().take(pixels).astype(np.intp)
    cells = canvas.cell_of.ravel().take(pixels)
    is_strong = ink.strong.ravel().take(pixels) != 0
    is_proof = is_strong & canvas.is_row.ravel().take(pixels)
    owners, is_writing = _judge(strokes, cells, is_proof, count, canvas.cells)
    is_writing[_printed_lines(strokes, pixels, is_writing, canvas)] = False
    owner = owners.take(strokes)
    cells = np.where(owner >= 0, owner, cells)
    kept = np.flatnonzero(is_writing.take(strokes) & (cells >= 0))
    cells = cells.take(kept)
    # sixteen bits are sorted by radix, twenty times as fast
    order = np.argsort(cells, kind="stable")
    starts = np.searchsorted(cells.take(order), np.arange(canvas.cells + 1, dtype=np.int16))
    strong_px = np.bincount(cells.compress(is_strong.take(kept)), minlength=canvas.cells)
    return OwnedInk(pixels.take(kept.take(order)), starts, strong_px)


def _printed_lines(
    strokes: NDArray[np.intp], pixels: NDArray[np.intp], is_writing: NDArray[np.bool_], canvas: Canvas
) -> NDArray[np.intp]:
    """Which of the strokes that look like writing are lines of the form."""
    is_on_print = canvas.mask.free.ravel().take(pixels) == 0
    area = np.bincount(strokes, minlength=len(is_writing))
    on_print = np.bincount(strokes[is_on_print], minlength=len(is_writing))
    is_suspect = is_writing & (on_print >= _PRINTED_SHARE * area)
    suspects = np.flatnonzero(is_suspect)
    if not len(suspects):
        return suspects
    theirs = np.flatnonzero(is_suspect.take(strokes))
    theirs = theirs[np.argsort(strokes[theirs], kind="stable")]
    places = np.stack(np.divmod(pixels[theirs], canvas.mask.free.shape[1]))
    starts = np.searchsorted(strokes[theirs], suspects)
    spans = np.maximum.reduceat(places, starts, axis=1) - np.minimum.reduceat(places, starts, axis=1) + 1
    return np.asarray(suspects[area[suspects] <= _LINE_MM * COMB_PX_PER_MM * spans.max(axis=0)], np.intp)


def _label(ink: Mask) -> tuple[int, NDArray[np.uint16] | NDArray[np.int32]]:
    """The number of connected strokes, the paper counted as one, and (H, W) which of them a pixel is of."""
    count, labels = cv2.connectedComponentsWithAlgorithm(ink, 8, label_type(ink), LABELLING)
    return count, labels  # type: ignore[return-value]  # its stubs are wider


def label_type(ink: Mask) -> int:
    """OpenCV's type for the numbers of connected strokes: 16 bits where they are sure to do."""
    height, width = ink.shape
    # no two strokes fit into a square of four pixels
    is_short = (height + 1) * (width + 1) // 4 <= np.iinfo(np.uint16).max
    return cv2.CV_16U if is_short else cv2.CV_32S


def _judge(
    strokes: NDArray[np.intp],
    cells: NDArray[np.int16],
    is_proof: NDArray[np.bool_],
    count: int,
    all_cells: int,
) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
    """For each stroke the cell that owns it whole, -1 if none does, and whether it is writing at all.

    Writing shows the pen's full darkness inside the row of cells (``is_proof``) and is larger than a speck.
    """
    # the column before the first cell is for ink between fields
    columns = all_cells + 1
    mass = np.bincount(strokes * columns + (cells + 1), minlength=count * columns).reshape(count, columns)
    area = mass.sum(axis=1)
    owners = np.where(mass.max(axis=1) >= _WHOLE_SHARE * area, mass.argmax(axis=1) - 1, -1)
    reaches_in = np.bincount(strokes[is_proof], minlength=count) > 0
    return owners.astype(np.int16), reaches_in & (area >= _SPECK_MM2 * COMB_PX_PER_MM**2)
