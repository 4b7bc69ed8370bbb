"""``forms-ocr run``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from forms_ocr.cli.options import reading_options
from forms_ocr.errors import ExitCode


@click.command(short_help="Read scans into a workspace.")
@click.argument(
    "scans",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="Files, and folders that are searched with all below them.",
)
@reading_options
@click.option(
    "--archive",
    type=click.Path(file_okay=False, path_type=Path),
    help="Move files there once their receipt is committed; without it they stay where they are.",
)
@click.option(
    "--resume", "is_resumed", is_flag=True, help="Go on although most pages are foreign or quarantined."
)
def run(scans: tuple[Path, ...], **asked: Any) -> ExitCode:
    """Read SCANS, which are files or folders of PDF, TIFF, JPEG and PNG, into a workspace.

    Each folder right below a given one is an office. Tables and report lie in WORKSPACE/exports
    afterwards. The same command again goes on where it stopped; what is done is not done twice. Scans given
    again with another template, registry, period or other settings are read again.

    \b
    A night's work:
      forms-ocr run inbox/ -w workspace --registry registry.csv --period 2026-11
    A form of one's own, no registry, one worker:
      forms-ocr run box.pdf -w workspace --template form.pdf --workers 1
    """  # noqa: D301  # click keeps the line breaks after it
    from forms_ocr.cli.reading import Order, carry_out  # noqa: PLC0415  # workers need none of it

    return carry_out(Order(scans, **asked))
