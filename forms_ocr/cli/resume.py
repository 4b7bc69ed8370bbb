"""``forms-ocr resume``."""

from __future__ import annotations

from typing import Any

import click

from forms_ocr.cli.options import reading_options
from forms_ocr.errors import ExitCode


@click.command(short_help="Finish what an interrupted run left.")
@reading_options
def resume(**asked: Any) -> ExitCode:
    """Read the pages that are in a workspace and that nobody has read yet; the inbox is not needed for it.

    They are what a run left that was interrupted or stopped by itself, and what `retry` has put back. Name
    the same template and registry as before. Without --period it is the first month that has something left.

    \b
    forms-ocr resume -w workspace --registry registry.csv --period 2026-11
    """  # noqa: D301  # click keeps the line breaks after it
    from forms_ocr.cli.reading import Order, carry_out  # noqa: PLC0415  # workers need none of it

    return carry_out(Order((), **asked, is_resumed=True))
