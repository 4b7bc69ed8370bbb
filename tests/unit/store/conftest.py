from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from forms_ocr.model import Candidate, Disposition, FieldReading, Record


@pytest.fixture
def make_record() -> Callable[..., Record]:
    """An accepted record; anything can be made different."""

    def make(**changes: Any) -> Record:
        field = FieldReading("account", "121000000012", 0.999, (Candidate("121000000012", 0.999),))
        values: dict[str, Any] = {
            "account": "121000000012",
            "reading": "0563",
            "date": "2026-11-24",
            "address": "ул. Ленина, д. 5",
            "is_signed": True,
            "fields": (field,),
            "confidence": 0.998,
            "disposition": Disposition.ACCEPTED,
        }
        return Record(**{**values, **changes})

    return make
