"""The pages on which people review: Starlette, templates, script and style, all of them our own."""

from forms_ocr.review.web.app import make_app

__all__ = ["make_app"]
