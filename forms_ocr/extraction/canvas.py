"""All combs of a slip on one canvas: what is done to every pixel is done once a slip, not once a field."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from forms_ocr.extraction.ink import PrintMask, print_mask
from forms_ocr.extraction.strips import COMB_PX_PER_MM, StripFrame, artwork_strip, cut_into, frames_of
from forms_ocr.model import GreyImage, Registration, Shape, Template

# Strips on the canvas are kept apart, so that no stroke is joined to another field's.
_GAP_PX = 6
# Widths of the canvas are tried in steps of this.
_WIDTH_STEP_PX = 16
NO_CELL = -1


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a comb's strip lies on the canvas; ``first_cell`` counts the cells of the combs before it."""

    frame: StripFrame
    top: int
    left: int
    first_cell: int

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns of the canvas."""
        width, height = self.frame.size_px
        return slice(self.top, self.top + height), slice(self.left, self.left + width)


@dataclass(frozen=True, eq=False)
class Canvas:
    """The layout of all comb strips of a template, with everything about it that no page changes.

    Attributes:
        placements: One a comb, in the template's order.
        height, width: In pixels, at ``COMB_PX_PER_MM``; the height is a whole number of shelves.
        shelf_height: Every strip lies on one shelf.
        mask: The print of the empty form.
        cell_of: (height, width) int16, the number of the cell that a pixel's column belongs to, ``NO_CELL``
            between strips. Ink that hangs over a comb's ends belongs to its first or last cell.
        is_row: (height, width) bool, far enough inside the row of cells that a stroke seen there is writing.
        cells: Number of cells in all.
    """

    placements: tuple[Placement, ...]
    height: int
    width: int
    shelf_height: int
    mask: PrintMask
    cell_of: NDArray[np.int16]
    is_row: NDArray[np.bool_]
    cells: int


# A stroke belongs to a row of cells if it reaches this far into it.
_REACH_IN_MM = 1.0


@lru_cache(maxsize=16)
def canvas_of(template: Template) -> Canvas | None:
    """Lay out the combs of a template; None for a form without combs."""
    frames = [frame for frame in frames_of(template) if frame.field.shape is Shape.COMB]
    if not frames:
        return None
    placements, height, width = _least_canvas(frames)
    artwork = np.full((height, width), 255, np.uint8)
    cell_of = np.full((height, width), NO_CELL, np.int16)
    is_row = np.zeros((height, width), bool)
    for placement in placements:
        artwork[placement.window] = artwork_strip(template, placement.frame)
        cell_of[placement.window] = placement.first_cell + _cell_of_column(placement.frame)
        is_row[placement.window] = _row_of_cells(placement.frame)
    last = placements[-1]
    return Canvas(
        placements,
        height,
        width,
        max(frame.size_px[1] for frame in frames),
        print_mask(artwork, COMB_PX_PER_MM),
        cell_of,
        is_row,
        last.first_cell + len(last.frame.field.cells),
    )


def _least_canvas(frames: list[StripFrame]) -> tuple[tuple[Placement, ...], int, int]:
    """The placements on the canvas of the least area, its height and its width."""
    strip_widths = [frame.size_px[0] for frame in frames]
    widths = range(max(strip_widths), sum(strip_widths) + _WIDTH_STEP_PX, _WIDTH_STEP_PX)
    layouts = (_on_shelves(frames, width) for width in widths)
    return min(layouts, key=lambda layout: layout[1] * layout[2])


def _on_shelves(frames: list[StripFrame], width: int) -> tuple[tuple[Placement, ...], int, int]:
    """First strips first, each where it still fits; all shelves are as high as the highest strip."""
    shelf_height = max(frame.size_px[1] for frame in frames)
    filled: list[int] = []
    placements: list[Placement] = []
    cells = 0
    for frame in frames:
        strip_width = frame.size_px[0]
        shelf = next((i for i, used in enumerate(filled) if used + strip_width <= width), len(filled))
        if shelf == len(filled):
            filled.append(0)
        placements.append(Placement(frame, shelf * shelf_height, filled[shelf], cells))
        filled[shelf] += strip_width + _GAP_PX
        cells += len(frame.field.cells)
    return tuple(placements), len(filled) * shelf_height, max(filled) - _GAP_PX


def _cell_of_column(frame: StripFrame) -> NDArray[np.int16]:
    """(1, W) the cell of each column of a strip."""
    cells = frame.field.cells
    first, step = frame.column_of(cells[0].left_mm), cells[0].width_mm * frame.px_per_mm
    index = np.floor((np.arange(frame.size_px[0]) + 0.5 - first) / step)
    return np.asarray(np.clip(index, 0, len(cells) - 1)[None, :], np.int16)


def _row_of_cells(frame: StripFrame) -> NDArray[np.bool_]:
    """(H, W) inside the printed row of cells."""
    width, height = frame.size_px
    box = frame.field.box
    rows, columns = np.arange(height) + 0.5, np.arange(width) + 0.5
    is_high = rows > frame.row_of(box.top_mm + _REACH_IN_MM)
    is_low = rows < frame.row_of(box.bottom_mm - _REACH_IN_MM)
    is_along = (columns > frame.column_of(box.left_mm)) & (columns < frame.column_of(box.right_mm))
    return (is_high & is_low)[:, None] & is_along[None, :]


def cut_canvas(page: GreyImage, registration: Registration, canvas: Canvas) -> GreyImage:
    """The page where the combs are, laid out; white between them."""
    cut = np.full((canvas.height, canvas.width), 255, np.uint8)
    for placement in canvas.placements:
        cut_into(cut[placement.window], page, registration, placement.frame)
    return cut
