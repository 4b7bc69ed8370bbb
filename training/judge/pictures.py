"""Sheets of the glyphs that went worst. They show real handwriting: they belong to whoever has the data."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import CLASSES
from training.glyphs import SOURCES
from training.judge.reading import Reading
from training.sheets import SCANS
from training.writing import KIND_SHARES

WORST = 50
_COLUMNS = 10
_ENLARGED = 4
_TILE = 32 * _ENLARGED
_CAPTION = 34


def draw_worst_digits(reading: Reading, path: Path) -> None:
    """The misread digits whose true class was given the lowest posterior, worst first."""
    truth = reading.posteriors[np.arange(len(reading.truth)), reading.truth]
    wrong = np.flatnonzero(reading.is_digit & ~reading.is_right)
    _draw(reading, wrong[np.argsort(truth[wrong], kind="stable")][:WORST], path)


def draw_some_digits(reading: Reading, path: Path, seed: int) -> None:
    """Misread digits drawn at random: the worst say what is strange, these say what is common."""
    wrong = np.flatnonzero(reading.is_digit & ~reading.is_right)
    _draw(reading, np.random.default_rng([seed, 9]).permutation(wrong)[:WORST], path)


def draw_worst_rest(reading: Reading, path: Path) -> None:
    """What is no digit and was most surely called one, worst first."""
    rest = np.flatnonzero(~reading.is_digit)
    _draw(reading, rest[np.argsort(-reading.best_digit[rest], kind="stable")][:WORST], path)


def _draw(reading: Reading, chosen: NDArray[np.intp], path: Path) -> None:
    rows = max(1, -(-len(chosen) // _COLUMNS))
    sheet = np.full((rows * (_TILE + _CAPTION), _COLUMNS * _TILE), 255, np.uint8)
    for place, index in enumerate(chosen.tolist()):
        row, column = divmod(place, _COLUMNS)
        corner = (row * (_TILE + _CAPTION), column * _TILE)
        _draw_tile(sheet, corner, reading.glyphs.glyphs[index], _captions(reading, index))
    cv2.imwrite(str(path), sheet)


def _draw_tile(
    sheet: NDArray[np.uint8], corner: tuple[int, int], glyph: NDArray[np.uint8], captions: tuple[str, str]
) -> None:
    top, left = corner
    large = cv2.resize(255 - glyph, (_TILE, _TILE), interpolation=cv2.INTER_NEAREST)
    sheet[top : top + _TILE, left : left + _TILE] = large
    sheet[top : top + _TILE, left] = 160
    sheet[top, left : left + _TILE] = 160
    for line, text in enumerate(captions):
        at = (left + 3, top + _TILE + 13 + 15 * line)
        cv2.putText(sheet, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.4, 0, 1, cv2.LINE_AA)


def _captions(reading: Reading, index: int) -> tuple[str, str]:
    """What was written and read how surely; who wrote it and how it was scanned."""
    glyphs = reading.glyphs
    kind = tuple(KIND_SHARES)[int(glyphs.kinds[index])]
    is_digit = bool(reading.is_digit[index])
    written = CLASSES[int(glyphs.labels[index])] if is_digit else "lost" if kind == "digit" else kind
    said = int(reading.top[index])
    confidence = float(reading.confidence[index])
    source, scan = SOURCES[int(glyphs.sources[index])], SCANS[int(glyphs.scans[index])]
    return f"{written} > {CLASSES[said]} {confidence:.4f}", f"{source} {scan}"
