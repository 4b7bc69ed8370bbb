"""What the distortion bench makes of its slips: figures a strength, a line a kind, where reading gives up."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np

from forms_ocr.budget import upper_bound
from forms_ocr.evaluation import SlipOutcome
from forms_ocr.model import Reason

MISPLACED_MM = 1.0
"""Beyond this a cell shows its neighbour's strokes; digits overshoot their cells by as much themselves."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One slip under one damage.

    Attributes:
        outcome: How reading went.
        true, read: Account, reading and date, as written and as the record has them.
        error_mm: Worst distance of a cell's corner from where it really is; NaN if the slip was not found.
        residual_mm: The registration's own word on it.
        is_trusted: It is within what the rules allow.
    """

    outcome: SlipOutcome
    true: tuple[str, str, str]
    read: tuple[str, str, str] = ("", "", "")
    error_mm: float = float("nan")
    residual_mm: float = float("nan")
    is_trusted: bool = False

    @property
    def is_laid(self) -> bool:
        """Laid well enough to be read."""
        return self.outcome.is_found and Reason.REGISTRATION_UNCERTAIN not in self.outcome.reasons

    @property
    def is_misplaced(self) -> bool:
        """Cells were cut a whole millimetre off, and the registration said that all is well."""
        return self.is_trusted and self.error_mm > MISPLACED_MM

    @property
    def is_silent_misread(self) -> bool:
        """A wrong record was accepted while cells were off by half as much."""
        return self.outcome.is_wrong_accepted and self.error_mm > MISPLACED_MM / 2


@dataclass(frozen=True, eq=False)
class Step:
    """All slips under one strength of a damage.

    Attributes:
        ghosts: Slips seen that are not there.
        untold: Slips that nobody can read, and of which the answer says nothing.
    """

    kind: str
    strength: float
    trials: tuple[Trial, ...]
    ghosts: int = 0
    untold: int = 0

    @cached_property
    def figures(self) -> Figures:
        """Of this strength alone."""
        return figures_of([self])


@dataclass(frozen=True, slots=True)
class Figures:
    """Slips under one strength of a damage, or under several.

    Attributes:
        seen: Slips found at all, those sent to review for their residual included.
        laid: Slips laid well enough to be read (``residual_mm`` within the limit of the rules).
        error_mm, worst_mm: Median and largest true worst cell-corner error of those laid.
        residual_mm: Median of those laid.
        digits, wrong_digits: Of those laid.
        accepted: Slips accepted.
        false_accepts: Those of them with a wrong account, reading or date.
        misplaced, silent_misreads: As in :class:`Trial`.
        ghosts, untold: As in :class:`Step`.
    """

    slips: int
    seen: int
    laid: int
    error_mm: float
    worst_mm: float
    residual_mm: float
    digits: int
    wrong_digits: int
    accepted: int
    false_accepts: int
    misplaced: int
    silent_misreads: int
    ghosts: int
    untold: int

    @property
    def laid_share(self) -> float:
        """Of all slips that are there."""
        return self.laid / self.slips if self.slips else float("nan")

    @property
    def digit_share(self) -> float:
        """Of digits read right, on slips that were laid."""
        return 1 - self.wrong_digits / self.digits if self.digits else float("nan")

    @property
    def least_digit_share(self) -> float:
        """Its lower bound, 95 % certain."""
        return 1 - upper_bound(self.wrong_digits, self.digits)

    @property
    def accepted_share(self) -> float:
        """Of all slips that are there."""
        return self.accepted / self.slips if self.slips else float("nan")

    @property
    def most_false(self) -> float:
        """Upper bound of the share of false accepts among the accepted, 95 % certain."""
        return upper_bound(self.false_accepts, self.accepted)


def figures_of(steps: Sequence[Step]) -> Figures:
    """All slips of some steps together."""
    trials = [trial for step in steps for trial in step.trials]
    laid = [trial for trial in trials if trial.is_laid]
    errors = [trial.error_mm for trial in laid]
    return Figures(
        slips=len(trials),
        seen=sum(trial.outcome.is_found for trial in trials),
        laid=len(laid),
        error_mm=_median(errors),
        worst_mm=max(errors, default=float("nan")),
        residual_mm=_median([trial.residual_mm for trial in laid]),
        digits=sum(trial.outcome.digits for trial in laid),
        wrong_digits=sum(trial.outcome.wrong_digits for trial in laid),
        accepted=sum(trial.outcome.is_accepted for trial in trials),
        false_accepts=sum(trial.outcome.is_wrong_accepted for trial in trials),
        misplaced=sum(trial.is_misplaced for trial in trials),
        silent_misreads=sum(trial.is_silent_misread for trial in trials),
        ghosts=sum(step.ghosts for step in steps),
        untold=sum(step.untold for step in steps),
    )


def _median(values: Sequence[float]) -> float:
    return float(np.median(values)) if values else float("nan")


def good_steps(steps: Sequence[Step]) -> int:
    """How many steps pass until, and for good, fewer than nine tenths are laid well or digits are lost.

    Args:
        steps: Of one kind, from no damage to the most.
    """
    usual = next((step.figures.digit_share for step in steps if step.figures.laid), 1.0)
    are_bad = [step.figures.laid_share < 0.9 or not step.figures.digit_share > usual - 0.03 for step in steps]
    return max((i + 1 for i, is_bad in enumerate(are_bad) if not is_bad), default=0)


def gives_up_at(steps: Sequence[Step]) -> float | None:
    """The strength from which on reading fails; None for a kind that never gives up within its strengths."""
    good = good_steps(steps)
    return steps[good].strength if good < len(steps) else None


TABLE_HEAD = (
    "| damage | gives up at | laid | median, worst mm | digits right, at least | accepted | wrong, at most "
    "| misread for misplacement |\n|---|---|---|---|---|---|---|---|"
)


def table_row(title: str, steps: Sequence[Step]) -> str:
    """A kind in a line: what it says of slips laid before reading gives up, and of errors at any strength."""
    end = gives_up_at(steps)
    good, whole = figures_of(steps[: good_steps(steps)]), figures_of(steps)
    cells = (
        title,
        "never" if end is None else f"{end:g}",
        f"{good.laid} of {good.slips}",
        f"{good.error_mm:.2f}, {good.worst_mm:.2f}",
        f"{100 * good.digit_share:.1f} %, {100 * good.least_digit_share:.1f} %",
        f"{100 * good.accepted_share:.0f} %",
        f"{whole.false_accepts} of {whole.accepted}, {100 * whole.most_false:.1f} %",
        str(whole.silent_misreads),
    )
    return f"| {' | '.join(cells)} |"


def mistakes(steps: Sequence[Step]) -> Iterator[str]:
    """Every wrong record that was accepted, and whether the same paper is misread without damage too."""
    undamaged = {trial.true for trial in steps[0].trials if trial.outcome.is_wrong_accepted}
    for step in steps:
        for trial in step.trials:
            if trial.outcome.is_wrong_accepted:
                yield (
                    f"  {step.kind} {step.strength:g}: {' '.join(trial.true)} accepted as "
                    f"{' '.join(trial.read)}, cells {trial.error_mm:.2f} mm off, residual "
                    f"{trial.residual_mm:.2f} mm" + (", as without damage" * (trial.true in undamaged))
                )


def write_figures(steps: Sequence[Step], folder: Path) -> None:
    """``distortion.csv`` and ``distortion.json``, a row a strength."""
    folder.mkdir(parents=True, exist_ok=True)
    table = [{"kind": step.kind, "strength": step.strength, **asdict(step.figures)} for step in steps]
    names = ["kind", "strength", *(field.name for field in fields(Figures))]
    with (folder / "distortion.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, names)
        rows.writeheader()
        rows.writerows(table)
    (folder / "distortion.json").write_text(json.dumps(table, indent=1), encoding="utf-8")
