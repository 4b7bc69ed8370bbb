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
    """At what size to look for markers, and how much darker than around it their black must be (of 255)."""

    short_side_px: int
    contrast: int


# A5 at 75 dpi has a short side of 437 px; its markers are then about 30 px wide, five pixels a module. Grey
# lines and small lettering stay under this contrast, which halves the time.
_FIRST_LOOK = _Look(430, 60)
# Two slips on a page, a small form on a large page, a faint copy.
_SECOND_LOOK = _Look(860, 10)
# A slip predicted from one marker alone is off by a few millimetres; another slip is a slip's size away.
_SAME_SLIP_SHARE = 0.2


@dataclass(frozen=True, eq=False)
class MarkerSighting:
    """A marker of the template seen on the page: ``corners_px`` is (4, 2), sub-pixel, at full size."""

    marker: Marker
    corners_px: NDArray[np.float64]


@lru_cache(maxsize=8)
def _detector(dictionary: str, contrast: int) -> cv2.aruco.ArucoDetector:
    parameters = cv2.aruco.DetectorParameters()
    parameters.adaptiveThreshConstant = contrast
    # one window, larger than any black part of a marker on the first look: black modules do not hollow out
    parameters.adaptiveThreshWinSizeMin = 23
    parameters.adaptiveThreshWinSizeMax = 23
    parameters.minMarkerPerimeterRate = 0.06
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
    detector = _detector(template.marker_dictionary, look.contrast)
    corners, ids, _ = detector.detectMarkers(level.pixels)
    known = {marker.id: marker for marker in template.markers}
    seen = [
        (known[number], np.asarray(quad, np.float64).reshape(4, 2))
        for number, quad in zip(_numbers(ids), corners, strict=True)
        if number in known
    ]
    return [MarkerSighting(marker, _refine(pyramid.levels[0], level, quad)) for marker, quad in seen]


def _numbers(ids: MatLike | None) -> list[int]:
    """OpenCV says None where it sees no marker, which its type stubs do not know."""
    return [] if ids is None else [int(number) for number in np.ravel(ids)]


def _refine(page: Level, level: Level, quad: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corners found on a reduced level, moved to the corner of the ink at full size."""
    to_page = np.linalg.inv(level.from_page)
    corners = (quad @ to_page[:2, :2].T + to_page[:2, 2]).astype(np.float32)
    side_px = float(np.linalg.norm(corners[0] - corners[2])) / np.sqrt(2.0)
    # the window must stay inside a module (a sixth of the side), or the next module's corner attracts it
    window = int(np.clip(side_px / 14.0, 2, 9))
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.02)
    refined = cv2.cornerSubPix(page.pixels, corners.reshape(-1, 1, 2), (window, window), (-1, -1), criteria)
    return np.asarray(refined, np.float64).reshape(4, 2)


def _group(sightings: list[MarkerSighting], template: Template) -> list[list[MarkerSighting]]:
    slips: list[tuple[NDArray[np.float64], float, list[MarkerSighting]]] = []
    for sighting in sightings:
        centre, size_px = _predict_slip(sighting, template)
        for seen_centre, _, members in slips:
            is_near = np.linalg.norm(centre - seen_centre) < _SAME_SLIP_SHARE * size_px
            if is_near and all(member.marker.id != sighting.marker.id for member in members):
                members.append(sighting)
                break
        else:
            slips.append((centre, size_px, [sighting]))
    return [members for _, _, members in slips]


def _predict_slip(sighting: MarkerSighting, template: Template) -> tuple[NDArray[np.float64], float]:
    """Centre and shorter side, in pixels, of the slip that this one marker belongs to."""
    similarity = fit_similarity(np.array(sighting.marker.corners_mm), sighting.corners_px)
    middle_mm = np.array([template.width_mm / 2.0, template.height_mm / 2.0])
    centre = similarity[:2, :2] @ middle_mm + similarity[:2, 2]
    size_px = float(np.hypot(*similarity[:2, 0])) * min(template.width_mm, template.height_mm)
    return centre, size_px


def fit_similarity(source: NDArray[np.float64], target: NDArray[np.float64]) -> Homography:
    """Least-squares turn, scale and shift, (N, 2) to (N, 2), N at least 2 (Umeyama 1991, no mirroring)."""
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    a, b = source - source_mean, target - target_mean
    square = max(float((a**2).sum()), 1e-12)
    real = float((a * b).sum()) / square
    imaginary = float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / square
    linear = np.array([[real, -imaginary], [imaginary, real]])
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = target_mean - linear @ source_mean
    return matrix


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
