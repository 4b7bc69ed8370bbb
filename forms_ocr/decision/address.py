"""What a slip says about its address, and whether that can be the account's."""

from __future__ import annotations

import re
from dataclasses import dataclass

from forms_ocr.decision.cells import DIGITS, Cells
from forms_ocr.decision.ink import Presence
from forms_ocr.model import EMPTY, Account

MIN_CONTRADICTION = 0.95
"""House and flat speak against an account only when their digits are read this surely. Deliberately not
the cut for accepting: a stricter cut must not make the machine deafer to a contradiction."""


@dataclass(frozen=True, slots=True)
class AddressReading:
    """The address as written.

    Attributes:
        street, house, flat: As read, "" where nothing was.
        street_presence: None if the form has no street line.
        p_contradiction: P(house or flat are not those of the account), 0 without an account.
        p_incomplete: P(a house or flat that the form requires was left out).
    """

    street: str = ""
    house: str = ""
    flat: str = ""
    street_presence: Presence | None = None
    p_contradiction: float = 0.0
    p_incomplete: float = 0.0

    @property
    def is_contradicted(self) -> bool:
        """The contradiction is sure enough to be one."""
        return self.p_contradiction >= MIN_CONTRADICTION

    @property
    def text(self) -> str:
        """The parts that are known, on one line."""
        return _on_one_line(self.street, self.house, self.flat)


def registered_address(account: Account) -> str:
    """The registry's address of an account, on one line."""
    return _on_one_line(account.street, account.house, account.flat)


def _on_one_line(street: str, house: str, flat: str) -> str:
    parts = (street, f"д. {house}" if house else "", f"кв. {flat}" if flat else "")
    return ", ".join(part for part in parts if part)


def contradiction(cells: Cells, registered: str) -> float:
    """P(the number written is not the registered one), as far as digits tell.

    Only the leading numbers are compared: letters, slashes and blocks are written in too many ways.

    Args:
        cells: The comb of a house or flat.
        registered: The registry's text, e.g. ``12``, ``12а``, ``12/3``; without a number nothing
            contradicts it.
    """
    expected = re.search(r"\d+", registered)
    written, posterior = _leading_number(cells)
    if expected is None or not written:
        return 0.0
    if expected.end() < len(registered):
        # A letter that follows may have been read as a digit.
        written = written[: len(expected[0])]
    return posterior if written.lstrip("0") != expected[0].lstrip("0") else 0.0


def _leading_number(cells: Cells) -> tuple[str, float]:
    """The first run of digits and P(it is exactly this)."""
    number, posterior = "", 1.0
    for row, top, is_digit in zip(cells.rows, cells.tops, cells.is_digit, strict=True):
        if top < DIGITS:
            number += str(top)
            posterior *= row[top]
        elif number:
            return number, posterior * (1.0 - is_digit)
        elif top != EMPTY:
            return "", 0.0
    return number, posterior
