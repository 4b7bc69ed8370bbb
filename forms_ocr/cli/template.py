"""``forms-ocr template``: print forms, check forms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from forms_ocr.errors import ExitCode
from forms_ocr.model import Field, Shape, Template
from forms_ocr.template import default_template_path, load_template, write_sheet

_PDF = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(short_help="Print and check forms.")
def template() -> None:
    """Print forms and check them.

    \b
    forms-ocr template sheet slips.pdf
    forms-ocr template check form.pdf
    """  # noqa: D301  # click keeps the line breaks after it


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


@template.command(short_help="Say which fields a form has, or what is wrong with it.")
@click.argument("pdf", type=_PDF, help="The form; the TOML of its meaning is looked for beside it.")
def check(pdf: Path) -> ExitCode:
    """Load the form PDF and list its fields, or all its faults (exit code 6).

    \b
    forms-ocr template check form.pdf
    """  # noqa: D301  # click keeps the line breaks after it
    form = load_template(pdf)
    for line in describe(form):
        click.echo(line)
    return ExitCode.DONE


def describe(form: Template) -> Iterator[str]:
    """The form and its fields as lines of text."""
    yield f"{form.title or form.name}: {form.width_mm:g} x {form.height_mm:g} mm, {_markers(form)}"
    yield from _aligned(
        [
            ("field", "kind", "cells", "holds", "required", "role", "label"),
            *(_row(form, field) for field in form.fields),
        ]
    )


def _markers(form: Template) -> str:
    return f"{len(form.markers)} markers" if form.markers else "no markers, found by its artwork"


def _row(form: Template, field: Field) -> tuple[str, ...]:
    holds = field.content.value if field.shape in {Shape.COMB, Shape.LINE} else ""
    cells = str(len(field.cells)) if field.cells else ""
    required = "yes" if field.is_required else ""
    return field.name, field.shape.value, cells, holds, required, _role(form, field.name), field.label


def _role(form: Template, name: str) -> str:
    """What the business rules take the field for, "" for a field that only becomes a column."""
    roles = form.roles
    date = () if roles.date is None else (roles.date.day, roles.date.month, roles.date.year)
    address = () if roles.address is None else (roles.address.street, roles.address.house, roles.address.flat)
    named: dict[str, tuple[str, ...]] = {"date": date, "address": address}
    named |= {"account": (roles.account,), "reading": (roles.reading,), "signature": (roles.signature,)}
    return next((role for role, names in named.items() if name in names), "")


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
