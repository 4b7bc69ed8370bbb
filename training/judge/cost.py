"""What reading a slip costs: time on one core, the share of second looks, the size of the files."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import OTHER
from forms_ocr.recognition import Network, NetworkRecognizer, posteriors_of
from forms_ocr.recognition.card import NETWORK_NAMES, load_weights
from training.glyphs import LabelledGlyphs
from training.judge.rates import Cell, Rate, Table

SLIP_CELLS = 36
_SLIPS = 100
_OTHER_CELLS_A_SLIP = 1
"""One in 36: a little more than slips are taken to have."""


def cost_table(folders: Sequence[Path], glyphs: LabelledGlyphs, seed: int) -> Table:
    """Cost of each folder's networks on slips of cells with ink, drawn from ``glyphs``."""
    slips = _slips(glyphs, np.random.default_rng([seed, 8]))
    rows: list[tuple[Cell, ...]] = [(folder.name, *_cost_row(folder, glyphs, slips)) for folder in folders]
    note = (
        f"Median time on one core of reading the {SLIP_CELLS} cells of a slip, all with ink, one of them no "
        f"digit; {len(slips)} slips. `second look`: share of cells that the first of the larger networks is "
        "asked about."
    )
    head = ("weights", "ms a slip", "90th", "second look", "bytes")
    return Table("Cost", note, head, rows)


def _slips(glyphs: LabelledGlyphs, rng: np.random.Generator) -> NDArray[np.intp]:
    """(slips, cells) indices."""
    rest = np.flatnonzero(glyphs.labels == OTHER)
    digits = np.flatnonzero(glyphs.to_be_read < 10)
    return np.concatenate(
        [
            rng.choice(digits, (_SLIPS, SLIP_CELLS - _OTHER_CELLS_A_SLIP)),
            rng.choice(rest, (_SLIPS, _OTHER_CELLS_A_SLIP)),
        ],
        axis=1,
    )


def _cost_row(folder: Path, glyphs: LabelledGlyphs, slips: NDArray[np.intp]) -> tuple[str, str, Rate, int]:
    recognizer = NetworkRecognizer(folder)
    recognizer.read_cells(glyphs.glyphs[slips[0]])
    times = []
    for slip in slips:
        cells = glyphs.glyphs[slip]
        started = time.thread_time()
        recognizer.read_cells(cells)
        times.append(1000 * (time.thread_time() - started))
    size = sum((folder / name).stat().st_size for name in NETWORK_NAMES)
    doubtful = second_looks(folder, glyphs.glyphs[slips.ravel()])
    median, slow = (f"{np.quantile(times, share):.2f}" for share in (0.5, 0.9))
    return median, slow, Rate.of(doubtful), size


def second_looks(folder: Path, cells: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """(N,) is a larger network asked about a cell with ink?"""
    networks, card = load_weights(folder)
    logits, _ = Network(networks[0]).look(cells)
    return np.asarray(posteriors_of([logits], card.looks[0]).max(axis=1) < card.looks[0].sure, np.bool_)
