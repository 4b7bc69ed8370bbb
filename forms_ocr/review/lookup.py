"""The registry beside the slip."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from forms_ocr.decision import PooledText, Registry
from forms_ocr.model import Period, Person
from forms_ocr.review.checking import Checker, registry_line
from forms_ocr.review.duties import Duty, check_duty
from forms_ocr.review.faults import InvalidInputError
from forms_ocr.review.shown import Beside, RegistryLine

_MOST_LINES = 100
_MOST_CHARACTERS = 100

_WORDS = re.compile(r"\w+")


class Lookup:
    """Accounts by number and by address."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        registry = checker.registry
        self._addresses = AddressIndex(registry) if registry is not None else None

    def beside(self, person: Person, period: str, account: str, reading: str = "") -> Beside:
        """What the registry says to an account, and to a reading of it."""
        check_duty(person, Duty.KEY)
        if max(len(account), len(reading)) > _MOST_CHARACTERS:
            raise InvalidInputError("a number of more than a hundred characters")
        return self._checker.beside(_period(period), account, reading)

    def by_address(
        self, person: Person, street: str, house: str = "", flat: str = "", limit: int = 20
    ) -> tuple[RegistryLine, ...]:
        """Accounts at an address.

        Args:
            street: Words, or beginnings of them, in any order; upper and lower case are the same.
            house, flat: Beginnings; "" for any.

        Returns:
            By street, house and flat in their natural order, at most ``limit``.
        """
        check_duty(person, Duty.KEY)
        if max(map(len, (street, house, flat))) > _MOST_CHARACTERS:
            raise InvalidInputError("an address of more than a hundred characters")
        if self._addresses is None:
            return ()
        return self._addresses.find(street, house, flat, min(max(limit, 0), _MOST_LINES))


class AddressIndex:
    """Finds accounts by their address.

    Streets, houses and flats are few next to accounts: their texts are searched, and the accounts only asked
    which of them they have.

    Args:
        registry: Of up to some million accounts.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._streets = _Words(registry.streets)
        self._houses = _Beginnings(registry.houses)
        self._flats = _Beginnings(registry.flats)

    def find(self, street: str, house: str, flat: str, limit: int) -> tuple[RegistryLine, ...]:
        """As :meth:`Lookup.by_address`."""
        words = _words(street)
        if not words:
            return ()
        is_wanted = self._streets.are_meant(words)
        if house.strip():
            is_wanted &= self._houses.are_meant(house)
        if flat.strip():
            is_wanted &= self._flats.are_meant(flat)
        rows = np.flatnonzero(is_wanted)
        first = rows[self._order(rows)][:limit]
        return tuple(registry_line(self._registry.account(int(row))) for row in first)

    def _order(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """By street, house, flat."""
        columns = (self._flats.ranks, self._houses.ranks, self._streets.ranks)
        return np.lexsort([ranks[rows] for ranks in columns])


class _Column:
    """A column of texts, each text once, with the place of each row's text in natural order."""

    def __init__(self, texts: PooledText) -> None:
        self.codes = texts.codes
        order = sorted(range(len(texts.pool)), key=lambda code: _natural(texts.pool[code]))
        places = np.empty(len(order), np.int32)
        places[order] = np.arange(len(order), dtype=np.int32)
        self.ranks: NDArray[np.int32] = places[texts.codes]

    def _rows_of(self, is_meant: list[bool]) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = np.array(is_meant, bool)[self.codes]
        return found


class _Words(_Column):
    """Streets: found by the beginnings of their words."""

    def __init__(self, texts: PooledText) -> None:
        super().__init__(texts)
        self._words = [_words(text) for text in texts.pool]

    def are_meant(self, wanted: list[str]) -> NDArray[np.bool_]:
        """(N,) rows whose text has a word for each of the beginnings."""
        return self._rows_of(
            [
                all(any(word.startswith(beginning) for word in words) for beginning in wanted)
                for words in self._words
            ]
        )


class _Beginnings(_Column):
    """Houses and flats: found by their beginning."""

    def __init__(self, texts: PooledText) -> None:
        super().__init__(texts)
        self._texts = [_folded(text) for text in texts.pool]

    def are_meant(self, beginning: str) -> NDArray[np.bool_]:
        """(N,) rows whose text begins so."""
        wanted = _folded(beginning)
        return self._rows_of([text.startswith(wanted) for text in self._texts])


def _folded(text: str) -> str:
    """The same for upper and lower case, with ё and е as people mix them."""
    return " ".join(text.casefold().replace("ё", "е").split())


def _words(text: str) -> list[str]:
    return _WORDS.findall(_folded(text))


def _natural(text: str) -> tuple[tuple[bool, int, str], ...]:
    """Sorts 2 before 10."""
    parts = re.findall(r"[0-9]+|[^0-9]+", _folded(text))
    return tuple((not part[0].isdigit(), int(part) if part[0].isdigit() else 0, part) for part in parts)


def _period(text: str) -> Period:
    try:
        return Period.parse(text)
    except ValueError as error:
        raise InvalidInputError(str(error)) from error
