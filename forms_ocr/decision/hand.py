"""One slip, one hand: how a writer wrote what is known tells how to read the rest.

The registry says what the account's cells hold, the period nearly says what the date's do. Those cells are
this writer's own examples. A doubtful cell that looks like one of them is likelier to hold the same digit
(nearest examples, as in Snell et al., "Prototypical Networks for Few-shot Learning", 2017); and where the
recogniser misread an example, it is corrected for cells that look like it (one step of functional gradient
descent, Friedman, "Greedy Function Approximation", 2001).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import Features, FieldEvidence, HandModel, Posteriors

_DIGITS = 10

CLEAR = 0.999
"""Cells this clear are not looked at again: there is next to nothing left that a hand could tell of them."""

MOST = 3.0
"""Logarithm of the odds by which examples speak for one digit against another at most, 20 to 1: what nobody
could read on its own stays in doubt, however much it looks like something."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Cells of a slip of which it is known what they hold.

    Attributes:
        posteriors: (K, 12), what the recogniser made of them.
        features: (K, D), unit length.
        digits: (K,) index of the digit each holds.
    """

    posteriors: Posteriors
    features: Features
    digits: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.digits)


def examples_of(known: Iterable[tuple[FieldEvidence | None, str]]) -> Examples | None:
    """The cells of combs whose values are known, those without ink left out; None if there are none.

    Args:
        known: Fields with their values, a digit a cell.
    """
    found = [
        (evidence.posteriors, evidence.features, [int(digit) for digit in value])
        for evidence, value in known
        if evidence is not None and evidence.features is not None and len(value) == len(evidence.features)
    ]
    if not found:
        return None
    posteriors, features, digits = (np.concatenate(column) for column in zip(*found, strict=True))
    has_ink = features.any(axis=1)
    return Examples(posteriors[has_ink], features[has_ink], digits[has_ink].astype(np.intp))


def doubtful_cells(evidence: FieldEvidence) -> NDArray[np.intp]:
    """(M,) indexes of the cells of a comb that a look at the rest of the hand may help."""
    posteriors, features = evidence.posteriors, evidence.features
    if features is None or len(features) != len(posteriors):
        return np.zeros(0, np.intp)
    return np.flatnonzero((posteriors.max(axis=1, initial=0.0) < CLEAR) & features.any(axis=1))


def seen_beside(
    evidence: FieldEvidence, doubtful: NDArray[np.intp], examples: Examples, model: HandModel
) -> FieldEvidence:
    """A comb's evidence, its doubtful cells read anew beside examples of the hand."""
    if evidence.features is None:
        return evidence
    found = np.array(evidence.posteriors)
    found[doubtful] = reread(found[doubtful], evidence.features[doubtful], examples, model)
    return replace(evidence, posteriors=found)


def reread(posteriors: Posteriors, features: Features, examples: Examples, model: HandModel) -> Posteriors:
    """(N, 12) posteriors of cells, seen beside examples of the same hand.

    Only digits are weighed anew against each other: that a cell is empty or holds no digit stays as likely as
    it was.

    Args:
        features: (N, D) of the same cells, unit length.
    """
    if not len(examples) or not len(posteriors):
        return posteriors
    alike = features @ examples.features.T
    shift = model.closeness * _nearest(alike, examples.digits, model.expected)
    shift += model.correction * (np.exp(model.sharpness * (alike - 1.0)) @ _misread(examples))
    digits = posteriors[:, :_DIGITS]
    shares = digits * np.exp(np.maximum(shift - shift.max(axis=1, keepdims=True), -MOST))
    total = digits.sum(axis=1, keepdims=True)
    found = np.array(posteriors)
    found[:, :_DIGITS] = shares * (total / np.maximum(shares.sum(axis=1, keepdims=True), 1e-30))
    return found


def _nearest(alike: NDArray[np.float32], digits: NDArray[np.intp], expected: float) -> NDArray[np.float64]:
    """(N, 10), how much nearer than expected the nearest example of every digit is; 0 without an example."""
    found = np.zeros((len(alike), _DIGITS))
    order = np.argsort(digits, kind="stable")
    present, starts = np.unique(digits[order], return_index=True)
    found[:, present] = np.maximum.reduceat(alike[:, order], starts, axis=1) - expected
    return found


def _misread(examples: Examples) -> NDArray[np.float64]:
    """(K, 10), what the recogniser should have said of the examples, less what it said."""
    return np.eye(_DIGITS)[examples.digits] - examples.posteriors[:, :_DIGITS]
