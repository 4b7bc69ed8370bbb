"""``forms-ocr evaluate``."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from forms_ocr import __version__
from forms_ocr.budget import (
    Budget,
    Evidence,
    Learned,
    Reading,
    RegistryKind,
    Source,
    choose_cut,
)
from forms_ocr.errors import ExitCode, StorageError
from forms_ocr.model import Rules

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(short_help="Measure how well slips are read.")
@click.option(
    "--data",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with data sets of handwriting; docs/evaluation.md says which.",
)
@click.option("--slips", default=600, show_default=True, type=click.IntRange(1), help="How many slips.")
@click.option(
    "--scans",
    "condition",
    default="clean",
    show_default=True,
    type=click.Choice(["clean", "poor"]),
    help="Poor scans have twice the skew, blur and noise.",
)
@click.option(
    "--registry",
    default="sparse",
    show_default=True,
    type=click.Choice(["sparse", "dense", "none"]),
    help="What is known of the accounts; in a dense registry every neighbouring number exists.",
)
@click.option(
    "--accounts", default=100_000, show_default=True, type=click.IntRange(10), help="Size of the registry."
)
@click.option(
    "--troubles",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Share of slips that must not be accepted: unsigned, late, struck out and so on.",
)
@click.option("--hand", default="", help="Only this hand: mnist, bhmsds, optdigits, usps or 'drawn hard'.")
@click.option("--template", type=_FILE, help="The form, if it is not the meter slip that comes along.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same slips.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 256), help="Processes.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here too, as JSON."
)
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw accepted share against errors here, as SVG.",
)
@click.option(
    "--learn",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Learn the cut on these slips and write it here; as WORKSPACE/cut.json runs use it.",
)
def evaluate(  # noqa: PLR0913, PLR0917  # one argument an option
    data: Path,
    slips: int,
    condition: str,
    registry: str,
    accounts: int,
    troubles: float,
    hand: str,
    template: Path | None,
    seed: int,
    workers: int,
    out: Path | None,
    plot: Path | None,
    learn: Path | None,
) -> ExitCode:
    """Fill the form with real handwriting, scan it in many ways, read it, and count what is right.

    The handwriting comes from writers whom the recogniser has never seen. Wrong records among the
    accepted are given with a one-sided 95 % bound. Below the tables stands what share would be accepted
    within a series of error budgets.

    \b
    forms-ocr evaluate --data handwriting/ --slips 3000 --workers 2
    forms-ocr evaluate --data handwriting/ --scans poor --registry none --troubles 0.1 --out figures.json
    """  # noqa: D301  # click keeps the line breaks after it
    # workers of a run need none of it
    from forms_ocr.evaluation import (  # noqa: PLC0415
        Plan,
        as_json,
        as_text,
        curves,
        curves_as_json,
        curves_as_text,
        evidence_of,
        plot_curves,
    )
    from forms_ocr.evaluation.evaluate import evaluate as measure  # noqa: PLC0415
    from forms_ocr.template import default_template_path  # noqa: PLC0415

    form = template or default_template_path()
    plan = Plan(data, form, slips, condition, registry, accounts, troubles, seed, hand)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading slips", total=slips)
        outcomes = measure(plan, Rules(), workers, partial(bar.advance, task))
    title = (
        f"{slips} slips, {condition} scans, {registry} registry of {accounts}, "
        f"{troubles:.0%} troubles, seed {seed}" + (f", {hand} only" if hand else "")
    )
    rules = Rules()
    found = curves(outcomes, rules.min_confidence)
    click.echo(as_text(title, outcomes))
    click.echo(curves_as_text(found))
    if out is not None:
        figures = as_json(title, outcomes) | {"curves": curves_as_json(found)}
        _write(out, json.dumps(figures, indent=2) + "\n")
    if plot is not None:
        _write(plot, plot_curves(title, found))
    if learn is not None:
        _learn(learn, evidence_of(outcomes), _reading(form, plan.registry), rules)
    return ExitCode.DONE


def _reading(form: Path, registry: str) -> Reading:
    from forms_ocr.pipeline import weights_sha256  # noqa: PLC0415  # as above
    from forms_ocr.template import load_template  # noqa: PLC0415

    template = load_template(form)
    weights = weights_sha256((template,))
    return Reading(weights, template.fingerprint, RegistryKind(registry), __version__)


def _learn(path: Path, evidence: Evidence, reading: Reading, rules: Rules) -> None:
    """Write what the slips show, and say the cut for the budget of the configuration's default."""
    from forms_ocr.export import describe_cut  # noqa: PLC0415  # as above
    from forms_ocr.store import write_cut_file  # noqa: PLC0415

    learned = Learned(evidence, reading, Source.SIMULATION)
    cut = choose_cut(learned, reading, Budget(), rules.min_confidence)
    write_cut_file(path, learned, cut)
    click.echo(f"{path}: {describe_cut(cut).en}")


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"{out}: the figures cannot be written ({error.strerror}); name another file"
        ) from error
