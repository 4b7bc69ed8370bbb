"""A look at a file that somebody brings, in a process of its own: it comes from a stranger.

``python -m forms_ocr.review.inspecting FILE PAGES TEMPLATE...`` prints what :func:`inspect_file` returns.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forms_ocr import inspection
from forms_ocr.export import Phrase
from forms_ocr.inspection.words import describe
from forms_ocr.model import Reason, Rules
from forms_ocr.review.desk import reason_shown
from forms_ocr.review.shown import InspectedPage, ReasonShown
from forms_ocr.template import load_template

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


def inspect_apart(path: Path, *templates: Path, timeout_s: float = TIMEOUT_S) -> Inspected:
    """Look at a file in a process of its own, which is ended when it takes too long."""
    command = [sys.executable, "-P", "-m", __name__, str(path), str(MOST_PAGES), *map(str, templates)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout_s, check=True)  # noqa: S603
    except subprocess.TimeoutExpired:
        return Inspected((), 0, reason_shown(Reason.PAGE_TIMEOUT))
    except subprocess.CalledProcessError:
        return Inspected((), 0, reason_shown(Reason.PAGE_CRASHED_READER))
    return _from_json(json.loads(done.stdout))


def _from_json(said: dict[str, Any]) -> Inspected:
    pages = tuple(
        InspectedPage(page["page"], page["slips"], _phrases(page["scan_again"]), _phrases(page["notes"]))
        for page in said["pages"]
    )
    reason = said["reason"]
    return Inspected(pages, said["page_count"], None if reason is None else reason_shown(Reason(reason)))


def _phrases(pairs: list[tuple[str, str]]) -> tuple[Phrase, ...]:
    return tuple(Phrase(*pair) for pair in pairs)


def inspect_file(path: Path, templates: Iterable[Path], most_pages: int) -> dict[str, Any]:
    """Look at a file here and now.

    Returns:
        As JSON: ``pages``, ``page_count``, and ``reason`` of a file that cannot be opened.
    """
    seen = inspection.Inspector(tuple(map(load_template, templates)), Rules()).inspect(
        path, most_pages=most_pages
    )
    unopened = [finding.reason for page in seen.pages if page.number == 0 for finding in page.findings]
    pages = [] if unopened else [_page(page) for page in seen.pages]
    return {"pages": pages, "page_count": seen.page_count, "reason": unopened[0] if unopened else None}


def _page(page: inspection.PageInspection) -> dict[str, Any]:
    said: dict[bool, list[tuple[str, str]]] = {True: [], False: []}
    for finding in page.findings:
        phrase = describe(finding)
        said[finding.kind.is_to_scan_again].append((phrase.ru, phrase.en))
    return {"page": page.number, "slips": page.slips, "scan_again": said[True], "notes": said[False]}


if __name__ == "__main__":
    forms = map(Path, sys.argv[3:])
    sys.stdout.write(json.dumps(inspect_file(Path(sys.argv[1]), forms, int(sys.argv[2]))))
