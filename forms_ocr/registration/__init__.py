"""Page to slips: where each slip lies, and how well its printed artwork fits."""

from forms_ocr.registration.blank import is_blank
from forms_ocr.registration.forms import register_each
from forms_ocr.registration.register import markers_seen, register
from forms_ocr.registration.unseen import shows_writing_alone

__all__ = ["is_blank", "markers_seen", "register", "register_each", "shows_writing_alone"]
