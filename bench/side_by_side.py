"""Is a form without markers read as well as the standard form? The same people copy the same digits.

``python -m bench side-by-side --data FOLDER``: each of a number of people, all held out of training, writes
one long row of digits with one pen, once into a sheet of 40 combs without markers and once into as many
standard slips as it takes. Every digit has the very same shape on both. Both are scanned at 150 dpi in
colour and read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.budget import upper_bound
from forms_ocr.evaluation.evaluate import HANDS, draw_hand
from forms_ocr.evaluation.trial import Trial, Way, Writing, try_out
from forms_ocr.model import Shape, Template
from forms_ocr.recognition import NetworkRecognizer
from forms_ocr.simulation import Digits, Entry, Hand, InkShape, Placement, draw_pen
from forms_ocr.simulation.office_forms import FORTY_COMBS, draw_office_form
from forms_ocr.template import default_template_path, load_template

REAL_HANDS = tuple(name for name in HANDS if not name.startswith("drawn"))
_SHARES = np.array([HANDS[name] for name in REAL_HANDS]) / sum(HANDS[name] for name in REAL_HANDS)
_CERTAIN_SIGMAS = 1.96


@dataclass(slots=True)
class Copyist:
    """A hand that writes the same shapes each time it copies a row of digits.

    Attributes:
        seed: Of the person.
        position: In the row, of the digit that is written next.
    """

    hand: Hand
    seed: tuple[int, ...]
    position: int = field(default=0)

    @property
    def placement(self) -> Placement:
        """As the hand's."""
        return self.hand.placement

    def digit(self, digit: int, rng: np.random.Generator) -> InkShape:  # noqa: ARG002  # its own instead
        """The digit as it stands at this place of the row."""
        own = np.random.default_rng([*self.seed, self.position])
        self.position += 1
        return self.hand.digit(digit, own)

    def letter(self, letter: str, rng: np.random.Generator) -> InkShape:
        """As the hand's."""
        return self.hand.letter(letter, rng)

    def line(self, text: str, rng: np.random.Generator) -> InkShape:
        """As the hand's."""
        return self.hand.line(text, rng)

    def signature(self, rng: np.random.Generator) -> InkShape:
        """As the hand's."""
        return self.hand.signature(rng)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of digits that people copy onto a form.

    Attributes:
        data: Folder with the handwriting.
        length: Digits a person.
    """

    template: Template
    data: Path
    length: int
    seed: int

    @property
    def sheets(self) -> int:
        """How many of the form one person needs."""
        return -(-self.length // cells_of(self.template))

    def write(self, number: int) -> Writing:
        """What stands on the form of that number, counted through all people."""
        person, sheet = divmod(number, self.sheets)
        who = np.random.default_rng([self.seed, person, 1])
        hand = draw_hand(self.data, who, str(who.choice(REAL_HANDS, p=_SHARES)))[1]
        digits = np.random.default_rng([self.seed, person, 2]).integers(0, 10, self.length)
        start = sheet * cells_of(self.template)
        copyist = Copyist(hand, (self.seed, person, 3), start)
        pen = draw_pen(np.random.default_rng([self.seed, person, 4]))
        return Writing(copyist, pen, _spread(self.template, digits[start:]))


def cells_of(template: Template) -> int:
    """How many digits a form has room for."""
    return sum(len(one.cells) for one in template.fields)


def _spread(template: Template, digits: NDArray[np.int64]) -> Mapping[str, Entry]:
    """Digits into all combs one after the other; what is left of the last sheet stays empty."""
    text = "".join(map(str, digits))
    entries: dict[str, Entry] = {}
    for one in (one for one in template.fields if one.shape is Shape.COMB):
        entries[one.name], text = Digits(text[: len(one.cells)]), text[len(one.cells) :]
    return entries


def compare(data: Path, people: int, seed: int, way: Way) -> Iterator[str]:
    """The lines of the table."""
    cv2.setNumThreads(1)
    recognizer = NetworkRecognizer()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "forty_combs.pdf"
        draw_office_form(FORTY_COMBS).save(path)
        forty, standard = load_template(path), load_template(default_template_path())
    length = cells_of(forty)
    yield f"{'form':<24}{'slips':>7}{'found':>7}{'digits':>8}{'wrong':>7}{'per 1000':>10}{'at most':>9}"
    per_person = []
    for name, template in (("standard", standard), ("40 combs, no markers", forty)):
        row = Row(template, data, length, seed)
        trial = try_out(template, recognizer, people * row.sheets, seed, way=way, write=row.write)
        per_person.append(_of_people(trial, row.sheets))
        yield _line(name, trial)
    yield _difference(*per_person)


def _line(name: str, trial: Trial) -> str:
    wrong = 1000 * trial.wrong_digits / max(1, trial.digits)
    most = 1000 * upper_bound(trial.wrong_digits, trial.digits)
    return (
        f"{name:<24}{trial.scans:>7}{trial.found:>7}{trial.digits:>8}{trial.wrong_digits:>7}"
        f"{wrong:>10.2f}{most:>9.2f}"
    )


def _of_people(trial: Trial, sheets: int) -> NDArray[np.int64]:
    """(people, 2): digits read, and those read wrong."""
    return np.asarray(np.array(trial.counts, np.int64).reshape(-1, sheets, 2).sum(axis=1), np.int64)


def _difference(standard: NDArray[np.int64], other: NDArray[np.int64]) -> str:
    """How many more in 1,000 are wrong on the other form, by person: one hand goes together."""
    shares = [1000 * counts[:, 1] / np.maximum(1, counts[:, 0]) for counts in (standard, other)]
    more = shares[1] - shares[0]
    spread = _CERTAIN_SIGMAS * float(more.std(ddof=1)) / len(more) ** 0.5 if len(more) > 1 else float("inf")
    mean = float(more.mean())
    low, high = mean - spread, mean + spread
    return f"more wrong without markers: {mean:+.2f} in 1000, 95 % between {low:+.2f} and {high:+.2f}"


@click.command("side-by-side")
@click.option(
    "--data",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the handwriting.",
)
@click.option(
    "--people", default=50, show_default=True, type=click.IntRange(2), help="Each copies 240 digits."
)
@click.option("--dpi", default=150.0, show_default=True, type=click.FloatRange(100, 600))
@click.option(
    "--colour", default="colour", show_default=True, type=click.Choice(["colour", "grey", "one-bit"])
)
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same slips.")
def side_by_side(data: Path, people: int, dpi: float, colour: str, seed: int) -> None:
    """Digits of a form without markers beside the very same digits on the standard form."""
    for line in compare(data, people, seed, Way(dpi, colour)):  # type: ignore[arg-type]  # one of its choices
        click.echo(line)
