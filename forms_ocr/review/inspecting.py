"""A look at a file that somebody brings, in a process of its own: it comes from a stranger.

``python -m forms_ocr.review.inspecting FILE TEMPLATE PAGES`` prints what :func:`inspect_file` returns.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forms_ocr.errors import PageError, ScanError
from forms_ocr.ingest import Limits, Scan, open_scan
from forms_ocr.model import PageDisposition, Reason, Rules
from forms_ocr.pipeline import Reader, build_reader, read_page
from forms_ocr.review.desk import reason_shown
from forms_ocr.review.shown import InspectedPage, ReasonShown

MOST_PAGES = 40
"""Looked at while somebody waits: two seconds and the start of the process. The batch reads all of them."""

TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a look at a file says.

    Attributes:
        page_count: All pages, looked at or not; 0 where it cannot be opened.
        reason: Why it cannot be opened.
    """

    pages: tuple[InspectedPage, ...]
    page_count: int = 0
    reason: ReasonShown | None = None


Inspector = Callable[[Path], Inspected]
"""Looks at a file. Raises nothing for what is wrong with it."""


def inspect_apart(path: Path, template: Path, timeout_s: float = TIMEOUT_S) -> Inspected:
    """Look at a file in a process of its own, which is ended when it takes too long."""
    command = [sys.executable, "-m", __name__, str(path), str(template), str(MOST_PAGES)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout_s, check=True)  # noqa: S603
    except subprocess.TimeoutExpired:
        return Inspected((), 0, reason_shown(Reason.PAGE_TIMEOUT))
    except subprocess.CalledProcessError:
        return Inspected((), 0, reason_shown(Reason.PAGE_CRASHED_READER))
    return _from_json(json.loads(done.stdout))


def _from_json(said: dict[str, Any]) -> Inspected:
    pages = tuple(
        InspectedPage(
            page["page"], page["disposition"], page["slips"], _shown(page["reason"]), page["message"]
        )
        for page in said["pages"]
    )
    return Inspected(pages, said["page_count"], _shown(said["reason"]))


def _shown(code: str | None) -> ReasonShown | None:
    return None if code is None else reason_shown(Reason(code))


def inspect_file(path: Path, template: Path, most_pages: int) -> dict[str, Any]:
    """Look at a file here and now.

    Returns:
        As JSON: ``pages``, ``page_count``, ``reason``.
    """
    reader = build_reader(template, None, Rules(), None)
    try:
        with open_scan(path, Limits()) as scan:
            numbers = range(1, min(scan.page_count, most_pages) + 1)
            pages = [_page(scan, number, reader) for number in numbers]
            return {"pages": pages, "page_count": scan.page_count, "reason": None}
    except ScanError as error:
        return {"pages": [], "page_count": 0, "reason": error.reason}


def _page(scan: Scan, number: int, reader: Reader) -> dict[str, Any]:
    try:
        reading = read_page(scan.read(number), reader)
    except PageError as error:
        quarantined = PageDisposition.QUARANTINED.value
        facts = {"disposition": quarantined, "slips": 0, "reason": error.reason, "message": error.message}
    else:
        facts = {
            "disposition": reading.disposition.value,
            "slips": len(reading.slips),
            "reason": reading.reason.value if reading.reason is not None else None,
            "message": reading.message,
        }
    return {"page": number, **facts}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(inspect_file(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))
