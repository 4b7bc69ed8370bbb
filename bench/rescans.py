"""How well the same paper is told from another: both error rates, on simulated slips."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from forms_ocr.extraction import draw_ink_map, extract, likeness
from forms_ocr.model import Page, Period
from forms_ocr.registration import register
from forms_ocr.simulation import (
    CLEAN,
    POOR,
    DrawnHand,
    Hand,
    WrittenSlip,
    draw_conditions,
    draw_pen,
    draw_slip_values,
    fill,
    make_registry,
    scan,
    slip_entries,
)
from forms_ocr.simulation.scanning import OneBit
from forms_ocr.template import default_template_path, load_template

PERIOD = Period(2026, 11)
_SCANS: tuple[tuple[float, OneBit], ...] = ((300, ""), (200, ""), (300, "global"), (300, "adaptive"))
_STYLES = ("european", "american", "hard", "neat")


@dataclass(frozen=True, slots=True)
class Likenesses:
    """What pairs of slips were found to be like, 0 to 1.

    Attributes:
        same_paper: One paper scanned twice, each time under other conditions.
        same_words: The same account, reading, date and address written again by the same hand.
        next_reading: The same account and address by the same hand, another reading.
        stranger: Another household, another hand.
        lost: Papers of which one scan could not be registered.
    """

    same_paper: list[float]
    same_words: list[float]
    next_reading: list[float]
    stranger: list[float]
    lost: int

    def shares(self, cut: float) -> tuple[float, float, float, float]:
        """Share of the same papers missed; shares of the three kinds of others taken for the same."""
        wrong = (self.same_words, self.next_reading, self.stranger)
        missed = float(np.mean([value < cut for value in self.same_paper]))
        words, reading, stranger = (float(np.mean([value >= cut for value in kind])) for kind in wrong)
        return missed, words, reading, stranger


def measure_rescans(
    papers: int,
    seed: int = 1,
    on_paper: Callable[[], None] = lambda: None,
    scorer: Callable[[bytes, bytes], float] = likeness,
) -> Likenesses:
    """Write slips, scan each twice, write each again, and compare."""
    found = Likenesses([], [], [], [], 0)
    last: bytes | None = None
    for number in range(papers):
        maps = list(_maps(np.random.default_rng([seed, number])))
        on_paper()
        if any(one is None for one in maps):
            found = replace(found, lost=found.lost + 1)
            continue
        first, again, rewritten, changed = (one or b"" for one in maps)
        found.same_paper.append(scorer(first, again))
        found.same_words.append(scorer(first, rewritten))
        found.next_reading.append(scorer(first, changed))
        if last is not None:
            found.stranger.append(scorer(first, last))
        last = first
    return found


def _maps(rng: np.random.Generator) -> Iterator[bytes | None]:
    """A paper, the same paper again, the same words again, the same household's next reading."""
    template = load_template(default_template_path())
    account = make_registry(rng, 20, dense=False, period=PERIOD)[int(rng.integers(20))]
    hand: Hand = DrawnHand(int(rng.integers(1 << 31)), _STYLES[int(rng.integers(len(_STYLES)))])
    pen = draw_pen(rng)
    values = draw_slip_values(rng, account, PERIOD)
    entries = slip_entries(template, values)
    paper = fill(template, entries, hand, pen, rng, 300)
    yield _map_of(paper, rng)
    yield _map_of(paper, rng)
    yield _map_of(fill(template, entries, hand, pen, rng, 300), rng)
    other = slip_entries(template, replace(values, reading=draw_slip_values(rng, account, PERIOD).reading))
    yield _map_of(fill(template, other, hand, pen, rng, 300), rng)


def _map_of(paper: WrittenSlip, rng: np.random.Generator) -> bytes | None:
    """Scan a paper in some way; None if it is not found on its page."""
    dpi, one_bit = _SCANS[int(rng.integers(len(_SCANS)))]
    preset = POOR if rng.random() < 0.3 else CLEAN
    conditions = draw_conditions(preset, rng, dpi=dpi, turn_deg=int(rng.choice((0, 180))), one_bit=one_bit)
    page = Page(1, scan(paper.paper, conditions, rng, paper_dpi=paper.dpi))
    template = load_template(default_template_path())
    registrations = register(page, template)
    return draw_ink_map(extract(page, registrations[0], template)) if registrations else None
