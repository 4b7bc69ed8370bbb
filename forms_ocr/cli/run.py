"""``forms-ocr run``."""

from __future__ import annotations

from pathlib import Path

import click

from forms_ocr.errors import ExitCode
from forms_ocr.model import Period

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class PeriodType(click.ParamType[Period]):
    """A billing month on the command line."""

    name = "YYYY-MM"

    def convert(
        self, value: str | Period, param: click.Parameter | None, ctx: click.Context | None
    ) -> Period:
        """Read the month, or say what is wrong with it."""
        try:
            return value if isinstance(value, Period) else Period.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command(short_help="Read scans into a workspace.")
@click.argument(
    "scans",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="Files, and folders that are searched with all below them.",
)
@click.option(
    "-w",
    "--workspace",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the ledger, the originals and the results; made if it does not exist.",
)
@click.option("--template", type=_FILE, help="The form, if it is not the meter slip that comes along.")
@click.option("--registry", type=_FILE, help="The retailer's accounts; without it no account is checked.")
@click.option("--period", type=PeriodType(), help="Billing month; the current one if not given.")
@click.option("--workers", type=click.IntRange(1, 256), help="Worker processes; one a core if not given.")
@click.option(
    "--config", type=_FILE, help="Settings; WORKSPACE/forms-ocr.toml if that exists and none is given."
)
def run(
    scans: tuple[Path, ...],
    workspace: Path,
    template: Path | None,
    registry: Path | None,
    period: Period | None,
    workers: int | None,
    config: Path | None,
) -> ExitCode:
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

    return carry_out(Order(scans, workspace, template, registry, period, workers, config))
