"""How much the known cells of a slip say about its others, fitted on pages that one hand wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from forms_ocr.decision import Examples, reread
from forms_ocr.model import EMPTY, CellsRead, HandModel
from training.glyphs import LabelledGlyphs

KNOWN_CELLS = 18
"""Of a slip: twelve of the account, six of the date."""

_ASKED_CELLS = 8
_SLIPS_A_PAGE = 6
_CLOSENESS = (0.0, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
_EXPECTED = (0.7, 0.8, 0.9)
_CORRECTIONS = (0.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
_SHARPNESS = (10.0, 20.0, 30.0, 40.0)


@dataclass(frozen=True, eq=False)
class OneHand:
    """Cells of a slip: some whose digits are known, and others, with what they hold."""

    examples: Examples
    asked: CellsRead
    labels: NDArray[np.intp]


def slips_of(page: LabelledGlyphs, read: CellsRead, rng: np.random.Generator) -> Iterator[OneHand]:
    """Slips put together from the digits of one page.

    Args:
        page: By one writer.
        read: What the recogniser makes of its glyphs.
    """
    digits = np.flatnonzero(page.to_be_read < EMPTY)
    if len(digits) < KNOWN_CELLS + _ASKED_CELLS:
        return
    for _ in range(_SLIPS_A_PAGE):
        chosen = rng.permutation(digits)[: KNOWN_CELLS + _ASKED_CELLS]
        known, asked = chosen[:KNOWN_CELLS], chosen[KNOWN_CELLS:]
        labels = page.labels.astype(np.intp)
        yield OneHand(
            Examples(read.posteriors[known], read.features[known], labels[known]),
            CellsRead(read.posteriors[asked], read.features[asked]),
            labels[asked],
        )


def fit_hand(slips: Sequence[OneHand]) -> tuple[HandModel, dict[str, float]]:
    """The model under which what stands in the cells is likeliest, and what it gains.

    Returns:
        The model, and on the same slips the share of cells read wrong and the mean surprise (natural
        logarithm) without it, with the nearest examples alone, with corrections alone and with both.
    """
    both = [HandModel(*values) for values in product(_CLOSENESS, _EXPECTED, _CORRECTIONS, _SHARPNESS)]
    ways = {
        "cell_alone": [HandModel()],
        "nearest_examples": [model for model in both if model.correction == 0],
        "corrections": [model for model in both if model.closeness == 0],
        "both": both,
    }
    gains: dict[str, float] = {}
    best = HandModel()
    for name, models in ways.items():
        best = min(models, key=lambda model: _surprise(slips, model))
        gains[f"{name}_wrong"] = round(_wrong(slips, best), 5)
        gains[f"{name}_surprise"] = round(_surprise(slips, best), 5)
    return best, gains


def _surprise(slips: Sequence[OneHand], model: HandModel) -> float:
    """Mean negative logarithm of the posterior of the truth."""
    rows = [_reread(slip, model)[np.arange(len(slip.labels)), slip.labels] for slip in slips]
    return float(-np.log(np.concatenate(rows)).mean())


def _wrong(slips: Sequence[OneHand], model: HandModel) -> float:
    rows = [_reread(slip, model).argmax(axis=1) != slip.labels for slip in slips]
    return float(np.concatenate(rows).mean())


def _reread(slip: OneHand, model: HandModel) -> NDArray[np.float32]:
    return reread(slip.asked.posteriors, slip.asked.features, slip.examples, model)
