"""QR codes on our own paper: what stands in them, where they are, and how they are read."""

from forms_ocr.codes.payload import account_text, cover_text, read_account_text, read_cover_text
from forms_ocr.codes.place import CODE_SIDE_MM, code_place
from forms_ocr.codes.sight import find_cover, read_slip_code

__all__ = [
    "CODE_SIDE_MM",
    "account_text",
    "code_place",
    "cover_text",
    "find_cover",
    "read_account_text",
    "read_cover_text",
    "read_slip_code",
]
