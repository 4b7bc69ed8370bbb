"""Paper in the dark or in a shadow made as bright as other paper."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from forms_ocr.extraction.reduction import halved
from forms_ocr.model import GreyImage

# Scanned paper is brighter than this; what is darker was photographed, or scanned much too dark.
_DIM = 160
_PAPER = 245
# Of black; darker paper shows nothing but noise.
_DARKEST = 25
# Paper is the brightest of some 6 mm, on means of 0.7 to 1 mm: no writing and no print is that wide, and the
# edge of a shadow is followed to its breadth.
_HALVINGS = 2
_AROUND = 7

Window = tuple[slice, slice]


def even_light(strips: GreyImage, windows: Sequence[Window]) -> None:
    """Brighten strips in place until their paper is white; strips on bright paper are left as they are.

    Ink and paper are dimmed by the same factor, so dividing by the paper brings both back.

    Args:
        strips: (H, W), 4 to 6 pixels a millimetre.
        windows: Where each strip lies; what is between them is left alone.
    """
    if not _is_dim(_paper_of(strips)):
        return
    for window in windows:
        strip = np.ascontiguousarray(strips[window])
        paper = _paper_of(strip)
        if _is_dim(paper):
            full = cv2.resize(paper, strip.shape[::-1], interpolation=cv2.INTER_LINEAR)
            strips[window] = cv2.divide(strip, np.maximum(full, _DARKEST), scale=_PAPER)


def _is_dim(paper: GreyImage) -> bool:
    return bool(paper.size) and int(paper.min()) < _DIM


def _paper_of(strips: GreyImage) -> GreyImage:
    """The grey value of the paper, a quarter as large."""
    around = np.ones((_AROUND, _AROUND), np.uint8)
    brightest = cv2.dilate(halved(strips, _HALVINGS), around)
    return np.asarray(cv2.blur(brightest, (_AROUND, _AROUND)), np.uint8)
