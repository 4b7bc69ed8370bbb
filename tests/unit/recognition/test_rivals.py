"""What else a cell may hold."""

from __future__ import annotations

import numpy as np

from forms_ocr.model import CLASSES, Candidate
from forms_ocr.recognition import rivals_of


def cell(**shares: float) -> list[float]:
    return [shares.get(f"c{name}", 0.0) for name in CLASSES]


def test_a_doubtful_cell_names_the_next_two() -> None:
    rows = np.array([cell(c1=0.6, c7=0.3, c4=0.08, c9=0.02), cell(c5=0.999, c6=0.001)], np.float32)
    assert rivals_of(rows) == ((Candidate("7", 0.3), Candidate("4", 0.08)), ())


def test_cells_beyond_doubt_take_no_room() -> None:
    assert rivals_of(np.array([cell(c1=1.0), cell(cempty=0.996, c1=0.004)], np.float32)) == ()


def test_what_is_next_to_nothing_is_left_out() -> None:
    (rivals,) = rivals_of(np.array([cell(c1=0.99, c7=0.008, c4=0.002)], np.float32))
    assert rivals == (Candidate("7", 0.008),)


def test_no_cells_and_no_probabilities() -> None:
    assert rivals_of(np.zeros((0, 12), np.float32)) == ()
    assert rivals_of(np.full((2, 12), np.nan, np.float32)) == ()
