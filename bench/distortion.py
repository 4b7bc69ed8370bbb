"""At which strength of which damage reading gives up, and whether it says so."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from zlib import crc32

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.damages import DPI, KINDS, SMALL_KINDS, Desk, LaidSlip, Shot
from bench.distortion_figures import Step, Trial
from bench.pages import PERIOD, draw_accounts
from bench.small_form import draw_small_form
from forms_ocr.decision import Registry
from forms_ocr.evaluation import SlipOutcome, SlipTruth, compare
from forms_ocr.evaluation.evaluate import draw_hand
from forms_ocr.model import (
    Account,
    AccountStatus,
    Page,
    PageDisposition,
    PageReading,
    Reason,
    Registration,
    Rules,
    SlipReading,
    Template,
)
from forms_ocr.pipeline import Reader, build_reader, read_page
from forms_ocr.simulation import (
    DrawnHand,
    Hand,
    WrittenSlip,
    draw_pen,
    draw_slip_values,
    fill,
    slip_entries,
)
from forms_ocr.template import default_template_path

# A registration further off than this belongs to no slip that is there.
_SAME_SLIP_MM = 15.0
ALL_KINDS = {**KINDS, **SMALL_KINDS}
_STYLES = ("european", "american", "neat")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure.

    Attributes:
        slips: Under each strength of each kind; the same ones at all strengths of a kind, other ones for
            another kind.
        seed: The same seed makes the same pages.
        data: Folder with handwriting, of which only writers held out of training are taken; None is drawn
            hands.
    """

    slips: int
    seed: int = 1
    data: Path | None = None


@dataclass(frozen=True, eq=False)
class Written:
    """A slip on paper, and what it says."""

    slip: WrittenSlip
    truth: SlipTruth


def write_papers(
    template: Template, accounts: Sequence[Account], count: int, seed: int | Sequence[int], data: Path | None
) -> list[Written]:
    """Slips as people fill them in.

    Args:
        data: As in :class:`Plan`.
    """
    direct = [account for account in accounts if account.status is AccountStatus.DIRECT]
    generators = [np.random.default_rng([*np.atleast_1d(seed), number]) for number in range(count)]
    return [_write(template, direct, number, rng, data) for number, rng in enumerate(generators)]


def _write(
    template: Template,
    accounts: Sequence[Account],
    number: int,
    rng: np.random.Generator,
    data: Path | None,
) -> Written:
    values = draw_slip_values(rng, accounts[int(rng.integers(len(accounts)))], PERIOD)
    hand = _drawn_hand(number, rng) if data is None else draw_hand(data, rng)[1]
    slip = fill(template, slip_entries(template, values), hand, draw_pen(rng), rng, DPI)
    truth = SlipTruth(slip.cells, slip.values, values.account, values.reading, values.date.isoformat())
    return Written(slip, truth)


def _drawn_hand(number: int, rng: np.random.Generator) -> Hand:
    return DrawnHand(int(rng.integers(1 << 31)), _STYLES[number % len(_STYLES)])


@dataclass(frozen=True, eq=False)
class _Bench:
    """What all kinds share: a reader of the standard form, one of the small form, and the customers."""

    standard: Reader
    small: Reader
    accounts: list[Account]


@lru_cache(maxsize=1)
def _bench() -> _Bench:
    cv2.setNumThreads(1)
    accounts = draw_accounts()
    reader = build_reader(default_template_path(), None, Rules(), PERIOD)
    reader = replace(reader, registry=Registry.of(accounts))
    with tempfile.TemporaryDirectory(prefix="forms-ocr-bench-") as folder:
        small = replace(reader, template=draw_small_form(Path(folder)))
    return _Bench(reader, small, accounts)


def measure_kind(plan: Plan, kind: str) -> list[Step]:
    """Put every paper through every strength of a kind, from no damage to the most, and read it."""
    bench = _bench()
    reader = bench.standard if kind in KINDS else bench.small
    own = [plan.seed, crc32(kind.encode())]
    papers = write_papers(reader.template, bench.accounts, plan.slips, own, plan.data)
    steps = []
    for step, strength in enumerate(ALL_KINDS[kind].strengths):
        tries = [
            _shoot(kind, strength, papers, number, reader, np.random.default_rng([*own, step, number]))
            for number in range(len(papers))
        ]
        trials = tuple(trial for tried in tries for trial in tried.trials)
        ghosts, untold = sum(tried.ghosts for tried in tries), sum(tried.untold for tried in tries)
        steps.append(Step(kind, strength, trials, ghosts, untold))
    return steps


@dataclass(frozen=True, slots=True)
class _Tried:
    """One page."""

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
    trials = tuple(_trial(kind, papers[laid.paper], laid, slip, reader) for laid, slip in pairs)
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


def _trial(kind: str, paper: Written, laid: LaidSlip, slip: SlipReading | None, reader: Reader) -> Trial:
    true = (paper.truth.account, paper.truth.reading, paper.truth.date)
    if slip is None:
        return Trial(SlipOutcome((kind,), is_found=False), true)
    record = slip.record
    return Trial(
        compare(PageReading(1, PageDisposition.SLIPS, (slip,)), paper.truth, (kind,)),
        true,
        (record.account, record.reading, record.date),
        _error_mm(slip.registration, laid, reader.template),
        slip.registration.residual_mm,
        slip.registration.residual_mm <= reader.rules.max_residual_mm,
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
