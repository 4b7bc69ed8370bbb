"""A registered slip to the ink in its fields."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.extraction.canvas import Canvas, canvas_of, cut_canvas
from forms_ocr.extraction.glyphs import normalise_glyph
from forms_ocr.extraction.ink import Darkness, PrintMask, darkness_of, print_mask, written_ink
from forms_ocr.extraction.ownership import OwnedInk, assign_ink
from forms_ocr.extraction.strips import COMB_PX_PER_MM, StripFrame, artwork_strip, cut_strip, frames_of
from forms_ocr.model import GLYPH_SIDE_PX, FieldInk, Glyphs, GreyImage, Page, Registration, Shape, Template


def extract(page: Page, registration: Registration, template: Template) -> tuple[FieldInk, ...]:
    """Take the ink out of every field of a slip.

    Printed lines are removed; strokes over them stay whole. Ink that spills into a neighbouring cell is given
    to the cell where most of its stroke lies.

    Returns:
        One entry a field, in the template's order.
    """
    combs = _comb_inks(page, registration, template)
    return tuple(
        combs[frame.field.name]
        if frame.field.shape is Shape.COMB
        else _strip_ink(page, registration, template, frame)
        for frame in frames_of(template)
    )


def _comb_inks(page: Page, registration: Registration, template: Template) -> dict[str, FieldInk]:
    canvas = canvas_of(template)
    if canvas is None:
        return {}
    cut = cut_canvas(page.pixels, registration.homography, canvas)
    shelves = np.split(cut, range(canvas.shelf_height, canvas.height, canvas.shelf_height))
    darkness = np.concatenate([darkness_of(shelf, COMB_PX_PER_MM) for shelf in shelves])
    ink = written_ink(darkness, canvas.mask, [placement.window for placement in canvas.placements])
    owned = assign_ink(ink, canvas)
    glyphs = _glyphs_of(owned, darkness)
    strong_px = np.concatenate([[0], np.cumsum(ink.strong[owned.rows, owned.cols] > 0)])
    areas_mm2 = (np.diff(strong_px[owned.starts]) / COMB_PX_PER_MM**2).astype(np.float32)
    cleaned = cv2.bitwise_not(cv2.bitwise_and(darkness, ink.all))
    return {
        found.name: found for found in _by_field(canvas, glyphs, areas_mm2, np.asarray(cleaned, np.uint8))
    }


def _by_field(
    canvas: Canvas, glyphs: Glyphs, areas_mm2: NDArray[np.float32], cleaned: GreyImage
) -> list[FieldInk]:
    fields = []
    for placement in canvas.placements:
        field = placement.frame.field
        cells = slice(placement.first_cell, placement.first_cell + len(field.cells))
        strip = cleaned[placement.window]
        fields.append(FieldInk(field.name, glyphs[cells], areas_mm2[cells], strip, COMB_PX_PER_MM))
    return fields


def _glyphs_of(owned: OwnedInk, darkness: Darkness) -> Glyphs:
    """One glyph a cell, out of the pixels it owns."""
    glyphs = np.zeros((len(owned.starts) - 1, GLYPH_SIDE_PX, GLYPH_SIDE_PX), np.uint8)
    values = darkness[owned.rows, owned.cols]
    for cell in np.flatnonzero(np.diff(owned.starts)):
        mine = slice(owned.starts[cell], owned.starts[cell + 1])
        rows, cols = owned.rows[mine], owned.cols[mine]
        top, left = rows.min(), cols.min()
        cut = np.zeros((rows.max() - top + 1, cols.max() - left + 1), np.uint8)
        cut[rows - top, cols - left] = values[mine]
        glyphs[cell] = normalise_glyph(cut)
    return glyphs


def _strip_ink(page: Page, registration: Registration, template: Template, frame: StripFrame) -> FieldInk:
    """The ink of a field without cells."""
    strip = cut_strip(page.pixels, registration, frame)
    darkness = darkness_of(strip, frame.px_per_mm)
    whole = (slice(None), slice(None))
    ink = written_ink(darkness, _strip_mask(template, frame), [whole])
    area_mm2 = np.array([cv2.countNonZero(ink.strong) / frame.px_per_mm**2], np.float32)
    cleaned = np.asarray(cv2.bitwise_not(cv2.bitwise_and(darkness, ink.all)), np.uint8)
    no_glyphs = np.zeros((0, GLYPH_SIDE_PX, GLYPH_SIDE_PX), np.uint8)
    return FieldInk(frame.field.name, no_glyphs, area_mm2, cleaned, frame.px_per_mm)


@lru_cache(maxsize=256)
def _strip_mask(template: Template, frame: StripFrame) -> PrintMask:
    return print_mask(artwork_strip(template, frame), frame.px_per_mm)
