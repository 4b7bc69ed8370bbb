"""Which account a slip names: the whole slip against the whole registry.

Behind a slip stands its writer: a customer of the registry, each as likely as the next, or somebody else. A
customer wrote the own account, or by a slip of the pen another string: one digit wrong, or two of them
swapped. Somebody else wrote an account of another company, or a number of no meaning. The account's cells
speak for strings; reading, house and flat speak for customers, whatever string they wrote.

The posterior over writers and strings follows by Bayes' rule. A sparse registry thus settles a near tie
between 1 and 7, while a clearly written number that is in no registry stays what it is: the slip of the pen
explains it better than a misreading does. In a dense registry the rival is registered as well, and only
house, flat and reading can tell them apart; where they speak for the neighbour, a clear account may be
another customer's slip of the pen, and the confidence says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from forms_ocr.decision.block_index import AccountNumbers
from forms_ocr.decision.cells import DIGITS, Cells, all_are_empty, all_hold_digits
from forms_ocr.decision.decode import best_candidates, likely_strings
from forms_ocr.decision.registry import Registry
from forms_ocr.model import Account, Candidate

Shares = TypeVar("Shares", float, NDArray[np.float64])

Support = Callable[[NDArray[np.intp]], NDArray[np.float64]]
"""How much better the rest of a slip fits these rows' customers than somebody who is not in the registry."""

P_UNKNOWN = 0.02
"""Slips that name an account of no registry: other companies' slips and closed contracts are a few in a
hundred."""

P_PEN_SLIP = 0.01
"""Slips whose account was copied wrongly. Single keying gets 0.04 to 0.65 % of fields wrong; householders
write twelve digits by hand and check less, so the worst of these, rounded up."""

P_REGISTERED = 1.0 - P_UNKNOWN - P_PEN_SLIP

SHARE_ANY_STRING = 0.5
"""Of the unknown accounts, those that follow no pattern; the others resemble the registry's numbers place
by place."""

MIN_RESOLVED_POSTERIOR = 0.02
"""A digit that the registry chose against the cell's own best must be one that the cell finds possible."""

MAX_RESOLVED_CELLS = 2
"""More cells than this decided by the registry and not by the ink is a guess."""

MAX_UNREADABLE_CELLS = 2
MIN_READABLE_POSTERIOR = 0.3
"""With more cells that hold no digit, or none that is more than a guess, the registry would do the reading;
nothing is proposed."""

UNRESOLVED_CONFIDENCE = 0.5
"""Highest confidence of an account that breaks one of these bounds: never enough, still a proposal."""

MAX_STRINGS = 16
"""Strings weighed beside the registry's accounts: what was written if it is none of them."""

MIN_LEFT_OUT = MIN_RESOLVED_POSTERIOR**MAX_RESOLVED_CELLS
"""A string this much less likely than the best is never believed, whatever speaks for it."""

MAX_ROOTS = 4
MIN_ROOT_POSTERIOR = 0.01
"""Strings whose neighbours are looked up; one less likely than this is a neighbour itself."""


@dataclass(frozen=True, slots=True)
class AccountReading:
    """What the account field says.

    Attributes:
        value: The most likely string, "" when nothing can be proposed.
        confidence: P(this string was written, and by its own customer if it is registered).
        registered: The registry's account of that string.
        p_unknown: P(what was written is not in the registry); 0 without a registry.
        row: Of ``registered`` in the registry, -1 without.
    """

    value: str
    confidence: float
    candidates: tuple[Candidate, ...] = ()
    registered: Account | None = None
    p_unknown: float = 0.0
    row: int = -1


def read_account(
    cells: Cells, account_digits: int, registry: Registry | None, support: Support | None = None
) -> AccountReading:
    """Decide which account was written.

    Args:
        cells: At least ``account_digits`` cells; the account begins in the first, the rest stay empty.
        account_digits: Digits of an account.
        registry: None to trust the cells alone.
        support: What reading and address say about customers; None if nothing.
    """
    written, rest = cells.part(0, account_digits), cells.part(account_digits, len(cells))
    unreadable = sum(not _is_readable(row, top) for row, top in zip(written.rows, written.tops, strict=True))
    if len(written) < account_digits or unreadable > MAX_UNREADABLE_CELLS:
        return AccountReading(cells.as_read, 0.0)
    p_readable = all_hold_digits(written) * all_are_empty(rest)
    strings = likely_strings(written, MAX_STRINGS)
    if registry is None or registry.account_digits != account_digits:
        reading = _unaided(written, strings)
    else:
        reading = _matched(written, strings, registry, support or _no_support)
    return _scaled(reading, p_readable, written)


