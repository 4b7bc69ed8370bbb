"""Will a form work? What makes it hard to read or to find, before the first thousand copies are printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from forms_ocr.model import Box, Field, GreyImage, Page, Shape, Template
from forms_ocr.registration import register
from forms_ocr.registration.landmarks import WIDE_SEARCH_MM, choose_landmarks, look_up
from forms_ocr.registration.pyramid import build_pyramid
from forms_ocr.template.detection import Spot, find_spots
from forms_ocr.template.ruling import find_ruling
from forms_ocr.template.units import MM_PER_INCH

GOOD_CELL_MM = (4.8, 6.5)
"""In smaller cells people write over the lines; digits of 4 mm are read worse than those of 6."""
EDGE_MM = 5.0
"""Office printers and sheet feeders lose what is nearer to the edge of the paper."""
MARKER_GAP_MM, LEAST_MARKER_GAP_MM = 4.0, 1.5
"""A stroke that touches a marker hides it; people overshoot a field by 2 to 3 mm."""
COMB_GAP_MM = 1.5
GOOD_LANDMARKS, LEAST_LANDMARKS = 12, 8
"""Eight places hold a fit; the others are for those that ink, stains and folds take away."""
GOOD_SPREAD = 0.3
"""Share of the page between the outermost landmarks; beyond them a fit is only continued."""
SUSPICIOUS_TURN_MATCH, AMBIGUOUS_TURN_MATCH = 0.3, 0.5
"""From half of its print on a form is taken for found, see ``registration``."""

_SAME_PLACE = 0.5


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a form; a fault will not work, the rest works less well than it could."""

    is_fault: bool
    text: str


def check_form(template: Template) -> tuple[Finding, ...]:
    """Everything that can be said about a form without printing it, faults first."""
    found = [
        *_field_findings(template),
        *_printed_cells(template),
        *_marker_findings(template),
        *_landmark_findings(template),
        *_turn_findings(template),
    ]
    return tuple(sorted(found, key=lambda finding: not finding.is_fault))


def _field_findings(template: Template) -> Iterator[Finding]:
    for field in template.fields:
        yield from _size_findings(field)
        edge = _to_edge_mm(field.box, template)
        if edge < EDGE_MM:
            yield Finding(
                False, f"field {field.name!r}: {edge:.1f} mm from the edge; printers need {EDGE_MM:g}"
            )
    combs = [field for field in template.fields if field.shape is Shape.COMB]
    for number, one in enumerate(combs):
        for other in combs[number + 1 :]:
            gap = _gap_mm(one.box, other.box)
            if gap < COMB_GAP_MM:
                text = f"field {one.name!r}: {gap:.1f} mm from field {other.name!r}; writing will run over"
                yield Finding(False, text)


def _size_findings(field: Field) -> Iterator[Finding]:
    if field.shape is not Shape.COMB:
        return
    width, height = field.cells[0].width_mm, field.cells[0].height_mm
    if width < GOOD_CELL_MM[0] or height < GOOD_CELL_MM[1]:
        least = f"{GOOD_CELL_MM[0]:g} x {GOOD_CELL_MM[1]:g} mm"
        text = f"field {field.name!r}: cells of {width:.1f} x {height:.1f} mm are small; at least {least}"
        yield Finding(False, text)


def _to_edge_mm(box: Box, template: Template) -> float:
    return min(box.left_mm, box.top_mm, template.width_mm - box.right_mm, template.height_mm - box.bottom_mm)


def _gap_mm(one: Box, other: Box) -> float:
    """The distance between two boxes along the direction in which they are apart."""
    across = max(one.left_mm, other.left_mm) - min(one.right_mm, other.right_mm)
    down = max(one.top_mm, other.top_mm) - min(one.bottom_mm, other.bottom_mm)
    return max(across, down)


