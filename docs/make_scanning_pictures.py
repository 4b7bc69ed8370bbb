"""Draw the pictures of scanning.md: a cover sheet and a slip printed for a customer.

    .venv/bin/python docs/make_scanning_pictures.py

Run it again when a form or the cover changes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from pdf2image import convert_from_path
from PIL import Image, ImageOps

from forms_ocr.model import Account, AccountStatus, Cover
from forms_ocr.template import default_template_path, write_cover, write_personal_slips

IMAGES = Path(__file__).with_name("images")
CUSTOMER = Account("120332449133", "Пушкина", "69", "120", "", None, 5, AccountStatus.DIRECT)
FRAME_GREY = 170


def draw_cover(out: Path) -> None:
    """The whole sheet."""
    _save(_sheet(60, lambda pdf: write_cover(Cover("12", "3", 120), pdf)), out)


def draw_personal_slip(out: Path) -> None:
    """The upper slip of the sheet."""
    sheet = _sheet(110, lambda pdf: write_personal_slips(default_template_path(), [CUSTOMER], pdf))
    _save(sheet.crop((0, 0, sheet.width, sheet.height // 2)), out)


def _sheet(dpi: int, write: Callable[[Path], object]) -> Image.Image:
    with tempfile.TemporaryDirectory(prefix="forms-ocr-docs-") as folder:
        pdf = Path(folder, "sheet.pdf")
        write(pdf)
        return convert_from_path(pdf, dpi)[0].convert("L")


def _save(picture: Image.Image, out: Path) -> None:
    ImageOps.expand(picture, 2, FRAME_GREY).quantize(16).save(out, optimize=True)


if __name__ == "__main__":
    draw_cover(IMAGES / "cover.png")
    draw_personal_slip(IMAGES / "personal.png")
