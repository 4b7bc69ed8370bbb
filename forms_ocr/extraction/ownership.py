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


@dataclass(frozen=True, eq=False)
class OwnedInk:
    """Ink pixels ordered by the cell they belong to.

    Attributes:
        rows, cols: (N,) place on the canvas.
        starts: (cells + 1,) pixels of cell ``i`` are ``starts[i]`` up to ``starts[i + 1]``.
    """

    rows: NDArray[np.int32]
    cols: NDArray[np.int32]
    starts: NDArray[np.intp]


def assign_ink(ink: Ink, canvas: Canvas) -> OwnedInk:
    """Give every connected stroke on the canvas to a cell."""
    cols, rows = _ink_pixels(ink.all)
    # the block-based algorithm of Grana et al. (2010) takes half the time of OpenCV's default here
    count, labels = cv2.connectedComponentsWithAlgorithm(ink.all, 8, cv2.CV_32S, cv2.CCL_BBDT)
    strokes = labels[rows, cols]
    cells = canvas.cell_of[rows, cols].astype(np.intp)
    is_proof = canvas.is_row[rows, cols] & (ink.strong[rows, cols] > 0)
    owners, is_writing = _judge(strokes, cells, is_proof, count, canvas.cells)
    owner = owners[strokes]
    cells = np.where(owner >= 0, owner, cells)
    kept = is_writing[strokes] & (cells >= 0)
    rows, cols, cells = rows[kept], cols[kept], cells[kept]
    # sixteen bits are sorted by radix, twenty times as fast
    order = np.argsort(cells.astype(np.int16), kind="stable")
    starts = np.searchsorted(cells[order], np.arange(canvas.cells + 1))
    return OwnedInk(rows[order], cols[order], starts)


def _ink_pixels(ink: Mask) -> NDArray[np.int32]:
    """(2, N): columns and rows. OpenCV says None where there is no ink."""
    points: NDArray[np.int32] | None = cv2.findNonZero(ink)  # type: ignore[assignment]  # its stubs are narrower
    if points is None:
        return np.zeros((2, 0), np.int32)
    return np.ascontiguousarray(points.reshape(-1, 2).T)


def _judge(
    strokes: NDArray[np.int32],
    cells: NDArray[np.intp],
    is_proof: NDArray[np.bool_],
    count: int,
    all_cells: int,
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """For each stroke the cell that owns it whole, -1 if none does, and whether it is writing at all.

    Writing shows the pen's full darkness inside the row of cells (``is_proof``) and is larger than a speck.
    """
    area = np.bincount(strokes, minlength=count)
    # the column before the first cell is for ink between fields
    columns = all_cells + 1
    mass = np.bincount(strokes * columns + (cells + 1), minlength=count * columns).reshape(count, columns)
    owners = np.where(mass.max(axis=1) >= _WHOLE_SHARE * area, mass.argmax(axis=1) - 1, -1)
    reaches_in = np.bincount(strokes[is_proof], minlength=count) > 0
    return owners, reaches_in & (area >= _SPECK_MM2 * COMB_PX_PER_MM**2)
