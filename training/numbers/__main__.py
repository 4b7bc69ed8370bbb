"""``python -m training.numbers``: from a folder of handwriting to the number network and its card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import cv2

from forms_ocr.simulation.handwriting import Role
from training.fit import Effort
from training.glyphs import REAL_SHARES, SOURCES, Recipe
from training.judge.rates import Table
from training.numbers.calibration import (
    NumbersRead,
    calibrate_numbers,
    logits_along,
    read_all,
)
from training.numbers.export import export_numbers, onnx_of_numbers
from training.numbers.figures import calibration_error, number_tables
from training.numbers.fit import fit_numbers
from training.numbers.material import LabelledStrip, cached_strips
from training.train import PUBLIC_DATA, SPLITS

_FOLDER = click.Path(file_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the command was asked for."""

    data: Path
    out: Path
    cache: Path
    pages: int
    epochs: float
    cycles: int
    minutes: float
    threads: int
    seed: int
    leave_out: str | None

    def strips(self, role: Role) -> list[LabelledStrip]:
        """The strips of a role's writers; of those that check, a tenth as many as of those that train."""
        pages = self.pages if role is Role.TRAINING else max(2, self.pages // 9)
        return cached_strips(Recipe(str(self.data), role, pages, self.seed), self.cache, self.threads)


@click.command()
@click.option("--data", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", required=True, type=_FOLDER, help="Where the network and its card go.")
@click.option("--cache", default=Path("out/training"), type=_FOLDER, help="Where strips are kept.")
@click.option("--pages", default=1200, show_default=True, help="Training sheets, some 26 lines each.")
@click.option("--epochs", default=5.2, show_default=True, help="Passes over the lines, of each cycle.")
@click.option("--cycles", default=3, show_default=True, help="Of the rate; each goes on from the one before.")
@click.option("--minutes", default=30.0, show_default=True, help="Each cycle is cut short to this.")
@click.option("--threads", default=2, show_default=True, help="Of the fit, and processes that write sheets.")
@click.option("--seed", default=1, show_default=True)
@click.option("--leave-out", type=click.Choice(tuple(REAL_SHARES)), help="Train without this source.")
def main(**options: Any) -> None:
    """Train the network that reads digits on lines without cells.

    Example: python -m training.numbers --data ~/handwriting --out forms_ocr/recognition/weights
    """
    cv2.setNumThreads(1)
    for table in train_numbers(Run(**options)):
        click.echo(table.as_markdown() + "\n")


def train_numbers(run: Run) -> list[Table]:
    """Make strips, fit, calibrate, write network and card; returns the tables of validation writers.

    A source that is left out takes part in neither fit nor calibration, but stays in the tables.
    """
    training = [each for each in _without(run.strips(Role.TRAINING), run.leave_out) if not each.is_lost]
    effort = Effort(run.epochs, run.minutes, run.threads)
    network = onnx_of_numbers(fit_numbers(training, effort, run.seed, run.cycles))
    validation = run.strips(Role.VALIDATION)
    known = _without(validation, run.leave_out)
    calibration = calibrate_numbers(known, logits_along(network, known))
    read = read_all(validation, logits_along(network, validation), calibration)
    tables = number_tables(read)
    export_numbers(network, calibration, provenance(run, training, read, tables), run.out)
    return tables


def _without(strips: Sequence[LabelledStrip], source: str | None) -> list[LabelledStrip]:
    return [each for each in strips if source is None or each.source != SOURCES.index(source)]


def provenance(
    run: Run, training: Sequence[LabelledStrip], read: NumbersRead, tables: Sequence[Table]
) -> Mapping[str, Any]:
    """Where the weights come from and what they do, for their card."""
    counts = Counter(SOURCES[each.source] for each in training)
    names = ("pages", "epochs", "cycles", "minutes", "threads", "seed", "leave_out")
    asked = {name.replace("_", "-"): getattr(run, name) for name in names}
    options = " ".join(f"--{name} {value}" for name, value in asked.items() if value is not None)
    return {
        "date": datetime.now(tz=UTC).date().isoformat(),
        "data": dict(PUBLIC_DATA),
        "left_out": run.leave_out,
        "splits": SPLITS,
        "training_lines": {name: counts[name] for name in SOURCES},
        "validation_lines": len(read.strips),
        "repeat": f"python -m training.numbers --data DIR --out forms_ocr/recognition/weights {options}",
        "calibration_error": round(calibration_error(read), 5),
        "figures_on_validation_writers": [table.as_json() for table in tables],
    }


if __name__ == "__main__":
    main()
