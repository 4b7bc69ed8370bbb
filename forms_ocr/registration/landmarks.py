"""Printed artwork looked up on the page: the fit is measured, and mended, by what is really printed there.

Landmarks are small patches of the printed form with structure in both directions. Each is first followed
from its expected place by the slopes of its grey values (Lucas & Kanade 1981, gain and offset free): that
is cheap and finds what lies within half a millimetre. What is not surely found so is searched by normalised
cross-correlation. A scanner's contrast and brightness change neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import cv2
import numpy as np
from cv2.typing import MatLike
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
# So close that paper which curls or wobbles is followed between them; about 90 on an A5.
DENSE_GRID_MM = 14.0
_MIN_CORNER_STRENGTH = 1e-3
# Following is believed only where print is clearly seen; a worse match may be a neighbour, and is searched.
_SURE_SCORE = 0.8
# After a step this short a place is right to 0.01 mm (median; 0.035 mm for 95 of 100, measured).
_SETTLED_MM = 0.1
# Smooth enough for steps of half a millimetre, sharp enough for steps of a hundredth.
_PROBE_SIGMA_PX = 1.25
# Steps overshoot by 4 to 17 % (measured, 150 to 300 dpi, grey and one-bit): scans are softer than artwork.
_DAMPING = 0.9
# Windows fainter than this share of the print show nothing to follow.
_LEAST_GAIN = 0.02
# A patch that lies further off than this (two pixels) shows nothing of its slope any more.
_FOLLOW_MM = 0.5
_FOLLOW_STEPS = 3
# Central differences of sixth order: those of second order see half the slope of small print here.
_DERIVATIVE = np.array([-1.0, 9.0, -45.0, 0.0, 45.0, -9.0, 1.0]) / 60.0
# A slip shows most of its print even when written over and stained; another form shows next to none.
MIN_ARTWORK_MATCH = 0.5
# Of fewer nothing can be said.
_FEW_LANDMARKS = 4
# Print that correlates worse than this is covered by ink, torn off, or not there.
GOOD_SCORE = 0.6
# Labels stand no further than this from what they label.
_LABEL_MM = 12.0
# Writing overshoots its field by about this much; a landmark there would be covered on every slip.
_WRITING_MARGIN_MM = 1.5


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Patches of a template's artwork.

    ``centres_mm`` (N, 2); ``patches`` (N, side, side) uint8; ``probes`` (N, 3, side * side) float32, each
    patch and its slopes along x and y, less their means; ``solve`` (N, 3, 3), from a window's products with
    the probes to its gain and how far it lies off; ``is_near_field`` (N,), it labels or frames what is read.
    """

    centres_mm: NDArray[np.float64]
    patches: NDArray[np.uint8]
    probes: NDArray[np.float32]
    solve: NDArray[np.float64]
    is_near_field: NDArray[np.bool_]

    @cached_property
    def energies(self) -> NDArray[np.float32]:
        """(N,) sums of the squares of the patches, less their means."""
        patches = self.probes[:, 0]
        return np.asarray(np.einsum("np,np->n", patches, patches), np.float32)

    @property
    def side(self) -> int:
        """Of a patch, in pixels, odd."""
        return int(self.patches.shape[1])


@dataclass(frozen=True, eq=False)
class Sightings:
    """Where the landmarks were seen: ``found_mm`` (N, 2) on the form as laid, ``scores`` (N,) -1 to 1."""

    found_mm: NDArray[np.float64]
    scores: NDArray[np.float64]

    @property
    def is_good(self) -> NDArray[np.bool_]:
        """(N,) which of them were seen at all."""
        return self.scores >= GOOD_SCORE

    @property
    def match(self) -> float:
        """Share of the landmarks that were seen."""
        return float(np.mean(self.is_good))

    def show_form(self, landmarks: Landmarks) -> bool:
        """Enough of the print is there, on the whole and around what is to be read.

        The second keeps out what shares heading and small print with the form and has no such fields.
        """
        near = self.is_good[landmarks.is_near_field]
        has_labels = len(near) < _FEW_LANDMARKS or float(np.mean(near)) >= MIN_ARTWORK_MATCH
        return self.match >= MIN_ARTWORK_MATCH and has_labels


def reduced_artwork(template: Template, px_per_mm: float) -> GreyImage:
    """The empty form at another resolution, places exact.

    Scaled by a factor and not to a size: the artwork's last row and column reach over the form's edge.
    """
    scale = px_per_mm * 25.4 / template.artwork_dpi
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(template.artwork, None, fx=scale, fy=scale, interpolation=method), np.uint8)


