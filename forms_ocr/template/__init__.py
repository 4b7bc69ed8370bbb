"""Form templates: drawing them, loading them, printing and filling them."""

from forms_ocr.template.cover import write_cover
from forms_ocr.template.filling import fill_values
from forms_ocr.template.loading import load_template, load_templates
from forms_ocr.template.personal import write_personal_slips
from forms_ocr.template.places import default_template_path
from forms_ocr.template.sheet import write_sheet

__all__ = [
    "default_template_path",
    "fill_values",
    "load_template",
    "load_templates",
    "write_cover",
    "write_personal_slips",
    "write_sheet",
]
