"""What can be measured of a slip on its page before anybody reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import pi, sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.codes import code_place
from forms_ocr.extraction import draw_ink_map, extract, slip_picture
from forms_ocr.model import Box, FieldInk, GreyImage, Page, Registration, Template

_MM_PER_INCH = 25.4
_PICTURE_DPI = 100.0
_FREE_MM = 1.5
"""Bare paper is what lies this far from print, fields and the place of a code."""
_SOLID_DARKNESS = 0.6
"""Share of the darkest print that solid print has at least."""

_TILE_MM = 14.0
_TILES = 6
_TILE_PX_PER_MM = 8.0
_STRONG_EDGE = 0.6
_NOISE_SIGMA_PX = 1.0
_EDGE_QUANTILE = 0.98

_LEAST_INK = 20
_LEAST_INK_MM2 = 3.0
_IS_INK = 100
"""Of 255, in a glyph."""
_SPECK_CONTRAST = 60


@dataclass(frozen=True, slots=True)
class SlipMeasures:
    """One slip.

    Attributes:
        dpi: Resolution, measured on the print.
        turn_deg: 0, 90, 180 or 270: how it lies on the page.
        residual_mm: How far the print is off its place; infinite for a slip that cannot be laid.
        paper: Grey of bare paper, 0 black to 255 white.
        print_contrast: By how much solid print is darker than paper, 0 to 255.
        pen_contrast: The same of what was written; None where next to nothing was.
        filled: Share of the cells that a form must have filled in which something was written, 0 to 1.
        pieces: Into how many pieces the writing of a cell falls; about 1, and more where strokes break up.
        edge_mm: Width of a printed edge, as the standard deviation of the blur that would make it.
        specks: Share of bare paper that is dark all the same, 0 to 1.
        ink: What was written as a small map, by which the same paper is known again.
        ink_mm2: How much of it there is in each field.
    """

    dpi: float
    turn_deg: int
    residual_mm: float
    paper: float
    print_contrast: float
    pen_contrast: float | None
    filled: float
    pieces: float
    edge_mm: float
    specks: float
    ink: bytes
    ink_mm2: tuple[float, ...]


def measure_slip(page: Page, registration: Registration, template: Template) -> SlipMeasures:
    """Measure a slip that lies on a page."""
    picture = slip_picture(page, registration, template, _PICTURE_DPI)
    free, solid = _paper_and_print(template, picture.shape)
    paper = float(np.median(picture[free])) if free.any() else 255.0
    printed = float(np.median(picture[solid])) if solid.any() else 0.0
    inks = extract(page, registration, template)
    filled, pieces = _filled_and_pieces(inks, template)
    return SlipMeasures(
        dpi=registration.px_per_mm * _MM_PER_INCH,
        turn_deg=registration.turn_deg,
        residual_mm=registration.residual_mm,
        paper=paper,
        print_contrast=max(0.0, paper - printed),
        pen_contrast=_pen_contrast(inks),
        filled=filled,
        pieces=pieces,
        edge_mm=_edge_mm(page, registration, template),
        specks=float(np.mean(picture[free] < paper - _SPECK_CONTRAST)) if free.any() else 0.0,
        ink=draw_ink_map(inks),
        ink_mm2=tuple(float(ink.ink_mm2.sum()) for ink in inks),
    )


@lru_cache(maxsize=8)
def _paper_and_print(
    template: Template, shape: tuple[int, int]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(H, W) each: where bare paper must be, and the middle of solid print."""
    artwork = cv2.resize(template.artwork, shape[::-1], interpolation=cv2.INTER_AREA)
    px = _PICTURE_DPI / _MM_PER_INCH
    taken = np.where(artwork < 250, 255, 0).astype(np.uint8)
    code = code_place(template)
    for box in (*(field.box for field in template.fields), *((code,) if code else ())):
        left, top, right, bottom = (
            round(side * px) for side in (box.left_mm, box.top_mm, box.right_mm, box.bottom_mm)
        )
        cv2.rectangle(taken, (left, top), (right, bottom), 255, -1)
    side = 2 * round(_FREE_MM * px) + 1
    free = cv2.dilate(taken, np.ones((side, side), np.uint8)) == 0
    darkness = 255 - artwork
    solid = np.where(darkness >= _SOLID_DARKNESS * float(darkness.max()), 255, 0).astype(np.uint8)
    middle = cv2.erode(solid, np.ones((3, 3), np.uint8))
    return np.asarray(free, np.bool_), np.asarray((middle if middle.any() else solid) > 0, np.bool_)


