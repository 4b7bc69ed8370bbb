"""A registered slip to the ink in its fields."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.extraction.glyphs import normalise_glyph
from forms_ocr.extraction.ink import print_mask, written_ink
from forms_ocr.extraction.ownership import OwnedInk, assign_ink
from forms_ocr.extraction.strips import StripFrame, cut_strip, frames_of
from forms_ocr.model import (
    GLYPH_SIDE_PX,
    FieldInk,
    Glyphs,
    GreyImage,
    Page,
    Registration,
    Shape,
    Template,
)


def extract(page: Page, registration: Registration, template: Template) -> tuple[FieldInk, ...]:
    """Take the ink out of every field of a slip.

    Printed lines are removed; strokes over them stay whole. Ink that spills into a neighbouring cell is given
    to the cell where most of its stroke lies.

    Returns:
        One entry a field, in the template's order.
    """
    return tuple(_extract_field(page, registration, template, frame) for frame in frames_of(template))


def _extract_field(page: Page, registration: Registration, template: Template, frame: StripFrame) -> FieldInk:
    strip = cut_strip(page.pixels, registration, frame)
    darkness, ink = written_ink(strip, print_mask(template, frame), frame.px_per_mm)
    if frame.field.shape is Shape.COMB:
        glyphs, areas_px = _glyphs_of(assign_ink(ink, frame), darkness, len(frame.field.cells))
    else:
        glyphs = np.zeros((0, GLYPH_SIDE_PX, GLYPH_SIDE_PX), np.uint8)
        areas_px = np.array([cv2.countNonZero(ink)])
    areas_mm2 = (areas_px / frame.px_per_mm**2).astype(np.float32)
    return FieldInk(frame.field.name, glyphs, areas_mm2, cv2.bitwise_not(darkness), frame.px_per_mm)


def _glyphs_of(owned: OwnedInk, darkness: GreyImage, cells: int) -> tuple[Glyphs, NDArray[np.intp]]:
    glyphs = np.zeros((cells, GLYPH_SIDE_PX, GLYPH_SIDE_PX), np.uint8)
    areas = np.bincount(owned.cells, minlength=cells).astype(np.intp)
    for cell in np.flatnonzero(areas):
        mine = owned.cells == cell
        rows, cols = owned.rows[mine], owned.cols[mine]
        top, left = rows.min(), cols.min()
        cut = np.zeros((rows.max() - top + 1, cols.max() - left + 1), np.uint8)
        cut[rows - top, cols - left] = darkness[rows, cols]
        glyphs[cell] = normalise_glyph(cut)
    return glyphs, areas
