"""``forms-ocr quality``."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from forms_ocr.budget import Quality, Rate, measure_quality
from forms_ocr.cli.options import config_option, old_workspace_option
from forms_ocr.errors import ExitCode

_COLUMNS = ("group", "name", "slips", "wrong", "wrong_share", "bound_95", "missing")


@click.command(short_help="Say how many accepted records are wrong.")
@old_workspace_option
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@click.option(
    "--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here too."
)
def quality(workspace: Path, config: Path | None, as_json: bool, csv_file: Path | None) -> ExitCode:
    """Say how many accepted records are wrong, out of what people keyed blind and in review.

    Bounds are one-sided and 95 % certain: below them the true share lies. An accepted record is wrong
    when its account, reading or date is.

    \b
    forms-ocr quality -w workspace
    forms-ocr quality -w workspace --json
    """  # noqa: D301  # click keeps the line breaks after it
    from forms_ocr.cli.reading import configuration_of  # noqa: PLC0415  # workers need none of it
    from forms_ocr.store import (  # noqa: PLC0415
        Workspace,
        open_ledger,
        storage_faults,
        write_all_whole,
    )

    place = Workspace(workspace)
    max_error = configuration_of(config, place).budget.max_error
    with open_ledger(place) as ledger:
        found = measure_quality(ledger.answer_book().all(), max_error)
    if csv_file is not None:
        with storage_faults("writing the figures", csv_file):
            write_all_whole({csv_file: _csv(found)})
    if as_json:
        click.echo(json.dumps(_as_json(found, max_error), indent=2))
    else:
        _print(found, max_error)
    return ExitCode.DONE


def _groups(found: Quality) -> Iterator[tuple[str, Sequence[Rate]]]:
    yield "accepted", (found.accepted,)
    yield "field", found.by_field
    yield "office", found.by_office
    yield "month", found.by_period
    yield "review", (found.reviewed,)


def _csv(found: Quality) -> bytes:
    from forms_ocr.export import neutralised  # noqa: PLC0415  # workers need none of it

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for group, rates in _groups(found):
        for rate in rates:
            share = f"{rate.share:.6f}" if rate.slips else ""
            name = neutralised(rate.name)
            writer.writerow((group, name, rate.slips, rate.wrong, share, f"{rate.bound:.6f}", rate.missing))
    return text.getvalue().encode("utf-8", "backslashreplace")


def _as_json(found: Quality, max_error: float) -> dict[str, Any]:
    figures = {group: [_figures(rate) for rate in rates] for group, rates in _groups(found)}
    return {"max_error": max_error, **figures}


def _figures(rate: Rate) -> dict[str, Any]:
    return {**dataclasses.asdict(rate), "share": rate.share if rate.slips else None}


def _print(found: Quality, max_error: float) -> None:
    console = Console()
    titles = {
        "accepted": "Accepted records, keyed blind",
        "field": "By field",
        "office": "By office",
        "month": "By month",
    }
    for group, rates in _groups(found):
        if group in titles and rates:
            console.print(_table(titles[group], rates))
    for line in _conclusions(found, max_error):
        click.echo(line)


def _table(title: str, rates: Sequence[Rate]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for name in ("slips", "wrong", "per 1,000", "at most (95 %)"):
        table.add_column(name, justify="right")
    for rate in rates:
        share = f"{rate.share * 1000:.2f}" if rate.slips else "–"
        table.add_row(rate.name or "–", str(rate.slips), str(rate.wrong), share, f"{rate.bound * 1000:.2f}")
    return table


def _conclusions(found: Quality, max_error: float) -> Iterator[str]:
    accepted, reviewed = found.accepted, found.reviewed
    if accepted.missing:
        yield (
            f"The budget of {max_error * 1000:g} wrong in 1,000 accepted is not confirmed yet: "
            f"{accepted.missing} more blind sample(s), if all are right"
        )
    else:
        yield f"The budget of {max_error * 1000:g} wrong in 1,000 accepted is confirmed"
    if reviewed.slips:
        right = reviewed.slips - reviewed.wrong
        yield f"Slips under review that people keyed: {reviewed.slips}; the best guess was right on {right}"
