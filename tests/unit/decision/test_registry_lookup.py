"""Accounts by number."""

from __future__ import annotations

import pickle
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from forms_ocr.decision import Registry
from forms_ocr.model import AccountStatus

if TYPE_CHECKING:
    from tests.unit.decision.conftest import Writing


def test_an_account_comes_back_as_it_was(writing: Writing) -> None:
    accounts = [
        writing.account("000000000007", last_reading="00042", flat="", last_date=None),
        writing.account("999999999999", last_reading="", dials=7, status=AccountStatus.CLOSED),
        writing.account("121000000000", street="пер. Тихий", last_date=date(2025, 1, 31)),
    ]
    registry = Registry.of(accounts)
    assert len(registry) == 3
    assert [registry.find(known.account) for known in accounts] == accounts


@pytest.mark.parametrize(
    "text", ["", "7", "00000000007", "0000000000070", "00000000000x", "00000000000٧", "000000000008"]
)
def test_anything_else_is_not_found(writing: Writing, text: str) -> None:
    assert Registry.of([writing.account("000000000007")]).find(text) is None


def test_lost_leading_zeros_of_a_last_reading_come_back(writing: Writing) -> None:
    found = Registry.of([writing.account("000000000007", last_reading="42")]).find("000000000007")
    assert found is not None
    assert found.last_reading == "00042"


def test_a_registry_survives_the_way_to_a_worker(writing: Writing) -> None:
    registry = Registry.of([writing.account("000000000007")])
    arrived = pickle.loads(pickle.dumps(registry))  # noqa: S301  # our own bytes
    assert arrived.find("000000000007") == registry.find("000000000007")


def test_many_accounts_are_looked_up_at_once(writing: Writing) -> None:
    registry = Registry.of([writing.account(f"{number:012d}") for number in (3, 5, 8)])
    numbers = np.array([[2, 3], [8, 10**12]], np.int64)
    assert registry.rows_of(numbers).tolist() == [[-1, 0], [2, -1]]
    assert (Registry.of([]).rows_of(numbers) == -1).all()
