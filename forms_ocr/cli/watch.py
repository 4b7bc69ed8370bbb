"""``forms-ocr watch``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from forms_ocr.cli.options import reading_options
from forms_ocr.errors import ExitCode


@click.command(short_help="Read scans as they come in.")
@click.argument(
    "inbox",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folders that are searched with all below them.",
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
def watch(inbox: tuple[Path, ...], **asked: Any) -> ExitCode:
    """Look through INBOX again and again, and do with each file that is complete what `run` does.

    A file is complete when its office's manifest.csv names its content, or when it has not changed for a
    while and has its end. Ctrl-C and SIGTERM end it in order; started again it goes on, what was left comes
    first.

    \b
    forms-ocr watch inbox/ -w workspace --registry registry.csv --archive read/
    """  # noqa: D301  # click keeps the line breaks after it
    from forms_ocr.cli.reading import Order  # noqa: PLC0415  # workers need none of it
    from forms_ocr.cli.watching import keep_watch  # noqa: PLC0415

    return keep_watch(Order(inbox, **asked))
