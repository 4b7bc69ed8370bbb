"""Lay every slip of a page on its template and say how well it lies."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from forms_ocr.model import Homography, Page, Registration, Template
from forms_ocr.registration.blank import LOOK_AT_PX, is_blank
from forms_ocr.registration.features import KEYPOINTS, MANY_KEYPOINTS, find_by_texture
from forms_ocr.registration.hidden import told
from forms_ocr.registration.landmarks import NARROW_SEARCH_MM, WIDE_SEARCH_MM
from forms_ocr.registration.markers import MarkerSighting, count_markers, find_slips, first_fit
from forms_ocr.registration.paper import inverse, is_sheet_of_paper, project, px_per_mm
from forms_ocr.registration.pyramid import Pyramid, build_pyramid
from forms_ocr.registration.settle import describe, settle

# Nobody lays a slip where less than this share of one is left free.
_ROOM_FOR_A_SLIP = 0.8
# Slips of one page are of one size; a chance pattern that reads as one marker is of any.
_SAME_SIZE = 0.08


def register(page: Page, template: Template) -> tuple[Registration, ...]:
    """Find the slips on a page and say where each lies.

    Markers come first; then, for forms without them and where there is room for a slip whose markers are
    covered, the texture of the print. Both give a first fit only. It is mended and measured by landmarks of
    the printed artwork, and where the artwork is not found there is no slip, whatever the markers say.

    Args:
        page: Resolution 100 to 600 dpi, measured here and not believed; a scan or a photograph, turned and
            skewed by any angle.
        template: Its markers may be empty.

    Returns:
        In reading order, empty where there is no slip of this form. A slip that is there and cannot be read
        has an infinite ``residual_mm`` and, where it is known, the reason: its markers are seen beside other
        slips and its print is not found, or fields of it are off the page or under another slip.
    """
    pyramid = build_pyramid(page.pixels)
    found, lost = _by_markers(pyramid, template)
    if not found or lost or _has_room(pyramid, template, found):
        found += _by_texture(pyramid, template, found)
        if not found and not template.markers:
            found += _by_texture(pyramid, template, found, MANY_KEYPOINTS)
    slips = told(found, pyramid, template)
    if found:
        slips += [_half_hidden(one, template) for one in lost if _is_elsewhere(one, found, template)]
    return _in_reading_order(slips, template)


@dataclass(frozen=True, eq=False)
class _Lost:
    """Markers between which the print was not found, and the fit they speak for."""

    sightings: list[MarkerSighting]
    fit: Homography


def _by_markers(pyramid: Pyramid, template: Template) -> tuple[list[Registration], list[_Lost]]:
    """Slips that lie where their markers say, and markers whose print is not found there."""
    found: list[Registration] = []
    lost: list[_Lost] = []
    for sightings in find_slips(pyramid, template):
        fit = first_fit(sightings)
        if fit is None:
            continue
        is_sure = len(sightings) > 2
        search_mm = NARROW_SEARCH_MM if is_sure else WIDE_SEARCH_MM
        slip = settle(pyramid, template, fit, search_mm, may_curl=is_sure)
        if slip is not None:
            found.append(slip)
        elif is_sheet_of_paper(fit, template):
            lost.append(_Lost(sightings, fit))
    return found, lost


def _is_elsewhere(lost: _Lost, found: list[Registration], template: Template) -> bool:
    """The markers are of a slip of their own: they lie on none that was found, and one alone has its size."""
    middles = np.array([sighting.corners_px.mean(axis=0) for sighting in lost.sightings])
    on_found = np.zeros(len(middles), bool)
    for slip in found:
        x, y = project(inverse(slip.homography), middles).T
        on_found |= (x > 0) & (x < template.width_mm) & (y > 0) & (y < template.height_mm)
    if on_found.mean() >= 0.5:
        return False
    scale = px_per_mm(lost.fit, template)
    near_in_size = [abs(scale / slip.px_per_mm - 1.0) < _SAME_SIZE for slip in found]
    return len(lost.sightings) > 1 or any(near_in_size)


def _half_hidden(lost: _Lost, template: Template) -> Registration:
    return describe(lost.fit, template, float("inf"), 0.0)


def _by_texture(
    pyramid: Pyramid, template: Template, found: list[Registration], count: int = KEYPOINTS
) -> list[Registration]:
    """Slips that show their print where none was found yet."""
    more: list[Registration] = []
    for fit in find_by_texture(pyramid, template, count):
        slip = settle(pyramid, template, fit, WIDE_SEARCH_MM)
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
        outline = project(level.from_page @ slip.homography, corners)
        cv2.fillConvexPoly(rest, np.rint(outline).astype(np.int32), paper)
    return not is_blank(rest)


def _overlaps_any(slip: Registration, others: list[Registration], template: Template) -> bool:
    """Its middle lies on another slip."""
    middle = np.array([[template.width_mm / 2, template.height_mm / 2]])
    place = project(slip.homography, middle)
    on_others = [project(inverse(other.homography), place)[0] for other in others]
    return any(0 < x < template.width_mm and 0 < y < template.height_mm for x, y in on_others)


def markers_seen(page: Page, template: Template) -> int:
    """How many different markers of the form a page shows, whether or not a slip could be laid on it."""
    return count_markers(build_pyramid(page.pixels), template)


def _in_reading_order(slips: list[Registration], template: Template) -> tuple[Registration, ...]:
    """Row by row from top to bottom, each from left to right.

    A slip whose middle lies less than half a slip below the first middle of a row is in that row: nobody
    lays slips out in straight lines.
    """
    middle = np.array([[template.width_mm / 2, template.height_mm / 2]])
    places = [(slip, *project(slip.homography, middle)[0].tolist()) for slip in slips]
    rows: list[list[tuple[Registration, float, float]]] = []
    for slip, x, y in sorted(places, key=lambda place: place[2]):
        half_px = slip.px_per_mm * min(template.width_mm, template.height_mm) / 2
        if not rows or y - rows[-1][0][2] >= half_px:
            rows.append([])
        rows[-1].append((slip, x, y))
    return tuple(slip for row in rows for slip, _, _ in sorted(row, key=lambda place: place[1]))
