"""What is known of a slip's own hand by now, and doubtful cells looked at again beside that."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from forms_ocr.decision.hand import Examples, beside_itself, doubtful_cells, seen_beside
from forms_ocr.model import FieldEvidence, HandModel, Shape, Template

CLEAR_EXAMPLE = 0.998
"""A cell this clear is an example even where nothing is known of its field: one in 5,000 such was misread."""

_DIGITS = 10


class SlipHand:
    """The examples that a slip gives of its writer's digits.

    Of a field whose value is known every cell is an example, whatever the recogniser made of it; of the
    others only the cells that are clear on their own.

    Args:
        evidence: By field name.
        printed: Fields that the writer did not fill in.
    """

    def __init__(
        self,
        evidence: Mapping[str, FieldEvidence],
        template: Template,
        model: HandModel,
        printed: Collection[str] = (),
    ) -> None:
        self._model = model
        self._combs = {
            field.name: evidence[field.name]
            for field in template.fields
            if field.shape is Shape.COMB and field.name in evidence
        }
        self._printed = printed
        self._known: dict[str, str] = {}
        self._all: _Writing | None = None

    def learn(self, name: str, value: str) -> None:
        """A field is known to hold these digits, from its first cell on."""
        self._known[name] = value

    def look_again(self, name: str) -> FieldEvidence | None:
        """A comb's evidence beside the examples, None where they change nothing."""
        evidence = self._combs.get(name)
        if evidence is None:
            return None
        doubtful = doubtful_cells(evidence)
        examples = self._examples() if len(doubtful) else None
        return None if examples is None else seen_beside(evidence, doubtful, examples, self._model)

    def look_beside_itself(self, name: str) -> FieldEvidence | None:
        """The evidence of a comb that holds digits, each cell seen beside the others; None without any."""
        evidence = self._combs.get(name)
        return None if evidence is None else beside_itself(evidence, self._model)

    def _examples(self) -> Examples | None:
        if self._all is None:
            self._all = _Writing({n: comb for n, comb in self._combs.items() if n not in self._printed})
        for name in [name for name in self._known if name in self._all.places]:
            self._all.learn(name, self._known.pop(name))
        return self._all.examples()


class _Writing:
    """All cells of a slip in one array, and what each of them is an example of."""

    def __init__(self, combs: Mapping[str, FieldEvidence]) -> None:
        self.places: dict[str, int] = {}
        posteriors, features = [], []
        count = 0
        for name, comb in combs.items():
            if comb.features is None or len(comb.features) != len(comb.posteriors):
                continue
            self.places[name] = count
            count += len(comb.posteriors)
            posteriors.append(comb.posteriors)
            features.append(comb.features)
        self._posteriors = np.concatenate(posteriors) if posteriors else np.zeros((0, _DIGITS), np.float32)
        self._features = np.concatenate(features) if features else np.zeros((0, 1), np.float32)
        self._digits = self._posteriors[:, :_DIGITS].argmax(axis=1)
        self._has_ink: NDArray[np.bool_] = np.any(self._features, axis=1)
        peaks = self._posteriors[:, :_DIGITS].max(axis=1)
        self._is_example = self._has_ink & (peaks >= CLEAR_EXAMPLE)

    def learn(self, name: str, value: str) -> None:
        """The cells of a field from its first one on hold these digits."""
        first = self.places[name]
        cells = slice(first, first + len(value))
        self._digits[cells] = [int(digit) for digit in value]
        self._is_example[cells] = self._has_ink[cells]

    def examples(self) -> Examples | None:
        """The cells of which it is known by now what they hold; None if there are none."""
        chosen = np.flatnonzero(self._is_example)
        if not len(chosen):
            return None
        return Examples(self._posteriors[chosen], self._features[chosen], self._digits[chosen])
