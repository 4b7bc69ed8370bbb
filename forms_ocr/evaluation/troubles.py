"""Slips that must not be accepted, one trouble each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from forms_ocr.model import Account
from forms_ocr.pipeline import Reader
from forms_ocr.simulation import Blank, Digits, Entry, SlipValues, Trouble, slip_entries

TROUBLES = (
    "unsigned",
    "late",
    "unknown account",
    "one digit of the account wrong",
    "struck out",
    "empty cell",
    "lower reading",
)


def with_trouble(
    trouble: str,
    account: Account,
    values: SlipValues,
    entries: dict[str, Entry],
    reader: Reader,
    rng: np.random.Generator,
) -> tuple[SlipValues, dict[str, Entry]]:
    """Put one trouble on a good slip.

    Args:
        trouble: One of ``TROUBLES``.
        account: The writer's line of the registry.
        values, entries: The good slip.

    Returns:
        The values as then written, and the entries of the form's fields.
    """
    roles = reader.template.roles
    match trouble:
        case "unsigned":
            return values, entries | {roles.signature: Blank()}
        case "struck out" | "empty cell":
            kind = Trouble.EMPTY
            if trouble == "struck out":
                kind = (Trouble.STRUCK_OUT, Trouble.SCRIBBLED_OVER)[int(rng.integers(2))]
            name, text = [(roles.account, values.account), (roles.reading, values.reading)][
                int(rng.integers(2))
            ]
            # an empty last cell of a reading is a shorter reading, so the gap is cut inside
            cell = int(rng.integers(len(text) - 1))
            return values, entries | {name: Digits(text, {cell: kind})}
    changed = _changed(trouble, account, values, reader, rng)
    return changed, dict(slip_entries(reader.template, changed))


def _changed(
    trouble: str, account: Account, values: SlipValues, reader: Reader, rng: np.random.Generator
) -> SlipValues:
    match trouble:
        case "late":
            return replace(
                values, date=values.date.replace(day=26) + timedelta(days=int(rng.integers(1, 12)))
            )
        case "unknown account":
            return replace(values, account=_unregistered(f"12{rng.integers(10**10):010d}", reader))
        case "one digit of the account wrong":
            cell = int(rng.integers(len(values.account)))
            other = str((int(values.account[cell]) + int(rng.integers(1, 10))) % 10)
            written = values.account[:cell] + other + values.account[cell + 1 :]
            return replace(values, account=_unregistered(written, reader))
        case "lower reading":
            last = int(account.last_reading or "0")
            lower = max(0, last - int(rng.integers(1, max(2, last // 4))))
            return replace(values, reading=f"{lower:0{account.dials}d}")
    raise ValueError(f"{trouble}: unknown trouble; known are {', '.join(TROUBLES)}")


def _unregistered(account: str, reader: Reader) -> str:
    """The account, or a number off it that the registry does not hold; dense ones hold all neighbours."""
    number = int(account)
    while reader.registry is not None and reader.registry.find(f"{number:012d}") is not None:
        number = (number + 10**9) % 10**12
    return f"{number:012d}"
