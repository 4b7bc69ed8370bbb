"""The eight ways a picture can lie on its page: four right-angle turns, mirrored or not."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from forms_ocr.model import GreyImage


@dataclass(frozen=True, slots=True)
class Orientation:
    """What to do to stored pixels to see them as meant: first swap rows and columns, then mirror.

    Attributes:
        is_transposed: Rows become columns.
        is_mirrored: Left and right change places, after the swap.
        is_flipped: Top and bottom change places, after the swap.
    """

    is_transposed: bool = False
    is_mirrored: bool = False
    is_flipped: bool = False

    def turned_clockwise(self, quarters: int) -> Orientation:
        """This one, followed by that many quarter turns clockwise."""
        turned = self
        for _ in range(quarters % 4):
            turned = Orientation(not turned.is_transposed, not turned.is_flipped, turned.is_mirrored)
        return turned

    def apply(self, pixels: GreyImage) -> GreyImage:
        """The picture as meant, (H, W) or (W, H); the argument itself if nothing is to be done."""
        if self.is_transposed:
            pixels = _grey(cv2.transpose(pixels))
        if self.is_mirrored and self.is_flipped:
            return _grey(cv2.flip(pixels, -1))
        if self.is_mirrored:
            return _grey(cv2.flip(pixels, 1))
        return _grey(cv2.flip(pixels, 0)) if self.is_flipped else pixels


def _grey(pixels: np.ndarray) -> GreyImage:
    return pixels.astype(np.uint8, copy=False)


UPRIGHT = Orientation()

# Exif 2.32, tag 0x0112, also TIFF 6.0's Orientation: where the stored first row and first column belong.
_BY_EXIF = {
    1: UPRIGHT,
    2: Orientation(is_mirrored=True),
    3: Orientation(is_mirrored=True, is_flipped=True),
    4: Orientation(is_flipped=True),
    5: Orientation(is_transposed=True),
    6: Orientation(is_transposed=True, is_mirrored=True),
    7: Orientation(is_transposed=True, is_mirrored=True, is_flipped=True),
    8: Orientation(is_transposed=True, is_flipped=True),
}


def exif_orientation(value: object) -> Orientation:
    """The orientation of an Exif or TIFF tag; a value outside 1 to 8 leaves the picture as it is."""
    return _BY_EXIF.get(value, UPRIGHT) if isinstance(value, int) else UPRIGHT
