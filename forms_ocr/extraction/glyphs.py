"""Ink of one cell to a glyph."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.extraction.ink import Darkness
from forms_ocr.extraction.ownership import OwnedInk
from forms_ocr.model import GLYPH_SIDE_PX, Glyphs

# The larger side of the ink fills this much of the glyph; the rest is air for the network's first layers.
_INK_SIDE_PX = 26
# A dot or a dash must stay small: ink is enlarged by no more than this (a digit of 2.7 mm fills the glyph).
_MAX_ENLARGEMENT = 1.6
# Full ink is a little less than the darkest spot: where strokes cross, the pen went over twice.
_FULL_INK_SHARE = 0.9


def glyphs_of(owned: OwnedInk, darkness: Darkness) -> Glyphs:
    """One glyph a cell, out of the pixels it owns; ``darkness`` is that of the whole canvas."""
    glyphs = np.zeros((len(owned.starts) - 1, GLYPH_SIDE_PX, GLYPH_SIDE_PX), np.uint8)
    inked = np.flatnonzero(np.diff(owned.starts))
    for cell, ink in zip(inked.tolist(), _bounded_ink(owned, inked, darkness), strict=True):
        _scale_into(glyphs[cell], ink)
    return _to_full_ink(glyphs)


def normalise_glyph(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Scale the ink of one cell into the middle of a glyph.

    Args:
        ink: (H, W) darkness, cut to the bounding box of the ink, at 6 pixels a millimetre; not empty.

    Returns:
        (32, 32) uint8, 255 is full ink; the aspect ratio is kept.
    """
    glyph = np.zeros((1, GLYPH_SIDE_PX, GLYPH_SIDE_PX), np.uint8)
    _scale_into(glyph[0], ink)
    return np.asarray(_to_full_ink(glyph)[0])


def _bounded_ink(owned: OwnedInk, inked: NDArray[np.intp], darkness: Darkness) -> Iterator[NDArray[np.uint8]]:
    """For each of the ``inked`` cells its ink alone, cut to the bounding box of it."""
    if not len(inked):
        return
    firsts, ends = owned.starts[inked], owned.starts[inked + 1]
    rows, columns = np.divmod(owned.pixels, darkness.shape[1])
    tops, lefts = rows[firsts], np.minimum.reduceat(columns, firsts)
    heights = rows[ends - 1] - tops + 1
    widths = np.maximum.reduceat(columns, firsts) - lefts + 1
    areas = heights * widths
    offsets = np.cumsum(areas) - areas
    # all boxes lie one after another in one array, which is filled at one go
    counts = ends - firsts
    places = np.repeat(offsets - tops * widths - lefts, counts) + rows * np.repeat(widths, counts) + columns
    boxes = np.zeros(int(areas.sum()), np.uint8)
    boxes[places] = darkness.ravel().take(owned.pixels)
    for offset, area, width in zip(offsets.tolist(), areas.tolist(), widths.tolist(), strict=True):
        yield boxes[offset : offset + area].reshape(-1, width)


def _scale_into(glyph: NDArray[np.uint8], ink: NDArray[np.uint8]) -> None:
    height, width = ink.shape
    scale = min(_INK_SIDE_PX / max(height, width), _MAX_ENLARGEMENT)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    top, left = (GLYPH_SIDE_PX - size[1]) // 2, (GLYPH_SIDE_PX - size[0]) // 2
    place = glyph[top : top + size[1], left : left + size[0]]
    cv2.resize(ink, size, dst=place, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)


def _to_full_ink(glyphs: Glyphs) -> Glyphs:
    """Stretch the darkness of each glyph, so that 255 is full ink."""
    full = np.maximum(1.0, _FULL_INK_SHARE * glyphs.reshape(len(glyphs), -1).max(axis=1, initial=0))
    gain = (255.0 / full).astype(np.float32)[:, None, None]
    return np.asarray(np.minimum(np.rint(glyphs * gain), 255.0), np.uint8)
