"""Inspects scans in seconds, without reading them: which pages to scan again while the paper is at hand."""

from forms_ocr.inspection.causes import with_causes
from forms_ocr.inspection.finding import Finding, Inspection, Kind, PageInspection
from forms_ocr.inspection.inspect import Inspector

__all__ = ["Finding", "Inspection", "Inspector", "Kind", "PageInspection", "with_causes"]
