"""Opens scans and hands out their pages; file formats are known nowhere else."""

from forms_ocr.ingest.delivery import Arrivals
from forms_ocr.ingest.discovery import Discovery, IgnoredFile, ScanFile, discover
from forms_ocr.ingest.limits import Limits
from forms_ocr.ingest.names import printable
from forms_ocr.ingest.opening import open_scan
from forms_ocr.ingest.pdf_render import render_pdf_page
from forms_ocr.ingest.scan import Scan

__all__ = [
    "Arrivals",
    "Discovery",
    "IgnoredFile",
    "Limits",
    "Scan",
    "ScanFile",
    "discover",
    "open_scan",
    "printable",
    "render_pdf_page",
]
