"""From a folder of handwriting to the networks and their card: ``python -m training.train --data DIR``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import HandModel, Posteriors
from forms_ocr.recognition import Calibration, NetworkRecognizer, posteriors_of
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
from training.network import FIRST_LOOK, SECOND_LOOK, Widths
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


@dataclass(frozen=True, slots=True)
class Look:
    """How one of the networks is fitted.

    Attributes:
        share: Of the time; a glyph costs the smallest network less than a third of what it costs the others.
        sure: Below this posterior the next network is asked too.
        strength: How much glyphs are bent, see :class:`training.fit.Effort`.
        seed_offset: So that networks of one shape start from different weights.
    """

    widths: Widths
    share: float
    sure: float
    strength: float = 1.0
    seed_offset: int = 0


LOOKS: Mapping[str, Look] = dict(
    zip(
        NETWORK_NAMES,
        (Look(FIRST_LOOK, 0.2, 0.99), Look(SECOND_LOOK, 0.4, 0.95, 1.4), Look(SECOND_LOOK, 0.4, 0.0, 1.0, 1)),
        strict=True,
    )
)
"""The third is worth asking as far as it errs elsewhere than the second: it starts from other weights and
sees glyphs that are bent less. At 0.998 and 0.995 instead of 0.99 and 0.95 twice as many glyphs would be
looked at a second time, nearly three times as many a third, and the surprise be less by 0.6 %."""

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
    again: tuple[str, ...] = ()

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
    "--train-on",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Take up the networks of an earlier run instead of new ones.",
)
@click.option(
    "--again",
    type=click.Choice(NETWORK_NAMES),
    multiple=True,
    help="With --train-on: train this one on; the others stay as they are, and all are calibrated anew.",
)
def main(**options: Any) -> None:
    """Train the digit networks from a folder of public handwriting.

    Example: python -m training.train --data ~/handwriting --out forms_ocr/recognition/weights
    """
    if options["again"] and options["train_on"] is None:
        raise click.UsageError("--again takes networks up, so it needs --train-on FOLDER to take them from")
    click.echo(table(train(Run(**options))))


def train(run: Run) -> Mapping[str, Any]:
    """Make glyphs, fit, calibrate, write networks and card; returns the figures on validation writers.

    A source that is left out takes part in neither fit nor calibration, but stays in the figures.
    """
    training, validation = (run.glyphs(role) for role in (Role.TRAINING, Role.VALIDATION))
    training, known = (_without(glyphs, run.leave_out) for glyphs in (training, validation))
    networks, trades = _networks(run, training, known)
    looks = _calibrated(networks, known, training)
    export(networks, looks, provenance(run, training, len(validation)) | {"in_8_bits": trades}, run.out)
    hand, gains = fit_hand(list(_one_hand_slips(run)))
    add_to_card({"hand": asdict(hand), "one_slip_one_hand": gains}, run.out)
    found = figures(validation, _posteriors(NetworkRecognizer(run.out), validation))
    add_to_card({"figures_on_validation_writers": dict(found)}, run.out)
    return found


def _networks(run: Run, training: LabelledGlyphs, known: LabelledGlyphs) -> tuple[list[bytes], Trades]:
    """From nothing, or from an earlier run those that are trained on and those that stay."""
    fitted = LOOKS if run.train_on is None else {name: LOOKS[name] for name in run.again}
    shares = sum(look.share for look in fitted.values())
    networks: list[bytes] = []
    trades: Trades = {}
    for name, look in LOOKS.items():
        earlier = None if run.train_on is None else (run.train_on / name).read_bytes()
        if earlier is not None and name not in fitted:
            networks.append(earlier)
            continue
        start = None if earlier is None else taken_up(earlier, look.widths, training.glyphs)
        effort = Effort(run.epochs, run.minutes * look.share / shares, run.threads, look.strength)
        network = onnx_of(fit(training, look.widths, effort, run.seed + look.seed_offset, start))
        network, trades[name] = lighter(network, training, known)
        networks.append(network)
    return networks, trades


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
    """Each look on the glyphs of which the one before was not sure."""
    asked = np.arange(len(validation))
    said: list[NDArray[np.float32]] = []
    looks: list[Calibration] = []
    for network, look in zip(networks, LOOKS.values(), strict=True):
        glyphs, labels = validation.glyphs[asked], validation.to_be_read[asked]
        said.append(logits_of(network, glyphs))
        calibration = for_slips(calibrate(said, labels), training.to_be_read)
        looks.append(replace(calibration, sure=look.sure))
        doubtful = posteriors_of(said, calibration).max(axis=1) < look.sure
        asked, said = asked[doubtful], [logits[doubtful] for logits in said]
    return Looks(tuple(looks), HandModel())


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
        "trained_on_from": _hashes_of_earlier(run),
        "training_glyphs": dict(zip(SOURCES, counts, strict=True)),
        "validation_glyphs": validation_glyphs,
        "repeat": f"python -m training.train --data DIR --out forms_ocr/recognition/weights {_asked(run)}",
    }


def _hashes_of_earlier(run: Run) -> dict[str, str]:
    """Of the networks that were taken up, if any were."""
    if run.train_on is None:
        return {}
    return {name: hashlib.sha256((run.train_on / name).read_bytes()).hexdigest() for name in NETWORK_NAMES}


def _asked(run: Run) -> str:
    names = ("pages", "epochs", "minutes", "threads", "seed", "leave_out")
    asked = {name.replace("_", "-"): getattr(run, name) for name in names}
    words = [f"--{name} {value}" for name, value in asked.items() if value is not None]
    if run.train_on is not None:
        words += ["--train-on FOLDER", *(f"--again {name}" for name in run.again)]
    return " ".join(words)


if __name__ == "__main__":
    main()
