"""Reduced copies of a page."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from forms_ocr.model import GreyImage, Homography


@dataclass(frozen=True, eq=False)
class Level:
    """A copy of the page at ``scale`` of its size (1, 1/2, 1/4, ...)."""

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
