"""Strips to train on: lines written by many people, scanned, cut out, and kept in a cache on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import training
from forms_ocr import extraction, simulation
from forms_ocr.extraction import extract
from forms_ocr.extraction.strips import frames_of
from forms_ocr.model import Box, FieldInk, GreyImage
from forms_ocr.recognition import number_strip as number_strip_module
from forms_ocr.recognition.number_strip import NumberStrip, number_strip
from training.glyphs import SOURCES, Recipe, source_chances, writer_of
from training.numbers.sheets import DESIGNS, line_template
from training.numbers.writing import KIND_SHARES, Written, write_line
from training.sheets import SCANS, blank_paper, scan_sheet
from training.writing import Sheet

_DPIS = (150.0, 200.0, 200.0, 300.0, 300.0)
_LEAST_PAPER_DPI = 200.0
_ROLES = ("training", "validation", "held_out")
_LEAST_SEEN = 0.4
"""Of a digit's height; a scan that leaves less of it has lost it."""


@dataclass(frozen=True, eq=False)
class LabelledStrip:
    """One line as the pipeline cuts it out, with what was written.

    Attributes:
        strip: (32, W) uint8.
        labels: Digits and ``OTHER_MARK``.
        source: Index in ``SOURCES``.
        kind: Index in ``KIND_SHARES``.
        scan: Index in ``SCANS``.
        is_lost: The scan left nothing worth the name of one of the digits.
    """

    strip: NumberStrip
    labels: tuple[int, ...]
    source: int
    kind: int
    scan: int
    is_lost: bool


def cached_strips(recipe: Recipe, cache: Path, workers: int) -> list[LabelledStrip]:
    """Take strips out of the cache, or make them and put them there.

    The cache's name changes with the recipe and with the code that makes strips.
    """
    path = cache / f"lines-{recipe.role}-{_fingerprint(recipe)}.npz"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part.npz")
        np.savez(partial, **_columns(make_strips(recipe, workers)))  # type: ignore[arg-type]  # all arrays
        partial.rename(path)
    with np.load(path) as archive:
        return list(_strips(dict(archive)))


def make_strips(recipe: Recipe, workers: int) -> list[LabelledStrip]:
    """Write, scan and cut out all pages of a recipe; the number of workers changes nothing in the result."""
    if workers <= 1:
        parts = [strips_of_page(recipe, page) for page in range(recipe.pages)]
    else:
        with ProcessPoolExecutor(workers) as pool:
            parts = list(pool.map(strips_of_page, [recipe] * recipe.pages, range(recipe.pages), chunksize=8))
    return [strip for part in parts for strip in part]


def strips_of_page(recipe: Recipe, page: int) -> list[LabelledStrip]:
    """One page through one scan, every line by another writer with another pen."""
    rng = np.random.default_rng([recipe.seed, _ROLES.index(str(recipe.role)), page, 10])
    template = line_template(int(rng.integers(DESIGNS)))
    dpi = float(rng.choice(_DPIS))
    sheet = Sheet(blank_paper(template, max(dpi, _LEAST_PAPER_DPI)), max(dpi, _LEAST_PAPER_DPI))
    sources = rng.choice(len(SOURCES), len(template.fields), p=source_chances(recipe))
    kinds = rng.choice(len(KIND_SHARES), len(template.fields), p=list(KIND_SHARES.values()))
    written = [
        write_line(
            sheet,
            field.box,
            tuple(KIND_SHARES)[int(kind)],
            writer_of(recipe, SOURCES[int(source)], rng),
            rng,
        )
        for field, source, kind in zip(template.fields, sources, kinds, strict=True)
    ]
    scanned, registration, scan = scan_sheet(sheet.paper, sheet.dpi, dpi, rng)
    inks = extract(scanned, registration, template)
    origins = [frame.box for frame in frames_of(template)]
    return [
        LabelledStrip(
            strip, line.labels, int(source), int(kind), SCANS.index(scan), _is_lost(ink, origin, line)
        )
        for ink, origin, line, source, kind in zip(inks, origins, written, sources, kinds, strict=True)
        if (strip := number_strip(ink.strip, ink.strip_px_per_mm)) is not None
    ]


def _is_lost(ink: FieldInk, origin: Box, line: Written) -> bool:
    return any(_seen(ink.strip, ink.strip_px_per_mm, origin, digit) < _LEAST_SEEN for digit in line.digits)


def _seen(strip: GreyImage, px_per_mm: float, origin: Box, digit: Box) -> float:
    """Share of a digit's height in which there is ink at its place."""
    left, right = (
        round((x - origin.left_mm) * px_per_mm) for x in (digit.left_mm - 0.3, digit.right_mm + 0.3)
    )
    top, bottom = (round((y - origin.top_mm) * px_per_mm) for y in (digit.top_mm, digit.bottom_mm))
    window = strip[max(0, top) : bottom, max(0, left) : right]
    return float((window < 255).any(axis=1).mean()) if window.size else 0.0


def _columns(strips: Sequence[LabelledStrip]) -> dict[str, NDArray[np.generic]]:
    """Everything end to end: strips and labels are of many lengths."""
    return {
        "pixels": np.concatenate([each.strip for each in strips], axis=1),
        "widths": np.array([each.strip.shape[1] for each in strips], np.int32),
        "labels": np.array([label for each in strips for label in each.labels], np.uint8),
        "lengths": np.array([len(each.labels) for each in strips], np.int32),
        "about": np.array([(each.source, each.kind, each.scan, each.is_lost) for each in strips], np.uint8),
    }


def _strips(columns: dict[str, NDArray[np.generic]]) -> Iterator[LabelledStrip]:
    pixels, labels = np.asarray(columns["pixels"], np.uint8), columns["labels"].tolist()
    ends, label_ends = np.cumsum(columns["widths"]), np.cumsum(columns["lengths"])
    rows = zip(
        ends.tolist(),
        columns["widths"].tolist(),
        label_ends.tolist(),
        columns["lengths"].tolist(),
        columns["about"].tolist(),
        strict=True,
    )
    for end, width, label_end, length, (source, kind, scan, is_lost) in rows:
        said = tuple(labels[label_end - length : label_end])
        yield LabelledStrip(pixels[:, end - width : end], said, source, kind, scan, bool(is_lost))


def _fingerprint(recipe: Recipe) -> str:
    digest = hashlib.sha256(json.dumps(asdict(recipe)).encode())
    folder = Path(training.__path__[0])
    modules = [folder / name for name in ("glyphs.py", "sheets.py", "writing.py")]
    modules += [folder / "numbers" / name for name in ("material.py", "sheets.py", "writing.py")]
    modules.append(Path(number_strip_module.__file__ or ""))
    for package in (extraction, simulation):
        modules += sorted(Path(package.__path__[0]).glob("*.py"))
    for module in modules:
        digest.update(module.read_bytes())
    return digest.hexdigest()[:16]
