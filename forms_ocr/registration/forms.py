"""Several forms in one batch: each slip of a page is laid on the template that it is a print of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import GreyImage, Page, Registration, Template
from forms_ocr.registration.blank import LOOK_AT_PX, is_blank
from forms_ocr.registration.pyramid import build_pyramid
from forms_ocr.registration.register import register

# Fine enough for lines of 0.3 mm, blurred so that half a line off still overlaps.
_PX_PER_MM = 4.0
_BLUR_MM = 0.35
# Nobody lays a slip where less than this share of one is left free.
_ROOM_FOR_A_SLIP = 0.8

# Slips resemble their own form by 0.5 to 0.96, those full of broad ink least; a form with the same heading
# was taken for another at 0.19 (measured).
_SURE = 0.45

Laid = tuple[Template, Registration]
"""A slip and the form it is a print of."""


@dataclass(frozen=True, eq=False)
class _Seen:
    """A slip that was found, and how much it resembles its form."""

    template: Template
    laid: Registration
    resemblance: float

    @property
    def middle_px(self) -> NDArray[np.float64]:
        """(2,), on the page."""
        form = self.template
        return np.asarray(self.laid.to_page(np.array([[form.width_mm / 2, form.height_mm / 2]]))[0])


def register_each(page: Page, templates: Sequence[Template]) -> tuple[Laid, ...]:
    """Find the slips of a page, whichever of the forms each of them is.

    With one template this is :func:`register`. With several, the first whose print is found settles the page,
    unless there is room for a slip of another one, or another one looks so much like it that both are found:
    then the one counts whose whole print fits better.

    Args:
        templates: At least one; in whatever order, the answer is the same.

    Returns:
        In reading order.
    """
    if len(templates) == 1:
        return tuple((templates[0], laid) for laid in register(page, templates[0]))
    found: list[_Seen] = []
    for template in templates:
        if not found or _is_open(page, found, template):
            more = [_see(page, template, laid) for laid in register(page, template)]
            found = _better_of_each(found, more)
    ordered = sorted(found, key=lambda one: _place(one, found))
    return tuple((one.template, one.laid) for one in ordered)


def _see(page: Page, template: Template, laid: Registration) -> _Seen:
    named = replace(laid, template=template.fingerprint)
    return _Seen(template, named, resemblance(page, template, named))


def _is_open(page: Page, found: Sequence[_Seen], template: Template) -> bool:
    """Whether slips of one more template may be there, or be what was taken for another one's."""
    if any(one.resemblance < _SURE or _are_alike(template, one.template) for one in found):
        return True
    finest = max(one.laid.px_per_mm for one in found)
    taken = sum(one.template.width_mm * one.template.height_mm * one.laid.px_per_mm**2 for one in found)
    if page.pixels.size - taken < _ROOM_FOR_A_SLIP * template.width_mm * template.height_mm * finest**2:
        return False
    return not is_blank(_without(page, found))


def _without(page: Page, found: Sequence[_Seen]) -> GreyImage:
    """A reduced copy of the page with paper where slips were found."""
    pyramid = build_pyramid(page.pixels)
    level = pyramid.with_short_side(LOOK_AT_PX)
    rest = level.pixels.copy()
    paper = int(np.median(pyramid.levels[-1].pixels))
    for one in found:
        size_mm = (one.template.width_mm, one.template.height_mm)
        corners = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]) * size_mm
        outline = cv2.perspectiveTransform(corners[:, None], level.from_page @ one.laid.homography)
        cv2.fillConvexPoly(rest, np.rint(outline).astype(np.int32), (paper,))
    return rest


@lru_cache(maxsize=64)
def _are_alike(one: Template, other: Template) -> bool:
    """A print of either is taken for the other, like last year's edition of the same form."""
    return bool(register(_print_of(one), other)) or bool(register(_print_of(other), one))


def _print_of(template: Template) -> Page:
    return Page(1, template.artwork, template.artwork_dpi)


def _better_of_each(found: list[_Seen], more: list[_Seen]) -> list[_Seen]:
    """Of two that lie on the same paper the one that resembles it more."""
    kept = list(found)
    for one in more:
        rivals = [other for other in kept if _lies_on(one, other) or _lies_on(other, one)]
        if all(one.resemblance > rival.resemblance for rival in rivals):
            kept = [other for other in kept if not any(other is rival for rival in rivals)] + [one]
    return kept


def _lies_on(one: _Seen, other: _Seen) -> bool:
    """Its middle is inside the other."""
    middle = one.middle_px[None, None]
    x, y = cv2.perspectiveTransform(middle, np.linalg.inv(other.laid.homography))[0, 0]
    return bool(0 < x < other.template.width_mm and 0 < y < other.template.height_mm)


def resemblance(page: Page, template: Template, laid: Registration) -> float:
    """How much the page looks like the empty form where it was laid: their correlation, -1 to 1.

    Writing lowers it for every template alike; what decides between two is print that only one of them has.
    An unreadable slip resembles nothing.
    """
    if not np.isfinite(laid.residual_mm):
        return -1.0
    size = round(template.width_mm * _PX_PER_MM), round(template.height_mm * _PX_PER_MM)
    step = 1.0 / _PX_PER_MM
    to_form = np.array([[step, 0.0, step / 2], [0.0, step, step / 2], [0.0, 0.0, 1.0]])
    level = build_pyramid(page.pixels).with_resolution(laid.px_per_mm, _PX_PER_MM)
    seen = cv2.warpPerspective(
        level.pixels,
        level.from_page @ laid.homography @ to_form,
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    blurred = cv2.GaussianBlur(seen, (0, 0), _BLUR_MM * _PX_PER_MM).astype(np.float32)
    return _correlation(blurred, _blurred_form(template, size))


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    a, b = one - one.mean(), other - other.mean()
    return float((a * b).sum() / max(1e-6, float(np.sqrt((a * a).sum() * (b * b).sum()))))


@lru_cache(maxsize=16)
def _blurred_form(template: Template, size: tuple[int, int]) -> NDArray[np.float32]:
    small = cv2.resize(template.artwork, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), _BLUR_MM * _PX_PER_MM), np.float32)


def _place(one: _Seen, found: Sequence[_Seen]) -> tuple[int, float]:
    """From top to bottom, and from left to right where slips lie side by side."""
    rows = min(s.laid.px_per_mm * min(s.template.width_mm, s.template.height_mm) / 2 for s in found)
    x, y = one.middle_px
    return round(float(y) / rows), float(x)
