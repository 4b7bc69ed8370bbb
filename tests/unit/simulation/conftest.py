"""A form small enough to fill in in a millisecond."""

from __future__ import annotations

import numpy as np
import pytest

from forms_ocr.model import Box, Field, Shape, Template
from forms_ocr.model.template import AddressFields, DateFields, Roles


def _comb(name: str, left_mm: float, top_mm: float, cells: int) -> Field:
    box = Box(left_mm, top_mm, left_mm + 9 * cells, top_mm + 10)
    return Field(name, name, Shape.COMB, box, box.split(cells))


@pytest.fixture(scope="session")
def small_form() -> Template:
    fields = (
        _comb("account", 5, 5, 4),
        _comb("reading", 5, 20, 5),
        _comb("day", 5, 35, 2),
        _comb("month", 30, 35, 2),
        _comb("year", 55, 35, 2),
        Field("street", "street", Shape.LINE, Box(5, 50, 75, 62)),
        _comb("house", 5, 65, 3),
        _comb("flat", 40, 65, 3),
        Field("signature", "signature", Shape.SIGNATURE, Box(55, 5, 78, 18)),
        Field("agreed", "agreed", Shape.MARK, Box(60, 22, 66, 28)),
    )
    roles = Roles(
        "account",
        "reading",
        DateFields("day", "month", "year"),
        AddressFields("street", "house", "flat"),
        "signature",
    )
    artwork = np.full((round(80 * 150 / 25.4), round(80 * 150 / 25.4)), 255, np.uint8)
    artwork[10:14, 10:-10] = 0
    return Template("small", 80.0, 80.0, fields, artwork, 150.0, roles=roles)
