"""From a folder of handwriting to the network and its card: ``python -m training.train --data DIR``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import numpy as np

from forms_ocr.recognition import posteriors_of
from forms_ocr.simulation.handwriting import Role
from training.calibration import calibrate, for_slips
from training.export import export
from training.figures import figures, table
from training.fit import Effort, fit, logits_of
from training.glyphs import DRAWN_SHARES, SOURCES, LabelledGlyphs, Recipe, cached_glyphs

_PUBLIC_DATA: Mapping[str, str] = {
    "mnist": "MNIST training digits with QMNIST writer numbers (US)",
    "bhmsds": "BHMSDS, digits (a few European writers, MIT)",
    "optdigits": "UCI Optical Recognition of Handwritten Digits (Turkey, 30 writers)",
    "semeion": "UCI Semeion Handwritten Digit (Italy, about 80 people)",
    "mfeat": "UCI Multiple Features (Dutch utility maps)",
    "usps": "USPS (US post)",
    "cyrillic": "Cyrillic-oriented single letters (touch screen, CC BY-SA 4.0), as what is not a digit",
}
_FOLDER = click.Path(file_okay=False, path_type=Path)
_SPLITS = (
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

    def glyphs(self, role: Role) -> LabelledGlyphs:
        """The glyphs of a role's writers; of those that check, a tenth as many as of those that train."""
        pages = self.pages if role is Role.TRAINING else max(2, self.pages // 12)
        return cached_glyphs(Recipe(str(self.data), role, pages, self.seed), self.cache, self.threads)


@click.command()
@click.option("--data", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", required=True, type=_FOLDER, help="Where the network and its card go.")
@click.option("--cache", default=Path("out/training"), type=_FOLDER, help="Where glyphs are kept.")
@click.option("--pages", default=1300, show_default=True, help="Training sheets, some 210 glyphs each.")
@click.option("--epochs", default=14.0, show_default=True, help="Passes over the glyphs.")
@click.option("--minutes", default=25.0, show_default=True, help="Passes are cut short to fit into this.")
@click.option("--threads", default=2, show_default=True, help="Of the fit, and processes that write sheets.")
@click.option("--seed", default=1, show_default=True)
@click.option("--leave-out", type=click.Choice(SOURCES), help="Train without this source.")
def main(**options: Any) -> None:
    """Train the digit network from a folder of public handwriting.

    Example: python -m training.train --data ~/handwriting --out forms_ocr/recognition/weights
    """
    click.echo(table(train(Run(**options))))


def train(run: Run) -> Mapping[str, Any]:
    """Make glyphs, fit, calibrate, write network and card; returns the figures on validation writers.

    A source that is left out takes part in neither fit nor calibration, but stays in the figures.
    """
    training, validation = (run.glyphs(role) for role in (Role.TRAINING, Role.VALIDATION))
    training = _without(training, run.leave_out)
    network = fit(training, Effort(run.epochs, run.minutes, run.threads), run.seed)
    known = _without(validation, run.leave_out)
    calibration = for_slips(calibrate(logits_of(network, known.glyphs), known.labels), training.labels)
    found = figures(validation, posteriors_of(logits_of(network, validation.glyphs), calibration))
    export(network, calibration, provenance(run, training, len(validation), found), run.out)
    return found


def _without(glyphs: LabelledGlyphs, source: str | None) -> LabelledGlyphs:
    return glyphs if source is None else glyphs[glyphs.sources != SOURCES.index(source)]


def provenance(
    run: Run, training: LabelledGlyphs, validation_glyphs: int, found: Mapping[str, Any]
) -> dict[str, Any]:
    """Where the weights come from, for their card."""
    counts = np.bincount(training.sources, minlength=len(SOURCES)).tolist()
    return {
        "date": datetime.now(tz=UTC).date().isoformat(),
        "data": dict(_PUBLIC_DATA),
        "drawn_hands": list(DRAWN_SHARES),
        "left_out": run.leave_out,
        "splits": _SPLITS,
        "training_glyphs": dict(zip(SOURCES, counts, strict=True)),
        "validation_glyphs": validation_glyphs,
        "figures_on_validation_writers": dict(found),
        "repeat": f"python -m training.train --data DIR --out forms_ocr/recognition/weights {_asked(run)}",
    }


def _asked(run: Run) -> str:
    names = ("pages", "epochs", "minutes", "threads", "seed", "leave_out")
    asked = {name.replace("_", "-"): getattr(run, name) for name in names}
    return " ".join(f"--{name} {value}" for name, value in asked.items() if value is not None)


if __name__ == "__main__":
    main()
