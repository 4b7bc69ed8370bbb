"""Is a line printed or written by hand? Told by the regularity of its letters in well under a millisecond."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import GreyImage

# Ink is what has this share of the darkest ink.
_INK_SHARE = 0.4
_LEAST_LETTERS = 3
_LETTER_HEIGHT_MM = (1.0, 9.0)
_LETTER_WIDTH_MM = 12.0
_LETTER_INK_MM2 = 0.15
# Print is level within this: the blur of a scan at 150 dpi.
_SAME_MM = 0.13
# An edge is steep or level when one gradient is this many times the other (11 degrees).
_STRAIGHT = 5
_EDGE_SHARE = 0.35

# Logistic regression over the six features in the order of :class:`Regularity`; fitted by
# ``python -m training.print_lines`` on typed and handwritten lines that went through the scan simulation.
_WEIGHTS = np.array((5.598, 7.599, 24.703, 33.25, -7.144, -20.603))
_OFFSET = -9.478


@dataclass(frozen=True, slots=True)
class Regularity:
    """What tells print from handwriting.

    Attributes:
        same_base: Share of letters that stand on the commonest base line, 0 to 1.
        same_top: Share of letters whose tops are level with the commonest top, 0 to 1.
        steep: Share of edges that are upright.
        level: Share of edges that lie flat.
        height: Natural logarithm of the median letter's height in millimetres.
        stroke_spread: Standard deviation of the stroke width over its mean.
    """

    same_base: float
    same_top: float
    steep: float
    level: float
    height: float
    stroke_spread: float

    @property
    def print_odds(self) -> float:
        """Logarithm of the odds that the line is printed."""
        features = (
            self.same_base, self.same_top, self.steep, self.level, self.height, self.stroke_spread,
        )  # fmt: skip
        return float(_WEIGHTS @ features + _OFFSET)


def is_printed(strip: GreyImage, px_per_mm: float) -> bool:
    """Tell print from handwriting.

    Args:
        strip: (H, W) uint8, upright, 255 is paper, the printed form taken out.
        px_per_mm: Resolution of the strip.

    Returns:
        False for handwriting, for an empty line and for fewer than three letters.
    """
    regularity = measure_regularity(strip, px_per_mm)
    return regularity is not None and regularity.print_odds > 0.0


def measure_regularity(strip: GreyImage, px_per_mm: float) -> Regularity | None:
    """The features of a line; None where there are too few letters to speak of."""
    darkness = 255 - strip
    darkest = int(darkness.max(initial=0))
    if darkest == 0:
        return None
    _, ink = cv2.threshold(darkness, _INK_SHARE * darkest, 1, cv2.THRESH_BINARY)
    letters = _letters(np.asarray(ink, np.uint8), px_per_mm)
    if len(letters) < _LEAST_LETTERS:
        return None
    left, top = letters[:, :2].min(axis=0)
    right, bottom = (letters[:, :2] + letters[:, 2:4]).max(axis=0)
    tops, heights = letters[:, 1] / px_per_mm, letters[:, 3] / px_per_mm
    steep, level = _straight_edges(darkness[top:bottom, left:right])
    return Regularity(
        _share_level(tops + heights),
        _share_level(tops),
        steep,
        level,
        float(np.log(np.median(heights))),
        _stroke_spread(np.asarray(ink[top:bottom, left:right], np.uint8)),
    )


def _letters(ink: NDArray[np.uint8], px_per_mm: float) -> NDArray[np.int32]:
    """(N, 5) left, top, width, height, area of the components that may be letters."""
    left, top, width_px, height_px = cv2.boundingRect(ink)
    inked = ink[top : top + height_px, left : left + width_px]
    # this algorithm takes half the time of OpenCV's usual one
    _, _, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(inked, 8, cv2.CV_32S, cv2.CCL_BBDT)
    found = np.asarray(stats[1:] + np.array((left, top, 0, 0, 0)), np.int32)
    width, height, area = found[:, 2] / px_per_mm, found[:, 3] / px_per_mm, found[:, 4] / px_per_mm**2
    low, high = _LETTER_HEIGHT_MM
    is_letter = (height > low) & (height < high) & (width < _LETTER_WIDTH_MM) & (area > _LETTER_INK_MM2)
    return found[is_letter]


def _share_level(places_mm: NDArray[np.float64]) -> float:
    """The largest share of places that lie within the tolerance of one of them."""
    near = np.abs(places_mm[:, None] - places_mm[None, :]) < _SAME_MM
    return float(near.mean(axis=1).max())


def _straight_edges(darkness: NDArray[np.uint8]) -> tuple[float, float]:
    """Shares of strong edges that are upright and level."""
    across, down = (cv2.Sobel(darkness, cv2.CV_16S, *order) for order in ((1, 0), (0, 1)))
    np.abs(across, out=across)
    np.abs(down, out=down)
    strength = cv2.add(across, down)
    at = strength > int(_EDGE_SHARE * float(strength.max()))
    # whole numbers of 16 bits all the way: this is asked of every slip
    upright, flat = across > _STRAIGHT * down, down > _STRAIGHT * across
    edges = int(np.count_nonzero(at)) or 1
    return int(np.count_nonzero(upright & at)) / edges, int(np.count_nonzero(flat & at)) / edges


def _stroke_spread(ink: NDArray[np.uint8]) -> float:
    """How much the stroke width varies, along the ridge of the distance to the edge."""
    distance = cv2.distanceTransform(ink, cv2.DIST_L2, 3)
    ridge = (distance >= cv2.dilate(distance, np.ones((3, 3), np.uint8))) & (ink > 0)
    widths = distance[ridge]
    return float(widths.std() / widths.mean())
