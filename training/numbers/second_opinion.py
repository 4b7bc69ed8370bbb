"""``python -m training.numbers.second_opinion``: would reading combs whole too catch mistakes of the cells?

Sheets of cells by writers that were not trained on are read cell by cell, as the program does, and once more
whole. What a disagreement catches is set beside what a stricter bound on the cells' own confidence catches at
the same price: a second opinion pays only if it knows more than the first one's doubts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from math import prod

import click
import numpy as np

from forms_ocr.extraction import extract
from forms_ocr.model import CLASSES, EMPTY, FieldInk
from forms_ocr.recognition import NetworkNumberReader, NetworkRecognizer
from forms_ocr.simulation.handwriting import Role
from training.glyphs import SOURCES, Recipe, source_chances, writer_of
from training.judge.rates import Rate, Table
from training.sheets import DESIGNS, blank_paper, scan_sheet, sheet_template
from training.writing import Sheet, write_cell

_DPIS = (150.0, 200.0, 200.0, 300.0, 300.0)
_LEAST_PAPER_DPI = 200.0
_TROUBLE = 0.01
"""Share of cells that hold something else."""

_TROUBLES = ("struck", "overwritten", "letter", "mark")
_LEAST_DIGITS = 4
ACCEPTED = 0.99
_VETOES = (0.5, 0.1, 0.01, 0.001)


@dataclass(frozen=True, slots=True)
class Opinions:
    """One comb, read twice.

    Attributes:
        first: P(what the cells say).
        second: What the whole comb gives to the same value.
        is_right: The cells say what stands there.
    """

    first: float
    second: float
    is_right: bool


@cache
def _readers() -> tuple[NetworkRecognizer, NetworkNumberReader]:
    return NetworkRecognizer(), NetworkNumberReader()


def opinions_of_page(recipe: Recipe, page: int) -> list[Opinions]:
    """Combs of four digits or more on one sheet, every row by another writer."""
    rng = np.random.default_rng([recipe.seed, page, 77, int(recipe.role == Role.HELD_OUT)])
    template = sheet_template(int(rng.integers(DESIGNS)))
    dpi = float(rng.choice(_DPIS))
    sheet = Sheet(blank_paper(template, max(dpi, _LEAST_PAPER_DPI)), max(dpi, _LEAST_PAPER_DPI))
    sources = rng.choice(len(SOURCES), len(template.fields), p=source_chances(recipe))
    truths = []
    for field, source in zip(template.fields, sources, strict=True):
        writer = writer_of(recipe, SOURCES[int(source)], rng)
        truths.append([write_cell(sheet, cell, _kind(rng), writer, rng) for cell in field.cells])
    scanned, registration, _ = scan_sheet(sheet.paper, sheet.dpi, dpi, rng)
    inks = extract(scanned, registration, template)
    return list(_opinions(inks, truths))


def _kind(rng: np.random.Generator) -> str:
    return str(rng.choice(_TROUBLES)) if rng.random() < _TROUBLE else "digit"


def _opinions(inks: Sequence[FieldInk], truths: Sequence[Sequence[int]]) -> Iterator[Opinions]:
    recognizer, reader = _readers()
    for ink, truth in zip(inks, truths, strict=True):
        if len(truth) < _LEAST_DIGITS:
            continue
        posteriors = recognizer.recognize(ink.glyphs)
        tops = posteriors.argmax(axis=1)
        if (tops >= EMPTY).any():
            continue  # nothing is accepted of it
        value = "".join(CLASSES[top] for top in tops)
        whole = {each.value: each.posterior for each in reader.read_number(ink.strip, ink.strip_px_per_mm)}
        first = prod(float(row.max()) for row in posteriors)
        yield Opinions(first, whole.get(value, 0.0), list(tops) == list(truth))


@click.command()
@click.option("--data", default="", help="Folder of handwriting; without it drawn hands alone write.")
@click.option("--pages", default=250, show_default=True, help="Sheets, some 18 combs each.")
@click.option(
    "--role", default="validation", type=click.Choice(("validation", "held_out")), show_default=True
)
@click.option("--threads", default=2, show_default=True)
@click.option("--seed", default=1, show_default=True)
def main(data: str, pages: int, role: str, threads: int, seed: int) -> None:
    """Measure what a second opinion on combs is worth.

    Example: python -m training.numbers.second_opinion --data ~/handwriting
    """
    recipe = Recipe(data, Role(role), pages, seed)
    with ProcessPoolExecutor(threads) as pool:
        parts = list(pool.map(partial(opinions_of_page, recipe), range(pages), chunksize=4))
    click.echo(worth_table([each for part in parts for each in part]).as_markdown())


def worth_table(opinions: Sequence[Opinions]) -> Table:
    """For each veto: what it costs, what it catches, and what a stricter bound catches at that price."""
    accepted = sorted((each for each in opinions if each.first >= ACCEPTED), key=lambda each: each.first)
    wrong = sum(not each.is_right for each in accepted)
    rows = []
    for veto in _VETOES:
        stopped = [each for each in accepted if each.second < veto]
        caught = sum(not each.is_right for each in stopped)
        stricter = sum(not each.is_right for each in accepted[: len(stopped)])
        rows.append((f"below {veto:g}", Rate(len(stopped), len(accepted)), caught, stricter, wrong))
    note = (
        f"{len(opinions):,} combs of {_LEAST_DIGITS} digits or more, {len(accepted):,} of them accepted by "
        f"their cells at {ACCEPTED}. `veto`: the whole comb gives the cells' value a posterior below this."
    )
    head = ("veto", "accepted lost", "errors caught", "by a stricter bound", "errors in all")
    return Table("A second opinion on combs", note, head, rows)


if __name__ == "__main__":
    main()
