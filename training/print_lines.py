"""Fits the test that tells print from handwriting: ``python -m training.print_lines --data DIR``.

Prints the weights for ``forms_ocr/recognition/print_test.py`` and how often the test is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.extraction import extract
from forms_ocr.model import Box, Content, Field, GreyImage, Shape, Template
from forms_ocr.recognition.print_test import measure_regularity
from forms_ocr.simulation.filling import Typed, fill
from forms_ocr.simulation.hands import DrawnHand
from forms_ocr.simulation.handwriting import GlyphSource, load_source
from forms_ocr.simulation.ink import InkShape, Pen, draw_pen, lay_ink
from forms_ocr.simulation.slips import STREETS
from training.sheets import ARTWORK_DPI, HEIGHT_MM, WIDTH_MM, scan_sheet

_FONTS = ("PTS55F.ttf", "PTS75F.ttf", "PTN57F.ttf", "PTF55F.ttf", "PTM55F.ttf", "PTS56F.ttf",
          "DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf", "DejaVuSansCondensed.ttf")  # fmt: skip
_STYLES = ("european", "neat", "old", "hasty")
_ROW_HEIGHTS_MM = (5.0, 7.0, 9.5, 6.0, 8.5, 9.0, 5.5, 8.0, 7.5)
# Few people write capitals smaller than this.
_LEAST_CAPITAL_MM = 3.0
_DPIS = (150.0, 200.0, 200.0, 300.0, 300.0)
_PAPER_DPI = 300.0
_FOLDS = 5
_TALL = frozenset("бвдёйрфцщу")
_HANGING = frozenset("руцщ")
_PRINT_FOUND = 0.92
"""Share of printed lines that the threshold lets through: a handwritten line that passes costs a hundred
milliseconds, a printed one that does not is only not read."""


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines of writing with their features.

    Attributes:
        features: (N, 6) in the order of ``Regularity``; NaN where a line has too few letters.
        is_print: (N,)
    """

    features: NDArray[np.float64]
    is_print: NDArray[np.bool_]


