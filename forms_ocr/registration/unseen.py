"""A filled-in form whose print a scan does not show: drop-out ink, or a threshold too low for pale print."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import Page, Template
from forms_ocr.registration.blank import BORDER_SHARE, ink_of

# People overshoot the fields, and a page skewed by one degree is off by this much at its corners.
_AROUND_FIELDS_MM = 5.0
# A form that is nearly all fields says nothing: any page has its ink there.
_MOST_FIELDS = 0.75
# Specks and stamps lie outside.
_LEAST_INSIDE = 0.9
# Sides of the page against those of the form; printers, scanners and scissors account for less.
_SAME_SHAPE = 0.06


def shows_writing_alone(page: Page, template: Template) -> bool:
    """Whether the ink of a page lies where the form's fields are and hardly anywhere else.

    For pages on which the form was not found: then it may be there all the same, its print too pale to be
    seen. A letter or another form has ink elsewhere too. Markers are printed black, so that of a form that
    has them more is seen than writing.

    Args:
        page: The size of one sheet of the form, at any resolution, turned by any right angle.
    """
    fields = _fields_of(template)
    if template.markers or float(fields.mean()) > _MOST_FIELDS:
        return False
    ink = ink_of(page.pixels)
    count = np.count_nonzero(ink)
    turned = [np.rot90(fields, quarters) for quarters in range(4)]
    inside = [_inside(ink, one) for one in turned if _has_shape(page.pixels.shape, one.shape)]
    return bool(count) and bool(max(inside, default=0) >= _LEAST_INSIDE * count)


@lru_cache(maxsize=16)
def _fields_of(template: Template) -> NDArray[np.bool_]:
    """The form at one pixel a millimetre: its fields and what is around them."""
    places = np.zeros((round(template.height_mm), round(template.width_mm)), bool)
    for box in (field.box for field in template.fields):
        top, left = (max(0, round(side - _AROUND_FIELDS_MM)) for side in (box.top_mm, box.left_mm))
        bottom, right = (round(side + _AROUND_FIELDS_MM) for side in (box.bottom_mm, box.right_mm))
        places[top:bottom, left:right] = True
    return places


def _has_shape(page: tuple[int, ...], form: tuple[int, ...]) -> bool:
    return abs(page[0] * form[1] / (page[1] * form[0]) - 1.0) < _SAME_SHAPE


def _inside(ink: NDArray[np.bool_], fields: NDArray[np.bool_]) -> int:
    """Pixels of ink on the fields of a page that shows the whole form from edge to edge."""
    rows, cols = (max(1, round(side * BORDER_SHARE)) for side in fields.shape)
    inner = np.ascontiguousarray(fields[rows:-rows, cols:-cols], np.uint8)
    on_page = cv2.resize(inner, ink.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return int(np.count_nonzero(ink & (on_page > 0)))
