"""A slip laid straight, for people."""

from __future__ import annotations

import cv2
import numpy as np

from forms_ocr.model import GreyImage, Page, Registration, Template


def slip_picture(page: Page, registration: Registration, template: Template, dpi: float = 120.0) -> GreyImage:
    """The whole slip, upright, exactly from edge to edge of the printed form.

    Returns:
        Grey, (height, width) of the form at ``dpi``.
    """
    px_per_mm = dpi / 25.4
    size = round(template.width_mm * px_per_mm), round(template.height_mm * px_per_mm)
    step = 1.0 / px_per_mm
    to_form = np.array([[step, 0.0, step / 2], [0.0, step, step / 2], [0.0, 0.0, 1.0]])
    picture = cv2.warpPerspective(
        _blurred_for(page.pixels, registration.px_per_mm / px_per_mm),
        registration.homography @ to_form,
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=255,
    )
    return np.asarray(picture, np.uint8)


def _blurred_for(pixels: GreyImage, reduction: float) -> GreyImage:
    """Thin strokes survive a reduction only if neighbours are averaged first."""
    side = round(reduction)
    return pixels if side < 2 else np.asarray(cv2.blur(pixels, (side, side)), np.uint8)
