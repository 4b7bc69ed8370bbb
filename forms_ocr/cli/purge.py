"""``forms-ocr purge``."""

from __future__ import annotations

from pathlib import Path

import click

from forms_ocr.cli.options import PeriodType, old_workspace_option
from forms_ocr.errors import ExitCode
from forms_ocr.model import Period


@click.command(short_help="Forget the people of old periods; the counts stay.")
@old_workspace_option
@click.option(
    "--before", required=True, type=PeriodType(), help="Periods before this one are purged; it is kept."
)
@click.confirmation_option(prompt="Originals and pictures will be gone for good. Go on?", help="Do not ask.")
def purge(workspace: Path, before: Period) -> ExitCode:
    """Remove originals and pictures of old periods, and accounts, readings, dates, addresses of their slips.

    Which pages and slips there were, what became of them and why stays in the ledger. Purging again finishes
    what an interrupted purge left. Exports, backups, and what people answered are not touched.

    \b
    forms-ocr purge -w workspace --before 2026-08
    """  # noqa: D301  # click keeps the line breaks after it
    from forms_ocr.cli.opened import holding_old  # noqa: PLC0415  # workers need none of it

    with holding_old(workspace, "forms-ocr purge") as (_, ledger):
        scans, files = ledger.purge(before)
    click.echo(f"{scans} scan(s) from before {before} purged, {files} file(s) removed")
    return ExitCode.DONE
