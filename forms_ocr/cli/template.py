"""``forms-ocr template``: print forms, take in those of others, check them."""

from __future__ import annotations

from pathlib import Path

import click

from forms_ocr.cli.drafting import check, detect
from forms_ocr.cli.prefilled import cover, personal
from forms_ocr.errors import ExitCode
from forms_ocr.template import default_template_path, write_sheet

_PDF = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(short_help="Print and check forms.")
def template() -> None:
    """Print forms and check them.

    \b
    forms-ocr template sheet slips.pdf
    forms-ocr template detect order.pdf -o templates
    forms-ocr template check form.pdf
    """  # noqa: D301  # click keeps the line breaks after it


template.add_command(check)
template.add_command(cover)
template.add_command(detect)
template.add_command(personal)


@template.command(short_help="Write a sheet of empty forms for printing.")
@click.argument(
    "out", type=click.Path(dir_okay=False, path_type=Path), help="The PDF to write; replaced if it is there."
)
@click.option("--template", "form", type=_PDF, help="The form, if it is not the meter slip that comes along.")
def sheet(out: Path, form: Path | None) -> ExitCode:
    """Write OUT, a PDF with as many empty forms as fit on an A4 sheet. Print it at 100 %.

    \b
    forms-ocr template sheet slips.pdf
    forms-ocr template sheet slips.pdf --template form.pdf
    """  # noqa: D301  # click keeps the line breaks after it
    write_sheet(form or default_template_path(), out)
    click.echo(f"{out}: print it at 100 %, without fitting it to the page")
    return ExitCode.DONE
