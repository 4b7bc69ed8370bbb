"""Which accounts of a long list fit uncertain digits, without going through the list.

Accounts are cut into three blocks of digits. An account that fits all cells fits each block, and of the three
blocks one narrows the list most: the accounts with a likely value of that block are few, and only they are
weighed.
"""

from __future__ import annotations

from functools import reduce
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

AccountNumbers = NDArray[np.int64]
"""(N,) accounts as whole numbers; their leading zeros come back from ``Registry.account_digits``."""

BLOCKS = 3

MIN_BLOCK_SHARE = 1e-4
"""A block's value this much less likely than its best is not looked up: its account would have to be right
against ink that clear."""

MIN_SHARE = 1e-7
"""An account this much less likely than the best string of all is left out."""

MAX_NARROWED_ROWS = 20_000
"""Accounts weighed at most, likeliest block value first; there are more where hardly a cell is legible."""

MAX_LIKELY_ROWS = 32
"""Accounts returned at most; those further down have no weight beside them."""


class BlockIndex:
    """Rows of a sorted list of accounts by their blocks of digits. Some 18 bytes an account.

    Args:
        numbers: (N,) rising.
        account_digits: Digits of every account.
    """

    def __init__(self, numbers: AccountNumbers, account_digits: int) -> None:
        cuts = [account_digits * part // BLOCKS for part in range(BLOCKS + 1)]
        self._places = [slice(first, last) for first, last in pairwise(cuts)]
        self._orders: list[NDArray[np.int32]] = []
        self._starts: list[NDArray[np.int64]] = []
        self._values: list[NDArray[np.integer]] = []
        for place in self._places:
            size = 10 ** (place.stop - place.start)
            values = (numbers // 10 ** (account_digits - place.stop) % size).astype(
                np.min_scalar_type(size - 1)
            )
            self._values.append(values)
            self._orders.append(np.argsort(values, kind="stable").astype(np.int32))
            self._starts.append(np.concatenate([[0], np.cumsum(np.bincount(values, minlength=size))]))

    def search(self, digits: NDArray[np.float64]) -> NDArray[np.intp]:
        """The likeliest rows, best first; see :meth:`forms_ocr.decision.Registry.likely_accounts`."""
        tables = [_joint(digits[place]) for place in self._places]
        likely = [np.flatnonzero(table >= MIN_BLOCK_SHARE * table.max()) for table in tables]
        sizes = [self._sizes(block, values) for block, values in enumerate(likely)]
        narrowest = min(range(BLOCKS), key=lambda block: int(sizes[block].sum()))
        rows = self._rows(narrowest, likely[narrowest], sizes[narrowest], tables[narrowest])
        weights = np.ones(len(rows))
        for table, values in zip(tables, self._values, strict=True):
            weights *= table[values[rows]]
        likely_rows = np.flatnonzero(weights >= MIN_SHARE * _best_of(tables))
        best = likely_rows[np.argsort(-weights[likely_rows], kind="stable")[:MAX_LIKELY_ROWS]]
        return np.asarray(rows[best], np.intp)

    def _sizes(self, block: int, values: NDArray[np.intp]) -> NDArray[np.int64]:
        """How many accounts have each of these values."""
        starts = self._starts[block]
        return np.asarray(starts[values + 1] - starts[values])

    def _rows(
        self,
        block: int,
        values: NDArray[np.intp],
        sizes: NDArray[np.int64],
        table: NDArray[np.float64],
    ) -> NDArray[np.int32]:
        if int(sizes.sum()) > MAX_NARROWED_ROWS:
            ranking = np.argsort(-table[values], kind="stable")
            kept = ranking[: max(1, int(np.searchsorted(np.cumsum(sizes[ranking]), MAX_NARROWED_ROWS)))]
            values = np.sort(values[kept])
        starts, order = self._starts[block], self._orders[block]
        parts = [order[starts[value] : starts[value + 1]] for value in values.tolist()]
        rows = np.concatenate(parts) if parts else np.zeros(0, np.int32)
        return np.asarray(np.sort(rows)[:MAX_NARROWED_ROWS], np.int32)


def _best_of(tables: list[NDArray[np.float64]]) -> float:
    return float(np.prod([table.max() for table in tables]))


def _joint(digits: NDArray[np.float64]) -> NDArray[np.float64]:
    """(10 ** n,) probability of every value of n cells, the first cell being the highest place."""
    return reduce(lambda table, cell: np.multiply.outer(table, cell).ravel(), digits, np.ones(1))
