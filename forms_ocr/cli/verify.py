"""``forms-ocr verify``."""

from __future__ import annotations

from pathlib import Path

import click

from forms_ocr.cli.options import old_workspace_option
from forms_ocr.errors import ExitCode

_SHOWN = 50


@click.command(short_help="Prove that nothing of a workspace is lost or changed.")
@old_workspace_option
def verify(workspace: Path) -> ExitCode:
    """Compare the ledger with itself and with the files.

    Every page of every scan has one disposition, every slip is on its page, every original has its hash,
    every picture is there. Exit code 1 on any violation; each is named. Nobody may be at work in the
    workspace meanwhile (exit code 5).

    \b
    forms-ocr verify -w workspace
    """  # noqa: D301  # click keeps the line breaks after it
    from forms_ocr.cli.opened import holding_old  # noqa: PLC0415  # workers need none of it

    with holding_old(workspace, "forms-ocr verify") as (_, ledger):
        found = ledger.violations()
        scans = sum(sum(period.scans.values()) for period in ledger.overview())
    for violation in found[:_SHOWN]:
        click.echo(violation)
    if len(found) > _SHOWN:
        click.echo(f"and {len(found) - _SHOWN} more")
    if found:
        click.echo(f"{workspace}: {len(found)} violation(s); keep it as it is and restore it from a backup")
        return ExitCode.BUG
    click.echo(f"{workspace}: {scans} scan(s) with all their pages, slips, originals and pictures are sound")
    return ExitCode.DONE
