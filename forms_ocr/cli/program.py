"""The program as a whole: its options, and what every ending tells the shell."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

import click

from forms_ocr import __version__
from forms_ocr.errors import ExitCode, FormsOcrError


class Program(click.Group):
    """A group of commands that return an exit code; an error is one clear message and its exit code."""

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run a command and leave the process with its exit code."""
        extra["standalone_mode"] = False
        try:
            code = super().main(*args, **extra)
        except click.ClickException as error:
            error.show()
            code = error.exit_code
        except (KeyboardInterrupt, click.Abort) as error:
            # click makes an Abort out of every KeyboardInterrupt and keeps the signal's code in its cause
            code = getattr(error.__cause__ or error, "exit_code", ExitCode.INTERRUPTED)
        sys.exit(int(code or ExitCode.DONE))

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; turn its errors into messages."""
        try:
            return super().invoke(ctx)
        except FormsOcrError as error:
            if ctx.params["debug"]:
                traceback.print_exc()
            click.echo(f"forms-ocr: {error}", err=True)
            return error.exit_code if error.exit_code is not ExitCode.BUG else _tell_bug(error)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # noqa: BLE001  # the last place where a bug can be told in one line
            if ctx.params["debug"]:
                traceback.print_exc()
            return _tell_bug(error)


def _tell_bug(error: Exception) -> ExitCode:
    """One line that can be passed on: where it happened, but nothing of what was read."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
    click.echo(
        f"forms-ocr {__version__}: a mistake of the program, {type(error).__name__} at {place}. "
        "What was done is kept. Please report this line; `forms-ocr --debug ...` shows more.",
        err=True,
    )
    return ExitCode.BUG


@click.group(cls=Program, name="forms-ocr", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="forms-ocr")
@click.option("--debug", is_flag=True, help="Show where an error comes from; may print what stands on slips.")
def program(debug: bool) -> None:
    """Read scans of handwritten slips into records and a review queue.

    \b
    Read a box of scans:   forms-ocr run inbox/ -w workspace --registry registry.csv --period 2026-11
    Print empty slips:     forms-ocr template sheet slips.pdf
    """  # noqa: D301  # click keeps the line breaks after it
