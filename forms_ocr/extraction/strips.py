"""Fields cut out of the page, upright and at one resolution, beside the same cut of the empty form."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import Box, Field, GreyImage, Homography, Registration, Shape, Template

# About 150 dpi: a pen line of 0.4 mm is over two pixels wide, and a digit of 6 mm more than fills a glyph.
COMB_PX_PER_MM = 6.0
# Type of 2 mm and up can be read at this.
_LINE_PX_PER_MM = 6.0
# Whether something is there at all needs no more than 100 dpi.
_COARSE_PX_PER_MM = 4.0
# People overshoot the cells; what hangs over by this much is still theirs.
_MARGIN_MM = 2.5
_RESOLUTIONS = {Shape.COMB: COMB_PX_PER_MM, Shape.LINE: _LINE_PX_PER_MM}


@dataclass(frozen=True, slots=True)
class StripFrame:
    """The rectangle of the form that is cut out for a field: the field's box and a margin around it."""

    field: Field
    box: Box
    px_per_mm: float

    @property
    def size_px(self) -> tuple[int, int]:
        """``(width, height)``."""
        return round(self.box.width_mm * self.px_per_mm), round(self.box.height_mm * self.px_per_mm)

    @property
    def to_form(self) -> Homography:
        """Strip pixels to millimetres on the form."""
        step = 1.0 / self.px_per_mm
        return np.array(
            [
                [step, 0.0, self.box.left_mm + step / 2],
                [0.0, step, self.box.top_mm + step / 2],
                [0.0, 0.0, 1.0],
            ]
        )

    def column_of(self, x_mm: float) -> float:
        """Where a place on the form is in the strip, in pixels from its left edge."""
        return (x_mm - self.box.left_mm) * self.px_per_mm

    def row_of(self, y_mm: float) -> float:
        """Where a place on the form is in the strip, in pixels from its upper edge."""
        return (y_mm - self.box.top_mm) * self.px_per_mm


@lru_cache(maxsize=64)
def frames_of(template: Template) -> tuple[StripFrame, ...]:
    """The cut for every field, in the template's order."""
    return tuple(_frame_of(template, field) for field in template.fields)


def _frame_of(template: Template, field: Field) -> StripFrame:
    """The margin stays on the form; a check box has none, for a mark beside it is no mark."""
    margin = 0.0 if field.shape is Shape.MARK else _MARGIN_MM
    box = Box(
        max(0.0, field.box.left_mm - margin),
        max(0.0, field.box.top_mm - margin),
        min(template.width_mm, field.box.right_mm + margin),
        min(template.height_mm, field.box.bottom_mm + margin),
    )
    return StripFrame(field, box, _RESOLUTIONS.get(field.shape, _COARSE_PX_PER_MM))


@lru_cache(maxsize=512)
def artwork_strip(template: Template, frame: StripFrame) -> GreyImage:
    """The empty form where the field is."""
    px = template.artwork_dpi / 25.4
    to_artwork = np.array([[px, 0.0, -0.5], [0.0, px, -0.5], [0.0, 0.0, 1.0]])
    width, height = frame.size_px
    strip = np.empty((height, width), np.uint8)
    _warp(template.artwork, to_artwork @ frame.to_form, strip)
    return strip


def cut_strip(page: GreyImage, registration: Registration, frame: StripFrame) -> GreyImage:
    """The page where the field is; what lies off the page is paper."""
    width, height = frame.size_px
    strip = np.empty((height, width), np.uint8)
    cut_into(strip, page, registration, frame)
    return strip


def cut_into(out: GreyImage, page: GreyImage, registration: Registration, frame: StripFrame) -> None:
    """The same into an array, or a window of one, of the frame's size."""
    if registration.drift is None:
        _warp(page, registration.homography @ frame.to_form, out)
        return
    places = registration.to_page(_places_of(frame)).astype(np.float32)
    out[:] = cv2.remap(
        page,
        places[..., 0],
        places[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=255,
    )


@lru_cache(maxsize=64)
def _places_of(frame: StripFrame) -> NDArray[np.float64]:
    """(H, W, 2) where on the form every pixel of a strip is."""
    width, height = frame.size_px
    x = frame.box.left_mm + (np.arange(width) + 0.5) / frame.px_per_mm
    y = frame.box.top_mm + (np.arange(height) + 0.5) / frame.px_per_mm
    return np.stack(np.meshgrid(x, y), axis=-1)


def _warp(image: GreyImage, strip_to_image: Homography, out: GreyImage) -> None:
    cv2.warpPerspective(
        image,
        strip_to_image,
        (out.shape[1], out.shape[0]),
        dst=out,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=255,
    )
