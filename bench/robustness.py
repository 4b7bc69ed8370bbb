"""``python -m bench distortion`` and ``python -m bench strangers``."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
import cv2

from bench.damages import KINDS
from bench.distortion import (
    ALL_KINDS,
    Point,
    Written,
    gives_up_at,
    measure_distortion,
    write_papers,
    write_points,
)
from bench.distortion_plot import plot_errors, plot_shares
from bench.pages import PERIOD, draw_accounts
from bench.small_form import draw_small_form
from bench.strangers import measure_strangers
from forms_ocr.decision import Registry
from forms_ocr.model import Rules
from forms_ocr.pipeline import Reader, build_reader
from forms_ocr.template import default_template_path


@click.command()
@click.option("--kinds", default="", help="Damages to try, by name, with commas; all if none is named.")
@click.option("--slips", default=6, show_default=True, help="Slips under each damage and strength.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same pages.")
@click.option("--out", default=Path("out"), type=click.Path(path_type=Path), show_default=True)
def distortion(kinds: str, slips: int, seed: int, out: Path) -> None:
    """Put slips through every damage and say where reading gives up."""
    names = [name.strip() for name in kinds.split(",") if name.strip()] or list(ALL_KINDS)
    unknown = sorted(set(names) - set(ALL_KINDS))
    if unknown:
        raise click.UsageError(f"no such damage: {', '.join(unknown)}; known are {', '.join(ALL_KINDS)}")
    points: list[Point] = []
    with _bench(slips, seed) as (reader, papers, small, small_papers):
        for name in names:
            ours, written = (reader, papers) if name in KINDS else (small, small_papers)
            measured = measure_distortion([name], written, ours, seed)
            points += measured
            end = gives_up_at(measured)
            click.echo(f"{name}: " + ("does not give up" if end is None else f"gives up at {end:g}"))
    write_points(points, out)
    plot_shares(points, out / "distortion.png")
    plot_errors(points, out / "distortion_errors.png")
    click.echo(_summary(points, out))


def _summary(points: list[Point], out: Path) -> str:
    return (
        f"distortion: {sum(point.slips for point in points)} slips; "
        f"silent misreads {sum(point.silent_misreads for point in points)}, "
        f"laid wrong without a word {sum(point.misplaced for point in points)}, "
        f"wrong and accepted {sum(point.false_accepts for point in points)}, "
        f"slips that are not there {sum(point.ghosts for point in points)}, "
        f"hidden and not told {sum(point.untold for point in points)}; curves and figures in {out}"
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


@contextmanager
def _bench(count: int, seed: int) -> Iterator[tuple[Reader, list[Written], Reader, list[Written]]]:
    """A reader and papers of the standard form, and of a small one."""
    cv2.setNumThreads(1)
    reader, accounts = _reader(), draw_accounts()
    with tempfile.TemporaryDirectory(prefix="forms-ocr-bench-") as folder:
        small = replace(reader, template=draw_small_form(Path(folder)))
        yield (
            reader,
            write_papers(reader.template, accounts, count, seed),
            small,
            write_papers(small.template, accounts, count, seed),
        )


def _reader() -> Reader:
    reader = build_reader(default_template_path(), None, Rules(), PERIOD)
    return replace(reader, registry=Registry.of(draw_accounts()))
