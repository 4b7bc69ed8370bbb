"""What is known of a slip besides its fields and where it lies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from forms_ocr.model import HandModel


@dataclass(frozen=True, slots=True)
class Background:
    """What may speak for or against what is written.

    Attributes:
        hand_model: Of the recogniser that the evidence comes from.
        code: The account that a code printed on the slip names, "" without one.
        scanned_on: The day by the scanner's clock, None where nobody knows.
    """

    hand_model: HandModel = field(default_factory=HandModel)
    code: str = ""
    scanned_on: date | None = None


NO_BACKGROUND = Background()
