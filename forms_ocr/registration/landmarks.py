"""Printed artwork looked up on the page: the fit is measured, and mended, by what is really printed there.

Landmarks are small patches of the printed form with structure in both directions. Each is searched around its
expected place by normalised cross-correlation, which a scanner's contrast and brightness do not change.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import GreyImage, Homography, Template
from forms_ocr.registration.pyramid import Pyramid

# About 100 dpi: print survives there in every scan, and sub-pixel search still resolves some 0.03 mm.
PX_PER_MM = 4.0
_PATCH_MM = 7.0
# Wide enough for a form laid by two markers or by texture (1.3 mm off, measured), and for page curl.
WIDE_SEARCH_MM = 2.0
# Wide enough for a form laid by three markers or more.
NARROW_SEARCH_MM = 1.0
# One landmark from each square of this size spreads them over the form; about 30 on an A5.
_GRID_MM = 32.0
_MIN_CORNER_STRENGTH = 1e-3
# Print that correlates worse than this is covered by ink, torn off, or not there.
GOOD_SCORE = 0.6
# Writing overshoots its field by about this much; a landmark there would be covered on every slip.
_WRITING_MARGIN_MM = 1.5


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Patches of a template's artwork: ``centres_mm`` (N, 2), ``patches`` (N, side, side) uint8."""

    centres_mm: NDArray[np.float64]
    patches: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Sightings:
    """Where the landmarks were seen: ``found_mm`` (N, 2) on the form as laid, ``scores`` (N,) -1 to 1."""

    found_mm: NDArray[np.float64]
    scores: NDArray[np.float64]

    @property
    def is_good(self) -> NDArray[np.bool_]:
        """(N,) which of them were seen at all."""
        return self.scores >= GOOD_SCORE


@lru_cache(maxsize=8)
def choose_landmarks(template: Template) -> Landmarks:
    """The patches of a form's artwork that can be found again, none of them where people write."""
    scale = PX_PER_MM * 25.4 / template.artwork_dpi
    size = (round(template.width_mm * PX_PER_MM), round(template.height_mm * PX_PER_MM))
    artwork = cv2.resize(
        template.artwork, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    )
    artwork = cv2.GaussianBlur(artwork, (0, 0), 0.7)
    strength = np.asarray(cv2.cornerMinEigenVal(artwork, blockSize=15, ksize=3), np.float32)
    strength[~_searchable(template, artwork.shape)] = 0.0
    points = _strongest_of_each_square(strength)
    half = int(_PATCH_MM * PX_PER_MM / 2)
    patches = [artwork[y - half : y + half + 1, x - half : x + half + 1] for x, y in points]
    side = 2 * half + 1
    return Landmarks(
        (np.array(points, np.float64).reshape(-1, 2) + 0.5) / PX_PER_MM,
        np.array(patches, np.uint8).reshape(-1, side, side),
    )


def _searchable(template: Template, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Where the middle of a patch may lie: whole on the form and clear of the places where people write."""
    allowed = np.zeros(shape, bool)
    edge = int(np.ceil((_PATCH_MM / 2 + 1.0) * PX_PER_MM))
    allowed[edge:-edge, edge:-edge] = True
    reach = _PATCH_MM / 2 + _WRITING_MARGIN_MM
    for one in template.fields:
        box = one.box
        # a comb's printed cells are landmarks too; only their inside is written in, but the patch sees it
        top, bottom = (int((v) * PX_PER_MM) for v in (box.top_mm - reach, box.bottom_mm + reach))
        left, right = (int((v) * PX_PER_MM) for v in (box.left_mm - reach, box.right_mm + reach))
        allowed[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = False
    return allowed


def _strongest_of_each_square(strength: NDArray[np.float32]) -> list[tuple[int, int]]:
    """The best corner of each grid square, as ``(x, y)``, if it is a corner at all."""
    step = int(_GRID_MM * PX_PER_MM)
    points: list[tuple[int, int]] = []
    for top in range(0, strength.shape[0], step):
        for left in range(0, strength.shape[1], step):
            square = strength[top : top + step, left : left + step]
            row, col = np.unravel_index(int(square.argmax()), square.shape)
            if square[row, col] > _MIN_CORNER_STRENGTH:
                points.append((left + int(col), top + int(row)))
    return points


def look_up(
    pyramid: Pyramid, homography: Homography, px_per_mm: float, landmarks: Landmarks, search_mm: float
) -> Sightings:
    """Search every landmark around the place where a fit puts it.

    Args:
        homography: Millimetres to pixels of the full-size page.
        px_per_mm: Resolution of the page there, to choose the pyramid's level.
        search_mm: How far from its expected place each is searched.
    """
    search = int(search_mm * PX_PER_MM)
    windows = _cut_windows(pyramid, homography, px_per_mm, landmarks, search)
    found = np.zeros_like(landmarks.centres_mm)
    scores = np.full(len(windows), -1.0)
    for i, (window, patch) in enumerate(zip(windows, landmarks.patches, strict=True)):
        response = np.asarray(cv2.matchTemplate(window, patch, cv2.TM_CCOEFF_NORMED), np.float32)
        _, score, _, (x, y) = cv2.minMaxLoc(response)
        scores[i] = score if np.isfinite(score) else -1.0
        found[i] = _sub_pixel_peak(response, x, y) - search
    return Sightings(landmarks.centres_mm + found / PX_PER_MM, scores)


def _cut_windows(
    pyramid: Pyramid, homography: Homography, px_per_mm: float, landmarks: Landmarks, search: int
) -> list[GreyImage]:
    """One search window a landmark, laid straight at ``PX_PER_MM``, all by a single remap."""
    level = pyramid.with_resolution(px_per_mm, PX_PER_MM)
    side = landmarks.patches.shape[1] + 2 * search
    offsets = (np.arange(side) - (side - 1) / 2) / PX_PER_MM
    x_mm = landmarks.centres_mm[:, 0, None, None] + offsets[None, None, :]
    y_mm = landmarks.centres_mm[:, 1, None, None] + offsets[None, :, None]
    h = level.from_page @ homography
    depth = h[2, 0] * x_mm + h[2, 1] * y_mm + h[2, 2]
    map_x = ((h[0, 0] * x_mm + h[0, 1] * y_mm + h[0, 2]) / depth).astype(np.float32)
    map_y = ((h[1, 0] * x_mm + h[1, 1] * y_mm + h[1, 2]) / depth).astype(np.float32)
    stack = cv2.remap(
        level.pixels,
        map_x.reshape(-1, side),
        map_y.reshape(-1, side),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=255,
    )
    return list(stack.reshape(-1, side, side))


def _sub_pixel_peak(response: NDArray[np.float32], x: int, y: int) -> NDArray[np.float64]:
    """``(x, y)`` of the peak, moved to the top of the parabola through its neighbours."""
    height, width = response.shape
    moved = np.array([x, y], np.float64)
    if 0 < x < width - 1:
        moved[0] += _parabola_top(response[y, x - 1], response[y, x], response[y, x + 1])
    if 0 < y < height - 1:
        moved[1] += _parabola_top(response[y - 1, x], response[y, x], response[y + 1, x])
    return moved


def _parabola_top(before: float, middle: float, after: float) -> float:
    curvature = float(before) - 2.0 * float(middle) + float(after)
    return 0.0 if curvature >= -1e-9 else 0.5 * (float(before) - float(after)) / curvature
