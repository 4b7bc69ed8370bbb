"""A registered slip to the ink in its fields."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.extraction.canvas import Canvas, canvas_of, cut_canvas
from forms_ocr.extraction.digit_lines import is_digit_line, written_inside
from forms_ocr.extraction.glyphs import glyphs_of
from forms_ocr.extraction.ink import Darkness, Ink, PrintMask, darkness_of, print_mask, written_ink
from forms_ocr.extraction.light import even_light
from forms_ocr.extraction.ownership import LABELLING, assign_ink, label_type
from forms_ocr.extraction.strips import COMB_PX_PER_MM, StripFrame, artwork_strip, cut_strip, frames_of
from forms_ocr.model import GLYPH_SIDE_PX, FieldInk, Glyphs, GreyImage, Page, Registration, Shape, Template

# Ink that reaches no further than this is a speck, or a piece of a stroke that the scan tore.
_LEAST_STROKE_MM = 1.0
# So much of specks is enough to have a person look, and too little to pass for a mark, a line or a signature.
_MOST_SPECKS_MM2 = 1.4


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
    cut = cut_canvas(page.pixels, registration, canvas)
    windows = [placement.window for placement in canvas.placements]
    even_light(cut, windows)
    darkness = darkness_of(cut, canvas.shelf_height)
    ink = written_ink(darkness, canvas.mask, windows)
    owned = assign_ink(ink, canvas)
    glyphs = glyphs_of(owned, darkness)
    areas_mm2 = np.asarray(owned.strong_px / COMB_PX_PER_MM**2, np.float32)
    return {found.name: found for found in _by_field(canvas, glyphs, areas_mm2, _cleaned(darkness, ink))}


def _cleaned(darkness: Darkness, ink: Ink) -> GreyImage:
    """The strips with nothing on them but ink."""
    return np.asarray(cv2.bitwise_not(cv2.bitwise_and(darkness, ink.all)), np.uint8)


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


def _strip_ink(page: Page, registration: Registration, template: Template, frame: StripFrame) -> FieldInk:
    """The ink of a field without cells."""
    strip = cut_strip(page.pixels, registration, frame)
    whole = (slice(None), slice(None))
    even_light(strip, [whole])
    darkness = darkness_of(strip, len(strip))
    ink = written_ink(darkness, _strip_mask(template, frame), [whole])
    if is_digit_line(frame.field):
        ink = written_inside(ink, frame)
    area_mm2 = np.array([_written_mm2(ink, frame.px_per_mm)], np.float32)
    no_glyphs = np.zeros((0, GLYPH_SIDE_PX, GLYPH_SIDE_PX), np.uint8)
    return FieldInk(frame.field.name, no_glyphs, area_mm2, _cleaned(darkness, ink), frame.px_per_mm)


def _written_mm2(ink: Ink, px_per_mm: float) -> float:
    """The area of full ink in strokes, and in specks as far as they count.

    A locally thresholded scan strews specks over empty paper, in a large field more than a signature's ink.
    How much of the full ink is theirs is told by their share of all ink.
    """
    strong_mm2 = cv2.countNonZero(ink.strong) / px_per_mm**2
    if strong_mm2 <= _MOST_SPECKS_MM2:
        return strong_mm2
    _, _, found, _ = cv2.connectedComponentsWithStatsWithAlgorithm(ink.all, 8, label_type(ink.all), LABELLING)
    pieces = found[1:]
    reach = np.maximum(pieces[:, cv2.CC_STAT_WIDTH], pieces[:, cv2.CC_STAT_HEIGHT])
    areas = pieces[:, cv2.CC_STAT_AREA]
    specks = float(areas[reach < _LEAST_STROKE_MM * px_per_mm].sum() / max(1, areas.sum()))
    return strong_mm2 * (1.0 - specks) + min(strong_mm2 * specks, _MOST_SPECKS_MM2)


@lru_cache(maxsize=256)
def _strip_mask(template: Template, frame: StripFrame) -> PrintMask:
    return print_mask(artwork_strip(template, frame), frame.px_per_mm)
