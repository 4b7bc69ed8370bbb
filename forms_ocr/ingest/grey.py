"""Pictures of any kind -> grey."""

from __future__ import annotations

import numpy as np
from PIL import Image

from forms_ocr.errors import PageError
from forms_ocr.model import GreyImage, Reason


def grey_pixels(image: Image.Image) -> GreyImage:
    """A decoded Pillow picture as grey, (H, W) uint8.

    Colour becomes luma (ITU-R 601), which keeps blue ink dark; what is transparent shows white paper;
    16 bits are cut to 8; black and white becomes 0 and 255.

    Raises:
        PageError: ``PAGE_BROKEN`` for samples that are no picture of paper, such as floating point.
    """
    if image.mode.startswith("I;16"):
        return (np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8)
    if image.mode in {"I", "F"}:
        raise PageError(Reason.PAGE_BROKEN, "32 bits a sample are not a scan; save it as 8-bit grey")
    if image.has_transparency_data:
        image = _on_white(image)
    return np.asarray(image.convert("L"))


def _on_white(image: Image.Image) -> Image.Image:
    coloured = image.convert("RGBA")
    paper = Image.new("RGBA", coloured.size, "white")
    return Image.alpha_composite(paper, coloured)
