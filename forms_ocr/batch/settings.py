"""Everything that can change what is read, under one fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forms_ocr.model import Period


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings pages are read under. Pages read under other settings are read again when given again.

    Attributes:
        period: The scans of a run are filed under it; each period of a workspace is by itself.
        description: JSON values by name, for people and for the fingerprint.
        is_period_of_clock: Nobody named the period. A scan that was read for another one then stays there:
            the same inbox given again after midnight is no other month's.
    """

    period: Period
    description: Mapping[str, Any]
    is_period_of_clock: bool = False

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits; the same for the same description, whatever its order."""
        text = json.dumps(
            {"period": str(self.period), **self.description}, ensure_ascii=False, sort_keys=True
        )
        return hashlib.sha256(text.encode()).hexdigest()[:16]
