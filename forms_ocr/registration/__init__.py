"""Page to slips: where each slip lies, and how well its printed artwork fits."""

from forms_ocr.registration.blank import is_blank
from forms_ocr.registration.forms import register_each
from forms_ocr.registration.register import markers_seen, register

__all__ = ["is_blank", "markers_seen", "register", "register_each"]
