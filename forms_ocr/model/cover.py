"""What a cover sheet says about the pages behind it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cover:
    """A box of slips that an office announces.

    Attributes:
        office: As its folder is named.
        box: What the office calls the box.
        count: How many slips are in it.
    """

    office: str
    box: str
    count: int
