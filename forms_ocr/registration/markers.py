"""Slips by their ArUco markers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from forms_ocr.model import Homography, Marker, Template
from forms_ocr.registration.pyramid import Level, Pyramid


@dataclass(frozen=True, slots=True)
class _Look:
    """At what size to look for markers.

    Attributes:
        contrast: How much darker than around it their black must be (of 255).
        least_perimeter: Of a marker, as a share of the longer side.
    """

    short_side_px: int
    contrast: int
    least_perimeter: float


# A5 at 75 dpi has a short side of 437 px; its markers are then about 30 px wide, five pixels a module. Grey
# lines and small lettering stay under this contrast, which halves the time.
_FIRST_LOOK = _Look(430, 60, 0.06)
# Two slips on a page, a small form on a large page, a photograph from afar, a faint copy.
_SECOND_LOOK = _Look(860, 10, 0.03)
# A slip predicted from one marker alone is off by a few millimetres; another slip is a slip's size away.
_SAME_SLIP_SHARE = 0.2
# Markers of one slip agree on its place to this share of its shorter side, curled paper too.
_AGREEMENT_SHARE = 0.03


@dataclass(frozen=True, eq=False)
class MarkerSighting:
    """A marker of the template seen on the page: ``corners_px`` is (4, 2), sub-pixel, at full size."""

    marker: Marker
    corners_px: NDArray[np.float64]


@lru_cache(maxsize=8)
def _detector(dictionary: str, look: _Look) -> cv2.aruco.ArucoDetector:
    parameters = cv2.aruco.DetectorParameters()
    parameters.adaptiveThreshConstant = look.contrast
    # one window, larger than any black part of a marker on the first look: black modules do not hollow out
    parameters.adaptiveThreshWinSizeMin = 23
    parameters.adaptiveThreshWinSizeMax = 23
    parameters.minMarkerPerimeterRate = look.least_perimeter
    return cv2.aruco.ArucoDetector(
        cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, dictionary)), parameters
    )


def find_slips(pyramid: Pyramid, template: Template) -> list[list[MarkerSighting]]:
    """Find the template's markers and sort them into slips.

    Returns:
        One list of sightings a slip, each marker at most once in it; empty without markers.
    """
    if not template.markers:
        return []
    slips = _group(_sight(pyramid, template, _FIRST_LOOK), template)
    if not slips or any(len(slip) < len(template.markers) for slip in slips):
        closer = _group(_sight(pyramid, template, _SECOND_LOOK), template)
        if sum(map(len, closer)) > sum(map(len, slips)):
            return closer
    return slips


def _sight(pyramid: Pyramid, template: Template, look: _Look) -> list[MarkerSighting]:
    level = pyramid.with_short_side(look.short_side_px)
    detector = _detector(template.marker_dictionary, look)
    corners, ids, _ = detector.detectMarkers(level.pixels)
    known = {marker.id: marker for marker in template.markers}
    seen = [
        (known[number], np.asarray(quad, np.float64).reshape(4, 2))
        for number, quad in zip(_numbers(ids), corners, strict=True)
        if number in known
    ]
    refined = _refine(pyramid.levels[0], level, np.array([quad for _, quad in seen]).reshape(-1, 4, 2))
    return [MarkerSighting(marker, quad) for (marker, _), quad in zip(seen, refined, strict=True)]


def _numbers(ids: MatLike | None) -> list[int]:
    """OpenCV says None where it sees no marker, which its type stubs do not know."""
    return [] if ids is None else [int(number) for number in np.ravel(ids)]


def _refine(page: Level, level: Level, quads: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corners (N, 4, 2) found on a reduced level, moved to the corner of the ink at full size."""
    shift = level.from_page[0, 2]
    corners = ((quads - shift) / level.scale).astype(np.float32)
    diagonals = corners[:, 0] - corners[:, 2]
    # the window must stay inside a module (a sixth of the side), or the next module's corner attracts it
    windows = np.clip(np.hypot(diagonals[:, 0], diagonals[:, 1]) / np.sqrt(2.0) / 14.0, 2, 9).astype(int)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.02)
    for window in set(windows.tolist()):
        same = windows == window
        points = corners[same].reshape(-1, 1, 2)
        moved = cv2.cornerSubPix(page.pixels, points, (window, window), (-1, -1), criteria)
        corners[same] = np.asarray(moved, np.float32).reshape(-1, 4, 2)
    return np.asarray(corners, np.float64)


