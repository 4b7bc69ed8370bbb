"""``python -m training.numbers.judge``: numbers without cells, by writers that nothing was fitted to."""

from __future__ import annotations

from pathlib import Path

import click
import cv2
import numpy as np

from forms_ocr import recognition
from forms_ocr.recognition.number_card import load_number_weights
from forms_ocr.simulation.handwriting import Role
from training.glyphs import Recipe
from training.judge.rates import Table
from training.numbers.baseline import TesseractNumbers
from training.numbers.calibration import NumbersRead, logits_along, read_all
from training.numbers.figures import is_clean, number_tables
from training.numbers.material import LabelledStrip, cached_strips

_OWN_WEIGHTS = Path(recognition.__path__[0]) / "weights"
_FOLDER = click.Path(file_okay=False, path_type=Path)
_TUNED_ON = 40


@click.command()
@click.option("--data", default="", help="Folder of handwriting; without it drawn hands alone write.")
@click.option("--weights", default=_OWN_WEIGHTS, type=_FOLDER, help="Folder of the network and its card.")
@click.option(
    "--pages", default=330, show_default=True, help="Sheets of writers held out, some 26 lines each."
)
@click.option(
    "--asked", default=600, show_default=True, help="Numbers that Tesseract is asked for; 0 for none."
)
@click.option("--cache", default=Path("out/training"), type=_FOLDER, help="Where strips are kept.")
@click.option("--threads", default=2, show_default=True, help="Processes that write sheets.")
@click.option("--seed", default=1, show_default=True)
def main(data: str, weights: Path, pages: int, asked: int, cache: Path, threads: int, seed: int) -> None:
    """Judge the network that reads numbers, beside Tesseract.

    Example: python -m training.numbers.judge --data ~/handwriting
    """
    cv2.setNumThreads(1)
    held_out = cached_strips(Recipe(data, Role.HELD_OUT, pages, seed), cache, threads)
    validation = cached_strips(Recipe(data, Role.VALIDATION, max(2, pages // 30), seed), cache, threads)
    for table in judge_numbers(weights, held_out, validation, asked, seed):
        click.echo(table.as_markdown() + "\n")


def judge_numbers(
    weights: Path, held_out: list[LabelledStrip], validation: list[LabelledStrip], asked: int, seed: int
) -> list[Table]:
    """The tables, Tesseract's column among them where it is asked for any."""
    network, card = load_number_weights(weights)
    read = read_all(held_out, logits_along(network, held_out), card.calibration)
    return number_tables(read, _by_tesseract(read, validation, asked, seed) if asked else {})


def _by_tesseract(
    read: NumbersRead, validation: list[LabelledStrip], asked: int, seed: int
) -> dict[int, str]:
    """What Tesseract, at its best settings, makes of a random part of the clean numbers."""
    names = [each for each, clean in zip(validation, is_clean(validation), strict=True) if clean]
    tesseract = TesseractNumbers.tuned(names[:_TUNED_ON])
    clean = np.flatnonzero(is_clean(read.strips))
    chosen = np.random.default_rng([seed, 6]).permutation(clean)[:asked]
    return {int(index): tesseract.read(read.strips[int(index)]) for index in chosen}


if __name__ == "__main__":
    main()
