"""Which account a slip names: the cells' posteriors against the whole registry.

The hypotheses are the strings the writer may have written. Before the cells are looked at, such a string is

* an account of the registry, each as likely as the next;
* a registered account written with a slip of the pen: one digit wrong, or two neighbours swapped;
* anything else: an account of another company, or a number of no meaning.

The posterior over strings follows by Bayes' rule. A sparse registry thereby settles a near tie between 1
and 7, while a clearly written number that is in no registry stays what it is: the slip of the pen
explains it better than a misreading does. In a dense registry the rival is registered as well, and
nothing is settled.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from forms_ocr.decision.cells import DIGITS, Cells, all_are_empty, all_hold_digits
from forms_ocr.decision.decode import best_candidates, likely_strings
from forms_ocr.decision.registry import AccountNumbers, Registry
from forms_ocr.model import CLASSES, Account, Candidate

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

MAX_ROOTS = 4
MIN_ROOT_POSTERIOR = 0.01
"""Strings whose neighbours are looked up; one less likely than this is a neighbour itself."""


@dataclass(frozen=True, slots=True)
class AccountReading:
    """What the account field says.

    Attributes:
        value: The most likely string, "" when nothing can be proposed.
        confidence: P(this string was written).
        registered: The registry's account of that string.
        p_unknown: P(what was written is not in the registry); 0 without a registry.
    """

    value: str
    confidence: float
    candidates: tuple[Candidate, ...] = ()
    registered: Account | None = None
    p_unknown: float = 0.0


def read_account(cells: Cells, account_digits: int, registry: Registry | None) -> AccountReading:
    """Decide which account was written.

    Args:
        cells: At least ``account_digits`` cells; the account begins in the first, the rest stay empty.
        account_digits: Digits of an account.
        registry: None to trust the cells alone.
    """
    written, rest = cells.part(0, account_digits), cells.part(account_digits, len(cells))
    unreadable = sum(not _is_readable(row, top) for row, top in zip(written.rows, written.tops, strict=True))
    if len(written) < account_digits or unreadable > MAX_UNREADABLE_CELLS:
        return AccountReading(cells.as_read, 0.0)
    p_readable = all_hold_digits(written) * all_are_empty(rest)
    strings = likely_strings(written)
    if registry is None or registry.account_digits != account_digits:
        reading = _unaided(written, strings)
    else:
        reading = _matched(written, strings, registry)
    return _scaled(reading, p_readable, written)


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
    if not _is_backed_by_ink(reading.value, cells):
        confidence = min(confidence, UNRESOLVED_CONFIDENCE)
    candidates = tuple(replace(c, posterior=c.posterior * p_readable) for c in reading.candidates)
    return replace(
        reading,
        confidence=min(1.0, confidence),
        candidates=candidates,
        p_unknown=reading.p_unknown * p_readable,
    )


def _is_backed_by_ink(value: str, cells: Cells) -> bool:
    """Only few cells were overruled, and each of them finds its digit possible."""
    overruled = [
        row[int(digit)]
        for digit, top, row in zip(value, cells.tops, cells.rows, strict=False)
        if CLASSES[top] != digit
    ]
    return len(overruled) <= MAX_RESOLVED_CELLS and all(p >= MIN_RESOLVED_POSTERIOR for p in overruled)


@dataclass(frozen=True, eq=False, slots=True)
class _Hypotheses:
    """The strings worth weighing, each once.

    Attributes:
        numbers: (K,) int64.
        digits: (K, D) the same digit by digit.
        likelihoods: (K,) P(string | every cell holds a digit), from the cells alone.
        is_registered: (K,)
        pen_slips: (K,) P(writing this string by a slip of the pen), times the number of accounts; counted
            for the roots only, since the others are too unlikely to matter.
        density: Share of the strings around the roots that are registered, for those not listed.
    """

    numbers: AccountNumbers
    digits: NDArray[np.int64]
    likelihoods: NDArray[np.float64]
    is_registered: NDArray[np.bool_]
    pen_slips: NDArray[np.float64]
    density: float


def _matched(cells: Cells, strings: list[tuple[float, str]], registry: Registry) -> AccountReading:
    """Weigh registered against other strings. All weights are multiplied by the number of accounts."""
    found = _hypotheses(cells, strings, registry)
    size = max(len(registry), 1)
    strays = P_UNKNOWN * size * _stray_shares(found.digits, registry)
    priors = np.where(found.is_registered, P_REGISTERED, strays + P_PEN_SLIP * found.pen_slips)
    weights = priors * found.likelihoods
    unlisted = P_REGISTERED * max(0.0, 1.0 - float(found.likelihoods.sum())) * found.density
    stray_registered = float((strays * found.likelihoods)[found.is_registered].sum())
    all_strays = P_UNKNOWN * size * _stray_mass(cells, registry)
    known = float(weights[found.is_registered].sum()) + unlisted
    unknown = max(all_strays - stray_registered, 0.0) + P_PEN_SLIP * float(
        (found.pen_slips * found.likelihoods)[~found.is_registered].sum()
    )
    total = known + unknown
    return _best_of(found, weights / total, unknown / total, cells, registry)


def _best_of(
    found: _Hypotheses, posteriors: NDArray[np.float64], p_unknown: float, cells: Cells, registry: Registry
) -> AccountReading:
    order = np.lexsort((found.numbers, -posteriors))[:5]
    digits = registry.account_digits
    ranked = [(float(posteriors[i]), f"{int(found.numbers[i]):0{digits}d}") for i in order]
    confidence, value = ranked[0]
    account = registry.find(value)
    if account is None and any(top >= DIGITS for top in cells.tops):
        return AccountReading(cells.as_read, 0.0, best_candidates(ranked), None, p_unknown)
    return AccountReading(value, confidence, best_candidates(ranked), account, p_unknown)


def _hypotheses(cells: Cells, strings: list[tuple[float, str]], registry: Registry) -> _Hypotheses:
    best = strings[0][0]
    roots = [int(s) for p, s in strings[:MAX_ROOTS] if p >= MIN_ROOT_POSTERIOR * best]
    neighbours, is_other = _neighbours(np.array(roots, np.int64), registry.account_digits)
    listed = np.array([int(string) for _, string in strings], np.int64)
    numbers, places = np.unique(np.concatenate([listed, neighbours.ravel()]), return_inverse=True)
    is_registered = registry.contains(numbers)
    hits = is_registered[places[len(listed) :]].reshape(neighbours.shape) & is_other
    pen_slips = np.zeros(len(numbers))
    pen_slips[places[: len(roots)]] = hits.sum(axis=1) / is_other.sum(axis=1)
    digits = numbers[:, None] // _powers(registry.account_digits) % 10
    density = _density(hits, is_other, digits[places[:1]], registry)
    likelihoods = _place_by_place(digits, np.array(cells.digits))
    return _Hypotheses(numbers, digits, likelihoods, is_registered, pen_slips, density)


def _density(
    hits: NDArray[np.bool_], is_other: NDArray[np.bool_], best: NDArray[np.int64], registry: Registry
) -> float:
    """Share of the strings around the roots that are registered.

    Where no neighbour is, the registry's digits place by place say how many to expect.
    """
    expected = min(1.0, len(registry) * float(_place_by_place(best, registry.digit_shares)[0]))
    return float((hits.sum() + expected) / (is_other.sum() + 1))


def _neighbours(roots: AccountNumbers, account_digits: int) -> tuple[AccountNumbers, NDArray[np.bool_]]:
    """Every number one wrong digit or one swap of neighbours away.

    Returns:
        (R, 10 D + D - 1) numbers, and which of them differ from their root.
    """
    powers = _powers(account_digits)
    digits = roots[:, None] // powers % 10
    steps = (np.arange(10)[None, None, :] - digits[:, :, None]) * powers[None, :, None]
    swaps = (digits[:, 1:] - digits[:, :-1]) * (powers[:-1] - powers[1:])
    moves = np.concatenate([steps.reshape(len(roots), -1), swaps], axis=1)
    return roots[:, None] + moves, moves != 0


@lru_cache(maxsize=4)
def _powers(account_digits: int) -> NDArray[np.int64]:
    """(D,) what a one at each place is worth."""
    return 10 ** np.arange(account_digits - 1, -1, -1, dtype=np.int64)


def _place_by_place(digits: NDArray[np.int64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """(K,) product over the places of the (D, 10) share that each number's digit has there."""
    return np.asarray(shares[np.arange(len(shares)), digits].prod(axis=1))


def _stray_shares(digits: NDArray[np.int64], registry: Registry) -> NDArray[np.float64]:
    """(K,) P(string | it has nothing to do with a registered account)."""
    any_string = 0.1**registry.account_digits
    alike = _place_by_place(digits, registry.digit_shares)
    return SHARE_ANY_STRING * any_string + (1.0 - SHARE_ANY_STRING) * alike


def _stray_mass(cells: Cells, registry: Registry) -> float:
    """The same summed over all strings, each with its likelihood."""
    any_string = 0.1**registry.account_digits
    alike = float((np.array(cells.digits) * registry.digit_shares).sum(axis=1).prod())
    return SHARE_ANY_STRING * any_string + (1.0 - SHARE_ANY_STRING) * alike
