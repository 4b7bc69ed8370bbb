"""Digits on a line without cells, read whole: a strip to the numbers that may stand on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import Candidate, GreyImage
from forms_ocr.recognition.ctc import likely_strings
from forms_ocr.recognition.number_card import NumberCalibration, load_number_weights
from forms_ocr.recognition.number_strip import NumberStrip, number_strip
from forms_ocr.recognition.session import session_of

OTHER_MARK = 10
"""What the network says for a stretch of ink that is no digit: struck out, a letter, a dash, a scribble."""

NO_MARK = 11
"""What it says where nothing new begins."""

SYMBOLS = 12
"""Ten digits, ``OTHER_MARK`` and ``NO_MARK``."""

BEAM = 24
MAX_NUMBERS = 16
_OWN_WEIGHTS = Path(__file__).with_name("weights")
_LEAST_POSTERIOR = 1e-4


class NumberReader(Protocol):
    """Reads digits that were written without cells."""

    def read_number(self, strip: GreyImage, px_per_mm: float) -> tuple[Candidate, ...]:
        """Read one number.

        Args:
            strip: (H, W) uint8, upright, 255 is paper, the printed form taken out.
            px_per_mm: Resolution of the strip.

        Returns:
            Whole values with their posteriors, best first; "" is an empty line. What is missing to 1 is ink
            that is no number, and values that are not listed.
        """
        ...


class NetworkNumberReader:
    """Reads a whole line at once, with no cutting into digits that touch.

    Convolutions along the line and connectionist temporal classification (Graves et al. 2006).

    Args:
        folder: Holds ``numbers.onnx`` and ``numbers.json``; the program's own weights by default.

    Raises:
        ConfigurationError: The weights are missing, were changed, or are not for this program.
    """

    def __init__(self, folder: Path = _OWN_WEIGHTS) -> None:
        network, self.card = load_number_weights(folder)
        self._folder = folder
        self._network = LineNetwork(network)

    def __reduce__(self) -> tuple[type[NetworkNumberReader], tuple[Path]]:
        """Another process loads the weights itself: a session cannot be sent there."""
        return type(self), (self._folder,)

    def read_number(self, strip: GreyImage, px_per_mm: float) -> tuple[Candidate, ...]:
        """See :class:`NumberReader`."""
        line = number_strip(strip, px_per_mm)
        if line is None:
            return (Candidate("", 1.0),)
        return numbers_of(self._network.look(line), self.card.calibration)


class LineNetwork:
    """An ONNX file that turns strips into logits along them, on one thread."""

    def __init__(self, network: bytes) -> None:
        self._session = session_of(network)
        self._input = self._session.get_inputs()[0].name

    def look(self, strip: NumberStrip) -> NDArray[np.float32]:
        """(32, W) uint8 to (W / 4, 12) logits."""
        return np.asarray(self._session.run(None, {self._input: strip[None]})[0][0], np.float32)


def numbers_of(logits: NDArray[np.float32], calibration: NumberCalibration) -> tuple[Candidate, ...]:
    """(T, 12) logits along a strip to calibrated posteriors of the numbers that it may hold.

    Logits are weighed as in temperature scaling (Guo et al. 2017). ``floor`` is kept back for mistakes that
    the network does not foresee.
    """
    weighed = logits * np.float32(calibration.weight)
    shares = np.exp(weighed - weighed.max(axis=1, keepdims=True))
    frames = np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)
    return as_candidates(likely_strings(frames, BEAM), calibration.floor)


def as_candidates(strings: Sequence[tuple[float, tuple[int, ...]]], floor: float) -> tuple[Candidate, ...]:
    """Strings without ``OTHER_MARK``, best first; none if there is no such."""
    found = [
        Candidate("".join(map(str, string)), min(1.0, posterior) * (1.0 - floor))
        for posterior, string in strings
        if OTHER_MARK not in string and posterior >= _LEAST_POSTERIOR
    ]
    return tuple(found[:MAX_NUMBERS])
