"""Lay every slip of a page on its template and say how well it lies."""

from __future__ import annotations

from math import atan2, degrees, hypot, sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import Homography, Page, Registration, Template
from forms_ocr.registration.blank import LOOK_AT_PX, is_blank
from forms_ocr.registration.features import find_by_texture
from forms_ocr.registration.landmarks import (
    NARROW_SEARCH_MM,
    WIDE_SEARCH_MM,
    Sightings,
    choose_landmarks,
    look_up,
)
from forms_ocr.registration.markers import as_homography, count_markers, find_slips, first_fit
from forms_ocr.registration.pyramid import Pyramid, build_pyramid

# A slip shows most of its print even when written over and stained; another form shows next to none.
MIN_ARTWORK_MATCH = 0.5
# Paper and scanners stretch by a few per cent; a fit that needs more is not this sheet of paper.
_MAX_ANISOTROPY = 1.12
_RESIDUAL_SHARE = 0.95
# Nobody lays a slip where less than this share of one is left free.
_ROOM_FOR_A_SLIP = 0.8
# Landmarks further than this from the common fit are mismatches, not paper.
_OUTLIER_MM = 0.6
# A correction beyond this moves patches so far that they are looked up once more from the mended place.
_LOOK_AGAIN_MM = 0.5


def register(page: Page, template: Template) -> tuple[Registration, ...]:
    """Find the slips on a page and say where each lies.

    Markers come first; then, for forms without them and where there is room for a slip whose markers are
    covered, the texture of the print. Both give a first fit only. It is mended and measured by landmarks of
    the printed artwork, and where the artwork is not found there is no slip, whatever the markers say.

    Args:
        page: Resolution 150 to 600 dpi, measured here and not believed; any quarter turn, skew to 10 degrees.
        template: Its markers may be empty.

    Returns:
        In reading order, empty where there is no slip of this form. A slip whose markers are seen beside
        others but whose print is not found has an infinite ``residual_mm``: it is there, nobody can read it.
    """
    pyramid = build_pyramid(page.pixels)
    found, lost = _by_markers(pyramid, template)
    if not found or lost or _has_room(pyramid, template, found):
        found += _by_texture(pyramid, template, found)
    unreadable = [slip for slip in lost if found and not _overlaps_any(slip, found, template)]
    return _in_reading_order(found + unreadable, template)


def _by_markers(pyramid: Pyramid, template: Template) -> tuple[list[Registration], list[Registration]]:
    """Slips that lie where their markers say, and those whose print is not found there."""
    found: list[Registration] = []
    lost: list[Registration] = []
    for sightings in find_slips(pyramid, template):
        fit = first_fit(sightings)
        if fit is None:
            continue
        slip = _settle(pyramid, template, fit, NARROW_SEARCH_MM if len(sightings) > 2 else WIDE_SEARCH_MM)
        if slip is not None:
            found.append(slip)
        elif len(sightings) > 1 and _is_sheet_of_paper(fit, template):
            lost.append(_described(fit, template, float("inf"), 0.0))
    return found, lost


def _by_texture(pyramid: Pyramid, template: Template, found: list[Registration]) -> list[Registration]:
    """Slips that show their print where none was found yet."""
    more: list[Registration] = []
    for fit in find_by_texture(pyramid, template):
        slip = _settle(pyramid, template, fit, WIDE_SEARCH_MM)
        if slip is not None and not _overlaps_any(slip, found + more, template):
            more.append(slip)
    return more


def _has_room(pyramid: Pyramid, template: Template, found: list[Registration]) -> bool:
    """The page is large enough for one more slip, and not empty paper there."""
    page = pyramid.levels[0].pixels
    areas = [template.width_mm * template.height_mm * slip.px_per_mm**2 for slip in found]
    if page.size - sum(areas) < _ROOM_FOR_A_SLIP * min(areas):
        return False
    level = pyramid.with_short_side(LOOK_AT_PX)
    rest = level.pixels.copy()
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * (template.width_mm, template.height_mm)
    paper = int(np.median(pyramid.levels[-1].pixels))
    for slip in found:
        outline = _project(level.from_page @ slip.homography, corners)
        cv2.fillConvexPoly(rest, np.rint(outline).astype(np.int32), paper)
    return not is_blank(rest)


def _overlaps_any(slip: Registration, others: list[Registration], template: Template) -> bool:
    """Its middle lies on another slip."""
    middle = np.array([[template.width_mm / 2, template.height_mm / 2]])
    place = _project(slip.homography, middle)
    on_others = [_project(_inverse(other.homography), place)[0] for other in others]
    return any(0 < x < template.width_mm and 0 < y < template.height_mm for x, y in on_others)


def markers_seen(page: Page, template: Template) -> int:
    """How many different markers of the form a page shows, whether or not a slip could be laid on it."""
    return count_markers(build_pyramid(page.pixels), template)


