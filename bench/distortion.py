"""At which strength of which damage reading gives up, and whether it says so."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.damages import DPI, KINDS, SMALL_KINDS, Desk, LaidSlip, Shot
from bench.pages import PERIOD
from forms_ocr.evaluation import SlipOutcome, SlipTruth, compare
from forms_ocr.model import (
    Account,
    AccountStatus,
    Page,
    PageDisposition,
    PageReading,
    Reason,
    Registration,
    SlipReading,
    Template,
)
from forms_ocr.pipeline import Reader, read_page
from forms_ocr.simulation import DrawnHand, WrittenSlip, draw_pen, draw_slip_values, fill, slip_entries

# Beyond this a cell shows its neighbour's strokes; digits overshoot their cells by as much themselves.
MISPLACED_MM = 1.0
# A registration further off than this belongs to no slip that is there.
_SAME_SLIP_MM = 15.0
ALL_KINDS = {**KINDS, **SMALL_KINDS}
_STYLES = ("european", "american", "neat")


@dataclass(frozen=True, slots=True)
class Trial:
    """One slip under one damage.

    Attributes:
        outcome: How reading went.
        error_mm: Worst distance of a cell's corner from where it really is; NaN if the slip was not found.
        residual_mm: The registration's own word on it.
        is_misplaced: Cells were cut a whole millimetre off, and the registration said that all is well.
        is_silent_misread: A wrong record was accepted while cells were off by half as much.
    """

    kind: str
    strength: float
    outcome: SlipOutcome
    error_mm: float
    residual_mm: float
    is_misplaced: bool
    is_silent_misread: bool


@dataclass(frozen=True, slots=True)
class Point:
    """All slips of one damage at one strength.

    Attributes:
        found: Share of slips laid well enough to be read (``residual_mm`` within the limit of the rules).
        seen: Share of slips found at all, those sent to review for their residual included.
        error_mm, worst_mm: Median and largest true worst cell-corner error of those laid well enough.
        residual_mm: Median.
        digits: Share of digits read right, of the slips laid well enough.
        accepted: Share of slips accepted.
        false_accepts: Slips accepted with a wrong account, reading or date.
        misplaced, silent_misreads, ghosts: Counts, as in :class:`Trial`; ghosts are slips that are not there.
        untold: Slips that nobody can read, and of which the answer says nothing.
    """

    kind: str
    strength: float
    slips: int
    seen: float
    found: float
    error_mm: float
    worst_mm: float
    residual_mm: float
    digits: float
    accepted: float
    false_accepts: int
    misplaced: int
    silent_misreads: int
    ghosts: int
    untold: int


def write_papers(template: Template, accounts: Sequence[Account], count: int, seed: int) -> list[Written]:
    """Slips in drawn handwriting, the same for every damage."""
    direct = [account for account in accounts if account.status is AccountStatus.DIRECT]
    generators = [np.random.default_rng([seed, number]) for number in range(count)]
    return [_write(template, direct, number, rng) for number, rng in enumerate(generators)]


@dataclass(frozen=True, eq=False)
class Written:
    """A slip on paper, and what it says."""

    slip: WrittenSlip
    truth: SlipTruth


def _write(template: Template, accounts: Sequence[Account], number: int, rng: np.random.Generator) -> Written:
    values = draw_slip_values(rng, accounts[int(rng.integers(len(accounts)))], PERIOD)
    hand = DrawnHand(int(rng.integers(1 << 31)), _STYLES[number % len(_STYLES)])
    slip = fill(template, slip_entries(template, values), hand, draw_pen(rng), rng, DPI)
    truth = SlipTruth(slip.cells, slip.values, values.account, values.reading, values.date.isoformat())
    return Written(slip, truth)


def measure_distortion(
    kinds: Sequence[str],
    papers: Sequence[Written],
    reader: Reader,
    seed: int = 1,
) -> list[Point]:
    """Put every paper through every strength of every kind and read it."""
    points = []
    for kind in kinds:
        for step, strength in enumerate(ALL_KINDS[kind].strengths):
            tries = [
                _shoot(kind, strength, papers, number, reader, np.random.default_rng([seed, step, number]))
                for number in range(len(papers))
            ]
            points.append(_point(kind, strength, tries))
    return points


@dataclass(frozen=True, slots=True)
class _Tried:
    trials: tuple[Trial, ...]
    ghosts: int
    untold: int


def _shoot(
    kind: str,
    strength: float,
    papers: Sequence[Written],
    number: int,
    reader: Reader,
    rng: np.random.Generator,
) -> _Tried:
    desk = Desk(reader.template, [paper.slip for paper in papers], number)
    shot = ALL_KINDS[kind].make(desk, strength, rng)
    reading = read_page(Page(1, shot.pixels), reader)
    pairs, ghosts = _paired(shot, reading, reader.template)
    trials = tuple(_trial(kind, strength, papers[laid.paper], laid, slip, reader) for laid, slip in pairs)
    told = sum(Reason.REGISTRATION_UNCERTAIN in slip.record.reasons for slip in ghosts)
    told += reading.disposition is PageDisposition.QUARANTINED
    return _Tried(trials, max(0, len(ghosts) - shot.to_tell), max(0, shot.to_tell - told))


def _paired(
    shot: Shot, reading: PageReading, template: Template
) -> tuple[list[tuple[LaidSlip, SlipReading | None]], list[SlipReading]]:
    """Every slip that is there with what was found of it, and what was found besides."""
    left = list(reading.slips)
    pairs: list[tuple[LaidSlip, SlipReading | None]] = []
    for laid in shot.slips:
        errors = [_error_mm(slip.registration, laid, template) for slip in left]
        near = [slip for slip, error in zip(left, errors, strict=True) if error < _SAME_SLIP_MM]
        best = min(near, key=lambda slip: _error_mm(slip.registration, laid, template), default=None)
        pairs.append((laid, best))
        left = [slip for slip in left if slip is not best]
    return pairs, left


def _trial(
    kind: str, strength: float, paper: Written, laid: LaidSlip, slip: SlipReading | None, reader: Reader
) -> Trial:
    if slip is None:
        outcome = SlipOutcome((kind,), is_found=False)
        return Trial(kind, strength, outcome, float("nan"), float("nan"), False, False)
    alone = PageReading(1, PageDisposition.SLIPS, (slip,))
    outcome = compare(alone, paper.truth, (kind,))
    error_mm = _error_mm(slip.registration, laid, reader.template)
    is_trusted = slip.registration.residual_mm <= reader.rules.max_residual_mm
    return Trial(
        kind,
        strength,
        outcome,
        error_mm,
        slip.registration.residual_mm,
        is_trusted and error_mm > MISPLACED_MM,
        outcome.is_wrong_accepted and error_mm > MISPLACED_MM / 2,
    )


def _error_mm(registration: Registration, laid: LaidSlip, template: Template) -> float:
    """Worst distance between where a cell's corner is thought to be and where it is, on the paper."""
    corners = _cell_corners(template)
    true = laid.on_form_mm(registration.to_page(corners))
    return float(np.hypot(*(true - corners).T).max())


