"""The same strips by Tesseract, told that there is one line of digits, tuned on writers that validate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
import pytesseract

from training.numbers.calibration import truth_of
from training.numbers.material import LabelledStrip

_MODES = (6, 7, 8, 13)
_SCALES = (1.0, 1.5, 2.0)
_AIR_PX = 12


@dataclass(frozen=True, slots=True)
class TesseractNumbers:
    """Tesseract with a page segmentation mode, on strips enlarged by a factor."""

    mode: int
    scale: float

    @classmethod
    def tuned(cls, validation: Sequence[LabelledStrip]) -> TesseractNumbers:
        """The best of all settings on these."""
        settings = [cls(mode, scale) for mode, scale in product(_MODES, _SCALES)]
        return max(settings, key=lambda setting: setting.right(validation))

    def right(self, strips: Sequence[LabelledStrip]) -> int:
        """How many it reads right."""
        return sum(self.read(strip) == truth_of(strip) for strip in strips)

    def read(self, strip: LabelledStrip) -> str:
        """The digits, "" if it finds none."""
        paper = np.pad(255 - strip.strip, _AIR_PX, constant_values=255)
        large = cv2.resize(paper, None, fx=self.scale, fy=self.scale, interpolation=cv2.INTER_CUBIC)
        config = f"--psm {self.mode} -c tessedit_char_whitelist=0123456789"
        text: str = pytesseract.image_to_string(large, lang="eng", config=config)
        return "".join(text.split())
