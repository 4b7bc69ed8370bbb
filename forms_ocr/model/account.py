"""One line of the retailer's registry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class AccountStatus(StrEnum):
    """Whether an account may report."""

    DIRECT = "direct"
    MANAGED = "managed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Account:
    """One line of the registry. ``last_reading`` is text with its leading zeros, "" if there is none yet."""

    account: str
    street: str
    house: str
    flat: str
    last_reading: str
    last_date: date | None
    dials: int
    status: AccountStatus
