"""``forms-ocr retry``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from forms_ocr.cli.options import config_option, old_workspace_option, period_option
from forms_ocr.errors import ExitCode
from forms_ocr.model import Period


@click.command(short_help="Put quarantined scans and pages back to be read.")
@click.argument("scans", nargs=-1, help="As in pages.csv; all of the period if none is named.")
@old_workspace_option
@period_option
@config_option
def retry(scans: tuple[str, ...], workspace: Path, period: Period | None, config: Path | None) -> ExitCode:
    """Put quarantined SCANS, or single quarantined pages of them, back among those that nobody has read.

    The next `run` or `resume` reads them. Worth it after the program, its limits or the machine have changed;
    a damaged file stays damaged.

    \b
    forms-ocr retry -w workspace --period 2026-11
    forms-ocr retry office-12/box-3.pdf -w workspace --period 2026-11
    """  # noqa: D301  # click keeps the line breaks after it
    from forms_ocr.cli.opened import holding_old  # noqa: PLC0415  # workers need none of it
    from forms_ocr.cli.reading import configuration_of  # noqa: PLC0415
    from forms_ocr.store import Workspace  # noqa: PLC0415

    when = period or configuration_of(config, Workspace(workspace)).current_period(datetime.now(UTC))
    with holding_old(workspace, "forms-ocr retry") as (_, ledger):
        known = {scan.title: scan.id for scan in ledger.scans(when)}
        unknown = [name for name in scans if name not in known]
        if unknown:
            raise click.UsageError(f"{', '.join(unknown)}: no such scan in {when}; pages.csv has the names")
        count = ledger.try_again(when, [known[name] for name in scans] if scans else list(known.values()))
    click.echo(f"{count} page(s) of {when} put back; `forms-ocr resume --period {when}` reads them")
    return ExitCode.DONE