@click.command()
@click.option("--data", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--pages", default=80, show_default=True, help="Of 18 lines each.")
def main(data: Path, pages: int) -> None:
    """Fit the print test and print its weights."""
    letters = load_source(data, "cyrillic").split("training")
    lines = draw_lines(letters, pages)
    weights, offset = fit_weights(lines)
    click.echo(f"_WEIGHTS = np.array({tuple(np.round(weights, 3).tolist())})\n_OFFSET = {offset:.3f}")
    for found, passed in operating_points(lines):
        click.echo(f"print found {found:.3f}: handwriting that passes {passed:.4f}")


def draw_lines(letters: GlyphSource, pages: int) -> Lines:
    """Typed, drawn and really handwritten lines through the scanner and the real extraction."""
    features: list[tuple[float, ...]] = []
    is_print: list[bool] = []
    template = _line_template()
    for page in range(pages):
        strips, printed = _page(template, letters, np.random.default_rng([page, 31]))
        found = [measure_regularity(strip, px_per_mm) for strip, px_per_mm in strips]
        features += [astuple(each) if each is not None else (np.nan,) * 6 for each in found]
        is_print += printed
    return Lines(np.array(features), np.array(is_print))


def fit_weights(lines: Lines) -> tuple[NDArray[np.float64], float]:
    """Logistic regression; the offset is moved so that the wanted share of print lies above 0."""
    known = ~np.isnan(lines.features[:, 0])
    features, is_print = lines.features[known], lines.is_print[known]
    weights, _ = _logistic(features, is_print)
    return weights, -float(np.quantile((features @ weights)[is_print], 1 - _PRINT_FOUND))


def operating_points(lines: Lines) -> list[tuple[float, float]]:
    """Share of print found against share of handwriting that passes, cross-validated over pages."""
    known = ~np.isnan(lines.features[:, 0])
    features, is_print = lines.features[known], lines.is_print[known]
    fold = (np.flatnonzero(known) // (2 * len(_ROW_HEIGHTS_MM))) % _FOLDS
    odds = np.empty(len(features))
    for each in range(_FOLDS):
        weights, offset = _logistic(features[fold != each], is_print[fold != each])
        odds[fold == each] = features[fold == each] @ weights + offset
    cuts = [(share, np.quantile(odds[is_print], 1 - share)) for share in (0.85, 0.9, 0.92, 0.95, 0.98)]
    return [(share, float((odds[~is_print] > cut).mean())) for share, cut in cuts]


def _logistic(features: NDArray[np.float64], wanted: NDArray[np.bool_]) -> tuple[NDArray[np.float64], float]:
    """Newton's method on standardised features with a little ridge."""
    mean, spread = features.mean(axis=0), features.std(axis=0)
    design = np.column_stack([(features - mean) / spread, np.ones(len(features))])
    weights = np.zeros(design.shape[1])
    ridge = 1e-3 * np.eye(len(weights))
    for _ in range(40):
        chance = 1 / (1 + np.exp(-design @ weights))
        gradient = design.T @ (chance - wanted) / len(wanted) + ridge @ weights
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design / len(wanted) + ridge
        weights -= np.linalg.solve(curvature, gradient)
    slopes = weights[:-1] / spread
    return slopes, float(weights[-1] - slopes @ mean)


def _line_template() -> Template:
    """Two columns of ruled lines of different heights."""
    artwork = np.full(
        (round(HEIGHT_MM * ARTWORK_DPI / 25.4), round(WIDTH_MM * ARTWORK_DPI / 25.4)), 255, np.uint8
    )
    fields: list[Field] = []
    top = 8.0
    for height in _ROW_HEIGHTS_MM:
        for left, right in ((8.0, 98.0), (108.0, 202.0)):
            box = Box(left, top, right, top + height)
            fields.append(Field(f"line{len(fields)}", "", Shape.LINE, box, (), Content.TEXT))
            _rule(artwork, box)
        top += height + 6.0
    return Template("lines", WIDTH_MM, HEIGHT_MM, tuple(fields), artwork, ARTWORK_DPI)


def _rule(artwork: GreyImage, box: Box) -> None:
    left, right, y = (round(mm * ARTWORK_DPI / 25.4) for mm in (box.left_mm, box.right_mm, box.bottom_mm))
    cv2.line(artwork, (left, y), (right, y), 150, 3)


def _page(
    template: Template, letters: GlyphSource, rng: np.random.Generator
) -> tuple[list[tuple[GreyImage, float]], list[bool]]:
    """The strips of one page with their resolution, and which of them are printed."""
    kinds = rng.choice(("typed", "drawn", "real"), len(template.fields), p=(0.4, 0.35, 0.25))
    chosen = list(zip(template.fields, kinds, strict=True))
    typed = {f.name: Typed(_text(rng), _one_of(_FONTS, rng)) for f, kind in chosen if kind == "typed"}
    paper = fill(template, typed, DrawnHand(0), draw_pen(rng), rng, dpi=_PAPER_DPI).paper
    for field, kind in chosen:
        if kind == "drawn":
            _draw_line(paper, field.box, rng)
        elif kind == "real":
            _write_letters(paper, field.box, letters, rng)
    page, registration, _ = scan_sheet(paper, _PAPER_DPI, float(rng.choice(_DPIS)), rng)
    strips = [(ink.strip, ink.strip_px_per_mm) for ink in extract(page, registration, template)]
    return strips, [kind == "typed" for kind in kinds]


def _text(rng: np.random.Generator) -> str:
    street, number = _one_of(STREETS, rng), int(rng.integers(1, 200))
    forms = (f"ул. {street}", street, f"пр. {street}, д. {number}", street.upper(), f"ул. {street} {number}")
    return _one_of(forms, rng)


def _draw_line(paper: NDArray[np.uint8], box: Box, rng: np.random.Generator) -> None:
    hand = DrawnHand(int(rng.integers(1 << 30)), _one_of(_STYLES, rng))
    shape = hand.line(_text(rng), rng)
    wanted = max(_LEAST_CAPITAL_MM, box.height_mm * float(rng.uniform(0.45, 0.9)))
    tall = min(wanted, 0.96 * box.width_mm / shape.aspect)
    place = box.left_mm + float(rng.uniform(0.5, 3)), box.bottom_mm - tall * float(rng.uniform(1.0, 1.3))
    _lay(paper, shape, place, tall, draw_pen(rng), rng)


def _write_letters(
    paper: NDArray[np.uint8], box: Box, letters: GlyphSource, rng: np.random.Generator
) -> None:
    """Real single letters side by side, the way people write who do not join them."""
    pen = draw_pen(rng)
    capital = max(_LEAST_CAPITAL_MM, box.height_mm * float(rng.uniform(0.4, 0.9)))
    small, gap = capital / 1.5, float(rng.uniform(-0.05, 0.25))
    base, x = box.bottom_mm - box.height_mm * float(rng.uniform(0.05, 0.3)), box.left_mm + 2.0
    for character in _text(rng).lower():
        if character not in letters.labels:
            x += 0.5 * small
            continue
        shape = letters.shape(
            letters.pick(character, rng), float(rng.uniform(0.75, 1.0)), float(rng.normal(0.1, 0.05))
        )
        tall = small * (1.5 if character in _TALL else 1.0) * float(rng.normal(1, 0.08))
        if x + tall * shape.aspect > box.right_mm:
            break
        drop = 0.45 * small if character in _HANGING else 0.0
        _lay(paper, shape, (x, base - tall + drop + float(rng.normal(0, 0.05)) * small), tall, pen, rng)
        x += tall * (shape.aspect + gap)


def _lay(
    paper: NDArray[np.uint8],
    shape: InkShape,
    place_mm: tuple[float, float],
    tall_mm: float,
    pen: Pen,
    rng: np.random.Generator,
) -> None:
    px = _PAPER_DPI / 25.4
    lay_ink(paper, shape, (place_mm[0] * px, place_mm[1] * px), tall_mm * px, pen, _PAPER_DPI, rng)


def _one_of(choices: Sequence[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]


if __name__ == "__main__":
    main()
