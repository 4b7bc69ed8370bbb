"""What a pen leaves on paper: shapes of ink, pens, and laying one on the other.

A shape knows nothing of resolution or pen. It is stamped at a height in pixels with a pen width in pixels and
gives its *coverage*, the share of every pixel that ink covers; a :class:`Pen` turns coverage into darkness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

Coverage = NDArray[np.uint8]
"""(h, w), 255 where ink covers the whole pixel."""

Polyline = NDArray[np.float32]
"""(N, 2) points ``(x, y)``, y down, in heights of the shape."""

_FINER = 3
# What is fainter (of 255) in a picture of a glyph is the blur around a stroke, not a stroke.
_FAINTEST = 50
"""Strokes are drawn this many times finer and averaged down: smooth edges at any pen width."""

_GRAIN_SIDE_PX = 1024


@dataclass(frozen=True, eq=False)
class Stamp:
    """Coverage of a shape at one resolution.

    ``left_px`` and ``top_px`` say where the patch's own corner lies, measured from the corner of the shape's
    nominal box, so that strokes may reach beyond that box.
    """

    coverage: Coverage
    left_px: float
    top_px: float


class InkShape(Protocol):
    """Ink without a size: a digit, a letter, a line of writing."""

    @property
    def aspect(self) -> float:
        """Width over height of the nominal box."""

    def stamp(
        self, height_px: float, pen_width_px: float, pressure: float, rng: np.random.Generator
    ) -> Stamp:
        """Coverage of a nominal box ``height_px`` tall; ``pressure`` 0 to 1 varies the strokes' width."""


@dataclass(frozen=True, eq=False)
class StrokeInk:
    """Ink as pen strokes. The nominal box runs from (0, 0) to (``aspect``, 1); strokes may leave it."""

    strokes: tuple[Polyline, ...]
    aspect: float

    @classmethod
    def fitted(cls, strokes: Sequence[Polyline]) -> StrokeInk:
        """Strokes moved and scaled so that their ink fills a box of height 1."""
        points = np.concatenate(strokes)
        low, high = points.min(axis=0), points.max(axis=0)
        height = max(float(high[1] - low[1]), 1e-3)
        moved = tuple(((stroke - low) / height).astype(np.float32) for stroke in strokes)
        return cls(moved, max(float(high[0] - low[0]) / height, 0.02))

    def joined(self, other: StrokeInk) -> StrokeInk:
        """Both inks on top of each other in this one's box."""
        return StrokeInk(self.strokes + other.strokes, self.aspect)

    def stamp(
        self, height_px: float, pen_width_px: float, pressure: float, rng: np.random.Generator
    ) -> Stamp:
        """See :class:`InkShape`."""
        pixels = [stroke * height_px for stroke in self.strokes]
        points = np.concatenate(pixels)
        margin = pen_width_px + 2.0
        left, top = np.floor(points.min(axis=0) - margin)
        width, height = np.ceil(points.max(axis=0) + margin - (left, top)).astype(int)
        canvas = np.zeros((height * _FINER, width * _FINER), np.uint8)
        for stroke in pixels:
            _draw(canvas, (stroke - (left, top)) * _FINER, pen_width_px * _FINER, pressure, rng)
        coverage = cv2.resize(canvas, (int(width), int(height)), interpolation=cv2.INTER_AREA)
        return Stamp(coverage.astype(np.uint8, copy=False), float(left), float(top))


def _draw(
    canvas: Coverage, points: NDArray[np.float32], width_px: float, pressure: float, rng: np.random.Generator
) -> None:
    """One stroke; its width wanders and its tail thins out by up to ``pressure``."""
    fixed = np.rint(points * 8).astype(np.int32)
    if pressure <= 0.02 or len(points) < 3:
        cv2.polylines(canvas, [fixed], False, 255, max(1, round(width_px)), cv2.LINE_8, 3)
        return
    steps = len(points) - 1
    knots = rng.uniform(-1.0, 1.0, 4)
    knots[-1] = -1.0
    wander = np.interp(np.linspace(0, 3, steps), np.arange(4), knots)
    widths = np.maximum(1, np.rint(width_px * (1 + 0.35 * pressure * wander))).astype(int).tolist()
    ends = fixed.tolist()
    for i in range(steps):
        cv2.line(canvas, ends[i], ends[i + 1], 255, widths[i], cv2.LINE_8, 3)


