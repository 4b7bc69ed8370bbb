"""Opening the PDFs that people bring and writing those that this package makes."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf

from forms_ocr.errors import StorageError, TemplateError

MAX_PDF_BYTES = 30_000_000

SAVE_OPTIONS: dict[str, Any] = {"deterministic_id": True, "compress_streams": False, "min_version": "1.7"}
"""The same bytes for the same content. Streams are left uncompressed: what a compressor makes of them
depends on its version. Comb fields need PDF 1.5."""


def open_pdf(path: Path) -> pikepdf.Pdf:
    """Open a PDF that may come from anybody; the caller closes it.

    A damaged file is not repaired: half a form would be a form that looks sound.

    Raises:
        TemplateError: The file cannot be read, is too large, is protected or is not a PDF.
    """
    data, fault = read_limited(path, MAX_PDF_BYTES)
    if data is None:
        raise TemplateError(str(path), [fault])
    try:
        return pikepdf.open(BytesIO(data), attempt_recovery=False)
    except pikepdf.PasswordError:
        fault = f"{path.name}: it is protected by a password; save it without one"
    except pikepdf.PdfError as error:
        fault = unsound(path, error)
    raise TemplateError(str(path), [fault])


def unsound(path: Path, error: Exception) -> str:
    """The fault of a PDF that breaks its own format."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return f"{path.name}: it is not a sound PDF ({lines[-1]}); save it anew with another program"


def read_limited(path: Path, limit: int) -> tuple[bytes | None, str]:
    """Read a file of at most ``limit`` bytes; None and the fault otherwise."""
    try:
        size = path.stat().st_size
        if size > limit:
            return None, f"{path.name}: it has {size} bytes; at most {limit}"
        return path.read_bytes(), ""
    except OSError as error:
        return None, f"{path.name}: it cannot be read ({error.strerror or error}); is the path right?"


def save_pdf(pdf: pikepdf.Pdf, path: Path) -> None:
    """Write a PDF, the same bytes for the same content.

    Raises:
        StorageError: The file cannot be written.
    """
    try:
        pdf.save(path, **SAVE_OPTIONS)
    except OSError as error:
        why = error.strerror or error
        raise StorageError(f"{path}: it cannot be written ({why}); is the folder there, and room?") from error
