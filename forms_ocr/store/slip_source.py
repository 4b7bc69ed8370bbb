"""Where a slip can be seen."""

from __future__ import annotations

from dataclasses import dataclass

from forms_ocr.model import Registration


@dataclass(frozen=True, slots=True)
class SlipSource:
    """Where a slip can be seen: its original, the page in it, and its place on the page."""

    scan_id: int
    sha256: str
    page: int
    registration: Registration
