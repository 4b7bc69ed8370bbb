"""What kind of file a scan is, by its first bytes: endings lie."""

from __future__ import annotations

import stat
import warnings
from collections.abc import Callable
from pathlib import Path

from forms_ocr.errors import ConfigurationError, ScanError
from forms_ocr.ingest.limits import Limits
from forms_ocr.ingest.names import printable
from forms_ocr.ingest.pdf import PdfScan
from forms_ocr.ingest.raster import open_jpeg, open_png
from forms_ocr.ingest.scan import Scan, told
from forms_ocr.ingest.tiff import TiffScan
from forms_ocr.model import Reason

_HEAD_BYTES = 1024
"""A PDF may begin with as much of something else (PDF 1.7, implementation note 13)."""

_OPENERS: tuple[tuple[bytes, Callable[[Path, Limits], Scan]], ...] = (
    (b"\xff\xd8\xff", open_jpeg),
    (b"\x89PNG\r\n\x1a\n", open_png),
    (b"II*\0", TiffScan),
    (b"MM\0*", TiffScan),
    (b"II+\0", TiffScan),
    (b"MM\0+", TiffScan),
    (b"%PDF-", PdfScan),
)

_STRANGERS = (
    (b"PK\x03\x04", "it looks like an archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "it looks like an old office document"),
    (b"<", "it looks like a web page"),
    (b"GIF8", "it looks like a GIF picture"),
    (b"RIFF", "it looks like a WebP picture or a film"),
    (b"BM", "it looks like a BMP picture"),
    (b"MZ", "it looks like a program"),
    (b"\0\0\0\0\0\0\0\0", "it holds nothing but zeros; copy it again"),
    (b"\0\0\0", "it looks like a HEIC photograph or a film"),
)
"""What offices send by mistake, so that the message can say so. The first that fits is told."""


def open_scan(path: Path, limits: Limits = Limits()) -> Scan:  # noqa: B008  # frozen, so shared safely
    """Open a scan of any kind that can be read. Use the result as a context manager, or close it.

    Raises:
        ScanError: It is empty, broken, encrypted, too large, or none of PDF, TIFF, JPEG, PNG.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # what they mean shows when a page is read
            return _opener(path, limits)(path, limits)
    except ScanError as error:
        raise ScanError(error.reason, f"{printable(path.name)}: {error.message}") from error
    except ConfigurationError:
        raise
    except MemoryError as error:
        message = f"{printable(path.name)}: opening it needs more memory than this process may use; split it"
        raise ScanError(Reason.SCAN_TOO_LARGE, message) from error
    except Exception as error:
        message = f"{printable(path.name)}: damaged, cannot be opened ({told(error)}); copy or scan it again"
        raise ScanError(Reason.SCAN_BROKEN, message) from error


def _opener(path: Path, limits: Limits) -> Callable[[Path, Limits], Scan]:
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):  # opening a pipe would wait for ever
        raise ScanError(Reason.SCAN_BROKEN, "not a file")
    if about.st_size == 0:
        raise ScanError(Reason.SCAN_EMPTY, "the file is empty; copy or scan it again")
    if about.st_size > limits.max_file_bytes:
        most = f"at most {limits.max_file_bytes / 1e6:.0f} MB are read"
        message = f"{about.st_size / 1e6:.0f} MB; {most}; split it"
        raise ScanError(Reason.SCAN_TOO_LARGE, message)
    with path.open("rb") as file:
        return _opener_for(file.read(_HEAD_BYTES))


def _opener_for(head: bytes) -> Callable[[Path, Limits], Scan]:
    for magic, opener in _OPENERS:
        if head.startswith(magic):
            return opener
    if b"%PDF-" in head:
        return PdfScan
    text = head.lstrip(b"\xef\xbb\xbf \r\n\t")  # a byte order mark and blanks may stand before a web page
    guess = next((guess for magic, guess in _STRANGERS if text.startswith(magic)), "")
    message = "not a PDF, TIFF, JPEG or PNG" + (f": {guess}" if guess else "")
    raise ScanError(Reason.SCAN_TYPE_UNKNOWN, message)