@cache
def _cell_corners(template: Template) -> NDArray[np.float64]:
    boxes = [box for field in template.fields for box in field.cells]
    return np.concatenate([box.corners_mm for box in boxes])


def _point(kind: str, strength: float, tries: Sequence[_Tried]) -> Point:
    trials = [trial for tried in tries for trial in tried.trials]
    trusted = [trial for trial in trials if _is_laid(trial)]
    digits = sum(trial.outcome.digits for trial in trusted)
    wrong = sum(trial.outcome.wrong_digits for trial in trusted)
    errors = [trial.error_mm for trial in trusted]
    return Point(
        kind,
        strength,
        len(trials),
        seen=_share(trial.outcome.is_found for trial in trials),
        found=len(trusted) / max(1, len(trials)),
        error_mm=float(np.median(errors)) if errors else float("nan"),
        worst_mm=max(errors, default=float("nan")),
        residual_mm=float(np.median([trial.residual_mm for trial in trusted])) if errors else float("nan"),
        digits=1 - wrong / digits if digits else float("nan"),
        accepted=_share(trial.outcome.is_accepted for trial in trials),
        false_accepts=sum(trial.outcome.is_wrong_accepted for trial in trials),
        misplaced=sum(trial.is_misplaced for trial in trials),
        silent_misreads=sum(trial.is_silent_misread for trial in trials),
        ghosts=sum(tried.ghosts for tried in tries),
        untold=sum(tried.untold for tried in tries),
    )


def _is_laid(trial: Trial) -> bool:
    return trial.outcome.is_found and Reason.REGISTRATION_UNCERTAIN not in trial.outcome.reasons


def _share(flags: Iterator[bool] | Sequence[bool]) -> float:
    values = list(flags)
    return sum(values) / len(values) if values else float("nan")


def gives_up_at(points: Sequence[Point]) -> float | None:
    """The first strength from which on fewer than nine tenths are laid well or digits are lost.

    Args:
        points: Of one kind, from no damage to the most.

    Returns:
        None for a kind that never gives up within its strengths.
    """
    usual = next((point.digits for point in points if point.found > 0), 1.0)
    bad = [point.found < 0.9 or not point.digits > usual - 0.03 for point in points]
    last_good = max((i for i, is_bad in enumerate(bad) if not is_bad), default=-1)
    return points[last_good + 1].strength if last_good + 1 < len(points) else None


def write_points(points: Sequence[Point], folder: Path) -> None:
    """``distortion.csv`` and ``distortion.json``, a row a strength."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "distortion.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, [field.name for field in fields(Point)])
        rows.writeheader()
        rows.writerows(asdict(point) for point in points)
    text = json.dumps([asdict(point) for point in points], indent=1)
    (folder / "distortion.json").write_text(text, encoding="utf-8")
