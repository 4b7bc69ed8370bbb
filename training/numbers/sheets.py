"""Training sheets of plain lines: many designs of what a form prints where digits are to be written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from forms_ocr.model import Box, Content, Field, GreyImage, Shape, Template
from training.sheets import ARTWORK_DPI, HEIGHT_MM, WIDTH_MM

DESIGNS = 24
"""Few enough for the extraction's caches of print masks."""

_EDGE_MM = 8.0
_STYLES = ("rule", "rule", "rule", "dots", "box", "raised", "bare")


@dataclass(frozen=True, slots=True)
class _Design:
    height_mm: float
    row_gap_mm: float
    line_mm: float
    grey: int
    style: str


@lru_cache(maxsize=DESIGNS)
def line_template(number: int) -> Template:
    """One of the designs: a rule below, a dotted one, one inside the field, a box around it, or nothing.

    Args:
        number: 0 to ``DESIGNS`` - 1; the same number is always the same sheet.
    """
    rng = np.random.default_rng([number, 314159])
    design = _Design(
        height_mm=float(rng.uniform(6.5, 12.0)),
        row_gap_mm=float(rng.uniform(1.5, 5.0)),
        line_mm=float(rng.uniform(0.15, 0.4)),
        grey=int(rng.choice((0, 60, 110, 140, 165, 185))),
        style=_STYLES[number % len(_STYLES)],
    )
    artwork = np.full((_px(HEIGHT_MM), _px(WIDTH_MM)), 255, np.uint8)
    fields = tuple(_fields(design, rng))
    for field in fields:
        _print_line(artwork, field.box, design)
    return Template(f"lines_{number}", WIDTH_MM, HEIGHT_MM, fields, artwork, ARTWORK_DPI)


def _fields(design: _Design, rng: np.random.Generator) -> list[Field]:
    """Two or three lines of 35 to 100 mm side by side, row under row."""
    fields: list[Field] = []
    top = _EDGE_MM
    while top + design.height_mm <= HEIGHT_MM - _EDGE_MM:
        left = _EDGE_MM
        while (free := WIDTH_MM - _EDGE_MM - left) >= 35.0:
            width = min(free, float(rng.uniform(35.0, 100.0)))
            box = Box(left, top, left + width, top + design.height_mm)
            fields.append(Field(f"line{len(fields)}", "", Shape.LINE, box, (), Content.DIGITS))
            left = box.right_mm + float(rng.uniform(5.5, 9.0))
        top += design.height_mm + design.row_gap_mm
    return fields


def _print_line(artwork: GreyImage, box: Box, design: _Design) -> None:
    thickness = max(1, _px(design.line_mm))
    left, right, top, bottom = (_px(mm) for mm in (box.left_mm, box.right_mm, box.top_mm, box.bottom_mm))
    match design.style:
        case "rule":
            cv2.line(artwork, (left, bottom), (right, bottom), design.grey, thickness)
        case "raised":
            row = _px(box.bottom_mm - 0.15 * box.height_mm)
            cv2.line(artwork, (left, row), (right, row), design.grey, thickness)
        case "box":
            cv2.rectangle(artwork, (left, top), (right, bottom), design.grey, thickness)
        case "dots":
            for x in range(left, right, _px(1.2)):
                cv2.circle(artwork, (x, bottom), max(1, thickness // 2 + 1), design.grey, -1)


def _px(length_mm: float) -> int:
    return round(length_mm * ARTWORK_DPI / 25.4)
