"""``forms-ocr inspect``."""

from __future__ import annotations

from pathlib import Path

import click

from forms_ocr.cli.options import FILE
from forms_ocr.errors import ExitCode


@click.command(short_help="Say at once which pages to scan again.")
@click.argument(
    "scans",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="Files, and folders that are searched with all below them.",
)
@click.option(
    "--template",
    "templates",
    multiple=True,
    type=FILE,
    help="The form, if it is not the meter slip that comes along; several times for several forms.",
)
@click.option("--config", type=FILE, help="Settings; the defaults if not given.")
@click.option("--watch", "is_watching", is_flag=True, help="Go on with every file that comes, until Ctrl-C.")
@click.option("--json", "is_json", is_flag=True, help="A line of JSON a file instead of text.")
@click.option(
    "--language", type=click.Choice(["ru", "en"]), help="Of the text; Russian and English if not given."
)
def inspect(
    scans: tuple[Path, ...],
    templates: tuple[Path, ...],
    config: Path | None,
    is_watching: bool,
    is_json: bool,
    language: str | None,
) -> ExitCode:
    """Look at SCANS without reading them: pages, slips and what is wrong, while the paper is at hand.

    Nothing is kept. Exit code 4 if any page must be scanned again: it is cut off, covered, blurred, too
    dark, too faint, too coarse, cannot be read, or is no slip. What lies upside down is read all the same,
    and paper that was scanned before is named.

    \b
    forms-ocr inspect box3.pdf
    forms-ocr inspect inbox/ --watch
    """  # noqa: D301  # click keeps the line breaks after it
    from forms_ocr.cli.inspecting import Request, inspect_all, keep_inspecting  # noqa: PLC0415  # as in run

    request = Request(scans, templates, config, is_json, language)
    return keep_inspecting(request) if is_watching else inspect_all(request)
