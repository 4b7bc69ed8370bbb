"""One slip, one hand: how a writer wrote what is known tells how to read the rest.

The registry says what the account's cells hold, the period nearly says what the date's do. Those cells are
this writer's own examples. A doubtful cell that looks like one of them is likelier to hold the same digit
(nearest examples, as in Snell et al., "Prototypical Networks for Few-shot Learning", 2017); and where the
recogniser misread an example, it is corrected for cells that look like it (one step of functional gradient
descent, Friedman, "Greedy Function Approximation", 2001).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import OTHER, Features, FieldEvidence, HandModel, Posteriors

_DIGITS = 10
_LEAST_SPAN = 1e-6

CLEAR = 0.999
"""Cells this clear are not looked at again: there is next to nothing left that a hand could tell of them."""

MOST = 3.0
"""Logarithm of the odds by which examples speak for one digit against another at most, 20 to 1: what nobody
could read on its own stays in doubt, however much it looks like something. Against a cell's holding no digit
they speak no louder."""

NEARLY_NONE = 1e-3
"""So little of ``other`` is not worth asking what its cell looks like."""

MAX_OTHER = 0.2
"""What is likelier than this to be no digit stays so, whatever it looks like, and is no example of a digit:
who strikes one cell out may strike two."""


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
    features = evidence.features[doubtful]
    found = np.array(evidence.posteriors)
    rows = reread(found[doubtful], features, examples, model)
    if rows[:, OTHER].max(initial=0.0) > NEARLY_NONE:
        is_example = examples.posteriors[:, OTHER] < MAX_OTHER
        rows = _as_digits(rows, features @ examples.features[is_example].T, model)
    found[doubtful] = rows
    return replace(evidence, posteriors=found)


def beside_itself(evidence: FieldEvidence, model: HandModel) -> FieldEvidence:
    """A comb of which it is known that it holds digits, each cell seen beside the others.

    What looks like another cell of the comb is as little struck out as that one is.
    """
    posteriors, features = evidence.posteriors, evidence.features
    if features is None or len(features) != len(posteriors):
        return evidence
    alike = features @ features.T
    np.fill_diagonal(alike, 0.0)
    is_example = posteriors[:, OTHER] < MAX_OTHER
    return replace(evidence, posteriors=_as_digits(posteriors, alike[:, is_example], model))


def _as_digits(posteriors: Posteriors, alike: NDArray[np.float32], model: HandModel) -> Posteriors:
    """Rows that are the less likely to be no digit the more their cells look like some digit of the hand.

    What was struck out looks like none: of 120 such cells one was nearer to a digit than ``expected``.

    Args:
        alike: (N, K), to the cells of K digits.
    """
    if not model.closeness:
        return posteriors
    nearness = (alike.max(axis=1, initial=0.0) - model.expected) / max(1.0 - model.expected, _LEAST_SPAN)
    shift = np.where(posteriors[:, OTHER] < MAX_OTHER, MOST * np.clip(2.0 * nearness, 0.0, 1.0), 0.0)
    found = np.array(posteriors)
    found[:, OTHER] *= np.exp(-shift)
    return np.asarray(found / found.sum(axis=1, keepdims=True), np.float32)


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