@dataclass(frozen=True, eq=False)
class RasterInk:
    """Ink that was once pixels, kept as a distance field so that any pen can have written it.

    Attributes:
        distance: (h, w) float32, signed distance to the edge of the ink in heights of the shape, positive
            inside. The nominal box is inset by ``margin`` heights on each side.
        half_width: (h, w) float32, half the width of the stroke that a pixel belongs to, in heights; 0 away
            from strokes.
        stroke_width: Mean width of the strokes in heights.
    """

    distance: NDArray[np.float32]
    half_width: NDArray[np.float32]
    stroke_width: float
    margin: float

    @property
    def aspect(self) -> float:
        """Width over height of the nominal box."""
        rows, columns = self.distance.shape
        return float(columns * (1 + 2 * self.margin) / rows - 2 * self.margin)

    @classmethod
    def from_coverage(cls, coverage: Coverage, margin_px: int) -> RasterInk:
        """From smooth ink (255 is ink) whose box is inset by ``margin_px`` on each side."""
        ink = _outlined(coverage)
        height = coverage.shape[0] - 2 * margin_px
        inside = cv2.distanceTransform(ink, cv2.DIST_L2, 3)
        outside = cv2.distanceTransform(1 - ink, cv2.DIST_L2, 3)
        area = max(int(ink.sum()), 1)
        # The mean distance to the edge of a strip of width w is w / 4.
        stroke_width = 4.0 * float(inside.sum()) / area / height
        # Smoothing the field rounds off the staircase that coarse pixels left on the outline.
        field = cv2.GaussianBlur(inside - outside, (0, 0), height / 60) / height
        reach = 2 * max(1, round(0.6 * stroke_width * height)) + 1
        half_width = cv2.dilate(np.maximum(field, 0), np.ones((reach, reach), np.uint8))
        return cls(field.astype(np.float32), half_width.astype(np.float32), stroke_width, margin_px / height)

    def stamp(
        self, height_px: float, pen_width_px: float, pressure: float, rng: np.random.Generator
    ) -> Stamp:
        """See :class:`InkShape`.

        Strokes come out as wide as the pen writes, as far as thinning by two fifths and thickening that
        closes no loops allow. Nowhere is a stroke thinner than two thirds of the pen: pens do not do that.
        """
        wanted, had = pen_width_px / height_px, self.stroke_width
        common = float(np.clip((wanted - had) / 2, -had / 5, had / 2))
        rows, columns = self.distance.shape
        scale = height_px * (1 + 2 * self.margin) / rows
        size = (max(2, round(columns * scale)), max(2, round(rows * scale)))
        shift = np.maximum(common, wanted / 3 - cv2.resize(self.half_width, size))
        distance = cv2.resize(self.distance, size, interpolation=cv2.INTER_LINEAR) + shift
        if pressure > 0.02:
            wander = rng.uniform(-1.0, 1.0, (3, 2)).astype(np.float32)
            distance += cv2.resize(wander, size) * (0.12 * pressure * wanted)
        coverage = np.clip(distance * (height_px * 255) + 127.5, 0, 255).astype(np.uint8)
        offset = -self.margin * height_px
        return Stamp(coverage, offset, offset)


