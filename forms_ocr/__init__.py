"""forms_ocr: handwritten meter-reading slips, from a box of scans to records and a review queue."""

__version__ = "0.1.0"
