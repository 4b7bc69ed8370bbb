"""What finding slips and laying them costs: with markers, without, and six of them on one A4 page."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from bench.damages import DPI, KINDS, SMALL_KINDS, Desk, Kind
from bench.distortion import write_papers
from bench.pages import QUALITY, draw_accounts
from bench.small_form import draw_small_form
from forms_ocr.evaluation.trial import drawn_hand, random_entries
from forms_ocr.model import GreyImage, Page, Template
from forms_ocr.registration import register
from forms_ocr.registration.markers import find_slips
from forms_ocr.registration.pyramid import build_pyramid
from forms_ocr.simulation import CLEAN, draw_conditions, draw_pen, fill, scan
from forms_ocr.simulation.office_forms import FORTY_COMBS, draw_office_form
from forms_ocr.template import default_template_path, load_template

FIND_SIX_MS, WITH_MARKERS_MS, WITHOUT_MARKERS_MS = 15.0, 4.0, 30.0
"""At most; the last two are of a slip."""

_SMALL_SLIPS = 6


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of processor time.

    Attributes:
        decode_ms: Decoding the same page from its JPEG: what the machine was worth at that time.
        find_ms: Reducing the page and sorting the markers on it into slips.
        slip_ms: Laying a slip, finding it included.
        slips: Found on the pages, of so many that are there.
        there: See ``slips``.
    """

    decode_ms: float
    find_ms: float
    slip_ms: float
    slips: int
    there: int


def measure_registering(pages: int, rounds: int, seed: int = 1) -> Mapping[str, Cost]:
    """By what lies on the pages; the least of all rounds for a page, and the median of the pages.

    What else runs on a machine only ever adds to a time, so the least is nearest to the truth.
    """
    with tempfile.TemporaryDirectory(prefix="forms-ocr-bench-") as folder:
        standard = load_template(default_template_path())
        forty = _forty_combs(Path(folder))
        small = draw_small_form(Path(folder))
    one = _shots(standard, KINDS["turn"], 0, pages, seed)
    cases: dict[str, tuple[Template, Sequence[GreyImage], int]] = {
        "with markers": (standard, one, 1),
        "without markers": (replace(standard, markers=()), one, 1),
        "40 combs on A4, without markers": (forty, _scans(forty, pages, seed), 1),
        "two slips on A4": (standard, _shots(standard, KINDS["two"], 2, pages, seed), 2),
        "six slips on A4": (small, _shots(small, SMALL_KINDS["many"], 6, pages, seed), 6),
        "six slips on A4, two of them sideways": (
            small,
            _shots(small, SMALL_KINDS["sideways"], 2, pages, seed),
            6,
        ),
    }
    return {
        name: _measure(template, shots, there, rounds) for name, (template, shots, there) in cases.items()
    }


def _forty_combs(folder: Path) -> Template:
    path = folder / "forty.pdf"
    draw_office_form(FORTY_COMBS).save(path)
    return load_template(path)


def _shots(template: Template, kind: Kind, strength: float, pages: int, seed: int) -> list[GreyImage]:
    papers = [
        paper.slip
        for paper in write_papers(template, draw_accounts(1000), max(pages, _SMALL_SLIPS), seed, None)
    ]
    return [
        kind.make(Desk(template, papers, number), strength, np.random.default_rng([seed, number])).pixels
        for number in range(pages)
    ]


def _scans(template: Template, pages: int, seed: int) -> list[GreyImage]:
    """Good scans of a form of any kind."""
    return [_scan(template, np.random.default_rng([seed, number])) for number in range(pages)]


def _scan(template: Template, rng: np.random.Generator) -> GreyImage:
    slip = fill(template, random_entries(template, rng), drawn_hand(rng), draw_pen(rng), rng, DPI)
    size_mm = (template.width_mm, template.height_mm)
    conditions = draw_conditions(CLEAN, rng, dpi=DPI)
    return scan(slip.paper, conditions, rng, paper_dpi=slip.dpi, paper_mm=size_mm)


def _measure(template: Template, pages: Sequence[GreyImage], there: int, rounds: int) -> Cost:
    found = [len(register(Page(1, page), template)) for page in pages]
    files = [cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1] for page in pages]
    decode = [_least_ms(partial(cv2.imdecode, file, cv2.IMREAD_GRAYSCALE), rounds) for file in files]
    find = [_least_ms(partial(_find, page, template), rounds) for page in pages]
    lay = [_least_ms(partial(register, Page(1, page), template), rounds) for page in pages]
    return Cost(median(decode), median(find), median(lay) / there, sum(found), there * len(pages))


def _find(page: GreyImage, template: Template) -> None:
    find_slips(build_pyramid(page), template)


def _least_ms(action: Callable[[], object], rounds: int) -> float:
    def once() -> float:
        started = time.thread_time()
        action()
        return (time.thread_time() - started) * 1e3

    return min(once() for _ in range(rounds))
