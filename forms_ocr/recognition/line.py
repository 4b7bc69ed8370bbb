"""Text of free lines: print is read by Tesseract, handwriting is left to people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
import pytesseract

from forms_ocr.errors import ConfigurationError
from forms_ocr.model import GreyImage
from forms_ocr.recognition.print_test import is_printed

# Tesseract's networks were trained on about 300 dpi and read best from there up.
_BEST_PX_PER_MM = 300 / 25.4
_BORDER_MM = 1.5
_ONE_LINE = "--psm 7"


@dataclass(frozen=True, slots=True)
class LineText:
    """What stands on a line. ``confidence`` is the engine's own, 0 to 1; 0 and "" when nothing was read."""

    text: str
    confidence: float


_NOTHING = LineText("", 0.0)


class LineReader(Protocol):
    """Reads a free line."""

    def read_line(self, strip: GreyImage, px_per_mm: float) -> LineText:
        """Read one line of text.

        Args:
            strip: (H, W) uint8, upright, 255 is paper, the printed form taken out.
            px_per_mm: Resolution of the strip.
        """
        ...


class TesseractLineReader:
    """Reads printed and typed lines.

    What does not look like print is not sent to Tesseract at all: a call costs ten times what the rest of a
    slip does, and it reads no handwriting.

    Args:
        language: Of the installed Tesseract data.
        timeout_s: Of one call; a line that takes longer counts as not read.

    Raises:
        ConfigurationError: Tesseract or its language data is not installed (on the first printed line).
    """

    def __init__(self, language: str = "rus", timeout_s: float = 5.0) -> None:
        self._language = language
        self._timeout_s = timeout_s

    def read_line(self, strip: GreyImage, px_per_mm: float) -> LineText:
        """See :class:`LineReader`."""
        if not is_printed(strip, px_per_mm):
            return _NOTHING
        try:
            data = pytesseract.image_to_data(
                _prepared(strip, px_per_mm),
                lang=self._language,
                config=_ONE_LINE,
                timeout=self._timeout_s,
                output_type=pytesseract.Output.DICT,
            )
        except pytesseract.TesseractNotFoundError as error:
            raise _not_installed("the program `tesseract` is not on the PATH", self._language) from error
        except pytesseract.TesseractError as error:
            raise _not_installed(f"tesseract failed: {error.message}", self._language) from error
        except RuntimeError:  # how pytesseract reports a time-out
            return _NOTHING
        return joined_words(data["text"], data["conf"])


def _prepared(strip: GreyImage, px_per_mm: float) -> GreyImage:
    """The line at Tesseract's resolution with a border of paper around it."""
    scale = max(1.0, _BEST_PX_PER_MM / px_per_mm)
    scaled = cv2.resize(strip, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    border = round(_BORDER_MM * px_per_mm * scale)
    return np.asarray(np.pad(scaled, border, constant_values=255), np.uint8)


def joined_words(words: Sequence[str], confidences: Sequence[float]) -> LineText:
    """Words in order; the confidence is the mean of theirs weighted by length."""
    pairs = zip(words, confidences, strict=True)
    found = [(word.strip(), float(percent) / 100.0) for word, percent in pairs if word.strip()]
    letters = sum(len(word) for word, _ in found)
    if letters == 0:
        return _NOTHING
    confidence = sum(len(word) * max(0.0, c) for word, c in found) / letters
    return LineText(" ".join(word for word, _ in found), confidence)


def _not_installed(what: str, language: str) -> ConfigurationError:
    remedy = f"on Debian or Ubuntu: apt-get install tesseract-ocr tesseract-ocr-{language}"
    return ConfigurationError("printed lines", [f"{what}; {remedy}"])