def _group(sightings: list[MarkerSighting], template: Template) -> list[list[MarkerSighting]]:
    if not sightings:
        return []
    slips: list[tuple[complex, list[MarkerSighting]]] = []
    for sighting, (centre, size_px) in zip(sightings, _predict_slips(sightings, template), strict=True):
        for seen_centre, members in slips:
            is_near = abs(centre - seen_centre) < _SAME_SLIP_SHARE * size_px
            if is_near and all(member.marker.id != sighting.marker.id for member in members):
                members.append(sighting)
                break
        else:
            slips.append((centre, [sighting]))
    if len(slips) > 1 and _are_one_slip(sightings, template):
        return [sightings]
    return [members for _, members in slips]


def _are_one_slip(sightings: list[MarkerSighting], template: Template) -> bool:
    """Three markers or more, each once, that agree on one slip; seen aslant, each alone would be far off."""
    numbers = {sighting.marker.id for sighting in sightings}
    if not 3 <= len(numbers) == len(sightings):
        return False
    fit = first_fit(sightings)
    if fit is None:
        return False
    source = np.concatenate([np.array(sighting.marker.corners_mm) for sighting in sightings])
    target = np.concatenate([sighting.corners_px for sighting in sightings])
    off = cv2.perspectiveTransform(source.reshape(-1, 1, 2), fit).reshape(-1, 2) - target
    corners = np.array([(0.0, 0.0), (template.width_mm, 0.0), (0.0, template.height_mm)])
    seen = cv2.perspectiveTransform(corners.reshape(-1, 1, 2), fit).reshape(-1, 2)
    shorter_px = float(np.linalg.norm(seen[1:] - seen[0], axis=1).min())
    return float(np.abs(off).max()) < _AGREEMENT_SHARE * shorter_px


def _predict_slips(sightings: list[MarkerSighting], template: Template) -> list[tuple[complex, float]]:
    """Centre, as x + iy, and shorter side, in pixels, of the slip that each marker alone belongs to."""
    on_form = _as_complex(np.array([sighting.marker.corners_mm for sighting in sightings]))
    on_page = _as_complex(np.array([sighting.corners_px for sighting in sightings]))
    factors, shifts = _similarities(on_form, on_page)
    centres = factors * complex(template.width_mm / 2.0, template.height_mm / 2.0) + shifts
    sizes_px = abs(factors) * min(template.width_mm, template.height_mm)
    return list(zip(centres.tolist(), sizes_px.tolist(), strict=True))


def fit_similarity(source: NDArray[np.float64], target: NDArray[np.float64]) -> Homography:
    """Least-squares turn, scale and shift, (N, 2) to (N, 2), N at least 2 (Umeyama 1991, no mirroring)."""
    (factor,), (shift,) = _similarities(_as_complex(source)[None], _as_complex(target)[None])
    turn = [[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag], [0.0, 0.0, 1.0]]
    return np.array(turn)


def _as_complex(points: NDArray[np.float64]) -> NDArray[np.complex128]:
    """(..., 2) to (...,), x + iy: a turn with a scale is then one factor."""
    return np.asarray(points[..., 0] + 1j * points[..., 1])


def _similarities(
    source: NDArray[np.complex128], target: NDArray[np.complex128]
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Least-squares factors (N,) and shifts (N,), (N, K) to (N, K)."""
    source_mean, target_mean = source.mean(axis=1), target.mean(axis=1)
    a = source - source_mean[:, None]
    overlap = (a.conj() * (target - target_mean[:, None])).sum(axis=1)
    factors = overlap / np.maximum((a.real**2 + a.imag**2).sum(axis=1), 1e-12)
    return factors, target_mean - factors * source_mean


def first_fit(slip: list[MarkerSighting]) -> Homography | None:
    """Millimetres to page pixels from the markers of one slip; None when they do not agree on one.

    The fit has only as much freedom as the markers' spread supports: a homography through two neighbouring
    markers is free to swing at the other end of the form.
    """
    source = np.concatenate([np.array(sighting.marker.corners_mm) for sighting in slip])
    target = np.concatenate([sighting.corners_px for sighting in slip])
    if len(slip) == 1:
        return fit_similarity(source, target)
    if len(slip) == 2:
        affine, _ = cv2.estimateAffine2D(source, target, method=cv2.LMEDS)
        return as_homography(affine)
    homography, _ = cv2.findHomography(source, target, 0)
    return as_homography(homography)


def as_homography(fit: MatLike | None) -> Homography | None:
    """What OpenCV fitted, as (3, 3) float64; it says None where it could not."""
    if fit is None:
        return None
    matrix = np.asarray(fit, np.float64)
    return matrix if len(matrix) == 3 else np.vstack([matrix, [0.0, 0.0, 1.0]])


def count_markers(pyramid: Pyramid, template: Template) -> int:
    """How many different markers of the template the page shows."""
    return len({sighting.marker.id for slip in find_slips(pyramid, template) for sighting in slip})
