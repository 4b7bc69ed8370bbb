"""``python -m training.judge``: everything that is to be known of the recogniser, in one report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import cv2

from forms_ocr import recognition
from forms_ocr.recognition import NetworkRecognizer
from forms_ocr.recognition.card import CARD_NAME
from forms_ocr.simulation.handwriting import Role
from training.glyphs import LabelledGlyphs, Recipe, cached_glyphs
from training.judge import counting
from training.judge.contest import (
    DigitReader,
    NetworkReader,
    contest_table,
    picture_numbers_table,
    weights_table,
    written_numbers_table,
)
from training.judge.cost import cost_table
from training.judge.numbers import picture_numbers, written_numbers
from training.judge.pictures import draw_some_digits, draw_worst_digits, draw_worst_rest
from training.judge.rates import Table
from training.judge.reading import Reading, read
from training.judge.reliability import calibration_table, draw_reliability

_OWN_WEIGHTS = Path(recognition.__path__[0]) / "weights"
_FOLDER = click.Path(file_okay=False, path_type=Path)
_THERE = click.Path(exists=True, file_okay=False, path_type=Path)
_NUMBERS_OF_A_KIND = 10_000
_SVM_PICTURES = 20_000
_CNN_EPOCHS = 6
_TUNING_PAGES = 4


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is to be judged, and on what.

    Attributes:
        data: The folder of handwriting; "" leaves drawn hands alone.
        weights: One folder or several; all but the table that sets them side by side are of the first.
        pages: Sheets of writers held out, some 210 glyphs each.
        number_pages: Sheets full of numbers, one writer each.
        others: Others are fitted and asked as well, where there is data.
    """

    data: str
    weights: tuple[Path, ...]
    out: Path
    cache: Path
    pages: int = 300
    number_pages: int = 162
    seed: int = 1
    threads: int = 2
    others: bool = True

    def glyphs(self, role: Role, pages: int) -> LabelledGlyphs:
        """The glyphs of a role's writers."""
        return cached_glyphs(Recipe(self.data, role, pages, self.seed), self.cache, self.threads)


@click.command()
@click.option("--data", default="", help="Folder of handwriting; without it drawn hands alone write.")
@click.option("--weights", multiple=True, type=_THERE, help="Folder of networks; may be given several times.")
@click.option("--pages", default=300, show_default=True, help="Sheets of writers held out.")
@click.option("--number-pages", default=162, show_default=True, help="Sheets of numbers, one writer each.")
@click.option(
    "--out", default=Path("out/judge"), type=_FOLDER, show_default=True, help="Where the report goes."
)
@click.option("--cache", default=Path("out/training"), type=_FOLDER, help="Where glyphs are kept.")
@click.option("--seed", default=1, show_default=True)
@click.option("--threads", default=2, show_default=True, help="Processes that write sheets, threads of fits.")
@click.option("--others/--no-others", default=True, show_default=True, help="Fit and ask others too.")
def main(**options: Any) -> None:
    """Judge digit networks on writers they were never shown.

    Example: python -m training.judge --data ~/handwriting --out out/judge
    """
    cv2.setNumThreads(1)
    judgement = Judgement(**options | {"weights": options["weights"] or (_OWN_WEIGHTS,)})
    for table in judge(judgement):
        click.echo(table.as_markdown() + "\n")
    click.echo(f"{judgement.out}: report.md, report.json; its pictures show handwriting and stay here")


def judge(judgement: Judgement) -> list[Table]:
    """Measure, write the report and its pictures into ``judgement.out``; returns the tables."""
    glyphs = judgement.glyphs(Role.HELD_OUT, judgement.pages)
    readings = {str(folder.name): read(NetworkRecognizer(folder), glyphs) for folder in judgement.weights}
    first = next(iter(readings.values()))
    tables = [
        *_own_tables(judgement, first),
        *_side_by_side(judgement, readings),
        *_contest(judgement, first),
    ]
    judgement.out.mkdir(parents=True, exist_ok=True)
    draw_reliability(first, judgement.out / "reliability.png")
    draw_worst_digits(first, judgement.out / "worst_digits.png")
    draw_some_digits(first, judgement.out / "some_digits.png", judgement.seed)
    draw_worst_rest(first, judgement.out / "worst_rest.png")
    _write(tables, judgement)
    return tables


def _own_tables(judgement: Judgement, reading: Reading) -> list[Table]:
    """Of the first weights."""
    recognizer = NetworkRecognizer(judgement.weights[0])
    return [
        counting.digits_table(reading),
        counting.rest_table(reading),
        counting.noise_table(recognizer, judgement.seed),
        counting.sure_table(reading),
        calibration_table(reading),
        counting.confusions_table(reading),
        counting.hard_table(reading),
        counting.shapes_table(reading),
        cost_table(judgement.weights, reading.glyphs, judgement.seed),
    ]


def _side_by_side(judgement: Judgement, readings: Mapping[str, Reading]) -> list[Table]:
    if len(readings) < 2:
        return []
    return [weights_table(readings, {folder.name: _left_out(folder) for folder in judgement.weights})]


def _left_out(folder: Path) -> str | None:
    card = json.loads((folder / CARD_NAME).read_text(encoding="utf-8"))
    left_out: str | None = card.get("left_out")
    return left_out


def _contest(judgement: Judgement, reading: Reading) -> list[Table]:
    recognizer = NetworkRecognizer(judgement.weights[0])
    readers: list[DigitReader] = [
        NetworkReader("forms_ocr", recognizer, is_told=False),
        NetworkReader("forms_ocr, told it is a digit", recognizer, is_told=True),
        *(_baselines(judgement) if judgement.others and judgement.data else ()),
    ]
    tables = [contest_table(readers, reading, judgement.seed)]
    if judgement.data:
        numbers = picture_numbers(Path(judgement.data), _NUMBERS_OF_A_KIND, judgement.seed)
        tables.append(picture_numbers_table(readers, numbers))
    written = written_numbers(judgement.data, judgement.number_pages, judgement.seed, judgement.threads)
    return [*tables, written_numbers_table(readers, written)]


def _baselines(judgement: Judgement) -> Sequence[DigitReader]:
    # the others need packages of their own, and minutes
    from training.judge.baselines import CnnReader, Mnist, SvmReader, TesseractReader  # noqa: PLC0415

    mnist = Mnist.of(Path(judgement.data))
    return (
        CnnReader.fitted(mnist, _CNN_EPOCHS, judgement.threads, judgement.seed),
        SvmReader.fitted(mnist, _SVM_PICTURES, judgement.seed),
        TesseractReader.tuned(judgement.glyphs(Role.VALIDATION, _TUNING_PAGES)),
    )


def _write(tables: Sequence[Table], judgement: Judgement) -> None:
    """``report.md`` for people, ``report.json`` for programs."""
    names = ", ".join(folder.name for folder in judgement.weights)
    sheets = f"{judgement.pages} sheets, seed {judgement.seed}; weights {names}"
    text = "\n\n".join([f"# The recogniser judged\n\n{sheets}", *(table.as_markdown() for table in tables)])
    (judgement.out / "report.md").write_text(text + "\n", encoding="utf-8")
    found = {"sheets": sheets, "tables": [table.as_json() for table in tables]}
    text = json.dumps(found, ensure_ascii=False, indent=1)
    (judgement.out / "report.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
