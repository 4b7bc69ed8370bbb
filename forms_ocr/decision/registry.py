"""The retailer's list of accounts, compact enough for every worker and quick to look up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from forms_ocr.decision.block_index import AccountNumbers, BlockIndex
from forms_ocr.decision.meter_prior import Meters, months_since
from forms_ocr.model import Account, AccountStatus, Period

STATUSES = tuple(AccountStatus)
NO_READING = -1
NO_DATE = 0


@dataclass(frozen=True, eq=False, slots=True)
class PooledText:
    """A column of texts in which many rows say the same: each text once, and its index a row."""

    pool: tuple[str, ...]
    codes: NDArray[np.int32]

    @classmethod
    def of(cls, texts: Iterable[str]) -> PooledText:
        """Pool texts in the order in which they first appear."""
        codes: dict[str, int] = {}
        rows = np.fromiter((codes.setdefault(text, len(codes)) for text in texts), np.int32)
        return cls(tuple(codes), rows)

    def __getitem__(self, row: int) -> str:
        return self.pool[int(self.codes[row])]

    def at(self, rows: NDArray[np.intp]) -> list[str]:
        """The texts of these rows."""
        return [self.pool[code] for code in self.codes[rows].tolist()]

    def take(self, rows: NDArray[np.intp]) -> PooledText:
        """The column with its rows in another order."""
        return PooledText(self.pool, self.codes[rows])


@dataclass(frozen=True, eq=False, slots=True)
class AccountColumns:
    """The registry's rows, one array a column, all of length N, in any order.

    Attributes:
        numbers: (N,) int64, each once.
        streets, houses, flats: Text, pooled.
        last_readings: (N,) int64, ``NO_READING`` where there is none yet.
        last_dates: (N,) int32 proleptic ordinals, ``NO_DATE`` where there is none.
        dials: (N,) int8, digits on the meter before the comma.
        statuses: (N,) int8, indexes into ``STATUSES``.
    """

    numbers: AccountNumbers
    streets: PooledText
    houses: PooledText
    flats: PooledText
    last_readings: NDArray[np.int64]
    last_dates: NDArray[np.int32]
    dials: NDArray[np.int8]
    statuses: NDArray[np.int8]

    def ordered(self) -> AccountColumns:
        """The same rows by ascending account."""
        order = np.argsort(self.numbers, kind="stable")
        return AccountColumns(
            numbers=self.numbers[order],
            streets=self.streets.take(order),
            houses=self.houses.take(order),
            flats=self.flats.take(order),
            last_readings=self.last_readings[order],
            last_dates=self.last_dates[order],
            dials=self.dials[order],
            statuses=self.statuses[order],
        )


class Registry:
    """Accounts by number. About 50 bytes a row plus its texts, pickled as arrays.

    Args:
        columns: The rows, in any order; their order changes nothing.
        account_digits: Digits of every account, 1 to 18.
    """

    def __init__(self, columns: AccountColumns, account_digits: int) -> None:
        self.account_digits = account_digits
        self._columns = columns.ordered()
        self._numbers = self._columns.numbers
        self._index = BlockIndex(self._numbers, account_digits)
        self.digit_shares = _digit_shares(self._numbers, account_digits)

    @classmethod
    def of(cls, accounts: Sequence[Account], account_digits: int = 12) -> Registry:
        """Build a registry out of accounts, each of ``account_digits`` digits and there once."""
        columns = AccountColumns(
            numbers=np.array([int(a.account) for a in accounts], np.int64),
            streets=PooledText.of(a.street for a in accounts),
            houses=PooledText.of(a.house for a in accounts),
            flats=PooledText.of(a.flat for a in accounts),
            last_readings=np.array([int(a.last_reading or NO_READING) for a in accounts], np.int64),
            last_dates=np.array(
                [a.last_date.toordinal() if a.last_date else NO_DATE for a in accounts], np.int32
            ),
            dials=np.array([a.dials for a in accounts], np.int8),
            statuses=np.array([STATUSES.index(a.status) for a in accounts], np.int8),
        )
        return cls(columns, account_digits)

    def __len__(self) -> int:
        return len(self._numbers)

    def rows_of(self, numbers: AccountNumbers) -> NDArray[np.intp]:
        """The rows of these accounts, -1 where the registry has none; any shape, answered in the same."""
        if not len(self):
            return np.full(numbers.shape, -1, np.intp)
        rows = np.minimum(np.searchsorted(self._numbers, numbers), len(self) - 1)
        return np.where(self._numbers[rows] == numbers, rows, -1)

    def likely_accounts(self, digits: NDArray[np.float64]) -> AccountNumbers:
        """The accounts that fit their cells, found without looking at all of them.

        Args:
            digits: (account_digits, 10) P(digit) a cell.

        Returns:
            The likeliest accounts, best first, at most ``block_index.MAX_LIKELY_ROWS``. Only those are found
            of which each block is at least ``block_index.MIN_BLOCK_SHARE`` as likely as the best such block.
        """
        return self._numbers[self._index.search(digits)] if len(self) else self._numbers

    def meters(self, rows: NDArray[np.intp], period: Period | None) -> Meters:
        """The meters of these rows."""
        columns = self._columns
        return Meters(
            dials=columns.dials[rows].astype(np.int64),
            last_readings=columns.last_readings[rows],
            months=months_since(columns.last_dates[rows], period),
        )

    def houses_and_flats(self, rows: NDArray[np.intp]) -> tuple[list[str], list[str]]:
        """The houses and the flats of these rows."""
        columns = self._columns
        return columns.houses.at(rows), columns.flats.at(rows)

    @property
    def streets(self) -> PooledText:
        """The streets of all rows."""
        return self._columns.streets

    @property
    def houses(self) -> PooledText:
        """The houses of all rows."""
        return self._columns.houses

    @property
    def flats(self) -> PooledText:
        """The flats of all rows."""
        return self._columns.flats

    def find(self, account: str) -> Account | None:
        """The account of exactly this number, leading zeros included; None if the registry has none."""
        row = self.row_of(account)
        return self.account(row) if row >= 0 else None

    def row_of(self, account: str) -> int:
        """The row of exactly this number, leading zeros included; -1 if the registry has none."""
        is_account = len(account) == self.account_digits and account.isascii() and account.isdigit()
        if not is_account:
            return -1
        number = int(account)
        row = int(np.searchsorted(self._numbers, number))
        is_found = row < len(self) and int(self._numbers[row]) == number
        return row if is_found else -1

    def account(self, row: int) -> Account:
        """The account of a row."""
        columns = self._columns
        dials = int(columns.dials[row])
        last_reading, last_date = int(columns.last_readings[row]), int(columns.last_dates[row])
        return Account(
            account=f"{int(self._numbers[row]):0{self.account_digits}d}",
            street=columns.streets[row],
            house=columns.houses[row],
            flat=columns.flats[row],
            last_reading="" if last_reading == NO_READING else f"{last_reading:0{dials}d}",
            last_date=None if last_date == NO_DATE else date.fromordinal(last_date),
            dials=dials,
            status=STATUSES[int(columns.statuses[row])],
        )


def _digit_shares(numbers: AccountNumbers, account_digits: int) -> NDArray[np.float64]:
    """(account_digits, 10): how often each digit stands at each place, first place first; rows sum to 1.

    Half a count is added to every digit (Krichevsky-Trofimov), so that no digit is impossible.
    """
    counts = np.full((account_digits, 10), 0.5)
    for place in range(account_digits):
        digits = numbers // 10 ** (account_digits - 1 - place) % 10
        counts[place] += np.bincount(digits, minlength=10)
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))
