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
    halvings = max(0, round(np.log2(max(1.0, registration.px_per_mm / px_per_mm))))
    scale = 0.5**halvings
    to_halved = np.array([[scale, 0.0, (scale - 1) / 2], [0.0, scale, (scale - 1) / 2], [0.0, 0.0, 1.0]])
    picture = cv2.warpPerspective(
        _halved(page.pixels, halvings),
        to_halved @ registration.homography @ to_form,
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=255,
    )
    return np.asarray(picture, np.uint8)


def _halved(pixels: GreyImage, times: int) -> GreyImage:
    """Thin strokes survive a reduction only if neighbours are averaged first."""
    for _ in range(times):
        height, width = (side // 2 for side in pixels.shape)
        even = pixels[: 2 * height, : 2 * width]
        pixels = np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return pixels
