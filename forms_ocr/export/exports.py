"""Everything a run leaves under its exports folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from forms_ocr.export.facts import RunFacts
from forms_ocr.export.publish import Disk, publish
from forms_ocr.export.report import render_report
from forms_ocr.export.summary import Summary, summarise
from forms_ocr.export.tables import PAGE_TABLE, page_table, slip_tables
from forms_ocr.model import FiledPage, FiledSlip, Template, natural_key

REPORT = "report.html"
SUMMARY = "summary.json"


def write_exports(
    folder: Path,
    pages: Sequence[FiledPage],
    slips: Sequence[FiledSlip],
    template: Template,
    facts: RunFacts,
    disk: Disk | None = None,
    others: Sequence[Template] = (),
) -> Summary:
    """Write the CSV tables, the summary and the report, all or none.

    The same pages and slips, in any order, give the same bytes; files that would not change are not touched.

    Args:
        folder: Usually ``WORKSPACE/exports``; made if it does not exist.
        pages: Every page of the ledger, a scan that cannot be opened as page 0.
        slips: Every slip of the ledger.
        template: Whose fields the records carry.
        facts: What the run was told.
        disk: A double in tests.
        others: More templates of the run; each slip says by which it was read.

    Returns:
        The counts that were written.

    Raises:
        ConservationError: The counts do not add up; nothing is written.
        StorageError: The folder cannot be written; what was there before is still there.
    """
    pages = sorted(pages, key=lambda page: (natural_key(page.office), natural_key(page.scan), page.page))
    slips = sorted(
        slips, key=lambda slip: (natural_key(slip.office), natural_key(slip.scan), slip.page, slip.slip)
    )
    summary = summarise(pages, slips)
    contents = {
        **slip_tables(slips, template, others),
        PAGE_TABLE: page_table(pages),
        REPORT: render_report(pages, slips, template, facts, summary, others).encode("utf-8"),
        SUMMARY: summary.to_json(facts).encode("utf-8", "backslashreplace"),
    }
    publish(folder, contents, disk)
    return summary
