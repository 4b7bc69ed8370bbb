"""From a folder of handwriting to the networks and their card: ``python -m training.train --data DIR``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import numpy as np

from forms_ocr.model import HandModel, Posteriors
from forms_ocr.recognition import NetworkRecognizer, posteriors_of
from forms_ocr.recognition.card import NETWORK_NAMES
from forms_ocr.simulation.handwriting import Role
from training.calibration import calibrate, for_slips
from training.continuing import taken_up
from training.export import Looks, add_to_card, export, onnx_of
from training.figures import figures, table
from training.fit import Effort, fit
from training.glyphs import (
    DRAWN_SHARES,
    SOURCES,
    LabelledGlyphs,
    Recipe,
    cached_glyphs,
    glyphs_of_page,
)
from training.hand import OneHand, fit_hand, slips_of
from training.network import FIRST_LOOK, SECOND_LOOK
from training.quantization import lighter, logits_of

PUBLIC_DATA: Mapping[str, str] = {
    "mnist": "MNIST training digits with QMNIST writer numbers (US)",
    "bhmsds": "BHMSDS, digits (a few European writers, MIT)",
    "optdigits": "UCI Optical Recognition of Handwritten Digits (Turkey, 30 writers)",
    "semeion": "UCI Semeion Handwritten Digit (Italy, about 80 people)",
    "mfeat": "UCI Multiple Features (Dutch utility maps)",
    "usps": "USPS (US post)",
    "cyrillic": "Cyrillic-oriented single letters (touch screen, CC BY-SA 4.0), as what is not a digit",
}
_SURE = 0.995
"""Below this posterior the first look is not enough; four of five cells are above it. At 0.998 the second
would be asked for half as many more, and the surprise be less by one in a thousand."""

_SHARES = (0.3, 0.7)
"""Of the time: a glyph costs the smaller network less than a third of what it costs the larger."""

_ONE_HAND_PAGES = 120
_PIECE = 1024
_FOLDER = click.Path(file_okay=False, path_type=Path)
Trades = dict[str, dict[str, float | bool]]
"""By network, what eight bits would cost it."""

SPLITS = (
    "by writer where writers are known, by runs of the set's own order where they are not; held-out writers "
    "are used for neither training nor calibration nor any figure on this card"
)


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the command was asked for."""

    data: Path
    out: Path
    cache: Path
    pages: int
    epochs: float
    minutes: float
    threads: int
    seed: int
    leave_out: str | None
    train_on: Path | None = None

    def glyphs(self, role: Role) -> LabelledGlyphs:
        """The glyphs of a role's writers; of those that check, a tenth as many as of those that train."""
        pages = self.pages if role is Role.TRAINING else max(2, self.pages // 12)
        return cached_glyphs(Recipe(str(self.data), role, pages, self.seed), self.cache, self.threads)


@click.command()
@click.option("--data", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", required=True, type=_FOLDER, help="Where the networks and their card go.")
@click.option("--cache", default=Path("out/training"), type=_FOLDER, help="Where glyphs are kept.")
@click.option("--pages", default=1500, show_default=True, help="Training sheets, some 210 glyphs each.")
@click.option("--epochs", default=12.0, show_default=True, help="Passes over the glyphs.")
@click.option("--minutes", default=45.0, show_default=True, help="Fitting both is cut short to this.")
@click.option("--threads", default=2, show_default=True, help="Of the fit, and processes that write sheets.")
@click.option("--seed", default=1, show_default=True)
@click.option("--leave-out", type=click.Choice(SOURCES), help="Train without this source.")
@click.option(
    "--train-on", type=_FOLDER, help="Keep the first look of these networks, train their second on."
)
def main(**options: Any) -> None:
    """Train the digit networks from a folder of public handwriting.

    Example: python -m training.train --data ~/handwriting --out forms_ocr/recognition/weights
    """
    click.echo(table(train(Run(**options))))


def train(run: Run) -> Mapping[str, Any]:
    """Make glyphs, fit, calibrate, write networks and card; returns the figures on validation writers.

    A source that is left out takes part in neither fit nor calibration, but stays in the figures.
    """
    training, validation = (run.glyphs(role) for role in (Role.TRAINING, Role.VALIDATION))
    training, known = (_without(glyphs, run.leave_out) for glyphs in (training, validation))
    if run.train_on is None:
        networks, trades = _networks(run, training, known)
    else:
        networks, trades = _trained_on(run.train_on, run, training, known)
    looks = _calibrated(networks, known, training)
    export(networks, looks, provenance(run, training, len(validation)) | {"in_8_bits": trades}, run.out)
    hand, gains = fit_hand(list(_one_hand_slips(run)))
    add_to_card({"hand": asdict(hand), "one_slip_one_hand": gains}, run.out)
    found = figures(validation, _posteriors(NetworkRecognizer(run.out), validation))
    add_to_card({"figures_on_validation_writers": dict(found)}, run.out)
    return found


def _networks(run: Run, training: LabelledGlyphs, known: LabelledGlyphs) -> tuple[list[bytes], Trades]:
    """Both looks from nothing."""
    networks, trades = [], {}
    for name, widths, share in zip(NETWORK_NAMES, (FIRST_LOOK, SECOND_LOOK), _SHARES, strict=True):
        fitted = fit(training, widths, Effort(run.epochs, run.minutes * share, run.threads), run.seed)
        network, trades[name] = lighter(onnx_of(fitted), training, known)
        networks.append(network)
    return networks, trades


def _trained_on(
    earlier: Path, run: Run, training: LabelledGlyphs, known: LabelledGlyphs
) -> tuple[list[bytes], Trades]:
    """The first look as it was, the second after some more passes."""
    first, second = ((earlier / name).read_bytes() for name in NETWORK_NAMES)
    effort = Effort(run.epochs, run.minutes, run.threads)
    fitted = fit(training, SECOND_LOOK, effort, run.seed, taken_up(second, SECOND_LOOK))
    network, trade = lighter(onnx_of(fitted), training, known)
    return [first, network], {NETWORK_NAMES[1]: trade}


def _one_hand_slips(run: Run) -> Iterator[OneHand]:
    """Slips of validation writers, read by the networks that were just written."""
    recognizer = NetworkRecognizer(run.out)
    recipe = Recipe(str(run.data), Role.VALIDATION, _ONE_HAND_PAGES, run.seed, is_one_hand=True)
    for number in range(recipe.pages):
        page = glyphs_of_page(recipe, number)
        if run.leave_out is None or SOURCES[int(page.sources[0])] != run.leave_out:
            rng = np.random.default_rng([run.seed, number])
            yield from slips_of(page, recognizer.read_cells(page.glyphs), rng)


def _calibrated(networks: list[bytes], validation: LabelledGlyphs, training: LabelledGlyphs) -> Looks:
    """The first look on all glyphs, both looks on those that the first is not sure of."""
    labels = validation.to_be_read
    first_logits, second_logits = (logits_of(network, validation.glyphs) for network in networks)
    first = for_slips(calibrate(first_logits, labels), training.to_be_read)
    doubtful = posteriors_of(first_logits, first).max(axis=1) < _SURE
    second = calibrate(first_logits[doubtful], labels[doubtful], second_logits[doubtful])
    return Looks(_SURE, first, for_slips(second, training.to_be_read), HandModel())


def _posteriors(recognizer: NetworkRecognizer, glyphs: LabelledGlyphs) -> Posteriors:
    """In pieces that fit the memory."""
    starts = range(0, len(glyphs), _PIECE)
    return np.concatenate([recognizer.recognize(glyphs.glyphs[i : i + _PIECE]) for i in starts])


def _without(glyphs: LabelledGlyphs, source: str | None) -> LabelledGlyphs:
    return glyphs if source is None else glyphs[glyphs.sources != SOURCES.index(source)]


def provenance(run: Run, training: LabelledGlyphs, validation_glyphs: int) -> dict[str, Any]:
    """Where the weights come from, for their card."""
    counts = np.bincount(training.sources, minlength=len(SOURCES)).tolist()
    return {
        "date": datetime.now(tz=UTC).date().isoformat(),
        "data": dict(PUBLIC_DATA),
        "drawn_hands": list(DRAWN_SHARES),
        "left_out": run.leave_out,
        "splits": SPLITS,
        "trained_on_from": _hash_of_second(run),
        "training_glyphs": dict(zip(SOURCES, counts, strict=True)),
        "validation_glyphs": validation_glyphs,
        "repeat": f"python -m training.train --data DIR --out forms_ocr/recognition/weights {_asked(run)}",
    }


def _hash_of_second(run: Run) -> str | None:
    """Of the network that was trained on, if one was."""
    if run.train_on is None:
        return None
    return hashlib.sha256((run.train_on / NETWORK_NAMES[1]).read_bytes()).hexdigest()


def _asked(run: Run) -> str:
    names = ("pages", "epochs", "minutes", "threads", "seed", "leave_out")
    asked = {name.replace("_", "-"): getattr(run, name) for name in names}
    words = [f"--{name} {value}" for name, value in asked.items() if value is not None]
    return " ".join(words if run.train_on is None else [*words, "--train-on FOLDER"])


if __name__ == "__main__":
    main()
