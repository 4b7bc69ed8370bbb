"""Put paper through a scanner: one warp for all geometry, then light, optics, noise, and one bit where asked.

    page = scan(slip.paper, ScanConditions(skew_deg=2.0, blur_sigma_px=0.8), rng, paper_dpi=slip.dpi)

The same generator gives the same page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import GreyImage, Homography
from forms_ocr.simulation.lie import Drift, Lie, grid_places

_MM_PER_INCH = 25.4
_NOISE_SIDE_PX = 2048
_NOISE_TILE_PX = 1024
# A second, faster shake of a worn feeder, beside the first.
_SHAKE_SHARE = 0.35

OneBit = Literal["", "global", "adaptive"]


@dataclass(frozen=True, slots=True)
class ScanConditions:
    """How one sheet was scanned.

    Attributes:
        dpi: Resolution of the page, 100 to 600.
        turn_deg: 0, 90, 180, 270: the sheet lies turned counterclockwise by that.
        skew_deg: Small turn on top, counterclockwise, -10 to 10.
        shift_mm: Right and down, from the middle of the glass.
        scale: Printed or copied at this size, 0.94 to 1.06.
        stretch: Feeder's stretch of heights against widths, 0.97 to 1.03.
        curl_mm: Largest smooth local displacement from curling paper.
        wobble_mm: Largest displacement along the page's height from a feeder that pulls unevenly.
        wobble_period_mm: Length of paper after which the feeder does the same again.
        blur_sigma_px: Optics.
        noise: Standard deviation of grey values.
        gamma: Above 1 darkens middle greys.
        black, white: Grey values of full ink and bare paper.
        light_drop: Share of light lost in the darkest corner.
        bed_mm: Width and height of the glass; None cuts the page to the sheet.
        bed_grey: What the scanner sees beside the sheet: 255 a white lid, 20 a black border.
        dust: Specks and hairs on an A5 area.
        one_bit: "global" or "adaptive" thresholding to black and white; "" keeps grey.
        threshold_shift: Moves the one-bit threshold, in grey values; negative thins strokes.
    """

    dpi: float = 300.0
    turn_deg: int = 0
    skew_deg: float = 0.0
    shift_mm: tuple[float, float] = (0.0, 0.0)
    scale: float = 1.0
    stretch: float = 1.0
    curl_mm: float = 0.0
    wobble_mm: float = 0.0
    wobble_period_mm: float = 45.0
    blur_sigma_px: float = 0.0
    noise: float = 0.0
    gamma: float = 1.0
    black: int = 0
    white: int = 255
    light_drop: float = 0.0
    bed_mm: tuple[float, float] | None = None
    bed_grey: int = 255
    dust: int = 0
    one_bit: OneBit = ""
    threshold_shift: int = 0


@dataclass(frozen=True, slots=True)
class ScanPreset:
    """Ranges that conditions are drawn from; a standard deviation where only one number stands.

    Every number of ``POOR`` for skew, blur and noise is twice that of ``CLEAN``.
    """

    skew_deg: float
    blur_sigma_px: tuple[float, float]
    noise: tuple[float, float]
    shift_mm: float
    scale: tuple[float, float]
    stretch: float
    curl_mm: tuple[float, float]
    gamma: tuple[float, float]
    black: tuple[int, int]
    white: tuple[int, int]
    light_drop: tuple[float, float]
    dust: int


CLEAN = ScanPreset(
    skew_deg=0.9,
    blur_sigma_px=(0.4, 0.9),
    noise=(1.5, 5.0),
    shift_mm=1.0,
    scale=(0.99, 1.01),
    stretch=0.003,
    curl_mm=(0.0, 0.12),
    gamma=(0.85, 1.25),
    black=(0, 40),
    white=(235, 255),
    light_drop=(0.0, 0.08),
    dust=4,
)
"""An office scanner in good order."""

POOR = ScanPreset(
    skew_deg=1.8,
    blur_sigma_px=(0.8, 1.8),
    noise=(3.0, 10.0),
    shift_mm=2.0,
    scale=(0.97, 1.03),
    stretch=0.006,
    curl_mm=(0.0, 0.25),
    gamma=(0.75, 1.4),
    black=(10, 70),
    white=(215, 255),
    light_drop=(0.0, 0.2),
    dust=15,
)
"""The same office's old one: twice the skew, blur and noise."""


