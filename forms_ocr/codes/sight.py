"""Reading codes: on a slip at their known place, on a page without slips anywhere."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from forms_ocr.codes.payload import read_account_text, read_cover_text
from forms_ocr.codes.place import QUIET_MM, code_place
from forms_ocr.model import Box, Cover, GreyImage, Homography, Page, Registration, Template

_PX_PER_MM = 8.0
"""A square of a slip's code is then seven pixels wide."""
_GLANCE_STEP_MM = 1.0
_INK_CONTRAST = 40
"""Darker than the paper by this much (of 255) is ink."""
_LEAST_INK_SHARE = 0.15
"""About half of a code is black; a remark written into the free place covers less than a tenth of it."""

_LOOKS_PX = (860, 1240)
"""Short sides of the copies of a page on which a cover's code is looked for: 100 and 150 dpi of an A4 sheet.
Its squares are 1.3 mm, and small copies are quicker and free of grain."""
_LONGEST_SHARE = 4
"""A page longer than this many of its short sides is no sheet of paper."""


def read_slip_code(page: Page, registration: Registration, template: Template) -> str:
    """The account that a slip's code names; "" where there is none or it cannot be read.

    A slip without one costs a look at some thousand pixels.
    """
    place = code_place(template)
    if place is None or not _shows_code(page, registration, place):
        return ""
    around = Box(
        place.left_mm - QUIET_MM,
        place.top_mm - QUIET_MM,
        place.right_mm + QUIET_MM,
        place.bottom_mm + QUIET_MM,
    )
    picture = _cut(page.pixels, registration, around, 1 / _PX_PER_MM)
    found = (read_account_text(_decoded(picture, detector)) for detector in _detectors())
    return next((account for account in found if account), "")


def find_cover(page: Page) -> Cover | None:
    """The cover sheet that a page is; None if it is something else."""
    short, long = sorted(page.pixels.shape)
    if long > _LONGEST_SHARE * short:
        return None
    sides = dict.fromkeys(min(side, short) for side in _LOOKS_PX)
    quick, _ = _detectors()
    found = (read_cover_text(_decoded(_reduced(page.pixels, side / short), quick)) for side in sides)
    return next((cover for cover in found if cover is not None), None)


def _shows_code(page: Page, registration: Registration, place: Box) -> bool:
    """Whether so much is black there that it may be a code; single pixels, a millimetre apart, say enough."""
    glance = _cut(page.pixels, registration, place, _GLANCE_STEP_MM, cv2.INTER_NEAREST)
    paper = int(np.percentile(glance, 90))
    return float(np.mean(glance < paper - _INK_CONTRAST)) >= _LEAST_INK_SHARE


def _cut(
    pixels: GreyImage, registration: Registration, box: Box, step_mm: float, how: int = cv2.INTER_LINEAR
) -> GreyImage:
    """A box of the form laid straight, a pixel every ``step_mm``; what lies off the page is white."""
    to_form = np.array(
        [
            [step_mm, 0.0, box.left_mm + step_mm / 2],
            [0.0, step_mm, box.top_mm + step_mm / 2],
            [0.0, 0.0, 1.0],
        ]
    )
    cut = cv2.warpPerspective(
        pixels,
        registration.homography @ _carried(registration, box) @ to_form,
        (round(box.width_mm / step_mm), round(box.height_mm / step_mm)),
        flags=how | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=255,
    )
    return np.asarray(cut, np.uint8)


def _carried(registration: Registration, box: Box) -> Homography:
    """How far paper that does not lie flat carries a box; small as a code is, it stays a square."""
    carried = np.eye(3)
    if registration.drift is not None:
        middle = np.array([[(box.left_mm + box.right_mm) / 2, (box.top_mm + box.bottom_mm) / 2]])
        carried[:2, 2] = registration.drift.at(middle)[0]
    return carried


def _reduced(pixels: GreyImage, scale: float) -> GreyImage:
    if scale >= 1:
        return pixels
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


@cache
def _detectors() -> tuple[cv2.QRCodeDetectorAruco, cv2.QRCodeDetector]:
    """The quick and good one; the other one sees a code now and then that it misses."""
    return cv2.QRCodeDetectorAruco(), cv2.QRCodeDetector()


def _decoded(picture: GreyImage, detector: cv2.QRCodeDetectorAruco | cv2.QRCodeDetector) -> str:
    """The text of the code in a picture, "" without one.

    Bytes that are no text come back as an exception of OpenCV's binding, odd shapes as OpenCV's own.
    """
    try:
        text, _, _ = detector.detectAndDecode(picture)
    except (cv2.error, UnicodeDecodeError):
        return ""
    return text
