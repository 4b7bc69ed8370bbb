"""Is a stated posterior what comes true? Expected calibration error by source, and the diagram."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from training.judge.rates import Cell, Rate, Table
from training.judge.reading import Reading, groups

_BINS = 15
_EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 1.0)
"""Most answers are nearly certain, so the bins of the diagram are narrower the nearer they come to 1."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about one confidence: what was stated on average, and how many were wrong."""

    stated: float
    wrong: Rate


def calibration_error(
    confidence: NDArray[np.float32], is_right: NDArray[np.bool_], weights: NDArray[np.float64]
) -> float:
    """Expected calibration error in 15 equal bins, 0 to 1.

    Naeini et al., "Obtaining Well Calibrated Probabilities Using Bayesian Binning", 2015.

    Args:
        confidence: (N,) of the top answers.
        is_right: (N,).
        weights: (N,) how much each counts.
    """
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, weights=weights * (is_right - confidence), minlength=_BINS)
    return float(np.abs(gaps).sum() / weights.sum())


def calibration_table(reading: Reading) -> Table:
    """Calibration errors by source and by kind of scan."""
    rows: list[tuple[Cell, ...]] = []
    for name, mask in groups(reading.glyphs).items():
        digits = mask & reading.is_digit
        weights = np.ones(len(mask))
        stated = float(reading.confidence[digits].mean()) if digits.any() else float("nan")
        rows.append(
            (
                name,
                int(digits.sum()),
                _error(reading, digits, weights),
                stated,
                Rate.of(reading.is_right[digits]),
                int(mask.sum()),
                _error(reading, mask, reading.slip_weights),
            )
        )
    note = (
        "Expected calibration error of the top answer in 15 equal bins: of digits alone, and of all cells "
        "with `other` at its share on slips. `stated`: mean confidence on digits; `right`: what came true."
    )
    head = ("cells of", "digits", "error, digits", "stated", "right", "cells", "error, as on slips")
    return Table("Posteriors one can believe", note, head, rows)


def _error(reading: Reading, mask: NDArray[np.bool_], weights: NDArray[np.float64]) -> float:
    if not mask.any():
        return float("nan")
    return calibration_error(reading.confidence[mask], reading.is_right[mask], weights[mask])


def bins_of(confidence: NDArray[np.float32], is_right: NDArray[np.bool_]) -> list[Bin]:
    """The points of the diagram; bins without answers are left out."""
    number = np.minimum(np.searchsorted(_EDGES, confidence, side="right"), len(_EDGES) - 1)
    return [
        Bin(float(confidence[number == i].mean()), Rate.of(~is_right[number == i]))
        for i in np.unique(number).tolist()
    ]


def draw_reliability(reading: Reading, path: Path) -> None:
    """Write the diagram: on the left as usual, on the right stated against true doubt on log scales."""
    figure = Figure(figsize=(12.5, 6), dpi=110, layout="constrained")
    usual, doubt = figure.subplots(1, 2)
    for name, mask in groups(reading.glyphs).items():
        digits = mask & reading.is_digit
        if digits.any() and not name.endswith("scans"):
            _draw_line(usual, doubt, name, bins_of(reading.confidence[digits], reading.is_right[digits]))
    usual.plot((0, 1), (0, 1), color="grey", linewidth=0.8, linestyle="--")
    usual.set(xlabel="stated confidence", ylabel="share of digits read right", title="As it is usually drawn")
    doubt.plot((1e-5, 1), (1e-5, 1), color="grey", linewidth=0.8, linestyle="--")
    doubt.set(xscale="log", yscale="log", xlim=(1, 1e-4), ylim=(1e-5, 1))
    doubt.set(
        xlabel="stated doubt (1 - confidence)", ylabel="share of digits read wrong", title="Near certainty"
    )
    usual.legend(fontsize=8)
    figure.savefig(path)


def _draw_line(usual: Axes, doubt: Axes, name: str, bins: list[Bin]) -> None:
    """One group; all of them together thick and with the bounds of each point."""
    is_all = name == "all"
    style = {"color": "black", "linewidth": 2.2, "zorder": 5} if is_all else {"linewidth": 0.9, "alpha": 0.75}
    stated = np.array([each.stated for each in bins])
    wrong = np.array([each.wrong.share for each in bins])
    usual.plot(stated, 1 - wrong, marker="o", markersize=3, label=name, **style)
    shown = wrong > 0
    doubt.plot(1 - stated[shown], wrong[shown], marker="o", markersize=3, label=name, **style)
    if is_all:
        low, high = (np.array([getattr(each.wrong, side) for each in bins]) for side in ("low", "high"))
        doubt.vlines(1 - stated, np.maximum(low, 1e-6), high, color="black", linewidth=1.0)