def draw_conditions(
    preset: ScanPreset,
    rng: np.random.Generator,
    *,
    dpi: float = 300.0,
    turn_deg: int = 0,
    one_bit: OneBit = "",
) -> ScanConditions:
    """One sheet's conditions; blur is scaled with the resolution, since it happens on the glass."""

    def between(ends: tuple[float, float]) -> float:
        return float(rng.uniform(*ends))

    return ScanConditions(
        dpi=dpi,
        turn_deg=turn_deg,
        skew_deg=float(np.clip(rng.normal(0, preset.skew_deg), -10, 10)),
        shift_mm=(float(rng.normal(0, preset.shift_mm)), float(rng.normal(0, preset.shift_mm))),
        scale=between(preset.scale),
        stretch=float(np.clip(rng.normal(1, preset.stretch), 0.97, 1.03)),
        curl_mm=between(preset.curl_mm),
        blur_sigma_px=between(preset.blur_sigma_px) * dpi / 300,
        noise=between(preset.noise),
        gamma=between(preset.gamma),
        black=int(between(preset.black)),
        white=int(between(preset.white)),
        light_drop=between(preset.light_drop),
        dust=int(rng.poisson(preset.dust)),
        one_bit=one_bit,
        threshold_shift=int(rng.integers(-15, 16)) if one_bit else 0,
    )


def scan(
    paper: NDArray[np.uint8],
    conditions: ScanConditions,
    rng: np.random.Generator,
    *,
    paper_dpi: float = 300.0,
    paper_mm: tuple[float, float] | None = None,
) -> NDArray[np.uint8]:
    """Scan a sheet.

    Args:
        paper: (H, W) grey or (H, W, 3) colour.
        rng: Curl, light, noise and dust of this pass.
        paper_dpi: Resolution of ``paper``.
        paper_mm: Exact width and height, for :func:`true_homography` to hold to less than half a pixel;
            None takes them from the pixels.

    Returns:
        A page of the same kind, at ``conditions.dpi``; grey 0 and 255 only with ``one_bit``.
    """
    page, _ = scan_with_lie(paper, conditions, rng, paper_dpi=paper_dpi, paper_mm=paper_mm)
    return page


def scan_with_lie(
    paper: NDArray[np.uint8],
    conditions: ScanConditions,
    rng: np.random.Generator,
    *,
    paper_dpi: float = 300.0,
    paper_mm: tuple[float, float] | None = None,
) -> tuple[NDArray[np.uint8], Lie]:
    """As :func:`scan`, with the page also the truth on how the sheet lies there, curl and wobble included."""
    if paper_mm is None:
        paper_mm = (paper.shape[1] * _MM_PER_INCH / paper_dpi, paper.shape[0] * _MM_PER_INCH / paper_dpi)
    lie = _lie(paper_mm, conditions, rng)
    shrinking = paper_dpi / conditions.dpi
    if shrinking > 1.2:
        # Resampling reads four pixels; finer detail must be gone before, or it aliases.
        paper = np.asarray(cv2.GaussianBlur(paper, (0, 0), 0.4 * shrinking), np.uint8)
    page = lie.resample(paper, paper_dpi, conditions.bed_grey)
    if conditions.blur_sigma_px > 0.15:
        page = np.asarray(cv2.GaussianBlur(page, (0, 0), conditions.blur_sigma_px), np.uint8)
    page = np.asarray(cv2.LUT(page, _tone(conditions)), np.uint8)
    _add_dust(page, conditions, rng)
    if conditions.light_drop > 0:
        page = unevenly_lit(page, conditions.light_drop, rng)
    if conditions.noise > 0:
        add_noise(page, conditions.noise, rng)
    return (_one_bit(page, conditions) if conditions.one_bit else page), lie


