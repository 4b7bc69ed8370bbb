"""A registered slip to the ink in its fields."""

from forms_ocr.extraction.extract import extract
from forms_ocr.extraction.glyphs import normalise_glyph
from forms_ocr.extraction.picture import slip_picture

__all__ = ["extract", "normalise_glyph", "slip_picture"]
