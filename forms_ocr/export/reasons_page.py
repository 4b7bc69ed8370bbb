"""The documentation page of all reason codes; ``python -m forms_ocr.export.reasons_page`` prints it."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from forms_ocr.export.reasons import REASON_TEXTS, SCAN_REASON_TEXTS, SLIP_REASON_TEXTS
from forms_ocr.model import Reason


def reasons_markdown() -> str:
    """The documentation page of all reason codes, in the order of :class:`Reason`."""
    return "\n".join(
        [
            "# Reason codes",
            "",
            "Why a scan, a page or a slip did not simply go through, and what a clerk does about it.",
            "The codes stand in the columns `reason` of `pages.csv` and `reasons` of `review.csv`",
            "and `refused.csv`; they never change once released. The words are those of `report.html`.",
            "",
            "This page is printed by `python -m forms_ocr.export.reasons_page`; a test keeps it up to date.",
            "",
            "## Scans and pages",
            "",
            *_table(reason for reason in Reason if reason in SCAN_REASON_TEXTS),
            "",
            "## Slips",
            "",
            *_table(reason for reason in Reason if reason in SLIP_REASON_TEXTS),
            "",
        ]
    )


def _table(reasons: Iterable[Reason]) -> list[str]:
    return ["| code | what it means | what to do |", "|---|---|---|", *map(_row, reasons)]


def _row(reason: Reason) -> str:
    text = REASON_TEXTS[reason]
    meaning = f"{text.title.en}<br>{text.title.ru}"
    return f"| `{reason}` | {meaning} | {text.advice.en}<br>{text.advice.ru} |"


if __name__ == "__main__":
    sys.stdout.write(reasons_markdown())