def _no_support(rows: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.ones(len(rows))


def _is_readable(row: list[float], top: int) -> bool:
    return top < DIGITS and row[top] >= MIN_READABLE_POSTERIOR


def _unaided(cells: Cells, strings: list[tuple[float, str]]) -> AccountReading:
    """Without a registry the best digits stand for themselves, and a hole stays a hole."""
    if any(top >= DIGITS for top in cells.tops):
        return AccountReading(cells.as_read, 0.0)
    posterior, value = strings[0]
    return AccountReading(value, posterior, best_candidates(strings))


def _scaled(reading: AccountReading, p_readable: float, cells: Cells) -> AccountReading:
    """Posteriors given that all cells hold digits into plain ones, the bounds on the registry kept."""
    confidence = reading.confidence * p_readable
    if not cells.backs(reading.value, MAX_RESOLVED_CELLS, MIN_RESOLVED_POSTERIOR):
        confidence = min(confidence, UNRESOLVED_CONFIDENCE)
    candidates = tuple(replace(c, posterior=c.posterior * p_readable) for c in reading.candidates)
    return replace(
        reading,
        confidence=min(1.0, confidence),
        candidates=candidates,
        p_unknown=reading.p_unknown * p_readable,
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Hypotheses:
    """The strings worth weighing, each once.

    Attributes:
        numbers: (K,) int64.
        likelihoods: (K,) P(string | every cell holds a digit), from the cells alone.
        strays: (K,) P(string | it resembles the registry's numbers place by place).
        rows: (K,) in the registry, -1 for strings that are not registered.
        roots: How many strings, the first ones, had their neighbours looked up: slips of the pen are weighed
            for these only, since the others are too unlikely to matter.
        slips: (2, M) places of a root and of a registered neighbour, which may have been meant instead.
        neighbours: How many neighbours a root has, registered or not.
    """

    numbers: AccountNumbers
    likelihoods: NDArray[np.float64]
    strays: NDArray[np.float64]
    rows: NDArray[np.intp]
    roots: int
    slips: NDArray[np.intp]
    neighbours: int

    def density(self, registry: Registry) -> float:
        """Share of the strings around the roots that are registered, for those not listed.

        Where no neighbour is, the registry's digits place by place say how many to expect.
        """
        expected = min(1.0, len(registry) * float(self.strays[0]))
        return float((self.slips.shape[1] + expected) / (self.roots * self.neighbours + 1.0))

    def pen_slips(self, support: NDArray[np.float64]) -> NDArray[np.float64]:
        """(K,) P(writing this string by a slip of the pen) of all customers together, each with the support.

        Args:
            support: (K,) 0 where no customer is.
        """
        written, meant = self.slips
        return np.bincount(written, support[meant], len(self.numbers)) / self.neighbours


def _matched(
    cells: Cells, strings: list[tuple[float, str]], registry: Registry, support_of: Support
) -> AccountReading:
    """Weigh writers and strings. All weights are multiplied by the number of accounts."""
    found = _hypotheses(cells, strings, registry)
    is_registered = found.rows >= 0
    support = np.zeros(len(found.numbers))
    support[is_registered] = support_of(found.rows[is_registered])
    stray = P_UNKNOWN * max(len(registry), 1)
    owners = P_REGISTERED * support * found.likelihoods
    slips = P_PEN_SLIP * found.pen_slips(support) * found.likelihoods
    strays = stray * _stray_share(found.strays, registry) * found.likelihoods
    unlisted = P_REGISTERED * _p_elsewhere(found, cells) * found.density(registry)
    alike = float((np.array(cells.digits) * registry.digit_shares).sum(axis=1).prod())
    other_strays = max(0.0, stray * _stray_share(alike, registry) - float(strays.sum()))
    total = float(owners.sum() + slips.sum() + strays.sum()) + unlisted + other_strays
    unknown = float((slips + strays)[~is_registered].sum()) + other_strays
    return _best_of(found, owners / total, (slips + strays) / total, unknown / total, cells, registry)


def _p_elsewhere(found: _Hypotheses, cells: Cells) -> float:
    """P(a string that was neither listed nor looked up, which all strings one digit off the best were)."""
    peaks = [max(row) for row in cells.digits]
    one_off = 1.0 + sum(1.0 / peak - 1.0 for peak in peaks)
    return max(0.0, min(1.0 - prod(peaks) * one_off, 1.0 - float(found.likelihoods.sum())))


def _best_of(
    found: _Hypotheses,
    owners: NDArray[np.float64],
    others: NDArray[np.float64],
    p_unknown: float,
    cells: Cells,
    registry: Registry,
) -> AccountReading:
    """The likeliest string; one of the registry is believed as far as its own customer wrote it."""
    posteriors = owners + others
    order = np.lexsort((found.numbers, -posteriors))[:5].tolist()
    ranked = [(float(posteriors[i]), f"{int(found.numbers[i]):0{registry.account_digits}d}") for i in order]
    candidates, value, best = best_candidates(ranked), ranked[0][1], order[0]
    row = int(found.rows[best])
    if row >= 0:
        return AccountReading(value, float(owners[best]), candidates, registry.account(row), p_unknown, row)
    if any(top >= DIGITS for top in cells.tops):
        return AccountReading(cells.as_read, 0.0, candidates, None, p_unknown)
    return AccountReading(value, float(posteriors[best]), candidates, None, p_unknown)


def _hypotheses(cells: Cells, strings: list[tuple[float, str]], registry: Registry) -> _Hypotheses:
    best = strings[0][0]
    listed = [int(string) for _, string in strings]
    roots = sum(p >= MIN_ROOT_POSTERIOR * best for p, _ in strings[:MAX_ROOTS])
    neighbours = _neighbours(np.array(listed[:roots], np.int64), registry.account_digits)
    places, moves = np.nonzero(registry.rows_of(neighbours) >= 0)
    shares = np.array(cells.digits)
    numbers = listed + neighbours[places, moves].tolist()
    if len(strings) >= MAX_STRINGS and strings[-1][0] >= MIN_LEFT_OUT * best:
        # Likely strings did not fit in the list, and some of them may be registered.
        numbers += registry.likely_accounts(shares).tolist()
    index = {number: place for place, number in enumerate(dict.fromkeys(numbers))}
    unique = np.array(list(index), np.int64)
    digits = unique[:, None] // _powers(registry.account_digits) % 10
    meant = numbers[len(listed) : len(listed) + len(places)]
    return _Hypotheses(
        numbers=unique,
        likelihoods=_place_by_place(digits, shares),
        strays=_place_by_place(digits, registry.digit_shares),
        rows=registry.rows_of(unique),
        roots=roots,
        slips=np.array([places.tolist(), [index[number] for number in meant]], np.intp),
        neighbours=neighbours.shape[1],
    )


def _neighbours(roots: AccountNumbers, account_digits: int) -> AccountNumbers:
    """(R, 9 D + D - 1) every number one wrong digit or one swap of neighbours away.

    A swap of equal digits is the root itself and stands as -1, which no account is.
    """
    powers = _powers(account_digits)
    digits = roots[:, None] // powers % 10
    steps = _STEPS[digits] * powers[None, :, None]
    swaps = (digits[:, 1:] - digits[:, :-1]) * (powers[:-1] - powers[1:])
    moved = roots[:, None] + np.concatenate([steps.reshape(len(roots), -1), swaps], axis=1)
    return np.where(moved == roots[:, None], -1, moved)


_STEPS = (np.arange(10)[:, None] + np.arange(1, 10)) % 10 - np.arange(10)[:, None]
"""(10, 9) what turns each digit into the others."""


@lru_cache(maxsize=4)
def _powers(account_digits: int) -> NDArray[np.int64]:
    """(D,) what a one at each place is worth."""
    return 10 ** np.arange(account_digits - 1, -1, -1, dtype=np.int64)


@lru_cache(maxsize=4)
def _places(account_digits: int) -> NDArray[np.intp]:
    return np.arange(account_digits)


def _place_by_place(digits: NDArray[np.int64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """(K,) product over the places of the (D, 10) share that each number's digit has there."""
    return np.asarray(shares[_places(len(shares)), digits].prod(axis=1))


def _stray_share(alike: Shares, registry: Registry) -> Shares:
    """P(string | it has nothing to do with a registered account).

    Args:
        alike: The same for strings that resemble the registry's numbers place by place. Summed over all
            strings, each with its likelihood, it gives the like sum.
    """
    any_string = float(10**-registry.account_digits)
    share: Shares = SHARE_ANY_STRING * any_string + (1.0 - SHARE_ANY_STRING) * alike
    return share