def _outlined(coverage: Coverage) -> NDArray[np.uint8]:
    """Where there is ink, 0 or 1: at least half as dark as the darkest spot of the same stroke.

    A fixed level would lose the thin strokes of coarse pictures, whose pixels are nowhere fully inked.
    """
    reach = max(3, coverage.shape[0] // 10) | 1
    darkest = cv2.dilate(coverage, np.ones((reach, reach), np.uint8))
    return ((coverage > darkest // 2) & (coverage > _FAINTEST)).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Pen:
    """What the hand holds.

    Attributes:
        width_mm: Width of a stroke, 0.25 (hard pencil) to 1.2 (felt tip).
        darkness: 0 to 1, how much of the paper's light a full stroke takes away.
        colour: Blue, green, red of the ink, 0 to 255.
        grain: 0 to 1, how much the paper's roughness shows through (pencil high, felt tip 0).
        skips: 0 to 1, how often a ballpoint fails to mark.
        pressure: 0 to 1, how much the stroke's width varies.
    """

    width_mm: float = 0.5
    darkness: float = 0.9
    colour: tuple[int, int, int] = (110, 50, 35)
    grain: float = 0.15
    skips: float = 0.0
    pressure: float = 0.5

    def alpha(self, coverage: Coverage, dpi: float, rng: np.random.Generator) -> NDArray[np.float32]:
        """(h, w) in [0, 1]: the share of light that ink of this coverage takes away."""
        height, width = coverage.shape
        flow = rng.uniform(1 - 0.25 * self.pressure, 1.0, (4, 4)).astype(np.float32)
        alpha = cv2.resize(flow, (width, height)) * coverage * np.float32(self.darkness / 255)
        if self.grain > 0 or self.skips > 0:
            grain = _grain_patch(height, width, dpi, rng)
            alpha *= 1 - self.grain * grain
            alpha *= 1 - 0.85 * np.clip((grain - (1 - self.skips)) * 6, 0, 1)
        return np.asarray(alpha, np.float32)

    @property
    def grey(self) -> int:
        """The ink as a grey scanner sees it."""
        blue, green, red = self.colour
        return round(0.114 * blue + 0.587 * green + 0.299 * red)


BLUE_BALLPOINT = Pen(0.5, 0.88, (135, 55, 30), grain=0.2, skips=0.05)
BLACK_BALLPOINT = Pen(0.5, 0.9, (45, 40, 40), grain=0.2, skips=0.04)
BLACK_GEL = Pen(0.6, 0.97, (25, 22, 22), grain=0.03, pressure=0.3)
GREEN_GEL = Pen(0.6, 0.88, (60, 110, 30), grain=0.05, pressure=0.3)
VIOLET_GEL = Pen(0.6, 0.9, (130, 45, 80), grain=0.05, pressure=0.3)
PENCIL = Pen(0.55, 0.62, (85, 85, 85), grain=0.55, pressure=0.7)
FAINT_PENCIL = Pen(0.45, 0.28, (100, 100, 100), grain=0.6, skips=0.1, pressure=0.6)
FELT_TIP = Pen(1.0, 0.97, (28, 20, 20), grain=0.0, pressure=0.35)
DRY_BALLPOINT = Pen(0.45, 0.75, (130, 60, 40), grain=0.4, skips=0.3)

_USUAL_PENS = (BLUE_BALLPOINT, BLACK_BALLPOINT, BLACK_GEL, VIOLET_GEL, DRY_BALLPOINT, FELT_TIP, PENCIL)
_USUAL_SHARES = (0.5, 0.16, 0.14, 0.05, 0.06, 0.04, 0.05)


def draw_pen(rng: np.random.Generator) -> Pen:
    """A pen as people bring it: mostly blue ballpoint, sometimes gel, felt tip or pencil; no two alike."""
    pen = _USUAL_PENS[int(rng.choice(len(_USUAL_PENS), p=_USUAL_SHARES))]
    return Pen(
        width_mm=pen.width_mm * float(rng.uniform(0.75, 1.3)),
        darkness=min(1.0, pen.darkness * float(rng.uniform(0.85, 1.08))),
        colour=pen.colour,
        grain=pen.grain * float(rng.uniform(0.5, 1.5)),
        skips=pen.skips * float(rng.uniform(0.0, 1.8)),
        pressure=pen.pressure * float(rng.uniform(0.5, 1.4)),
    )


def lay_ink(
    paper: NDArray[np.uint8],
    shape: InkShape,
    corner_px: tuple[float, float],
    height_px: float,
    pen: Pen,
    dpi: float,
    rng: np.random.Generator,
) -> None:
    """Write a shape onto paper in place; what falls off the paper is lost.

    Args:
        paper: (H, W) grey or (H, W, 3) blue-green-red.
        corner_px: Left and top of the shape's nominal box.
        height_px: Its height.
    """
    stamp = shape.stamp(height_px, pen.width_mm * dpi / 25.4, pen.pressure, rng)
    row, column = round(corner_px[1] + stamp.top_px), round(corner_px[0] + stamp.left_px)
    height, width = stamp.coverage.shape
    top, left = max(0, -row), max(0, -column)
    bottom, right = min(height, paper.shape[0] - row), min(width, paper.shape[1] - column)
    if bottom <= top or right <= left:
        return
    alpha = pen.alpha(stamp.coverage[top:bottom, left:right], dpi, rng)
    _darken(paper[row + top : row + bottom, column + left : column + right], alpha, pen)


def _darken(patch: NDArray[np.uint8], alpha: NDArray[np.float32], pen: Pen) -> None:
    """Ink is a filter: it darkens what is under it and never lightens print."""
    if patch.ndim == 2:
        patch[:] = patch * (1 - alpha * np.float32(1 - pen.grey / 255))
        return
    taken = 1 - np.array(pen.colour, np.float32) / 255
    patch[:] = patch * (1 - alpha[..., None] * taken)


@lru_cache(maxsize=1)
def _grain() -> NDArray[np.float32]:
    """Roughness of paper, [0, 1], the same for every sheet; where a stroke lands on it is drawn."""
    noise = np.random.default_rng(20261123).normal(size=(_GRAIN_SIDE_PX, _GRAIN_SIDE_PX)).astype(np.float32)
    fine = cv2.GaussianBlur(noise, (0, 0), 1.0)
    coarse = cv2.GaussianBlur(noise[::-1], (0, 0), 4.0)
    mixed = fine / fine.std() + 0.8 * coarse / coarse.std()
    return np.asarray(np.clip(0.5 + 0.3 * mixed, 0, 1), np.float32)


def _grain_patch(height: int, width: int, dpi: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """A piece of the grain at this resolution (the grain itself is at 300 dpi)."""
    finer = 300 / dpi
    rows, columns = (min(_GRAIN_SIDE_PX, max(1, round(n * finer))) for n in (height, width))
    top = int(rng.integers(0, _GRAIN_SIDE_PX - rows + 1))
    left = int(rng.integers(0, _GRAIN_SIDE_PX - columns + 1))
    patch = _grain()[top : top + rows, left : left + columns]
    if patch.shape == (height, width):
        return patch
    return np.asarray(cv2.resize(patch, (width, height)), np.float32)
