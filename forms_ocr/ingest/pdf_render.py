"""Draw a PDF page with poppler."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pdf2image import convert_from_path
from pdf2image.exceptions import (
    PDFInfoNotInstalledError,
    PDFPageCountError,
    PDFPopplerTimeoutError,
    PDFSyntaxError,
)

from forms_ocr.errors import ConfigurationError, PageError
from forms_ocr.ingest.limits import Limits
from forms_ocr.model import GreyImage, Reason

_TIMEOUT_S = Limits().page_timeout_s


def render_pdf_page(
    path: Path, number: int, dpi: float, *, timeout_s: float = _TIMEOUT_S, is_strict: bool = False
) -> GreyImage:
    """What a person sees of a PDF page (its crop box, turned by /Rotate, with form values and comments).

    Args:
        number: Counts from 1.
        dpi: Pixels per inch of the page's own size; the caller sees to it that the result is not too large.
        timeout_s: Poppler is killed after this long.
        is_strict: Refuse the page if poppler complains about it, rather than take what it could draw.

    Returns:
        Grey, (H, W) uint8.

    Raises:
        PageError: ``PAGE_TIMEOUT`` or ``PAGE_BROKEN``.
        ConfigurationError: Poppler is not installed.
    """
    try:
        images = convert_from_path(
            path.absolute(),  # a relative name may begin with a dash
            dpi=dpi,  # type: ignore[arg-type]  # only ever put on a command line
            first_page=number,
            last_page=number,
            grayscale=True,
            use_cropbox=True,
            strict=is_strict,
            timeout=timeout_s,  # type: ignore[arg-type]  # handed to subprocess, which takes fractions
        )
    except PDFInfoNotInstalledError as error:
        raise ConfigurationError("poppler", ["pdftoppm is not installed: install poppler-utils"]) from error
    except PDFPopplerTimeoutError as error:
        message = f"drawing it took more than {timeout_s:g} s; print and scan it again"
        raise PageError(Reason.PAGE_TIMEOUT, message) from error
    except (PDFPageCountError, PDFSyntaxError) as error:
        message = "the PDF is damaged, poppler cannot draw it; scan it again"
        raise PageError(Reason.PAGE_BROKEN, message) from error
    if len(images) != 1:
        raise PageError(Reason.PAGE_BROKEN, "poppler draws nothing of it; scan it again")
    return np.asarray(images[0].convert("L"))
