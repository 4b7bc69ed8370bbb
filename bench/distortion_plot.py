"""The curves of the distortion bench as pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.distortion import ALL_KINDS
from bench.distortion_figures import Figures, Step, gives_up_at

_COLUMNS = 6
_BLUE, _GREEN, _ORANGE = "#1a5fb4", "#107c41", "#c85a00"
_LEAST_ERROR_MM = 0.01


def plot_shares(steps: Sequence[Step], out: Path) -> None:
    """Share of slips laid well and accepted, and of digits read right, over the strength of every damage."""
    _draw(steps, out, _shares)


def plot_errors(steps: Sequence[Step], out: Path) -> None:
    """True worst cell-corner error and the registration's own residual, over the strength of every damage."""
    _draw(steps, out, _errors)


def _shares(axes: Axes, figures: Sequence[Figures]) -> None:
    at = np.arange(len(figures))
    laid = [one.laid_share for one in figures]
    axes.plot(at, laid, color=_BLUE, marker="o", ms=3, label="slips laid well")
    digits = [one.digit_share for one in figures]
    axes.plot(at, digits, color=_GREEN, marker="s", ms=3, label="digits right")
    accepted = [one.accepted_share for one in figures]
    axes.plot(at, accepted, color=_ORANGE, marker="^", ms=3, ls=":", label="slips accepted")
    axes.set_ylim(-0.05, 1.08)


def _errors(axes: Axes, figures: Sequence[Figures]) -> None:
    at = np.arange(len(figures))
    worst = np.maximum(_LEAST_ERROR_MM, [one.worst_mm for one in figures])  # NaN stays
    axes.plot(at, worst, color=_BLUE, marker="o", ms=3, label="worst cell corner, mm")
    median = [one.error_mm for one in figures]
    axes.plot(at, median, color=_GREEN, marker="s", ms=3, label="its median, mm")
    said = [one.residual_mm for one in figures]
    axes.plot(at, said, color=_ORANGE, marker="^", ms=3, ls=":", label="residual as measured, mm")
    axes.set_yscale("log")
    axes.set_ylim(_LEAST_ERROR_MM / 2, 1.5)


def _draw(steps: Sequence[Step], out: Path, draw: Callable[[Axes, Sequence[Figures]], None]) -> None:
    kinds = list(dict.fromkeys(step.kind for step in steps))
    rows = -(-len(kinds) // _COLUMNS)
    figure = Figure(figsize=(2.6 * _COLUMNS, 2.1 * rows + 0.4), layout="constrained")
    grid = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for axes, kind in zip(grid, kinds, strict=False):
        of_kind = [step for step in steps if step.kind == kind]
        draw(axes, [step.figures for step in of_kind])
        _frame(axes, kind, of_kind)
    for axes in grid[len(kinds) :]:
        axes.set_axis_off()
    handles, labels = grid[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=72)


def _frame(axes: Axes, kind: str, steps: Sequence[Step]) -> None:
    """Title, strengths below, and a grey field from where reading gives up."""
    axes.set_title(ALL_KINDS[kind].heading, fontsize=8)
    axes.set_xticks(range(len(steps)), [f"{step.strength:g}" for step in steps], fontsize=7)
    axes.tick_params(axis="y", labelsize=7)
    axes.grid(alpha=0.3)
    end = gives_up_at(steps)
    if end is not None:
        at = [step.strength for step in steps].index(end)
        axes.axvspan(at - 0.5, len(steps) - 0.5, color="#888888", alpha=0.25, lw=0)
