"""The digit network: glyphs to calibrated posteriors, each cell for itself."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import (
    CLASSES,
    EMPTY,
    OTHER,
    CellsRead,
    Features,
    Glyphs,
    HandModel,
    Posteriors,
)
from forms_ocr.recognition.card import Calibration, load_weights
from forms_ocr.recognition.session import session_of

_OWN_WEIGHTS = Path(__file__).with_name("weights")
_SHORTEST = 1e-6
_THOROUGHLY_SURE = 0.9995
"""Thirty cells of which each is this sure make a record that is."""


class Recognizer(Protocol):
    """Says what stands in cells."""

    @property
    def hand_model(self) -> HandModel:
        """How much known cells of a slip say about its other cells."""

    def read_cells(self, glyphs: Glyphs, *, is_thorough: bool = False) -> CellsRead:
        """Judge the cells of one slip, each by itself.

        Args:
            glyphs: (N, 32, 32) uint8, 255 is ink; N may be 0.
            is_thorough: Spare no time on cells in little doubt.

        Returns:
            Posteriors (N, 12) in the order of ``CLASSES``, rows sum to 1, a glyph without ink is ``empty``;
            and features (N, D).
        """
        ...


class NetworkRecognizer:
    """Looks at every cell with a small network, at those in doubt with a larger one, and then with another.

    Most cells are clear, so larger networks cost little where they are asked only in doubt (a cascade: Viola
    and Jones, "Rapid Object Detection using a Boosted Cascade of Simple Features", 2001). All answers then
    count.

    Args:
        folder: Holds the networks and ``digits.json``; the program's own weights by default.

    Raises:
        ConfigurationError: The weights are missing, were changed, or are not for this program.
    """

    def __init__(self, folder: Path = _OWN_WEIGHTS) -> None:
        networks, self.card = load_weights(folder)
        self._folder = folder
        self._first, *self._later = (Network(network) for network in networks)

    def __reduce__(self) -> tuple[type[NetworkRecognizer], tuple[Path]]:
        """Another process loads the weights itself: a session cannot be sent there."""
        return type(self), (self._folder,)

    @property
    def hand_model(self) -> HandModel:
        """See :class:`Recognizer`."""
        return self.card.hand

    def recognize(self, glyphs: Glyphs) -> Posteriors:
        """The posteriors of :meth:`read_cells`."""
        return self.read_cells(glyphs).posteriors

    def read_cells(self, glyphs: Glyphs, *, is_thorough: bool = False) -> CellsRead:
        """See :class:`Recognizer`. A cell's answer does not depend on its neighbours."""
        least_sure = _THOROUGHLY_SURE if is_thorough else 0.0
        has_ink = glyphs.any(axis=(1, 2))
        first = np.full((len(glyphs), len(CLASSES)), -np.inf, np.float32)
        first[:, EMPTY] = 0.0
        first[has_ink], seen = self._first.look(glyphs[has_ink])
        features = np.zeros((len(glyphs), seen.shape[1]), np.float32)
        features[has_ink] = seen
        posteriors = posteriors_of([first], self.card.looks[0])
        said = [first]
        doubtful = np.flatnonzero(has_ink)
        for network, (before, calibration) in zip(self._later, pairwise(self.card.looks), strict=True):
            doubtful = doubtful[posteriors[doubtful].max(axis=1, initial=0.0) < max(before.sure, least_sure)]
            said.append(np.zeros_like(first))
            said[-1][doubtful], _ = network.look(glyphs[doubtful])
            posteriors[doubtful] = posteriors_of([logits[doubtful] for logits in said], calibration)
        return CellsRead(posteriors, features)


class Network:
    """An ONNX file that turns glyphs into logits, on one thread."""

    def __init__(self, network: bytes) -> None:
        self._session = session_of(network)
        self._input = self._session.get_inputs()[0].name

    def look(self, glyphs: Glyphs) -> tuple[NDArray[np.float32], Features]:
        """(N, 32, 32) uint8 glyphs with ink to (N, 12) logits and (N, D) features; N may be 0."""
        logits, seen = self._session.run(None, {self._input: glyphs})
        lengths = np.linalg.norm(seen, axis=1, keepdims=True)
        return logits, np.asarray(seen / np.maximum(lengths, _SHORTEST), np.float32)


def posteriors_of(said: Sequence[NDArray[np.float32]], calibration: Calibration) -> Posteriors:
    """(N, 12) logits of one network or of several, one for each of the calibration's weights, to posteriors.

    Logits are weighed, which for one network is temperature scaling (Guo et al., "On Calibration of Modern
    Neural Networks", 2017) and for several a logarithmic opinion pool (Genest and Zidek, "Combining
    Probability Distributions", 1986). The odds of ``other`` are moved from its share on training sheets to
    that on slips (Saerens et al., "Adjusting the Outputs of a Classifier to New a Priori Probabilities",
    2002). Every posterior is then lifted off zero by the floor, so that one strange glyph never rules a
    field's value out for good.
    """
    weighed = [one * np.float32(weight) for one, weight in zip(said, calibration.weights, strict=True)]
    logits = np.sum(weighed, axis=0)
    shares = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    shares[:, OTHER] *= calibration.other_odds
    shares /= shares.sum(axis=1, keepdims=True)
    lifted = calibration.posterior_floor + (1.0 - len(CLASSES) * calibration.posterior_floor) * shares
    return np.asarray(lifted, np.float32)
