"""A first fit mended and measured by the printed artwork: the only proof that a slip lies there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import Homography, Registration, Template
from forms_ocr.registration.comb_lines import comb_lines_of, is_comb_lost, look_up_lines
from forms_ocr.registration.drift import Followed, follow_paper, witnesses_of
from forms_ocr.registration.landmarks import (
    DENSE_GRID_MM,
    NARROW_SEARCH_MM,
    Sightings,
    choose_landmarks,
    look_up,
)
from forms_ocr.registration.markers import as_homography
from forms_ocr.registration.paper import inverse, is_sheet_of_paper, project, px_per_mm, turn_deg
from forms_ocr.registration.pyramid import Pyramid

_RESIDUAL_SHARE = 0.95
# Landmarks further than this from the common fit are mismatches, not paper.
_OUTLIER_MM = 0.6
# A correction beyond this moves patches so far that they are looked up once more from the mended place.
_LOOK_AGAIN_MM = 0.5
# Paper that is off by less lies flat: what is read does not mind, and following it costs as much again.
_FLAT_MM = 0.15
# Print of a badly curled slip is looked for this far from where its markers alone would have it.
_CURLED_SEARCH_MM = 4.0
# The first look at the lines brings those into reach that were too far off.
_LINE_LOOKS = 2


@dataclass(frozen=True, eq=False)
class _Laid:
    """A fit, where the landmarks were seen on the form as laid by it, and what is off then."""

    fit: Homography
    seen: Sightings
    residual_mm: float


def settle(
    pyramid: Pyramid, template: Template, fit: Homography, search_mm: float, *, may_curl: bool = False
) -> Registration | None:
    """Mend a first fit by the printed artwork and measure it; None if the artwork is not there.

    Args:
        search_mm: How far off the fit may be.
        may_curl: The fit is sure enough that print which is not there may be looked for further off.
    """
    if not len(choose_landmarks(template).centres_mm) or not is_sheet_of_paper(fit, template):
        return None
    laid = _lay(pyramid, template, fit, search_mm)
    if not is_sheet_of_paper(laid.fit, template):
        return None
    flat = describe(laid.fit, template, laid.residual_mm, laid.seen.match)
    if laid.seen.show_form(choose_landmarks(template)):
        if flat.residual_mm <= _FLAT_MM:
            return flat
        found = _followed(flat, laid.seen, pyramid, template)
        return found if found.residual_mm <= _OUTLIER_MM or _agrees(laid.seen, template) else None
    return _uncurled(fit, pyramid, template) if may_curl else None


def _agrees(seen: Sightings, template: Template) -> bool:
    """The form is there without the landmarks that lie where no paper bends to: strange text looks alike."""
    landmarks = choose_landmarks(template)
    off = np.hypot(*(seen.found_mm - landmarks.centres_mm).T)
    return replace(seen, scores=np.where(off <= _OUTLIER_MM, seen.scores, -1.0)).show_form(landmarks)


def describe(fit: Homography, template: Template, residual_mm: float, match: float) -> Registration:
    """A registration without drift."""
    return Registration(fit, residual_mm, match, turn_deg(fit, template), px_per_mm(fit, template))


def _lay(pyramid: Pyramid, template: Template, fit: Homography, search_mm: float) -> _Laid:
    """Look the landmarks up and move the fit to where they are, if that leaves less of a residual."""
    landmarks = choose_landmarks(template)
    expected = landmarks.centres_mm
    scale = px_per_mm(fit, template)
    seen = look_up(pyramid, fit, scale, landmarks, search_mm)
    correction = _mend(expected, seen)
    if _shift_mm(correction, expected) > _LOOK_AGAIN_MM:
        fit = fit @ correction
        seen = look_up(pyramid, fit, scale, landmarks, search_mm)
        correction = _mend(expected, seen)
    as_laid, mended = (_residual_mm(matrix, expected, seen) for matrix in (np.eye(3), correction))
    if mended >= as_laid:
        return _Laid(fit, seen, as_laid)
    moved = replace(seen, found_mm=project(inverse(correction), seen.found_mm))
    return _Laid(fit @ correction, moved, mended)


def _followed(flat: Registration, seen: Sightings, pyramid: Pyramid, template: Template) -> Registration:
    """The same slip with its paper's drift, where that leaves less of a residual.

    Args:
        seen: The landmarks on the form as ``flat`` lays it.
    """
    landmarks = choose_landmarks(template)
    if flat.residual_mm > _OUTLIER_MM:
        seen = look_up(pyramid, flat.homography, flat.px_per_mm, landmarks, _CURLED_SEARCH_MM)
    rough = follow_paper(witnesses_of(landmarks, seen), template)
    if rough is None:
        return flat
    exact = _exactly(rough, flat, pyramid, template)
    return exact if exact is not None and exact.residual_mm < flat.residual_mm else flat


def _uncurled(fit: Homography, pyramid: Pyramid, template: Template) -> Registration | None:
    """A slip so badly curled that its print is not where its markers would have it."""
    landmarks = choose_landmarks(template)
    scale = px_per_mm(fit, template)
    seen = look_up(pyramid, fit, scale, landmarks, _CURLED_SEARCH_MM)
    rough = follow_paper(witnesses_of(landmarks, seen), template)
    if rough is None:
        return None
    return _exactly(rough, describe(fit, template, float("inf"), 0.0), pyramid, template)


def _exactly(
    rough: Followed, flat: Registration, pyramid: Pyramid, template: Template
) -> Registration | None:
    """The drift by many landmarks and the lines of the combs; None if too little of the print is there."""
    dense, lines = choose_landmarks(template, DENSE_GRID_MM), comb_lines_of(template)
    fit, scale = flat.homography, flat.px_per_mm
    expected = dense.centres_mm + rough.drift.at(dense.centres_mm)
    seen = look_up(pyramid, fit, scale, dense, NARROW_SEARCH_MM, expected)
    better = follow_paper(witnesses_of(dense, seen), template)
    if better is None or not seen.show_form(dense):
        return None
    exact, is_lost = better, False
    for _ in range(_LINE_LOOKS):
        found = look_up_lines(pyramid, fit, scale, lines, exact.drift)
        followed = follow_paper(witnesses_of(dense, seen, lines, found), template, better.lengths_mm)
        if followed is None:
            return None
        exact, is_lost = followed, is_comb_lost(lines, found)
    # the last look was at where the one before it put the combs
    if is_lost and is_comb_lost(lines, look_up_lines(pyramid, fit, scale, lines, exact.drift)):
        return None
    return replace(flat, drift=exact.drift, residual_mm=exact.residual_mm, artwork_match=seen.match)


def _mend(expected: NDArray[np.float64], seen: Sightings) -> Homography:
    """The homography, millimetres to millimetres, that moves the landmarks to where they were seen."""
    good = seen.is_good
    if np.count_nonzero(good) < 8:
        return np.eye(3)
    fit, _ = cv2.findHomography(expected[good], seen.found_mm[good], cv2.RANSAC, _OUTLIER_MM)
    mended = as_homography(fit)
    return np.eye(3) if mended is None else mended


def _shift_mm(correction: Homography, points: NDArray[np.float64]) -> float:
    return float(np.abs(project(correction, points) - points).max(initial=0.0))


def _residual_mm(correction: Homography, expected: NDArray[np.float64], seen: Sightings) -> float:
    """95th percentile distance of the landmarks seen to where the fit puts them; inf if none was."""
    good = seen.is_good
    if not good.any():
        return float("inf")
    off = seen.found_mm[good] - project(correction, expected[good])
    distances = np.sort(np.hypot(off[:, 0], off[:, 1]))
    # numpy's percentile, at a tenth of its time for so few
    return float(np.interp(_RESIDUAL_SHARE * (len(distances) - 1), np.arange(len(distances)), distances))
