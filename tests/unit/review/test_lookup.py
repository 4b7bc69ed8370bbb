"""Accounts by their address, and beside what is being keyed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forms_ocr.model import Person, Reason, Role
from forms_ocr.review.checking import Checker
from forms_ocr.review.faults import ForbiddenError, InvalidInputError
from forms_ocr.review.lookup import Lookup

ANNA = Person("anna", "Анна", Role.REVIEWER)


@pytest.fixture
def lookup(checker: Checker) -> Lookup:
    return Lookup(checker)


@pytest.mark.parametrize(
    ("asked", "accounts"),
    [
        (("лес",), ["18", "00"]),
        (("УЛИЦА лесн",), ["18", "00"]),
        (("УЛИЦА лесн", "12"), ["00"]),
        (("елоч", "10а"), ["26"]),
        (("улица",), ["18", "00", "26"]),
        (("садовая", "1", "1"), ["34", "42"]),
        (("садовая", "", "10"), ["42"]),
        (("овая",), []),
        (("",), []),
        (("  ",), []),
    ],
)
def test_addresses_are_found_by_the_beginnings_of_their_words(
    lookup: Lookup, asked: tuple[str, ...], accounts: list[str]
) -> None:
    street, house, flat = (*asked, "", "")[:3]
    found = lookup.by_address(ANNA, street, house, flat)
    assert [line.account[-2:] for line in found] == accounts


def test_no_more_than_asked_for(lookup: Lookup) -> None:
    assert len(lookup.by_address(ANNA, "улица", limit=2)) == 2
    assert lookup.by_address(ANNA, "улица", limit=-1) == ()


@pytest.mark.parametrize(
    ("account", "reading", "used", "broken"),
    [
        ("121000000000", "01600", 100, []),
        ("121000000000", "01499", None, [Reason.READING_BELOW_LAST]),
        ("121000000000", "1600", None, [Reason.READING_WRONG_LENGTH]),
        ("121000000000", "09000", 7500, [Reason.IMPLAUSIBLE_JUMP]),
        ("121000000000", "", None, []),
        ("121000000034", "00150", 50, [Reason.ACCOUNT_MANAGED]),
        ("121000000026", "00150", None, []),
    ],
)
def test_what_the_registry_says_while_somebody_keys(
    lookup: Lookup, account: str, reading: str, used: int | None, broken: list[Reason]
) -> None:
    beside = lookup.beside(ANNA, "2026-11", account, reading)
    assert beside.line is not None
    assert (beside.used_kwh, [rule.reason for rule in beside.broken]) == (used, broken)


def test_an_account_that_is_none(lookup: Lookup, checker: Checker) -> None:
    assert lookup.beside(ANNA, "2026-11", "999", "1").line is None
    without = Lookup(Checker(checker.template, checker.rules, None))
    assert not without.beside(ANNA, "2026-11", "121000000000").has_registry
    assert without.by_address(ANNA, "лес") == ()


def test_the_registry_is_for_those_who_key(lookup: Lookup) -> None:
    scanning = replace(ANNA, role=Role.SCANNING)
    with pytest.raises(ForbiddenError):
        lookup.beside(scanning, "2026-11", "121000000000")
    with pytest.raises(ForbiddenError):
        lookup.by_address(scanning, "лес")
    with pytest.raises(InvalidInputError):
        lookup.by_address(ANNA, "x" * 101)
    with pytest.raises(InvalidInputError):
        lookup.beside(ANNA, "no month", "1")
