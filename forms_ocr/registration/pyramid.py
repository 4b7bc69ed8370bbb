"""Reduced copies of a page."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from forms_ocr.model import GreyImage, Homography

# Making a copy costs more than looking at a few pixels more.
_NEARLY_AS_LARGE = 0.9


@dataclass(frozen=True, eq=False)
class Level:
    """A copy of the page at ``scale`` of its size (1, 1/2, 1/4, ..., or what was asked for)."""

    pixels: GreyImage
    scale: float

    @property
    def from_page(self) -> Homography:
        """Page pixels to pixels of this level; pixel centres stay whole numbers on both sides."""
        shift = (self.scale - 1.0) / 2.0
        return np.array([[self.scale, 0.0, shift], [0.0, self.scale, shift], [0.0, 0.0, 1.0]])


@dataclass(frozen=True, eq=False)
class Pyramid:
    """A page and its halved copies, largest first."""

    levels: tuple[Level, ...]

    def with_short_side(self, at_least_px: int) -> Level:
        """The smallest level whose shorter side has at least so many pixels; the page itself if none has."""
        for level in reversed(self.levels):
            if min(level.pixels.shape) >= at_least_px:
                return level
        return self.levels[0]

    def reduced_to(self, short_side_px: int) -> Level:
        """A copy whose shorter side has about so many pixels, up to a tenth more; the page if none has."""
        level = self.with_short_side(short_side_px)
        factor = short_side_px / min(level.pixels.shape)
        if factor > _NEARLY_AS_LARGE:
            return level
        # no level is twice as large, so that every pixel is seen; by areas would take ten times as long
        pixels = cv2.resize(level.pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_LINEAR)
        return Level(np.asarray(pixels, np.uint8), level.scale * factor)

    def with_resolution(self, page_px_per_mm: float, at_least_px_per_mm: float) -> Level:
        """The smallest level that resolves so many pixels a millimetre; the page itself if none does."""
        for level in reversed(self.levels):
            if page_px_per_mm * level.scale >= at_least_px_per_mm:
                return level
        return self.levels[0]


def build_pyramid(pixels: GreyImage, smallest_side_px: int = 200) -> Pyramid:
    """Halve a page until its shorter side would fall under ``smallest_side_px``.

    Repeated halving costs an eighth of one reduction by four: OpenCV has a fast path for it.
    """
    levels = [Level(pixels, 1.0)]
    while min(levels[-1].pixels.shape) >= 2 * smallest_side_px:
        previous = levels[-1]
        height, width = previous.pixels.shape
        # an odd last row or column is left out, so that a pixel here is exactly four pixels there
        even = previous.pixels[: height // 2 * 2, : width // 2 * 2]
        halved = cv2.resize(even, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        levels.append(Level(halved.astype(np.uint8, copy=False), previous.scale / 2.0))
    return Pyramid(tuple(levels))
