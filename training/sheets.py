"""Training sheets: pages full of cells in many designs, and the scanner they go through."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import Box, Field, GreyImage, Homography, Page, Registration, Shape, Template
from forms_ocr.simulation.scanning import CLEAN, POOR, OneBit, draw_conditions, scan, true_homography

WIDTH_MM, HEIGHT_MM = 210.0, 148.5
ARTWORK_DPI = 300.0
DESIGNS = 24
"""How many designs of cells there are; few enough for the extraction's caches of print masks."""

SCANS = ("clean", "poor", "one_bit")
"""Kinds of scans: a good grey one, a poor grey one, black and white."""

_EDGE_MM = 8.0
_CLEAN_SHARE = 0.6
_ONE_BIT: tuple[OneBit, ...] = ("", "global", "adaptive")
_ONE_BIT_SHARES = (0.8, 0.1, 0.1)
_LARGEST_CURL_MM = 0.06
# Standard deviation of a registration's error: with what is left of the curl it reaches 0.2 mm.
_LARGEST_SPREAD_MM = 0.07


@dataclass(frozen=True, slots=True)
class _Design:
    cell_width_mm: float
    cell_height_mm: float
    row_gap_mm: float
    line_mm: float
    grey: int
    style: str


@lru_cache(maxsize=DESIGNS)
def sheet_template(number: int) -> Template:
    """One of the designs: boxes with shared walls, boxes apart, combs of ticks; thin or thick, pale or black.

    Args:
        number: 0 to ``DESIGNS`` - 1; the same number is always the same sheet.
    """
    rng = np.random.default_rng([number, 271828])
    design = _Design(
        cell_width_mm=float(rng.uniform(7.0, 9.5)),
        cell_height_mm=float(rng.uniform(8.5, 11.0)),
        row_gap_mm=float(rng.uniform(3.0, 6.0)),
        line_mm=float(rng.uniform(0.15, 0.4)),
        grey=int(rng.choice((0, 60, 110, 140, 165, 185, 205))),
        style=str(rng.choice(("walls", "walls", "walls", "apart", "ticks"))),
    )
    artwork = np.full((_px(HEIGHT_MM), _px(WIDTH_MM)), 255, np.uint8)
    fields = tuple(_rows(design, rng))
    for field in fields:
        _print_row(artwork, field, design)
    return Template(f"sheet_{number}", WIDTH_MM, HEIGHT_MM, fields, artwork, ARTWORK_DPI)


def _rows(design: _Design, rng: np.random.Generator) -> list[Field]:
    """Combs of 2 to 12 cells with gaps between them, row under row."""
    fields: list[Field] = []
    top = _EDGE_MM
    while top + design.cell_height_mm <= HEIGHT_MM - _EDGE_MM / 2:
        left = _EDGE_MM
        while (free := int((WIDTH_MM - _EDGE_MM - left) / design.cell_width_mm)) >= 2:
            count = min(free, int(rng.choice((2, 4, 6, 12, 12))))
            box = Box(left, top, left + count * design.cell_width_mm, top + design.cell_height_mm)
            fields.append(Field(f"f{len(fields)}", "", Shape.COMB, box, box.split(count)))
            left = box.right_mm + float(rng.uniform(5.5, 8.0))
        top += design.cell_height_mm + design.row_gap_mm
    return fields


def _print_row(artwork: GreyImage, field: Field, design: _Design) -> None:
    thickness = max(1, _px(design.line_mm))
    inset = 0.5 if design.style == "apart" else 0.0
    for cell in field.cells:
        left, right = _px(cell.left_mm + inset), _px(cell.right_mm - inset)
        top, bottom = _px(cell.top_mm), _px(cell.bottom_mm)
        if design.style != "ticks":
            cv2.rectangle(artwork, (left, top), (right, bottom), design.grey, thickness)
            continue
        cv2.line(artwork, (left, bottom), (right, bottom), design.grey, thickness)
        for x in (left, right):
            cv2.line(
                artwork, (x, _px(cell.top_mm + 0.7 * cell.height_mm)), (x, bottom), design.grey, thickness
            )


def _px(length_mm: float) -> int:
    return round(length_mm * ARTWORK_DPI / 25.4)


def blank_paper(template: Template, dpi: float) -> NDArray[np.uint8]:
    """A fresh print of a sheet, grey at ``dpi``."""
    return _printed(template, dpi).copy()


@lru_cache(maxsize=2 * DESIGNS)
def _printed(template: Template, dpi: float) -> GreyImage:
    size = round(template.width_mm * dpi / 25.4), round(template.height_mm * dpi / 25.4)
    return np.asarray(cv2.resize(template.artwork, size, interpolation=cv2.INTER_AREA), np.uint8)


def scan_sheet(
    paper: NDArray[np.uint8], paper_dpi: float, dpi: float, rng: np.random.Generator
) -> tuple[Page, Registration, str]:
    """Scan a written sheet and register it the way a good registration does: nearly right.

    Returns:
        The page, where the sheet lies on it, and how it was scanned: one of ``SCANS``.
    """
    is_clean = rng.random() < _CLEAN_SHARE
    preset = CLEAN if is_clean else POOR
    one_bit = _ONE_BIT[int(rng.choice(len(_ONE_BIT), p=_ONE_BIT_SHARES))]
    conditions = draw_conditions(preset, rng, dpi=dpi, one_bit=one_bit)
    # registration follows most of the curl; what it leaves is drawn with the residual
    conditions = replace(conditions, curl_mm=min(conditions.curl_mm, _LARGEST_CURL_MM))
    pixels = scan(paper, conditions, rng, paper_dpi=paper_dpi, paper_mm=(WIDTH_MM, HEIGHT_MM))
    if not one_bit:
        pixels = _compressed(pixels, rng)
    homography = _nearly(true_homography((WIDTH_MM, HEIGHT_MM), conditions), dpi / 25.4, rng)
    registration = Registration(homography, 0.1, 1.0, 0, dpi / 25.4)
    kind = "one_bit" if one_bit else "clean" if is_clean else "poor"
    return Page(1, np.asarray(pixels, np.uint8), dpi), registration, kind


def _compressed(pixels: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Through JPEG, as most scanners deliver."""
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 93))])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def _nearly(homography: Homography, px_per_mm: float, rng: np.random.Generator) -> Homography:
    """The homography with its corners off by a common shift and a little each."""
    corners = Box(0.0, 0.0, WIDTH_MM, HEIGHT_MM).corners_mm
    there = cv2.perspectiveTransform(corners[None], homography)[0]
    spread_mm = float(rng.uniform(0.0, _LARGEST_SPREAD_MM))
    off = rng.normal(0, spread_mm, 2) + rng.normal(0, 0.5 * spread_mm, (4, 2))
    moved = there + np.clip(off, -0.18, 0.18) * px_per_mm
    near = cv2.getPerspectiveTransform(corners.astype(np.float32), moved.astype(np.float32))
    return np.asarray(near, np.float64)
