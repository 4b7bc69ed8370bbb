"""Fill the form with real handwriting, scan it, read it, and hold the records against the truth."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np

from forms_ocr.decision import Registry
from forms_ocr.evaluation.legibility import LEAST_SHARE, share_visible
from forms_ocr.evaluation.outcome import SlipOutcome, SlipTruth, compare
from forms_ocr.evaluation.troubles import TROUBLES, with_trouble
from forms_ocr.ingest import Limits, open_scan
from forms_ocr.model import Account, AccountStatus, Page, Period, Rules, Template
from forms_ocr.pipeline import Reader, build_reader, read_page
from forms_ocr.simulation import (
    CLEAN,
    POOR,
    DrawnHand,
    GlyphSource,
    Hand,
    RealHand,
    Role,
    ScanPreset,
    WrittenSlip,
    draw_conditions,
    draw_pen,
    draw_slip_values,
    encode,
    fill,
    load_source,
    make_registry,
    scan,
    slip_entries,
)
from forms_ocr.simulation.encoding import Kind
from forms_ocr.simulation.scanning import OneBit, true_homography

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

PERIOD = Period(2026, 11)
CONDITIONS: dict[str, ScanPreset] = {"clean": CLEAN, "poor": POOR}

# How often each hand writes: by people, not by the size of the data sets. Letters come from drawn hands.
HANDS = {"mnist": 0.4, "bhmsds": 0.2, "optdigits": 0.2, "usps": 0.1, "drawn hard": 0.1}

# How the slips arrive: kind of file, resolution, one-bit thresholding, share.
FILES: tuple[tuple[Kind, float, OneBit, float], ...] = (
    ("pdf-jpeg", 300, "", 0.40),
    ("jpeg", 200, "", 0.20),
    ("tiff-lzw", 300, "", 0.10),
    ("tiff-g4", 300, "adaptive", 0.10),
    ("pdf-g4", 300, "global", 0.10),
    ("tiff-g4", 200, "global", 0.10),
)
LEGIBLE, INK_LOST = "legible", "ink lost by scan"
"""Whether a scan shows all that was written; see :mod:`forms_ocr.evaluation.legibility`."""

_PAPER_DPI = 300.0
_SLIPS_A_TASK = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """What to evaluate.

    Attributes:
        data: Folder with the handwriting; only writers held out of training are taken from it.
        template: The form's PDF.
        slips: How many.
        condition: A key of ``CONDITIONS``.
        registry: ``sparse``, ``dense`` or ``none``.
        accounts: Size of the registry.
        trouble_share: Share of slips that must not be accepted.
        seed: The same seed makes the same slips.
    """

    data: Path
    template: Path
    slips: int = 600
    condition: str = "clean"
    registry: str = "sparse"
    accounts: int = 100_000
    trouble_share: float = 0.0
    seed: int = 1
    hand: str = ""
    """Only this hand, a key of ``HANDS``; all of them in their shares if empty."""


def evaluate(
    plan: Plan, rules: Rules, workers: int = 1, on_slips: Callable[[int], None] = lambda _: None
) -> list[SlipOutcome]:
    """Run the whole line on simulated slips.

    Args:
        on_slips: Told how many slips were read since the last call.

    Returns:
        One outcome a slip, in the order of the slips, whatever the number of workers.

    Raises:
        ConfigurationError: The folder lacks a data set.
    """
    starts = range(0, plan.slips, _SLIPS_A_TASK)
    task = partial(_run_slips, plan, rules)
    outcomes: list[SlipOutcome] = []
    for part in mapped(task, list(starts), workers):
        outcomes += part
        on_slips(len(part))
    return outcomes


def mapped(task: Callable[[_Item], _Result], items: Sequence[_Item], workers: int) -> Iterator[_Result]:
    """What a task makes of every item, in their order; one worker is this very process."""
    if workers == 1:
        yield from map(task, items)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(task, items)


def _run_slips(plan: Plan, rules: Rules, start: int) -> list[SlipOutcome]:
    cv2.setNumThreads(1)
    bench = _bench_of(plan, rules)
    numbers = range(start, min(start + _SLIPS_A_TASK, plan.slips))
    return [_run_slip(plan, bench, number) for number in numbers]


@dataclass(frozen=True, eq=False)
class _Bench:
    """What all slips of a plan share, made once a process."""

    reader: Reader
    writers: tuple[Account, ...]


@lru_cache(maxsize=1)
def _bench_of(plan: Plan, rules: Rules) -> _Bench:
    reader = build_reader(plan.template, None, rules, PERIOD)
    rng = np.random.default_rng([plan.seed, 0])
    accounts = make_registry(rng, plan.accounts, plan.registry == "dense", PERIOD, is_varied=True)
    registry = None if plan.registry == "none" else Registry.of(accounts)
    writers = tuple(account for account in accounts if account.status is AccountStatus.DIRECT)
    return _Bench(replace(reader, registry=registry), writers)


def _run_slip(plan: Plan, bench: _Bench, number: int) -> SlipOutcome:
    rng = np.random.default_rng([plan.seed, 1, number])
    name, hand = draw_hand(plan.data, rng, plan.hand)
    account = bench.writers[int(rng.integers(len(bench.writers)))]
    values = draw_slip_values(rng, account, PERIOD, is_varied=True)
    trouble = ""
    entries = dict(slip_entries(bench.reader.template, values))
    if rng.random() < plan.trouble_share:
        trouble = TROUBLES[int(rng.integers(len(TROUBLES)))]
        values, entries = with_trouble(trouble, account, values, entries, bench.reader, rng)
    slip = fill(bench.reader.template, entries, hand, draw_pen(rng), rng, _PAPER_DPI)
    kind, page, is_legible = _scanned(plan, slip, bench.reader.template, rng)
    truth = SlipTruth(
        slip.cells, slip.values, values.account, values.reading, values.date.isoformat(), trouble
    )
    legibility = LEGIBLE if is_legible else INK_LOST
    return compare(read_page(page, bench.reader), truth, (name, kind, legibility))


def draw_hand(data: Path, rng: np.random.Generator, name: str = "") -> tuple[str, Hand]:
    """Somebody who was held out of training, and which hand it is.

    Args:
        data: Folder with the handwriting.
        name: A key of ``HANDS``; any of them, in their shares, if empty.
    """
    name = name or str(rng.choice(list(HANDS), p=list(HANDS.values())))
    if name == "drawn hard":
        return name, DrawnHand(int(rng.integers(1 << 31)), "hard")
    return name, RealHand(_held_out(data, name), None, rng)


@lru_cache(maxsize=8)
def _held_out(data: Path, name: str) -> GlyphSource:
    return load_source(data, name).split(Role.HELD_OUT)


def _scanned(
    plan: Plan, slip: WrittenSlip, template: Template, rng: np.random.Generator
) -> tuple[str, Page, bool]:
    """Scan the slip, write the file, open it the way a batch does, and see whether the writing is there."""
    kind, dpi, one_bit, _ = FILES[int(rng.choice(len(FILES), p=[share for *_, share in FILES]))]
    conditions = draw_conditions(
        CONDITIONS[plan.condition], rng, dpi=dpi, turn_deg=int(rng.choice((0, 180))), one_bit=one_bit
    )
    size_mm = (template.width_mm, template.height_mm)
    pixels = scan(slip.paper, conditions, rng, paper_dpi=slip.dpi, paper_mm=size_mm)
    data = encode([pixels], kind, dpi, quality=int(rng.integers(60, 92)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scan"
        path.write_bytes(data)
        with open_scan(path, Limits()) as opened:
            page = opened.read(1)
    visible = share_visible(slip, template, page.pixels, true_homography(size_mm, conditions))
    return f"{kind} {dpi:.0f} {one_bit}".strip(), page, visible >= LEAST_SHARE
