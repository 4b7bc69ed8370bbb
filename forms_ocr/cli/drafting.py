"""``forms-ocr template detect`` and ``check``: somebody else's form on its way to a template."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forms_ocr.cli.form_lines import aligned, describe
from forms_ocr.cli.options import FILE
from forms_ocr.errors import ExitCode, TemplateError
from forms_ocr.model import Rules

if TYPE_CHECKING:
    from forms_ocr.evaluation.trial import Trial
    from forms_ocr.template.draft import Draft

MIN_SHARE_FOUND = 0.9
"""A form that is lost more often is no form to send out."""


@click.command(short_help="Find the fields of an existing empty form and write a first template.")
@click.argument("source", type=FILE, help="The empty form: a PDF, or a scan of it.")
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the template, its TOML and the numbered picture; made if it does not exist.",
)
@click.option(
    "--page", default=1, show_default=True, type=click.IntRange(1), help="Which page of SOURCE the form is."
)
@click.option(
    "--dpi", type=click.FloatRange(100, 1200), help="The scan's resolution, where its file is wrong."
)
def detect(source: Path, out: Path, page: int, dpi: float | None) -> ExitCode:
    """Find cells, boxes, check boxes and lines to write on, and write a template to go on from.

    Look at the picture: what is missing or too much is put right in any PDF editor. Then say in the TOML what
    the fields mean, and try the form out with `template check`.

    \b
    forms-ocr template detect order.pdf -o templates
    forms-ocr template detect scan.tif -o templates --dpi 300
    """  # noqa: D301  # click keeps the line breaks after it
    # workers of a run need none of it
    from forms_ocr.recognition import TesseractLineReader  # noqa: PLC0415
    from forms_ocr.template.draft import draft_template  # noqa: PLC0415

    if out.resolve() == source.resolve().parent:
        raise click.BadParameter(
            f"{out}: the form itself lies there and would be replaced; name another folder",
            param_hint="--out",
        )
    draft = draft_template(source, out, TesseractLineReader(), number=page, dpi=dpi)
    for line in _drafted(draft):
        click.echo(line)
    return ExitCode.DONE


def _drafted(draft: Draft) -> Iterator[str]:
    turned = f", turned by {draft.skew_deg:+.1f} degrees to lie straight" if draft.skew_deg else ""
    yield f"{draft.width_mm:.0f} x {draft.height_mm:.0f} mm, {len(draft.spots)} fields{turned}"
    if draft.is_size_assumed:
        yield "The file does not say its resolution: taken for a whole A4 sheet; if it is none, give --dpi"
    rows = [
        (str(number), one.name, one.spot.shape.value, str(one.spot.cells or ""), one.label)
        for number, one in enumerate(draft.spots, start=1)
    ]
    yield from aligned([("", "field", "kind", "cells", "label"), *rows])
    yield f"Template: {draft.pdf}"
    yield f"Meaning:  {draft.toml}"
    yield f"Picture:  {draft.picture}"


@click.command(short_help="Say which fields a form has, what is wrong with it, and how well it will be read.")
@click.argument("pdf", type=FILE, help="The form; the TOML of its meaning is looked for beside it.")
@click.option(
    "--trials",
    default=12,
    show_default=True,
    type=click.IntRange(0, 10_000),
    help="How often the form is filled in and scanned in simulation; 0 for not at all.",
)
def check(pdf: Path, trials: int) -> ExitCode:
    """List the fields of the form PDF, look for weaknesses, and try it out: exit code 6 if it cannot work.

    In each trial the form is filled in, scanned at 150 to 300 dpi in one of the four turns, every other time
    by a poor scanner, and found again.

    \b
    forms-ocr template check form.pdf
    forms-ocr template check form.pdf --trials 100
    """  # noqa: D301  # click keeps the line breaks after it
    # workers of a run need none of it
    from forms_ocr.evaluation.trial import try_out  # noqa: PLC0415
    from forms_ocr.recognition import NetworkRecognizer  # noqa: PLC0415
    from forms_ocr.template import load_template  # noqa: PLC0415
    from forms_ocr.template.checking import check_form  # noqa: PLC0415

    form = load_template(pdf)
    for line in describe(form):
        click.echo(line)
    found = check_form(form)
    for finding in found:
        if not finding.is_fault:
            click.echo(f"Mind: {finding.text}")
    faults = [finding.text for finding in found if finding.is_fault]
    if trials:
        trial = try_out(form, NetworkRecognizer(), trials)
        click.echo("\n".join(_tried(trial)))
        faults += _trial_faults(trial)
    if faults:
        raise TemplateError(str(pdf), faults)
    return ExitCode.DONE


def _tried(trial: Trial) -> Sequence[str]:
    lines = [f"Tried out: found in {trial.found} of {trial.scans} scans"]
    if trial.found:
        lines.append(
            f"  fields off their place: {trial.error_mm(0.5):.2f} mm in half of them, "
            f"{trial.error_mm(0.95):.2f} mm at most in 95 of 100"
        )
    if trial.digits:
        lines.append(f"  digits read wrong: {trial.wrong_digits} of {trial.digits}, drawn hands")
    return lines


def _trial_faults(trial: Trial) -> list[str]:
    if trial.share_found < MIN_SHARE_FOUND:
        fault = (
            f"trial: found in {trial.found} of {trial.scans} scans only; print markers in the corners, "
            "or more text and lines that are not alike around the fields"
        )
        return [fault]
    limit = Rules().max_residual_mm
    if trial.error_mm(0.5) > limit:
        fault = (
            f"trial: fields lie {trial.error_mm(0.5):.2f} mm off their place in half of the scans, more than "
            f"the {limit} mm that digits bear; print more text or lines near the fields that are worst"
        )
        return [fault]
    return []
