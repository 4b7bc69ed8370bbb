"""``forms-ocr backup``."""

from __future__ import annotations

from pathlib import Path

import click

from forms_ocr.cli.options import old_workspace_option
from forms_ocr.errors import ExitCode


@click.command(short_help="Copy a workspace so that it can be gone on with.")
@click.argument(
    "target",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the copy; may hold an older one.",
)
@old_workspace_option
def backup(target: Path, workspace: Path) -> ExitCode:
    """Copy ledger, originals, pictures and settings to TARGET, which then is a workspace itself.

    What an earlier backup there holds already is not copied again. Nobody may be at work in the workspace
    meanwhile (exit code 5). A ledger in PostgreSQL is backed up with pg_dump.

    \b
    forms-ocr backup /mnt/backup/workspace -w workspace
    """  # noqa: D301  # click keeps the line breaks after it
    from forms_ocr.cli.opened import holding_old  # noqa: PLC0415  # workers need none of it
    from forms_ocr.store import copy_files  # noqa: PLC0415

    with holding_old(workspace, "forms-ocr backup") as (source, ledger):
        copied = copy_files(source, target)
        ledger.back_up(target / source.ledger_path.name)
    click.echo(f"{target}: {copied} new file(s) and the ledger; `forms-ocr verify -w {target}` proves it")
    return ExitCode.DONE
