"""A registered slip to the ink in its fields."""

from forms_ocr.extraction.digit_lines import is_digit_line
from forms_ocr.extraction.extract import extract
from forms_ocr.extraction.glyphs import normalise_glyph
from forms_ocr.extraction.ink_map import SAME_PAPER, draw_ink_map, likeness
from forms_ocr.extraction.picture import slip_picture

__all__ = [
    "SAME_PAPER",
    "draw_ink_map",
    "extract",
    "is_digit_line",
    "likeness",
    "normalise_glyph",
    "slip_picture",
]