def _pen_contrast(inks: Sequence[FieldInk]) -> float | None:
    """The darker part of what was written, the flanks of strokes left out."""
    darkness = [255 - ink.strip[ink.strip < 255 - _LEAST_INK] for ink in inks]
    area_mm2 = sum(len(d) / ink.strip_px_per_mm**2 for d, ink in zip(darkness, inks, strict=True))
    if area_mm2 < _LEAST_INK_MM2:
        return None
    return float(np.quantile(np.concatenate(darkness), 0.75))


def _filled_and_pieces(inks: Sequence[FieldInk], template: Template) -> tuple[float, float]:
    """Of the combs that are required, or of all where none is; 1 and 1 for a form without combs."""
    required = {field.name for field in template.fields if field.is_required and field.cells}
    glyphs = [glyph for ink in inks if ink.name in required or not required for glyph in ink.glyphs]
    written = [glyph for glyph in glyphs if glyph.any()]
    if not written:
        return float(not glyphs), 1.0
    pieces = [cv2.connectedComponents((glyph > _IS_INK).astype(np.uint8))[0] - 1 for glyph in written]
    return len(written) / len(glyphs), float(np.mean(pieces))


def _edge_mm(page: Page, registration: Registration, template: Template) -> float:
    """Blur of the sharpest printed edges: a step of contrast c blurred by s is c / (s sqrt(2 pi)) steep."""
    widths = [_edge_width_px(_cut(page.pixels, registration, tile)) for tile in _tiles(template)]
    return float(np.median(widths)) / _TILE_PX_PER_MM if widths else 0.0


def _edge_width_px(tile: GreyImage) -> float:
    smooth = cv2.GaussianBlur(tile.astype(np.float32), (0, 0), _NOISE_SIGMA_PX)
    steepness = cv2.magnitude(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)) / 8
    dark, bright = np.percentile(smooth, (5, 95))
    steepest = float(np.quantile(steepness, _EDGE_QUANTILE))
    return float(bright - dark) / max(1e-3, steepest) / sqrt(2 * pi)


def _cut(pixels: GreyImage, registration: Registration, tile: Box) -> GreyImage:
    side = round(_TILE_MM * _TILE_PX_PER_MM)
    steps = (np.arange(side) + 0.5) / _TILE_PX_PER_MM
    places = np.stack(np.meshgrid(tile.left_mm + steps, tile.top_mm + steps), axis=-1)
    on_page = np.asarray(registration.to_page(places), np.float32)
    cut = cv2.remap(
        pixels, on_page[..., 0], on_page[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cut, np.uint8)


@lru_cache(maxsize=8)
def _tiles(template: Template) -> tuple[Box, ...]:
    """The squares of the form with the most strong printed edges, none over another, fields left out."""
    px = template.artwork_dpi / _MM_PER_INCH
    art = template.artwork.astype(np.float32)
    steep = np.hypot(cv2.Sobel(art, cv2.CV_32F, 1, 0), cv2.Sobel(art, cv2.CV_32F, 0, 1))
    strong = (steep >= _STRONG_EDGE * float(steep.max())).astype(np.float32)
    side = round(_TILE_MM * px)
    counts = cv2.boxFilter(strong, -1, (side, side), normalize=False, borderType=cv2.BORDER_CONSTANT)
    tiles: list[Box] = []
    for _ in range(_TILES):
        row, col = np.unravel_index(int(np.argmax(counts)), counts.shape)
        if counts[row, col] <= 0:
            break
        left, top = (int(col) - side / 2) / px, (int(row) - side / 2) / px
        tiles.append(Box(left, top, left + _TILE_MM, top + _TILE_MM))
        counts[max(0, row - side) : row + side, max(0, col - side) : col + side] = 0
    return tuple(tiles)
