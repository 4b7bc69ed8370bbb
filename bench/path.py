"""What the whole path to the record costs beside decoding the same pages alone, in one thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median

from forms_ocr.decision import Background, decide
from forms_ocr.extraction import extract
from forms_ocr.ingest import Limits, open_scan
from forms_ocr.model import Page, PageReading
from forms_ocr.pipeline import Reader, gather_evidence, read_page
from forms_ocr.registration import register

TARGET_RATIO = 2.5


@dataclass(frozen=True, slots=True)
class PathCost:
    """Median milliseconds a page; ``ratio`` is the median of the page-by-page ratios of path to decoding."""

    decode_ms: float
    path_ms: float
    ratio: float
    stages_ms: dict[str, float]


def measure_path(scans: list[Path], reader: Reader, rounds: int) -> PathCost:
    """Time both on every page in turn, so that a slow moment of the machine hits both."""
    decode, path = [], []
    stages: dict[str, list[float]] = {"register": [], "extract": [], "recognise": [], "decide": []}
    for _ in range(rounds):
        for scan in scans:
            decode.append(_timed(partial(_decode, scan)))
            path.append(_timed(partial(_read, scan, reader)))
            _time_stages(_decode(scan), reader, stages)
    ratios = [whole / alone for whole, alone in zip(path, decode, strict=True)]
    return PathCost(
        median(decode), median(path), median(ratios), {name: median(times) for name, times in stages.items()}
    )


def _decode(scan: Path) -> Page:
    with open_scan(scan, Limits()) as opened:
        return opened.read(1)


def _read(scan: Path, reader: Reader) -> PageReading:
    return read_page(_decode(scan), reader)


def _time_stages(page: Page, reader: Reader, stages: dict[str, list[float]]) -> None:
    started = time.perf_counter()
    (registration, *_) = register(page, reader.template)
    registered = time.perf_counter()
    inks = extract(page, registration, reader.template)
    extracted = time.perf_counter()
    evidence = gather_evidence(inks, page.values, reader)
    recognised = time.perf_counter()
    decide(
        evidence,
        reader.template,
        reader.rules,
        reader.registry,
        reader.period,
        registration.residual_mm,
        Background(reader.recognizer.hand_model),
    )
    decided = time.perf_counter()
    marks = (started, registered, extracted, recognised, decided)
    for name, (begin, end) in zip(stages, pairwise(marks), strict=True):
        stages[name].append((end - begin) * 1e3)


def _timed(action: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1e3