def _settle(pyramid: Pyramid, template: Template, fit: Homography, search_mm: float) -> Registration | None:
    """Mend a first fit by the printed artwork and measure it; None if the artwork is not there."""
    landmarks = choose_landmarks(template)
    expected = landmarks.centres_mm
    if not len(expected) or not _is_sheet_of_paper(fit, template):
        return None
    scale = px_per_mm(fit, template)
    seen = look_up(pyramid, fit, scale, landmarks, search_mm)
    correction = _mend(expected, seen)
    if _shift_mm(correction, expected) > _LOOK_AGAIN_MM:
        fit = fit @ correction
        seen = look_up(pyramid, fit, scale, landmarks, search_mm)
        correction = _mend(expected, seen)
    as_laid, mended = (_residual_mm(matrix, expected, seen) for matrix in (np.eye(3), correction))
    if mended < as_laid:
        fit = fit @ correction
    match = float(np.mean(seen.is_good))
    if match < MIN_ARTWORK_MATCH or not _is_sheet_of_paper(fit, template):
        return None
    return _described(fit, template, min(as_laid, mended), match)


def _described(fit: Homography, template: Template, residual_mm: float, match: float) -> Registration:
    return Registration(fit, residual_mm, match, _turn_deg(fit, template), px_per_mm(fit, template))


def _mend(expected: NDArray[np.float64], seen: Sightings) -> Homography:
    """The homography, millimetres to millimetres, that moves the landmarks to where they were seen."""
    good = seen.is_good
    if np.count_nonzero(good) < 8:
        return np.eye(3)
    fit, _ = cv2.findHomography(expected[good], seen.found_mm[good], cv2.RANSAC, _OUTLIER_MM)
    mended = as_homography(fit)
    return np.eye(3) if mended is None else mended


def _project(homography: Homography, points: NDArray[np.float64]) -> NDArray[np.float64]:
    projected = cv2.perspectiveTransform(points.reshape(-1, 1, 2), homography)
    return np.asarray(projected, np.float64).reshape(-1, 2)


def _inverse(homography: Homography) -> Homography:
    return np.asarray(np.linalg.inv(homography), np.float64)


def _shift_mm(correction: Homography, points: NDArray[np.float64]) -> float:
    return float(np.abs(_project(correction, points) - points).max(initial=0.0))


def _residual_mm(correction: Homography, expected: NDArray[np.float64], seen: Sightings) -> float:
    """95th percentile distance of the landmarks seen to where the fit puts them; inf if none was."""
    good = seen.is_good
    if not good.any():
        return float("inf")
    off = seen.found_mm[good] - _project(correction, expected[good])
    distances = np.sort(np.hypot(off[:, 0], off[:, 1]))
    # numpy's percentile, at a tenth of its time for so few
    return float(np.interp(_RESIDUAL_SHARE * (len(distances) - 1), np.arange(len(distances)), distances))


def _jacobian(homography: Homography, template: Template) -> NDArray[np.float64]:
    """(2, 2), pixels a millimetre at the middle of the form."""
    u, v, depth = homography @ (template.width_mm / 2, template.height_mm / 2, 1.0)
    swing = np.outer((u / depth, v / depth), homography[2, :2])
    return np.asarray((homography[:2, :2] - swing) / depth, np.float64)


def px_per_mm(homography: Homography, template: Template) -> float:
    """Resolution of the page at the middle of the slip."""
    (a, b), (c, d) = _jacobian(homography, template).tolist()
    return sqrt(abs(a * d - b * c))


def _is_sheet_of_paper(homography: Homography, template: Template) -> bool:
    """A fit that mirrors, folds or stretches the form is not a form lying there."""
    if not np.isfinite(homography).all():
        return False
    depth = [
        float(homography[2] @ (x, y, 1.0))
        for x in (0.0, template.width_mm)
        for y in (0.0, template.height_mm)
    ]
    if min(depth) <= 0 < max(depth) or max(depth) - min(depth) > 0.5 * max(map(abs, depth)):
        return False
    longest, shortest = _stretch(_jacobian(homography, template))
    return shortest > 1.0 and longest < _MAX_ANISOTROPY * shortest


def _stretch(jacobian: NDArray[np.float64]) -> tuple[float, float]:
    """The singular values of a (2, 2) matrix, larger first; the smaller is negative where it mirrors."""
    (a, b), (c, d) = jacobian.tolist()
    turning, mirroring = hypot(a + d, c - b) / 2, hypot(a - d, c + b) / 2
    return turning + mirroring, turning - mirroring


def _turn_deg(homography: Homography, template: Template) -> int:
    right, down = _jacobian(homography, template)[:, 0].tolist()
    return round(degrees(atan2(-down, right)) / 90.0) % 4 * 90


def _in_reading_order(slips: list[Registration], template: Template) -> tuple[Registration, ...]:
    """From top to bottom, and from left to right where slips lie side by side."""
    middle = np.array([[template.width_mm / 2, template.height_mm / 2]])

    def place(slip: Registration) -> tuple[int, float]:
        x, y = _project(slip.homography, middle)[0]
        row_height_px = slip.px_per_mm * min(template.width_mm, template.height_mm) / 2
        return round(float(y) / row_height_px), float(x)

    return tuple(sorted(slips, key=place))
