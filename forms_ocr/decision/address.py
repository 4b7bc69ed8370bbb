"""What a slip says about its address, and whether that can be the account's."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from math import prod

from forms_ocr.decision.cells import DIGITS, Cells
from forms_ocr.decision.ink import Presence
from forms_ocr.model import EMPTY, Account

MIN_CONTRADICTION = 0.5
"""House and flat speak against an account when they are likelier another number than the registered one.
Deliberately not the cut for accepting: a stricter cut must not make the machine deafer to a contradiction."""

MIN_FIT = 0.3
"""A house or flat that the ink fits this well, and the account names, is the one that was written."""

AS_REGISTERED = 0.9
OTHERWISE = 0.1
"""Of the houses and flats that are written at all, those as the registry has them, and the others: with a
block or a letter more, an old number, a mistake. The latter keep a mismatch from ruling an account out."""

SHARE_OF_LENGTH = 1.0 / 3.0
"""Of the numbers of houses and flats, those of one, of two and of three digits."""

MAX_SUPPORT = 300.0
"""However well a number fits: writer and network make the same mistake in an account and in a flat."""


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

    Most people write the address that is registered, so a number that is registered and that the ink leaves
    room for is likelier misread than another one written: the odds of both follow by Bayes' rule.

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
    if written.lstrip("0") == expected[0].lstrip("0"):
        return 0.0
    other = OTHERWISE * 0.1 ** len(written) * posterior
    return posterior * other / (other + AS_REGISTERED * _fit(cells, expected[0]))


def is_as_registered(cells: Cells, registered: str) -> bool:
    """The cells hold the registry's number as far as they can be read, and that is all digits."""
    is_number = registered.isascii() and registered.isdigit()
    return is_number and cells.is_sound and _fit(cells, registered) >= MIN_FIT


def _fit(cells: Cells, number: str) -> float:
    """P(a number stands in the first cells and no digit behind it)."""
    if len(number) > len(cells):
        return 0.0
    behind = 1.0 - cells.is_digit[len(number)] if len(number) < len(cells) else 1.0
    return behind * prod(row[int(digit)] for digit, row in zip(number, cells.rows, strict=False))


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


class NumberInk:
    """What the ink of a house or flat says about registered numbers.

    Args:
        cells: The comb of a house or flat, or the text of a line.
        strings: What may stand there, from :func:`forms_ocr.decision.decode.left_aligned`.
    """

    def __init__(self, cells: Cells, strings: list[tuple[float, str]]) -> None:
        self._shares: defaultdict[str, float] = defaultdict(float)
        self._supports: dict[str, float] = {}
        self._leading = ("", 0.0)
        if cells.is_sound and len(cells) and not cells.is_blank:
            self._leading = _leading_number(cells)
            for posterior, string in strings:
                self._shares[string.lstrip("0")] += posterior
        self._shares.pop("", None)
        self._p_number = sum(self._shares.values())

    def support_of(self, registered: str) -> float:
        """How much better the ink fits this number than any other.

        Returns:
            P(ink | number) / P(ink | any number), from ``OTHERWISE`` to ``MAX_SUPPORT``; 1 where nothing
            was written, can be read, or is registered.
        """
        if registered not in self._supports:
            self._supports[registered] = self._weigh(registered)
        return self._supports[registered]

    def _weigh(self, registered: str) -> float:
        match = _NUMBER.match(registered)
        if match is None or not self._p_number:
            return 1.0
        number = match[1]
        has_more = match.end() < len(registered)
        share = self._share_beginning(number) if has_more else self._shares.get(number, 0.0)
        fit = AS_REGISTERED * share / (SHARE_OF_LENGTH * 0.1 ** len(number))
        return min(MAX_SUPPORT, fit + OTHERWISE * self._p_number + max(0.0, 1.0 - self._p_number))

    def _share_beginning(self, number: str) -> float:
        """P(the number stands there with something behind it): letters and slashes are read as anything."""
        share = sum(p for written, p in self._shares.items() if written.startswith(number))
        return max(share, self._leading[1]) if self._leading[0].lstrip("0") == number else share


_NUMBER = re.compile(r"\s*0*([1-9]\d*)")