@lru_cache(maxsize=16)
def choose_landmarks(template: Template, grid_mm: float = _GRID_MM) -> Landmarks:
    """The patches of a form's artwork that can be found again, none of them where people write."""
    artwork = cv2.GaussianBlur(reduced_artwork(template, PX_PER_MM), (0, 0), 0.7)
    strength = np.asarray(cv2.cornerMinEigenVal(artwork, blockSize=15, ksize=3), np.float32)
    strength[~_searchable(template, artwork.shape)] = 0.0
    points = _strongest_of_each_square(strength, grid_mm)
    centres_mm = (np.array(points, np.float64).reshape(-1, 2) + 0.5) / PX_PER_MM
    probes, solve = _follower(np.asarray(artwork, np.float64), points)
    patches = _patches_of(np.asarray(artwork), points)
    near = _are_near_fields(centres_mm, template)
    return Landmarks(centres_mm, patches.astype(np.uint8), probes.astype(np.float32), solve, near)


def _are_near_fields(centres_mm: NDArray[np.float64], template: Template) -> NDArray[np.bool_]:
    """(N,) which places are a label's distance or less from a field."""
    near = np.zeros(len(centres_mm), bool)
    for box in (field.box for field in template.fields):
        low = np.array((box.left_mm, box.top_mm)) - _LABEL_MM
        high = np.array((box.right_mm, box.bottom_mm)) + _LABEL_MM
        near |= ((centres_mm > low) & (centres_mm < high)).all(axis=1)
    return near


def _patches_of(image: NDArray[Any], points: list[tuple[int, int]]) -> NDArray[Any]:
    """(N, side, side), the surroundings of every point ``(x, y)``."""
    half = int(_PATCH_MM * PX_PER_MM / 2)
    side = 2 * half + 1
    patches = [image[y - half : y + half + 1, x - half : x + half + 1] for x, y in points]
    return np.array(patches, image.dtype).reshape(-1, side, side)