def _printed_cells(template: Template) -> Iterator[Finding]:
    """Combs whose printed cells are others than the field says: a slip of the hand in a PDF editor."""
    ruling = find_ruling(template.artwork, template.artwork_dpi / MM_PER_INCH)
    printed = [spot for spot in find_spots(ruling) if spot.shape is Shape.COMB]
    for field in template.fields:
        if field.shape is not Shape.COMB:
            continue
        for spot in printed:
            if _shared(field.box, spot.box) < _SAME_PLACE or spot.cells == len(field.cells):
                continue
            yield Finding(True, _miscounted(field, spot))


def _miscounted(field: Field, spot: Spot) -> str:
    return (
        f"field {field.name!r}: {spot.cells} cells are printed from {spot.box.left_mm:.1f} to "
        f"{spot.box.right_mm:.1f} mm, the field has {len(field.cells)} from {field.box.left_mm:.1f} to "
        f"{field.box.right_mm:.1f} mm; set MaxLen and the field's edges to the printed cells"
    )


def _shared(one: Box, other: Box) -> float:
    """What two boxes share, as a part of what they cover together."""
    across = min(one.right_mm, other.right_mm) - max(one.left_mm, other.left_mm)
    down = min(one.bottom_mm, other.bottom_mm) - max(one.top_mm, other.top_mm)
    common = max(0.0, across) * max(0.0, down)
    return common / (one.width_mm * one.height_mm + other.width_mm * other.height_mm - common)


def _marker_findings(template: Template) -> Iterator[Finding]:
    for marker in template.markers:
        corners = np.array(marker.corners_mm)
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        box = Box(float(left), float(top), float(right), float(bottom))
        for field in template.fields:
            gap = _gap_mm(field.box, box)
            if gap < MARKER_GAP_MM:
                where = f"{max(gap, 0.0):.1f} mm from marker {marker.id}"
                text = f"field {field.name!r}: {where}; at least {MARKER_GAP_MM:g}"
                yield Finding(gap < LEAST_MARKER_GAP_MM, text)


def _landmark_findings(template: Template) -> Iterator[Finding]:
    """Is there enough print, far enough apart, that is not written over?"""
    places = choose_landmarks(template).centres_mm
    if len(places) < LEAST_LANDMARKS:
        text = (
            f"artwork: only {len(places)} places to lay the form by; "
            "print more text or lines away from the fields"
        )
        yield Finding(True, text)
        return
    if not register(Page(1, template.artwork, template.artwork_dpi), template):
        yield Finding(
            True, "artwork: not even the empty form itself is found; print more text around the fields"
        )
        return
    if len(places) < GOOD_LANDMARKS:
        enough = f"{GOOD_LANDMARKS} or more bear stains and folds"
        text = f"artwork: {len(places)} places to lay the form by; {enough}"
        yield Finding(False, text)
    hull = cv2.convexHull(places.astype(np.float32))
    spread = float(cv2.contourArea(hull)) / (template.width_mm * template.height_mm)
    if spread < GOOD_SPREAD:
        text = (
            f"artwork: the places to lay the form by span {spread:.0%} of the page; "
            "print something near its corners"
        )
        yield Finding(False, text)


def turn_match(template: Template) -> float:
    """Share of its own print that a form finds where it would be if the page lay the other way up, 0 to 1."""
    landmarks = choose_landmarks(template)
    if not len(landmarks.centres_mm):
        return 0.0
    upside_down: GreyImage = np.ascontiguousarray(template.artwork[::-1, ::-1])
    px = template.artwork_dpi / MM_PER_INCH
    upright = np.array([[px, 0.0, -0.5], [0.0, px, -0.5], [0.0, 0.0, 1.0]])
    seen = look_up(build_pyramid(upside_down), upright, px, landmarks, WIDE_SEARCH_MM)
    return float(np.mean(seen.is_good))


def _turn_findings(template: Template) -> Iterator[Finding]:
    match = turn_match(template)
    if match >= AMBIGUOUS_TURN_MATCH:
        text = (
            f"artwork: upside down {match:.0%} of it looks the same; "
            "print something that stands on one side only"
        )
        yield Finding(not template.markers, text)
    elif match >= SUSPICIOUS_TURN_MATCH:
        yield Finding(False, f"artwork: upside down {match:.0%} of it looks the same")
