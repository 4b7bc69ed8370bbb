"""``python -m training.left_out``: a whole source left out at a time, to say what an unseen country costs.

Every fit follows the same short recipe, the one with all sources too, so that the two figures of a row differ
in nothing but the source. The recipe is too short for the figures of the program's own weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import EMPTY
from forms_ocr.simulation.handwriting import Role
from training.export import onnx_of
from training.fit import Effort, fit
from training.glyphs import REAL_SHARES, SOURCES, LabelledGlyphs, Recipe, cached_glyphs
from training.judge.rates import Rate, Table
from training.network import FIRST_LOOK
from training.quantization import logits_of

_EUROPEAN_FIRST = ("semeion", "bhmsds", "optdigits", "mfeat", "usps", "mnist")
_FOLDER = click.Path(file_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class ShortRecipe:
    """What every fit of the table has in common."""

    effort: Effort
    seed: int


@click.command()
@click.option("--data", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--cache", default=Path("out/training"), type=_FOLDER, help="Where glyphs are kept.")
@click.option("--pages", default=1600, show_default=True, help="Training sheets, some 210 glyphs each.")
@click.option("--epochs", default=2.0, show_default=True, help="Passes over the glyphs, of each fit.")
@click.option("--threads", default=2, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A file for the table.")
@click.argument("sources", nargs=-1, type=click.Choice(tuple(REAL_SHARES)))
def main(sources: Sequence[str], out: Path | None, **options: Any) -> None:
    """Fit the first look without each of SOURCES, all of them by default, and with none left out.

    Example: python -m training.left_out --data ~/handwriting semeion bhmsds
    """
    training, validation = (_glyphs(role, options) for role in (Role.TRAINING, Role.VALIDATION))
    recipe = ShortRecipe(Effort(options["epochs"], 600.0, options["threads"]), options["seed"])
    rows = []
    for row in left_out_rows(training, validation, sources or _EUROPEAN_FIRST, recipe):
        name, digits, control, unseen = row
        click.echo(f"{name}: {digits} digits, {control.share:.2%} wrong, {unseen.share:.2%} left out")
        rows.append(row)
    text = left_out_table(rows, recipe, len(training)).as_markdown()
    click.echo(text)
    if out is not None:
        out.write_text(text + "\n", encoding="utf-8")


def _glyphs(role: Role, options: dict[str, Any]) -> LabelledGlyphs:
    pages = options["pages"] if role is Role.TRAINING else max(2, options["pages"] // 12)
    recipe = Recipe(str(options["data"]), role, pages, options["seed"])
    return cached_glyphs(recipe, options["cache"], options["threads"])


def left_out_rows(
    training: LabelledGlyphs, validation: LabelledGlyphs, sources: Sequence[str], recipe: ShortRecipe
) -> Iterator[tuple[str, int, Rate, Rate]]:
    """For each source: its name, digits of its validation writers, errors with all sources and without it.

    A digit is wrong where another class comes first, ``empty`` and ``other`` among them.
    """
    digits = validation[np.flatnonzero(validation.to_be_read < EMPTY)]
    control = _is_wrong(training, digits, recipe)
    for name in sources:
        asked = digits.sources == SOURCES.index(name)
        without = training[training.sources != SOURCES.index(name)]
        unseen = _is_wrong(without, digits[asked], recipe)
        yield name, int(asked.sum()), Rate.of(control[asked]), Rate.of(unseen)


def _is_wrong(training: LabelledGlyphs, digits: LabelledGlyphs, recipe: ShortRecipe) -> NDArray[np.bool_]:
    """(N,) of the digits, by a network fitted to the training glyphs."""
    network = fit(training, FIRST_LOOK, recipe.effort, recipe.seed)
    top = logits_of(onnx_of(network), digits.glyphs).argmax(axis=1)
    return np.asarray(top != digits.labels, np.bool_)


def left_out_table(
    rows: Sequence[tuple[str, int, Rate, Rate]], recipe: ShortRecipe, training_glyphs: int
) -> Table:
    """The rows with what they mean."""
    note = (
        f"Digits read wrong on writers of a source that validate: by the first look fitted to all of "
        f"{training_glyphs:,} glyphs, and by one fitted without the source. Both in {recipe.effort.epochs:g} "
        f"passes, seed {recipe.seed}: a short recipe, to be compared with itself alone."
    )
    return Table("A source left out", note, ("source", "digits", "all sources", "left out"), rows)


if __name__ == "__main__":
    main()
