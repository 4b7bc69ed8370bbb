"""Pages that are no slips, put through the whole reader: none may yield a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from forms_ocr.model import GreyImage, Page, Reason, Template
from forms_ocr.pipeline import Reader, read_page
from forms_ocr.simulation import (
    CLEAN,
    FOREIGN_KINDS,
    LOOKALIKE_KINDS,
    POOR,
    draw_conditions,
    draw_foreign_page,
    draw_lookalike,
    scan,
)

_DPI = (150.0, 200.0, 300.0)
_SIZES_MM = ((210.0, 297.0), (210.0, 148.0), (148.0, 210.0), (80.0, 200.0))


@dataclass(frozen=True, slots=True)
class Strangers:
    """What became of the pages of one kind.

    Attributes:
        dispositions: How many pages went where.
        slips: Slips seen on them.
        records: Slips thought well enough laid to be read; none may.
    """

    kind: str
    pages: int
    dispositions: dict[str, int]
    slips: int
    records: int


def measure_strangers(
    count: int, reader: Reader, on_page: Callable[[], None] = lambda: None, seed: int = 1
) -> list[Strangers]:
    """Draw ``count`` pages of every kind, scan and read them."""
    return [_measure(kind, count, reader, on_page, seed) for kind in (*FOREIGN_KINDS, *LOOKALIKE_KINDS)]


def _measure(kind: str, count: int, reader: Reader, on_page: Callable[[], None], seed: int) -> Strangers:
    dispositions: Counter[str] = Counter()
    slips = records = 0
    for number in range(count):
        page = draw_stranger(kind, reader.template, np.random.default_rng([seed, number, len(kind)]), number)
        reading = read_page(Page(1, page), reader)
        dispositions[reading.disposition.value] += 1
        slips += len(reading.slips)
        records += sum(Reason.REGISTRATION_UNCERTAIN not in slip.record.reasons for slip in reading.slips)
        on_page()
    return Strangers(kind, count, dict(dispositions), slips, records)


def draw_stranger(kind: str, template: Template, rng: np.random.Generator, number: int) -> GreyImage:
    """A page of a kind, scanned well or badly, at any resolution and any turn."""
    dpi = _DPI[number % len(_DPI)]
    if kind in FOREIGN_KINDS:
        paper = draw_foreign_page(kind, rng, dpi, _SIZES_MM[number % len(_SIZES_MM)])
    else:
        paper = draw_lookalike(kind, template, rng, dpi)
    preset = POOR if number % 3 == 0 else CLEAN
    conditions = draw_conditions(preset, rng, dpi=dpi, turn_deg=int(rng.choice((0, 90, 180, 270))))
    return scan(paper, conditions, rng, paper_dpi=dpi)
