"""Accounts that fit uncertain digits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from forms_ocr.decision.block_index import BLOCKS, MIN_BLOCK_SHARE, MIN_SHARE, BlockIndex

SPARSE = np.unique(np.random.default_rng(2).integers(120_000_000_000, 130_000_000_000, 3_000))
DENSE = np.arange(121_000_000_000, 121_000_003_000)


def clear(account: int, sure: float = 0.9999) -> NDArray[np.float64]:
    digits = np.full((12, 10), (1.0 - sure) / 9)
    digits[np.arange(12), [int(digit) for digit in f"{account:012d}"]] = sure
    return digits


def likelihoods(numbers: NDArray[np.int64], digits: NDArray[np.float64]) -> NDArray[np.float64]:
    places = numbers[:, None] // 10 ** np.arange(11, -1, -1) % 10
    return np.asarray(digits[np.arange(12), places].prod(axis=1))


@pytest.mark.parametrize("numbers", [SPARSE, DENSE], ids=["sparse", "dense"])
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2_900), st.sets(st.integers(0, 11), max_size=4), st.integers(0, 99))
def test_the_likeliest_account_is_found(
    numbers: NDArray[np.int64], row: int, blurred: set[int], seed: int
) -> None:
    digits = clear(int(numbers[row]))
    for place in blurred:
        digits[place] = np.random.default_rng([seed, place]).dirichlet(np.full(10, 0.7))
    found = BlockIndex(numbers, 12).search(digits)
    weights = likelihoods(numbers, digits)
    best = int(weights.argmax())
    shares = digits[np.arange(12), [int(d) for d in str(numbers[best])]] / digits.max(axis=1)
    block_shares = shares.reshape(BLOCKS, -1).prod(axis=1)
    if (block_shares > 1.01 * MIN_BLOCK_SHARE).all() and shares.prod() > 1.01 * MIN_SHARE:
        assert weights[found[0]] == pytest.approx(weights[best])
    assert (np.diff(weights[found]) <= 0).all()


def test_an_account_far_from_all_digits_is_never_found() -> None:
    far = clear(999_999_999_999)
    assert not len(BlockIndex(SPARSE, 12).search(far))


def test_two_blank_cells_are_filled_from_the_registry() -> None:
    digits = clear(int(SPARSE[77]))
    digits[[4, 9]] = 0.1
    assert BlockIndex(SPARSE, 12).search(digits)[0] == 77


def test_where_nothing_is_legible_the_search_stays_bounded() -> None:
    found = BlockIndex(np.arange(100_000), 12).search(np.full((12, 10), 0.1))
    assert len(found) <= 32


@pytest.mark.parametrize("digits", [1, 2, 5, 18])
def test_accounts_of_any_length_are_cut_into_blocks(digits: int) -> None:
    number = 10**digits // 3
    cells = np.full((digits, 10), 1e-3)
    cells[np.arange(digits), [int(digit) for digit in f"{number:0{digits}d}"]] = 0.99
    assert BlockIndex(np.array([number]), digits).search(cells).tolist() == [0]
