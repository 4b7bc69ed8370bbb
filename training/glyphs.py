"""Training glyphs: sheets filled in by many writers, scanned, cut out, and kept in a cache on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from forms_ocr import extraction, simulation
from forms_ocr.extraction import extract
from forms_ocr.model import EMPTY, OTHER, Glyphs
from forms_ocr.simulation.hands import DrawnHand
from forms_ocr.simulation.handwriting import GlyphSource, RealHand, Role, load_source
from forms_ocr.simulation.ink import draw_pen
from forms_ocr.simulation.skeletons import LETTERS
from training import sheets, writing
from training.sheets import DESIGNS, SCANS, blank_paper, scan_sheet, sheet_template
from training.writing import KIND_SHARES, Sheet, Writer, letters_to_write, write_cell

REAL_SHARES: Mapping[str, float] = {
    "mnist": 0.28,
    "bhmsds": 0.22,
    "optdigits": 0.09,
    "semeion": 0.08,
    "mfeat": 0.05,
    "usps": 0.06,
}
DRAWN_SHARES: Mapping[str, float] = {
    "european": 0.03,
    "hard": 0.08,
    "hasty": 0.04,
    "old": 0.03,
    "various": 0.24,
}
"""Share of the rows of sheets by who wrote them, in proportion. European shapes are few in the data, so they
come up far more often than their number would have it; drawn hands bring what no set holds, ``various`` the
shapes of whole countries: left out, bhmsds is read a third better with it."""

SOURCES = (*REAL_SHARES, *DRAWN_SHARES)
_DPIS = (150.0, 200.0, 200.0, 300.0, 300.0)
_LEAST_PAPER_DPI = 200.0
_DRAWN_VALIDATION_SEEDS = 1 << 30
_LEAST_DIGIT_PX = 12
"""Of a digit's 32 pixels; a glyph is enlarged to them unless the ink itself is tiny."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What decides a set of glyphs, and with it the name of its cache.

    ``data`` is the folder of handwriting; "" leaves drawn hands alone. ``is_one_hand`` has every page written
    by one writer with one pen, as slips are, instead of every row by another.
    """

    data: str
    role: str
    pages: int
    seed: int
    is_one_hand: bool = False


@dataclass(frozen=True, eq=False)
class LabelledGlyphs:
    """Glyphs as the pipeline cuts them out, with what was written.

    Attributes:
        glyphs: (N, 32, 32) uint8, none of them blank.
        labels: (N,) index in ``CLASSES``.
        sources: (N,) index in ``SOURCES`` of who wrote the row.
        kinds: (N,) index in ``KIND_SHARES``.
        scans: (N,) index in ``SCANS``.
    """

    glyphs: Glyphs
    labels: NDArray[np.uint8]
    sources: NDArray[np.uint8]
    kinds: NDArray[np.uint8]
    scans: NDArray[np.uint8]

    @property
    def to_be_read(self) -> NDArray[np.uint8]:
        """(N,) labels as a reader should give them: ``other`` for a digit of which the scan left a few dots.

        Taught as digits they would teach to see digits in dust, left out they would be called empty.
        """
        tall = (self.glyphs > 0).any(axis=2).sum(axis=1)
        wide = (self.glyphs > 0).any(axis=1).sum(axis=1)
        is_lost = (self.labels < EMPTY) & (np.maximum(tall, wide) < _LEAST_DIGIT_PX)
        return np.where(is_lost, OTHER, self.labels).astype(np.uint8)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, chosen: NDArray[np.bool_] | NDArray[np.intp] | slice) -> LabelledGlyphs:
        return LabelledGlyphs(**{name: column[chosen] for name, column in self.columns().items()})

    def columns(self) -> dict[str, NDArray[np.uint8]]:
        """The arrays by name."""
        return {column.name: getattr(self, column.name) for column in fields(self)}

    @classmethod
    def joined(cls, parts: Sequence[LabelledGlyphs]) -> LabelledGlyphs:
        """All parts, one after the other."""
        names = [column.name for column in fields(cls)]
        return cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def cached_glyphs(recipe: Recipe, cache: Path, workers: int) -> LabelledGlyphs:
    """Take a set of glyphs out of the cache, or make it and put it there.

    The cache's name changes with the recipe and with the code that makes glyphs.
    """
    path = cache / f"{recipe.role}-{_fingerprint(recipe)}.npz"
    if path.exists():
        with np.load(path) as archive:
            return LabelledGlyphs(**dict(archive))
    made = make_glyphs(recipe, workers)
    cache.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part.npz")
    np.savez(partial, **made.columns())  # type: ignore[arg-type]  # columns are arrays, never flags
    partial.rename(path)
    return made


def make_glyphs(recipe: Recipe, workers: int) -> LabelledGlyphs:
    """Write, scan and cut out all pages of a recipe; the number of workers changes nothing in the result."""
    if workers <= 1:
        return LabelledGlyphs.joined([glyphs_of_page(recipe, page) for page in range(recipe.pages)])
    with ProcessPoolExecutor(workers) as pool:
        parts = pool.map(glyphs_of_page, [recipe] * recipe.pages, range(recipe.pages), chunksize=8)
        return LabelledGlyphs.joined(list(parts))


def glyphs_of_page(recipe: Recipe, page: int) -> LabelledGlyphs:
    """One page through one scan, every row by another writer with another pen, or all of it by one."""
    rng = np.random.default_rng([recipe.seed, list(Role).index(Role(recipe.role)), page])
    template = sheet_template(int(rng.integers(DESIGNS)))
    dpi = float(rng.choice(_DPIS))
    sheet = Sheet(blank_paper(template, max(dpi, _LEAST_PAPER_DPI)), max(dpi, _LEAST_PAPER_DPI))
    labels: list[list[int]] = []
    kinds: list[list[int]] = []
    sources = rng.choice(len(SOURCES), len(template.fields), p=source_chances(recipe))
    if recipe.is_one_hand:
        sources[:] = sources[0]
    writer = writer_of(recipe, SOURCES[int(sources[0])], rng)
    for field, source in zip(template.fields, sources, strict=True):
        if not recipe.is_one_hand:
            writer = writer_of(recipe, SOURCES[int(source)], rng)
        row = rng.choice(len(KIND_SHARES), len(field.cells), p=list(KIND_SHARES.values()))
        names = [tuple(KIND_SHARES)[int(kind)] for kind in row]
        cells = zip(field.cells, names, strict=True)
        labels.append([write_cell(sheet, cell, kind, writer, rng) for cell, kind in cells])
        kinds.append(row.tolist())
    scanned, registration, scan = scan_sheet(sheet.paper, sheet.dpi, dpi, rng)
    inks = extract(scanned, registration, template)
    made = LabelledGlyphs(
        np.concatenate([ink.glyphs for ink in inks]),
        np.concatenate(labels).astype(np.uint8),
        np.repeat(sources, [len(field.cells) for field in template.fields]).astype(np.uint8),
        np.concatenate(kinds).astype(np.uint8),
        np.full(sum(map(len, labels)), SCANS.index(scan), np.uint8),
    )
    return made[np.flatnonzero(made.glyphs.any(axis=(1, 2)))]


def writer_of(recipe: Recipe, source: str, rng: np.random.Generator) -> Writer:
    """Somebody of a source, with a pen; training and checking share no writer, real or drawn."""
    seed = int(rng.integers(_DRAWN_VALIDATION_SEEDS))
    seed += _DRAWN_VALIDATION_SEEDS if recipe.role != Role.TRAINING else 0
    marker = DrawnHand(seed, "european")
    if source in DRAWN_SHARES:
        letters, weights = letters_to_write(tuple(LETTERS))
        return Writer(DrawnHand(seed, source), marker, letters, weights, draw_pen(rng))
    alphabet = _source(recipe, "cyrillic")
    letters, weights = letters_to_write(tuple(np.unique(alphabet.labels).tolist()))
    hand = RealHand(_source(recipe, source), None, rng, alphabet)
    return Writer(hand, marker, letters, weights, draw_pen(rng))


@lru_cache(maxsize=32)
def _source(recipe: Recipe, name: str) -> GlyphSource:
    return load_source(Path(recipe.data), name).split(recipe.role)


def source_chances(recipe: Recipe) -> NDArray[np.float64]:
    """(S,) how likely each of ``SOURCES`` is to write a row."""
    real = np.array(list(REAL_SHARES.values())) * bool(recipe.data)
    chances = np.concatenate([real, list(DRAWN_SHARES.values())])
    return chances / chances.sum()


def _fingerprint(recipe: Recipe) -> str:
    digest = hashlib.sha256(json.dumps(asdict(recipe)).encode())
    modules = [Path(__file__), *(Path(module.__file__ or "") for module in (sheets, writing))]
    for package in (extraction, simulation):
        modules += sorted(Path(package.__path__[0]).glob("*.py"))
    for module in modules:
        digest.update(module.read_bytes())
    return digest.hexdigest()[:16]
