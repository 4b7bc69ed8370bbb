"""``python -m bench distortion`` and ``python -m bench strangers``."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import click
import cv2

from bench.distortion import ALL_KINDS, Plan, measure_kind
from bench.distortion_figures import (
    TABLE_HEAD,
    Figures,
    Step,
    figures_of,
    mistakes,
    table_row,
    write_figures,
)
from bench.distortion_plot import plot_errors, plot_shares
from bench.pages import PERIOD, draw_accounts
from bench.strangers import measure_strangers
from forms_ocr.decision import Registry
from forms_ocr.evaluation.evaluate import mapped
from forms_ocr.model import Rules
from forms_ocr.pipeline import Reader, build_reader
from forms_ocr.template import default_template_path


@click.command()
@click.option("--kinds", default="", help="Damages to try, by name, with commas; all if none is named.")
@click.option("--slips", default=10, show_default=True, help="Slips under each damage and strength.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same pages.")
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with handwriting, as for forms-ocr evaluate; drawn hands without it.",
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 256), help="Processes.")
@click.option("--out", default=Path("out"), type=click.Path(path_type=Path), show_default=True)
def distortion(kinds: str, slips: int, seed: int, data: Path | None, workers: int, out: Path) -> None:
    """Put slips through every damage and say where reading gives up."""
    names = [name.strip() for name in kinds.split(",") if name.strip()] or list(ALL_KINDS)
    unknown = sorted(set(names) - set(ALL_KINDS))
    if unknown:
        raise click.UsageError(f"no such damage: {', '.join(unknown)}; known are {', '.join(ALL_KINDS)}")
    steps: list[Step] = []
    click.echo(TABLE_HEAD)
    for measured in mapped(partial(measure_kind, Plan(slips, seed, data)), names, workers):
        steps += measured
        click.echo(table_row(ALL_KINDS[measured[0].kind].heading, measured))
        write_figures(steps, out)
    plot_shares(steps, out / "distortion.png")
    plot_errors(steps, out / "distortion_errors.png")
    for name in names:
        for mistake in mistakes([step for step in steps if step.kind == name]):
            click.echo(mistake)
    click.echo(_summary(figures_of(steps), out))


def _summary(figures: Figures, out: Path) -> str:
    return (
        f"distortion: {figures.slips} slips, {figures.accepted} accepted; "
        f"wrong and accepted {figures.false_accepts} (at most {figures.most_false:.2%}), "
        f"silent misreads for misplacement {figures.silent_misreads}, "
        f"laid wrong without a word {figures.misplaced}, slips that are not there {figures.ghosts}, "
        f"hidden and not told {figures.untold}; curves and figures in {out}"
    )


@click.command()
@click.option("--each", default=40, show_default=True, help="Pages of every kind.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same pages.")
def strangers(each: int, seed: int) -> None:
    """Read pages that are no slips; none may become a record."""
    cv2.setNumThreads(1)
    found = measure_strangers(each, _reader(), seed=seed)
    for kind in found:
        where = ", ".join(f"{count} {name}" for name, count in sorted(kind.dispositions.items()))
        click.echo(f"  {kind.kind}: {where}")
    click.echo(
        f"strangers: {sum(kind.pages for kind in found)} pages, "
        f"{sum(kind.slips for kind in found)} taken for slips, {sum(kind.records for kind in found)} records"
    )


def _reader() -> Reader:
    reader = build_reader(default_template_path(), None, Rules(), PERIOD)
    return replace(reader, registry=Registry.of(draw_accounts()))