def _follower(
    artwork: NDArray[np.float64], points: list[tuple[int, int]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """``probes`` and ``solve`` of ``Landmarks``.

    The probes' slopes are those of smoothed print, an instrumental variable: print this fine aliases at this
    resolution, which makes plain least squares overshoot.
    """
    slopes = _with_slopes(artwork, points)
    probes = _with_slopes(cv2.GaussianBlur(artwork, (0, 0), _PROBE_SIGMA_PX), points)
    probes[:, 0] = slopes[:, 0]
    return probes, np.asarray(np.linalg.pinv(probes @ slopes.transpose(0, 2, 1)), np.float64)


def _with_slopes(image: MatLike, points: list[tuple[int, int]]) -> NDArray[np.float64]:
    """(N, 3, side * side): patches and their slopes along x and y, a millimetre, all less their means."""
    right = cv2.filter2D(image, -1, _DERIVATIVE[None] * PX_PER_MM)
    down = cv2.filter2D(image, -1, _DERIVATIVE[:, None] * PX_PER_MM)
    images = [np.asarray(plane, np.float64) for plane in (image, right, down)]
    patches = np.stack([_patches_of(plane, points) for plane in images], axis=1)
    stack = patches.reshape(*patches.shape[:2], patches.shape[2] * patches.shape[3])
    return np.asarray(stack - stack.mean(axis=2, keepdims=True), np.float64)


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


def _strongest_of_each_square(strength: NDArray[np.float32], grid_mm: float) -> list[tuple[int, int]]:
    """The best corner of each grid square, as ``(x, y)``, if it is a corner at all."""
    step = int(grid_mm * PX_PER_MM)
    points: list[tuple[int, int]] = []
    for top in range(0, strength.shape[0], step):
        for left in range(0, strength.shape[1], step):
            square = strength[top : top + step, left : left + step]
            row, col = np.unravel_index(int(square.argmax()), square.shape)
            if square[row, col] > _MIN_CORNER_STRENGTH:
                points.append((left + int(col), top + int(row)))
    return points


@dataclass(frozen=True, eq=False)
class _Bed:
    """Where patches are cut from: a reduced page, and the fit from millimetres to its pixels."""

    pixels: GreyImage
    fit: Homography

    def cut(self, centres_mm: NDArray[np.float64], side: int) -> NDArray[np.uint8]:
        """(N, side * side): squares laid straight at ``PX_PER_MM`` around places on the form, by one remap.

        Within a square of a centimetre the fit is taken as affine, which it is to a hundredth of a pixel.
        """
        h = self.fit
        depth = centres_mm @ h[2, :2] + h[2, 2]
        centres = (centres_mm @ h[:2, :2].T + h[:2, 2]) / depth[:, None]
        steps = (h[:2, :2] - centres[:, :, None] * h[2, :2]) / depth[:, None, None]
        affine = np.concatenate([steps, centres[:, :, None]], axis=2).astype(np.float32)
        maps = affine.transpose(1, 0, 2) @ _offsets_mm(side)
        cut = cv2.remap(
            self.pixels,
            maps[0],
            maps[1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=255,
        )
        return np.asarray(cut, np.uint8)


@lru_cache(maxsize=8)
def _offsets_mm(side: int) -> NDArray[np.float32]:
    """(3, side * side): x, y and 1 of every pixel of a square around its middle."""
    offsets = (np.arange(side, dtype=np.float32) - (side - 1) / 2) / PX_PER_MM
    y, x = np.meshgrid(offsets, offsets, indexing="ij")
    return np.stack([x.ravel(), y.ravel(), np.ones(side * side, np.float32)])


def look_up(
    pyramid: Pyramid,
    homography: Homography,
    px_per_mm: float,
    landmarks: Landmarks,
    search_mm: float,
    expected_mm: NDArray[np.float64] | None = None,
) -> Sightings:
    """Look for every landmark around the place where a fit puts it.

    Args:
        homography: Millimetres to pixels of the full-size page.
        px_per_mm: Resolution of the page there, to choose the pyramid's level.
        search_mm: How far from its expected place each is searched.
        expected_mm: (N, 2), where paper that does not lie flat is expected to show them; None is where the
            fit puts them.
    """
    level = pyramid.with_resolution(px_per_mm, PX_PER_MM)
    bed = _Bed(level.pixels, level.from_page @ homography)
    expected = landmarks.centres_mm if expected_mm is None else expected_mm
    found, scores = _follow(bed, landmarks, expected)
    for i in np.flatnonzero(scores < _SURE_SCORE):
        found[i], scores[i] = _search(bed, landmarks, int(i), expected[i], int(search_mm * PX_PER_MM))
    return Sightings(found, scores)


def _follow(
    bed: _Bed, landmarks: Landmarks, expected: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places (N, 2) and scores (N,) of the landmarks that lie close by; a score of -1 for all others."""
    places = expected.copy()
    scores = np.full(len(places), -1.0)
    pending = np.arange(len(places))
    for _ in range(_FOLLOW_STEPS):
        if not len(pending):
            break
        step, score = _step(bed.cut(places[pending], landmarks.side), landmarks, pending)
        places[pending] += step
        length = np.abs(step).max(axis=1)
        settled = (length < _SETTLED_MM) & (score >= _SURE_SCORE)
        scores[pending[settled]] = score[settled]
        off = np.abs(places[pending] - expected[pending]).max(axis=1)
        pending = pending[~settled & (off < _FOLLOW_MM)]
    return places, scores


def _step(
    windows: NDArray[np.uint8], landmarks: Landmarks, which: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far from the windows' middles (n, 2), in mm, the landmarks lie, and how well they match there (n,).

    Solves window = gain * patch - gain * move . slope + offset.
    """
    seen = windows.astype(np.float32)
    seen -= seen.mean(axis=1, keepdims=True)
    # all of them on the first step: no copy
    probes = landmarks.probes if len(which) == len(landmarks.probes) else landmarks.probes[which]
    products = (probes @ seen[:, :, None]).astype(np.float64)
    gain, right, down = (landmarks.solve[which] @ products)[:, :, 0].T
    step = -_DAMPING * np.stack([right, down], axis=1) / np.maximum(gain, _LEAST_GAIN)[:, None]
    norms = np.sqrt(np.einsum("np,np->n", seen, seen) * landmarks.energies[which])
    return step, np.asarray(products[:, 0, 0] / np.maximum(norms, 1e-6), np.float64)


def _search(
    bed: _Bed, landmarks: Landmarks, which: int, centre: NDArray[np.float64], search: int
) -> tuple[NDArray[np.float64], float]:
    """Place (2,) and score of one landmark by normalised cross-correlation, ``search`` pixels around."""
    side = landmarks.side + 2 * search
    window = bed.cut(centre[None], side).reshape(side, side)
    response = np.asarray(
        cv2.matchTemplate(window, landmarks.patches[which], cv2.TM_CCOEFF_NORMED), np.float32
    )
    _, score, _, (x, y) = cv2.minMaxLoc(response)
    moved = (_sub_pixel_peak(response, x, y) - search) / PX_PER_MM
    return centre + moved, score if np.isfinite(score) else -1.0


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
