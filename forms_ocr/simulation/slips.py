"""What slips say: plausible values, and registries to hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import Account, AccountStatus, Period, Template
from forms_ocr.simulation.filling import Digits, Entry, Handwritten, Signed, Typed
from forms_ocr.simulation.households import draw_gap_months, draw_use_kwh, house_and_flat

STREETS = (
    "Ленина", "Советская", "Садовая", "Гагарина", "Мира", "Лесная", "Школьная", "Победы", "Набережная",
    "Новая", "Кирова", "Пушкина", "Заводская", "Зелёная", "Полевая", "Октябрьская", "Чехова", "Горького",
    "Строителей", "Вокзальная", "Южная", "Северная", "Цветочная", "Речная", "Молодёжная", "Парковая",
    "Железнодорожная", "Маяковского", "Юбилейная", "Энергетиков",
)  # fmt: skip
_SAMPLE_PERIOD = Period(2026, 11)
_MONTHLY_KWH = (60.0, 0.6)
"""Median and spread (of the logarithm) of a flat's use in a month."""


@dataclass(frozen=True, slots=True)
class SlipValues:
    """What a slip says, as it is written: leading zeros kept, ``flat`` "" for a house of one household."""

    account: str
    reading: str
    date: date
    street: str
    house: str
    flat: str


def draw_slip_values(
    rng: np.random.Generator,
    account: Account | None,
    period: Period,
    *,
    days: tuple[int, int] = (23, 26),
    dials: int = 5,
    is_varied: bool = False,
) -> SlipValues:
    """Plausible values for one slip.

    Args:
        account: The registry's line; None invents an account that no registry of ours holds.
        days: First and last day of the month it may be dated.
        dials: Digits of the reading where ``account`` is None.
        is_varied: Households of every kind and season instead of flats that use much the same each month.
    """
    if account is None:
        account = _invented(rng, dials)
    day = date(period.year, period.month, int(rng.integers(days[0], days[1] + 1)))
    used = draw_use_kwh(rng, account, day) if is_varied else None
    reading = _next_reading(account, used, rng)
    return SlipValues(account.account, reading, day, account.street, account.house, account.flat)


def _next_reading(account: Account, used: int | None, rng: np.random.Generator) -> str:
    """The last reading and what was used since, round the dials; about a month's use if ``used`` is None."""
    span = 10**account.dials
    last = int(account.last_reading) if account.last_reading else int(rng.integers(span // 2))
    if used is None:
        used = min(round(float(rng.lognormal(np.log(_MONTHLY_KWH[0]), _MONTHLY_KWH[1]))), span // 10)
    return f"{(last + used) % span:0{account.dials}d}"


def _invented(rng: np.random.Generator, dials: int) -> Account:
    """An account of another company: ours begin with 12, these with 7 to 9."""
    street, house, flat = _draw_address(rng)
    number = f"{int(rng.integers(7, 10))}{int(rng.integers(10**11)):011d}"
    return Account(number, street, house, flat, "", None, dials, AccountStatus.DIRECT)


def _draw_address(rng: np.random.Generator) -> tuple[str, str, str]:
    street = STREETS[int(rng.integers(len(STREETS)))]
    house = int(rng.integers(1, 160))
    flat = "" if rng.random() < 0.15 else str(int(rng.integers(1, 260)))
    return street, str(house), flat


def make_registry(
    rng: np.random.Generator,
    count: int,
    dense: bool,
    period: Period = _SAMPLE_PERIOD,
    *,
    is_varied: bool = False,
) -> list[Account]:
    """A registry of ``count`` accounts, in account order.

    Args:
        dense: Every neighbouring number exists; otherwise numbers are scattered over all that begin with 12.
        period: Last readings are from the month before.
        is_varied: Some households have not reported for months, and dense numbers run from flat to flat
            through one house after the other.

    Of a thousand accounts 940 report themselves, 40 are managed, 20 closed; few meters have six dials.
    """
    accounts = [_account(int(number), period, rng) for number in _numbers(rng, count, dense=dense)]
    if is_varied:
        accounts = [_after_a_gap(account, rng) for account in accounts]
    return _door_to_door(accounts, rng) if is_varied and dense else accounts


def _numbers(rng: np.random.Generator, count: int, *, dense: bool) -> NDArray[np.int64]:
    """(count,) different account numbers, rising."""
    if dense:
        return np.arange(count, dtype=np.int64) + 121_000_000_000
    numbers = np.unique(rng.integers(120_000_000_000, 130_000_000_000, round(count * 1.01) + 20))
    return np.sort(rng.permutation(numbers)[:count])


def _account(number: int, period: Period, rng: np.random.Generator) -> Account:
    street, house, flat = _draw_address(rng)
    dials = int(rng.choice((4, 5, 6), p=(0.25, 0.65, 0.1)))
    last = f"{int(rng.integers(10**dials * 95 // 100)):0{dials}d}"
    previous = _months_before(period, 1)
    day = date(previous.year, previous.month, int(rng.integers(23, 27)))
    statuses = (AccountStatus.DIRECT, AccountStatus.MANAGED, AccountStatus.CLOSED)
    status = statuses[int(rng.choice(3, p=(0.94, 0.04, 0.02)))]
    return Account(f"{number:012d}", street, house, flat, last, day, dials, status)


def _months_before(period: Period, months: int) -> Period:
    index = period.year * 12 + period.month - 1 - months
    return Period(index // 12, index % 12 + 1)


def _after_a_gap(account: Account, rng: np.random.Generator) -> Account:
    """The same account, last read some months earlier."""
    if account.last_date is None:
        return account
    month = _months_before(Period(account.last_date.year, account.last_date.month), draw_gap_months(rng) - 1)
    return replace(account, last_date=account.last_date.replace(year=month.year, month=month.month))


def _door_to_door(accounts: list[Account], rng: np.random.Generator) -> list[Account]:
    """The same accounts with the addresses of one house after the other."""
    houses = [_draw_address(rng) for _ in range(house_and_flat(len(accounts))[0] + 1)]
    placed = []
    for index, account in enumerate(accounts):
        house, flat = house_and_flat(index)
        placed.append(replace(account, street=houses[house][0], house=houses[house][1], flat=str(flat)))
    return placed


def slip_entries(
    template: Template, values: SlipValues, *, is_signed: bool = True, is_typed: bool = False
) -> Mapping[str, Entry]:
    """The values as entries of the template's fields, by its roles; a role it lacks is left out.

    Args:
        is_typed: The street is typed, not written.
    """
    roles = template.roles
    entries: dict[str, Entry] = {roles.account: Digits(values.account), roles.reading: Digits(values.reading)}
    if roles.date is not None:
        entries[roles.date.day] = Digits(f"{values.date.day:02d}")
        entries[roles.date.month] = Digits(f"{values.date.month:02d}")
        entries[roles.date.year] = Digits(f"{values.date.year % 100:02d}")
    if roles.address is not None:
        street = f"ул. {values.street}"
        entries[roles.address.street] = Typed(street) if is_typed else Handwritten(street)
        entries[roles.address.house] = Digits(values.house)
        entries[roles.address.flat] = Digits(values.flat)
    if is_signed:
        entries[roles.signature] = Signed()
    return {name: entry for name, entry in entries.items() if name}
