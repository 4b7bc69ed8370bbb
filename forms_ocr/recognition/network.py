"""The digit network: glyphs to calibrated posteriors, each cell for itself."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from forms_ocr.model import CLASSES, EMPTY, OTHER, Glyphs, Posteriors
from forms_ocr.recognition.card import Calibration, load_weights

_OWN_WEIGHTS = Path(__file__).with_name("weights")


class Recognizer(Protocol):
    """Says what stands in cells."""

    def recognize(self, glyphs: Glyphs) -> Posteriors:
        """Judge the cells of one slip together.

        Args:
            glyphs: (N, 32, 32) uint8, 255 is ink; N may be 0.

        Returns:
            (N, 12) float32 in the order of ``CLASSES``, rows sum to 1; a glyph without ink is ``empty``.
        """
        ...


class NetworkRecognizer:
    """Runs a convolutional network over every cell by itself.

    Args:
        folder: Holds ``digits.onnx`` and ``digits.json``; the program's own weights by default.

    Raises:
        ConfigurationError: The weights are missing, were changed, or are not for this program.
    """

    def __init__(self, folder: Path = _OWN_WEIGHTS) -> None:
        network, self.card = load_weights(folder)
        self._folder = folder
        # one process a core is faster than several threads a process
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def __reduce__(self) -> tuple[type[NetworkRecognizer], tuple[Path]]:
        """Another process loads the weights itself: a session cannot be sent there."""
        return type(self), (self._folder,)

    def recognize(self, glyphs: Glyphs) -> Posteriors:
        """See :class:`Recognizer`. A glyph's posterior does not depend on its neighbours."""
        logits = np.full((len(glyphs), len(CLASSES)), -np.inf, np.float32)
        logits[:, EMPTY] = 0.0
        has_ink = glyphs.any(axis=(1, 2))
        if has_ink.any():
            logits[has_ink] = self._session.run(None, {self._input: glyphs[has_ink]})[0]
        return posteriors_of(logits, self.card.calibration)


def posteriors_of(logits: NDArray[np.float32], calibration: Calibration) -> Posteriors:
    """(N, 12) logits to calibrated posteriors.

    Logits are divided by the temperature (Guo et al., "On Calibration of Modern Neural Networks", 2017). What
    smoothed labels taught is taken out, and the odds of ``other`` are moved from its share on training sheets
    to that on slips (Saerens et al., "Adjusting the Outputs of a Classifier to New a Priori Probabilities",
    2002). Every posterior is then lifted off zero by the floor, so that one strange glyph never rules a
    field's value out for good.
    """
    softmax = _shares(np.exp(_centred(logits / np.float32(calibration.temperature))))
    sharp = np.maximum(softmax - calibration.label_smoothing / len(CLASSES), 0.0)
    sharp[:, OTHER] *= calibration.other_odds
    lifted = calibration.posterior_floor + (1.0 - len(CLASSES) * calibration.posterior_floor) * _shares(sharp)
    return np.asarray(lifted, np.float32)


def _centred(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(logits - logits.max(axis=1, keepdims=True, initial=-np.inf), np.float32)


def _shares(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)