def true_homography(paper_mm: tuple[float, float], conditions: ScanConditions) -> Homography:
    """Millimetres on the sheet to pixels on the page, curl left out (it adds up to ``curl_mm``).

    Args:
        paper_mm: Width and height of the sheet.
    """
    px = conditions.dpi / _MM_PER_INCH
    width, height = _page_size(paper_mm, conditions)
    angle = np.deg2rad(conditions.turn_deg + conditions.skew_deg)
    # y points down: a counterclockwise turn has the sine's sign reversed.
    turn = np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
    linear = turn @ np.diag([conditions.scale, conditions.scale * conditions.stretch]) * px
    # Pixel centres are whole numbers, so the page's middle is half a pixel up and left of half its size.
    middle = np.array([(width - 1) / 2, (height - 1) / 2]) + np.array(conditions.shift_mm) * px
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = middle - linear @ (np.array(paper_mm) / 2)
    return matrix


def lay_on_sheet(
    papers: Sequence[NDArray[np.uint8]],
    corners_mm: Sequence[tuple[float, float]],
    sheet_mm: tuple[float, float],
    dpi: float,
) -> NDArray[np.uint8]:
    """Several slips on one sheet, e.g. two A5 on an A4, before it is scanned.

    Args:
        papers: All grey or all colour, at ``dpi``.
        corners_mm: Top left corner of each.
    """
    size = tuple(round(side * dpi / _MM_PER_INCH) for side in sheet_mm)
    sheet = np.full((size[1], size[0], *papers[0].shape[2:]), 255, np.uint8)
    for paper, (left_mm, top_mm) in zip(papers, corners_mm, strict=True):
        left, top = round(left_mm * dpi / _MM_PER_INCH), round(top_mm * dpi / _MM_PER_INCH)
        part = sheet[top : top + paper.shape[0], left : left + paper.shape[1]]
        part[:] = paper[: part.shape[0], : part.shape[1]]
    return sheet


def _page_size(paper_mm: tuple[float, float], conditions: ScanConditions) -> tuple[int, int]:
    """Width and height of the page in pixels."""
    is_lying = conditions.turn_deg % 180 == 90
    width_mm, height_mm = conditions.bed_mm or (paper_mm[::-1] if is_lying else paper_mm)
    return round(width_mm * conditions.dpi / _MM_PER_INCH), round(height_mm * conditions.dpi / _MM_PER_INCH)


def _lie(paper_mm: tuple[float, float], conditions: ScanConditions, rng: np.random.Generator) -> Lie:
    size = _page_size(paper_mm, conditions)
    to_paper = np.asarray(np.linalg.inv(true_homography(paper_mm, conditions)), np.float64)
    if conditions.curl_mm <= 0 and conditions.wobble_mm <= 0:
        return Lie(to_paper, size)
    x, y = grid_places(size)
    drift = np.zeros((len(y), len(x), 2))
    if conditions.curl_mm > 0:
        drift += curl(size, conditions.curl_mm, rng)
    if conditions.wobble_mm > 0:
        drift += _wobble(y * _MM_PER_INCH / conditions.dpi, conditions, rng) * _along_feed(to_paper)
    return Lie(to_paper, size, drift)


def curl(size_px: tuple[int, int], curl_mm: float, rng: np.random.Generator) -> Drift:
    """A few long waves over a page, the largest displacement ``curl_mm`` in either direction."""
    x, y = grid_places(size_px)
    return curl_mm * np.stack(_waves(x / size_px[0], y / size_px[1], rng), axis=-1)


def _along_feed(to_paper: Homography) -> NDArray[np.float64]:
    """(2,), the direction on the paper in which a feeder pulls: down the page."""
    down = to_paper[:2, 1]
    return np.asarray(down / np.hypot(*down), np.float64)


def _wobble(
    down_mm: NDArray[np.float64], conditions: ScanConditions, rng: np.random.Generator
) -> NDArray[np.float64]:
    """(rows, 1, 1), millimetres that the feeder is ahead of itself."""
    first, second = rng.uniform(0, 2 * np.pi, 2)
    turns = 2 * np.pi * down_mm / conditions.wobble_period_mm
    shaken = (1 - _SHAKE_SHARE) * np.sin(turns + first) + _SHAKE_SHARE * np.sin(1.7 * turns + second)
    return np.asarray(conditions.wobble_mm * shaken[:, None, None], np.float64)


