"""Slips that are there and laid, and of which something that has to be read is not on the page."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import Box, Reason, Registration, Template
from forms_ocr.registration.landmarks import NARROW_SEARCH_MM, choose_landmarks, look_up
from forms_ocr.registration.paper import corners_px, inverse, project
from forms_ocr.registration.pyramid import Pyramid

# A field is cut off when more than this much of it is: writing leaves that much free at its edges.
_EDGE_MM = 1.0
# Shares of the print that show which of two slips lies on top where they overlap.
_ON_TOP = 0.6
_BELOW = 0.4


def told(slips: list[Registration], pyramid: Pyramid, template: Template) -> list[Registration]:
    """The same slips; one of which a field is off the page or under another slip says so, and is not read."""
    return [_told(slip, slips, pyramid, template) for slip in slips]


def _told(
    slip: Registration, slips: list[Registration], pyramid: Pyramid, template: Template
) -> Registration:
    if _is_cut_off(slip, pyramid, template):
        return unreadable(slip, Reason.SLIP_CUT_OFF)
    others = (other for other in slips if other is not slip)
    if any(_is_covered(slip, other, pyramid, template) for other in others):
        return unreadable(slip, Reason.SLIP_COVERED)
    return slip


def unreadable(slip: Registration, reason: Reason) -> Registration:
    """The same slip, not to be read."""
    return replace(slip, residual_mm=float("inf"), reason=reason)


def _shrunk(box: Box) -> NDArray[np.float64]:
    """(4, 2), the corners of what must be seen of a field."""
    edge = min(_EDGE_MM, box.width_mm / 4, box.height_mm / 4)
    middle = box.corners_mm.mean(axis=0)
    return np.asarray(box.corners_mm + edge * np.sign(middle - box.corners_mm), np.float64)


def _is_cut_off(slip: Registration, pyramid: Pyramid, template: Template) -> bool:
    height, width = pyramid.levels[0].pixels.shape
    places = slip.to_page(_field_corners(template))
    return bool(((places < -0.5) | (places > (width - 0.5, height - 0.5))).any())


@lru_cache(maxsize=8)
def _field_corners(template: Template) -> NDArray[np.float64]:
    """(N, 2), of what must be seen of all fields; of the form itself where it has none."""
    whole = Box(0.0, 0.0, template.width_mm, template.height_mm)
    return np.concatenate([_shrunk(box) for box in [field.box for field in template.fields] or [whole]])


def _is_covered(slip: Registration, other: Registration, pyramid: Pyramid, template: Template) -> bool:
    """A field of the slip lies where the other is, and the other does not lie below it."""
    outline = corners_px(other.homography, template).astype(np.float32)
    common, _ = cv2.intersectConvexConvex(corners_px(slip.homography, template).astype(np.float32), outline)
    if common <= 0:
        return False
    fields = [slip.to_page(_shrunk(field.box)).astype(np.float32) for field in template.fields]
    if not any(cv2.intersectConvexConvex(field, outline)[0] > 0 for field in fields):
        return False
    seen, others = (
        _seen_within(one, over, pyramid, template) for one, over in ((slip, other), (other, slip))
    )
    # told and not guessed: only a slip that surely lies on top is read
    return not (seen >= _ON_TOP and others <= _BELOW)


def _seen_within(slip: Registration, other: Registration, pyramid: Pyramid, template: Template) -> float:
    """Share of a slip's print that shows where another slip is; 0.5 where it has none to show."""
    landmarks = choose_landmarks(template)
    on_page = slip.to_page(landmarks.centres_mm)
    on_other = project(inverse(other.homography), on_page)
    inside = ((on_other > 0) & (on_other < (template.width_mm, template.height_mm))).all(axis=1)
    if not inside.any():
        return (_ON_TOP + _BELOW) / 2
    expected = landmarks.centres_mm
    if slip.drift is not None:
        expected = expected + slip.drift.at(expected)
    seen = look_up(pyramid, slip.homography, slip.px_per_mm, landmarks, NARROW_SEARCH_MM, expected)
    return float(np.mean(seen.is_good[inside]))
