"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from forms_ocr.model import Period

_Command = TypeVar("_Command", bound=Callable[..., Any])

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


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


workspace_option = click.option(
    "-w",
    "--workspace",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the ledger, the originals and the results; made if it does not exist.",
)

old_workspace_option = click.option(
    "-w",
    "--workspace",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the ledger, the originals and the results.",
)

period_option = click.option(
    "--period", type=PeriodType(), help="Billing month; the current one if not given."
)

config_option = click.option(
    "--config", type=FILE, help="Settings; WORKSPACE/forms-ocr.toml if that exists and none is given."
)


templates_option = click.option(
    "--template",
    "templates",
    multiple=True,
    type=FILE,
    help="A form, if it is not the meter slip that comes along; give it again for each further form.",
)


def reading_options(command: _Command) -> _Command:
    """What every command takes that reads scans; the order is that of the help."""
    for option in reversed(_READING):
        command = option(command)
    return command


_READING: tuple[Callable[[Any], Any], ...] = (
    workspace_option,
    templates_option,
    click.option("--registry", type=FILE, help="The retailer's accounts; without it no account is checked."),
    period_option,
    click.option(
        "--max-error",
        type=click.FloatRange(1e-6, 0.5),
        help="Share of wrong records among the accepted that is acceptable in this run; else the settings'.",
    ),
    click.option("--workers", type=click.IntRange(1, 256), help="Worker processes; one a core if not given."),
    config_option,
    click.option(
        "--store",
        help="Keep the ledger in PostgreSQL: postgresql+psycopg://user@host/database. Needed once; the "
        "password comes from PGPASSWORD or ~/.pgpass.",
    ),
)
