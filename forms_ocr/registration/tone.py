"""Print made equally dark, whatever it was printed with: drop-out inks and faint toner are line art too."""

from __future__ import annotations

import cv2
import numpy as np

from forms_ocr.model import GreyImage

# Finer than this there is nothing but grain in pale print.
_SMOOTH_SIGMA_PX = 0.8
_SMOOTH_SIDE_PX = 3
# Paper is measured on a copy this many times smaller, as the brightest of 20 pixels around.
_PAPER_SHRINK = 4
_PAPER_SIDE = 5
# Grain of the paper is what is darker than its middle by less than this many of its standard deviations ...
_GRAIN_SIGMAS = 3.0
# ... and ink that stands out by this many more is seen as fully black.
_BLACK_SIGMAS = 6.0
# Rounding to whole grey values alone gives paper this standard deviation.
_LEAST_SIGMA = 0.7
# About the width of a stroke and its flanks at 4 to 6 pixels a millimetre: each is measured by its own ink.
_STROKE_PX = 9
# The grain is measured on every so many rows and columns.
_SAMPLE_STEP = 4


def as_line_art(image: GreyImage) -> GreyImage:
    """Everything printed or written, equally dark on white paper.

    Corners of pale print are as strong afterwards as those of a black pen, which would otherwise outrank
    them all. What does not stand out of the paper's grain becomes paper.

    Args:
        image: Grey, (H, W) uint8, 4 to 6 pixels a millimetre.

    Returns:
        (H, W) uint8; the darkest place of every stroke is black.
    """
    smooth = cv2.GaussianBlur(image, (_SMOOTH_SIDE_PX, _SMOOTH_SIDE_PX), _SMOOTH_SIGMA_PX)
    darkness = np.asarray(cv2.subtract(_paper_of(image), smooth), np.uint8)
    middle, sigma = _grain_of(darkness)
    ink = cv2.subtract(darkness, np.full_like(darkness, round(middle + _GRAIN_SIGMAS * sigma)))
    square = (_STROKE_PX, _STROKE_PX)
    darkest = cv2.blur(cv2.dilate(ink, np.ones(square, np.uint8)), square)
    black = np.maximum(darkest, np.uint8(max(1, round(_BLACK_SIGMAS * sigma))))
    return np.asarray(cv2.bitwise_not(cv2.divide(ink, black, scale=255)), np.uint8)


def _paper_of(image: GreyImage) -> GreyImage:
    """(H, W), how bright the paper is around every pixel."""
    small = cv2.resize(image, None, fx=1 / _PAPER_SHRINK, fy=1 / _PAPER_SHRINK, interpolation=cv2.INTER_AREA)
    brightest = cv2.dilate(small, np.ones((_PAPER_SIDE, _PAPER_SIDE), np.uint8))
    even = cv2.medianBlur(brightest, _PAPER_SIDE)
    return np.asarray(cv2.resize(even, image.shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)


def _grain_of(darkness: GreyImage) -> tuple[float, float]:
    """Median of the paper's darkness and its standard deviation, by the half that holds no ink."""
    counts = np.bincount(darkness[::_SAMPLE_STEP, ::_SAMPLE_STEP].ravel(), minlength=256)
    shares = np.cumsum(counts) / counts.sum()
    # of a normal distribution 16 in a hundred lie more than one standard deviation below the median
    lower, middle = np.searchsorted(shares, (0.16, 0.5))
    return float(middle), max(float(middle - lower), _LEAST_SIGMA)