def _waves(
    u: NDArray[np.float64], v: NDArray[np.float64], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two smooth fields over the page, largest value 1: one to three half waves across it."""
    fields = []
    for _ in range(2):
        across, down = rng.uniform(1.5, 8.0, 2) * rng.choice((-1, 1), 2)
        phases = rng.uniform(0, 2 * np.pi, 2)
        mixed = np.sin(across * u[None, :] + phases[0]) + np.sin(down * v[:, None] + phases[1])
        fields.append(mixed / 2)
    return fields[0], fields[1]


def _tone(conditions: ScanConditions) -> NDArray[np.uint8]:
    levels = np.linspace(0, 1, 256) ** conditions.gamma
    return np.asarray(np.rint(conditions.black + levels * (conditions.white - conditions.black)), np.uint8)


def unevenly_lit(page: NDArray[np.uint8], drop: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Multiply by a smooth field between 1 - drop and 1."""
    corners = rng.uniform(0, 1, (2, 3)).astype(np.float32)
    corners = (corners - corners.min()) / max(float(np.ptp(corners)), 1e-6)
    coarse = cv2.resize(255 * (1 - drop * corners), (48, 32), interpolation=cv2.INTER_CUBIC)
    field = cv2.resize(np.clip(coarse, 0, 255).astype(np.uint8), page.shape[1::-1])
    if page.ndim == 3:
        field = cv2.merge([field, field, field])
    return np.asarray(cv2.multiply(page, field, scale=1 / 255), np.uint8)


@lru_cache(maxsize=1)
def _noise_plane() -> NDArray[np.uint8]:
    """Scanner noise around 128 with standard deviation 32: white, a little smeared along the sensor."""
    rng = np.random.default_rng(20231001)
    white = rng.normal(size=(_NOISE_SIDE_PX, _NOISE_SIDE_PX)).astype(np.float32)
    mixed = white + 0.5 * np.roll(white, 1, axis=1)
    return np.asarray(np.clip(128 + 32 * mixed / mixed.std(), 0, 255), np.uint8)


def add_noise(page: NDArray[np.uint8], sigma: float, rng: np.random.Generator) -> None:
    """In place, tile by tile out of the plane, each tile from its own place there."""
    plane, tile = _noise_plane(), _NOISE_TILE_PX
    for top in range(0, page.shape[0], tile):
        for left in range(0, page.shape[1], tile):
            part = page[top : top + tile, left : left + tile]
            row, column = rng.integers(0, _NOISE_SIDE_PX - tile, 2)
            noise = plane[row : row + part.shape[0], column : column + part.shape[1]]
            if part.ndim == 3:
                noise = np.repeat(noise[:, :, None], 3, axis=2)
            part[:] = cv2.addWeighted(part, 1.0, noise, sigma / 32, -128 * sigma / 32)


def _add_dust(page: NDArray[np.uint8], conditions: ScanConditions, rng: np.random.Generator) -> None:
    """Specks and short hairs, mostly dark, in place."""
    px = conditions.dpi / _MM_PER_INCH
    for _ in range(conditions.dust):
        x, y = (int(rng.integers(side)) for side in page.shape[1::-1])
        shade = (int(rng.integers(30, 150)),) * 3
        if rng.random() < 0.8:
            cv2.circle(page, (x, y), max(0, round(float(rng.uniform(0.03, 0.12)) * px)), shade, -1)
        else:
            end = np.array((x, y)) + rng.normal(0, 1.0, 2) * px
            cv2.line(page, (x, y), (int(end[0]), int(end[1])), shade, 1, cv2.LINE_AA)


def _one_bit(page: NDArray[np.uint8], conditions: ScanConditions) -> GreyImage:
    """Black and white. Local thresholding hollows solid black out, as it does in real scanners."""
    grey = np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY) if page.ndim == 3 else page, np.uint8)
    if conditions.one_bit == "adaptive":
        block = round(3.5 * conditions.dpi / _MM_PER_INCH) | 1
        offset = 18 - conditions.threshold_shift * 0.6
        mode = cv2.ADAPTIVE_THRESH_MEAN_C
        return np.asarray(cv2.adaptiveThreshold(grey, 255, mode, cv2.THRESH_BINARY, block, offset), np.uint8)
    middle = (conditions.black + conditions.white) / 2 + 0.12 * (conditions.white - conditions.black)
    _, page_bits = cv2.threshold(grey, middle + conditions.threshold_shift, 255, cv2.THRESH_BINARY)
    return np.asarray(page_bits, np.uint8)
