"""``forms-ocr receipt``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from forms_ocr.cli.options import config_option, old_workspace_option, period_option
from forms_ocr.errors import ConfigurationError, ExitCode
from forms_ocr.model import Period


@click.command(short_help="Write what an office gets: what came, and what to scan again.")
@click.argument("office", help='As in the tables; "" for scans that lie in no office\'s folder.')
@old_workspace_option
@period_option
@config_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The page to write; WORKSPACE/exports/receipt-OFFICE.html if not given.",
)
def receipt(
    office: str, workspace: Path, period: Period | None, config: Path | None, out: Path | None
) -> ExitCode:
    """Write a page for the staff of OFFICE: what came in, and which pages to scan again.

    Each of these has its number, the reason in Russian and English, and a small picture. Slips whose scan was
    too blurred, dark, faint or coarse to read them surely follow, without a picture. Exit code 4 if there are
    any.

    \b
    forms-ocr receipt office-12 -w workspace --period 2026-11
    """  # noqa: D301  # click keeps the line breaks after it
    from forms_ocr.cli.opened import looking_into  # noqa: PLC0415  # workers need none of it
    from forms_ocr.cli.reading import configuration_of  # noqa: PLC0415
    from forms_ocr.export import render_receipt, write_receipt  # noqa: PLC0415
    from forms_ocr.store import Workspace  # noqa: PLC0415

    when = period or configuration_of(config, Workspace(workspace)).current_period(datetime.now(UTC))
    with looking_into(workspace) as (_, ledger):
        pages = [page for page in ledger.pages(when) if page.office == office]
        waiting = sum(period.waiting for period in ledger.overview() if period.period == str(when))
        decided = ledger.decision_book().standing(str(when))
        slips = [slip for slip in ledger.slips(when) if slip.office == office and slip.slip_id not in decided]
    if not pages:
        raise ConfigurationError(
            office, [f"office: nothing of it was read in {when}; pages.csv has the names"]
        )
    made = render_receipt(office, when, pages, workspace, waiting, slips)
    place = out or workspace / "exports" / f"receipt-{made.file_name}.html"
    write_receipt(place, made.html)
    click.echo(f"{place}: {len(pages)} page(s), {made.to_scan_again} to scan again")
    return ExitCode.QUARANTINED if made.to_scan_again else ExitCode.DONE
