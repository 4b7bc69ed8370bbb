"""How well numbers without cells are read: by length, by source, and what becomes of what is no number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from training.glyphs import SOURCES
from training.judge.rates import Cell, Rate, Table
from training.numbers.calibration import NumbersRead, line_weights
from training.numbers.material import LabelledStrip
from training.numbers.writing import CLEAN_KINDS, KIND_SHARES
from training.sheets import SCANS

ACCEPTED = 0.99
"""A number at least this likely goes through without a person's look at the line."""

_LONGEST = 12
_BINS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0)


def number_tables(read: NumbersRead, baseline: Mapping[int, str] | None = None) -> list[Table]:
    """All tables of one set of strips.

    Args:
        baseline: What somebody else read, by index of the strip.
    """
    return [
        _by_length(read, baseline or {}),
        _groups(read),
        _rest(read),
        _calibration(read),
    ]


def is_clean(strips: Sequence[LabelledStrip]) -> NDArray[np.bool_]:
    """(N,) a handwritten number that the scan kept."""
    names = tuple(KIND_SHARES)
    return np.array([not strip.is_lost and names[strip.kind] in CLEAN_KINDS for strip in strips], np.bool_)


def _row(name: str, read: NumbersRead, chosen: NDArray[np.bool_]) -> tuple[Cell, ...]:
    is_right, accepted = read.is_right[chosen], read.confidence[chosen] >= ACCEPTED
    return name, int(chosen.sum()), Rate.of(is_right), Rate.of(accepted), Rate.of(~is_right[accepted])


_HEAD = ("written by", "numbers", "right", "accepted", "wrong of accepted")


def _by_length(read: NumbersRead, baseline: Mapping[int, str]) -> Table:
    clean = is_clean(read.strips)
    lengths = np.array([len(truth or "") for truth in read.truth])
    asked = np.isin(np.arange(len(clean)), list(baseline))
    others = np.array([baseline.get(i) == truth for i, truth in enumerate(read.truth)])
    groups = {str(length): clean & (lengths == length) for length in range(1, _LONGEST + 1)}
    groups = {"3 to 8": clean & (lengths >= 3) & (lengths <= 8), **groups, "all": clean}
    rows = [
        (*_row(name, read, chosen), Rate.of(others[chosen & asked]))
        for name, chosen in groups.items()
        if chosen.any()
    ]
    note = (
        f"Handwritten numbers on plain lines, read whole. `accepted`: the likeliest has a posterior of "
        f"{ACCEPTED} or more. `Tesseract`: told that there is one line of digits, on a part of them."
    )
    return Table("Numbers without cells, by length", note, ("digits", *_HEAD[1:], "Tesseract right"), rows)


def _groups(read: NumbersRead) -> Table:
    clean = is_clean(read.strips)
    sources = np.array([strip.source for strip in read.strips])
    scans = np.array([strip.scan for strip in read.strips])
    groups = {name: clean & (sources == index) for index, name in enumerate(SOURCES)}
    groups |= {f"{name} scans": clean & (scans == index) for index, name in enumerate(SCANS)}
    rows = [_row(name, read, chosen) for name, chosen in groups.items() if chosen.any()]
    return Table("Numbers without cells, by hand and scan", "As above.", _HEAD, rows)


def _rest(read: NumbersRead) -> Table:
    kinds = np.array([strip.kind for strip in read.strips])
    is_lost = np.array([strip.is_lost for strip in read.strips])
    groups = {
        name: (kinds == index) & ~is_lost for index, name in enumerate(KIND_SHARES) if name not in CLEAN_KINDS
    }
    groups["lost by the scan"] = is_lost
    called = np.array([top.value != "" and top.posterior >= 0.5 for top in read.top])
    rows: list[tuple[Cell, ...]] = [
        (
            name,
            int(chosen.sum()),
            Rate.of(called[chosen]),
            Rate.of((read.confidence >= ACCEPTED)[chosen]),
            Rate.of((~read.is_right & (read.confidence >= ACCEPTED))[chosen]),
        )
        for name, chosen in groups.items()
        if chosen.any()
    ]
    note = (
        "What is no plain number. `a number`: some digits are likelier than not; `accepted` as above; "
        "`wrongly`: accepted, and not what stands there. A typed number is there to be read, an empty line "
        "to be found empty."
    )
    head = ("kind", "lines", "a number", "accepted", "wrongly")
    return Table("Lines that hold no plain number", note, head, rows)


def _calibration(read: NumbersRead) -> Table:
    weights, confidence = line_weights(read.truth), read.confidence
    rows: list[tuple[Cell, ...]] = []
    for low, high in pairwise(_BINS):
        chosen = (confidence >= low) & ((confidence < high) | (high == 1.0))
        if chosen.any():
            said = float(np.average(confidence[chosen], weights=weights[chosen]))
            true = float(np.average(read.is_right[chosen], weights=weights[chosen]))
            rows.append((f"{low:g} to {high:g}", int(chosen.sum()), said, true))
    note = (
        "Posterior of the likeliest number and how often it was right, trouble weighed down to the share "
        "that it is taken to have on lines."
    )
    head = ("posterior", "lines", "said", "true")
    return Table("Do posteriors of numbers come true?", note, head, rows)


def calibration_error(read: NumbersRead) -> float:
    """Expected calibration error of the likeliest number in the bins of the table, 0 to 1."""
    weights, confidence = line_weights(read.truth), read.confidence
    bins = np.digitize(confidence, _BINS[1:-1])
    gaps = np.bincount(bins, weights=weights * (read.is_right - confidence))
    return float(np.abs(gaps).sum() / weights.sum())
