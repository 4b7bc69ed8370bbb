"""The curves of the distortion bench as pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.distortion import ALL_KINDS, Point, gives_up_at

_COLUMNS = 6
_BLUE, _GREEN, _ORANGE = "#1a5fb4", "#107c41", "#c85a00"
_LEAST_ERROR_MM = 0.01


def plot_shares(points: Sequence[Point], out: Path) -> None:
    """Share of slips laid well and accepted, and of digits read right, over the strength of every damage."""
    _draw(points, out, _shares)


def plot_errors(points: Sequence[Point], out: Path) -> None:
    """True worst cell-corner error and the registration's own residual, over the strength of every damage."""
    _draw(points, out, _errors)


def _shares(axes: Axes, points: Sequence[Point]) -> None:
    at = np.arange(len(points))
    axes.plot(at, [point.found for point in points], color=_BLUE, marker="o", ms=3, label="slips laid well")
    axes.plot(at, [point.digits for point in points], color=_GREEN, marker="s", ms=3, label="digits right")
    accepted = [point.accepted for point in points]
    axes.plot(at, accepted, color=_ORANGE, marker="^", ms=3, ls=":", label="slips accepted")
    axes.set_ylim(-0.05, 1.08)


def _errors(axes: Axes, points: Sequence[Point]) -> None:
    at = np.arange(len(points))
    worst = [max(_LEAST_ERROR_MM, point.worst_mm) for point in points]
    axes.plot(at, worst, color=_BLUE, marker="o", ms=3, label="worst cell corner, mm")
    axes.plot(
        at, [point.error_mm for point in points], color=_GREEN, marker="s", ms=3, label="its median, mm"
    )
    said = [point.residual_mm for point in points]
    axes.plot(at, said, color=_ORANGE, marker="^", ms=3, ls=":", label="residual as measured, mm")
    axes.set_yscale("log")
    axes.set_ylim(_LEAST_ERROR_MM / 2, 1.5)


def _draw(points: Sequence[Point], out: Path, draw: Callable[[Axes, Sequence[Point]], None]) -> None:
    kinds = list(dict.fromkeys(point.kind for point in points))
    rows = -(-len(kinds) // _COLUMNS)
    figure = Figure(figsize=(2.6 * _COLUMNS, 2.1 * rows + 0.4), layout="constrained")
    grid = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for axes, kind in zip(grid, kinds, strict=False):
        of_kind = [point for point in points if point.kind == kind]
        draw(axes, of_kind)
        _frame(axes, kind, of_kind)
    for axes in grid[len(kinds) :]:
        axes.set_axis_off()
    handles, labels = grid[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=72)


def _frame(axes: Axes, kind: str, points: Sequence[Point]) -> None:
    """Title, strengths below, and a grey field from where reading gives up."""
    what = ALL_KINDS[kind]
    axes.set_title(f"{what.title}, {what.unit}" if what.unit else what.title, fontsize=8)
    axes.set_xticks(range(len(points)), [f"{point.strength:g}" for point in points], fontsize=7)
    axes.tick_params(axis="y", labelsize=7)
    axes.grid(alpha=0.3)
    end = gives_up_at(points)
    if end is not None:
        at = [point.strength for point in points].index(end)
        axes.axvspan(at - 0.5, len(points) - 0.5, color="#888888", alpha=0.25, lw=0)
