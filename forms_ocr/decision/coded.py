"""The account of a slip that was printed for one customer: its code against its cells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

from forms_ocr.decision.account import AccountReading
from forms_ocr.decision.cells import Cells
from forms_ocr.decision.registry import Registry
from forms_ocr.model import Candidate

P_OWN = 0.99
"""Personal slips that their own customer used: now and then a neighbour strikes the account out and writes
another one."""

MIN_AGREEMENT = 0.95
"""Below, code and writing disagree. Deliberately not the cut for accepting, as with addresses."""

CODE_CONFIDENCE = 0.9999
"""An account that only the code names: its checksum lets one damaged code of 65,536 pass, and the code's own
error correction stands before it."""


@dataclass(frozen=True, slots=True)
class CodedAccount:
    """What code and cells say together.

    Attributes:
        p_agrees: P(the slip was used for the account of its code).
        reading: The likelier account: that of the code, or the one that was written over it.
    """

    p_agrees: float
    reading: AccountReading

    @property
    def agrees(self) -> bool:
        """Nothing speaks against the code."""
        return self.p_agrees >= MIN_AGREEMENT

    @property
    def is_of_code(self) -> bool:
        """The account is the code's."""
        return self.p_agrees >= 0.5


def weigh_code(code: str, cells: Cells, registry: Registry | None, written: AccountReading) -> CodedAccount:
    """Compare a code with the cells beside it.

    Args:
        code: The account that the code names, as many digits as accounts have.
        cells: Of the account; cells in which nothing stands contradict nothing.
        registry: None to trust code and cells alone.
        written: What the cells say by themselves.
    """
    p_agrees = _p_agrees(code, cells)
    named = _named(code, p_agrees, registry)
    likelier, other = (named, written) if p_agrees >= 0.5 else (written, named)
    others = tuple(c for c in other.candidates if c.value != likelier.value)
    confidence = min(likelier.confidence, p_agrees if p_agrees >= 0.5 else 1.0 - p_agrees)
    candidates = (likelier.candidates + others)[:5]
    return CodedAccount(p_agrees, replace(likelier, confidence=confidence, candidates=candidates))


def _p_agrees(code: str, cells: Cells) -> float:
    """By Bayes' rule; anything else that may stand there is as likely as the cells leave room for it."""
    if cells.is_blank:
        return CODE_CONFIDENCE
    likelihood = _likelihood(code, cells)
    agrees, differs = P_OWN * likelihood, (1.0 - P_OWN) * (1.0 - likelihood)
    return min(CODE_CONFIDENCE, agrees / (agrees + differs))


def _likelihood(code: str, cells: Cells) -> float:
    """P(the cells hold exactly the code's digits), 0 for cells that cannot be reasoned with."""
    if not cells.is_sound or len(cells) < len(code):
        return 0.0
    digits = prod(row[int(digit)] for row, digit in zip(cells.rows, code, strict=False))
    return min(1.0, digits * prod(cells.is_empty[len(code) :]))


def _named(code: str, confidence: float, registry: Registry | None) -> AccountReading:
    """The account that the code names, as the registry knows it."""
    account = None if registry is None else registry.find(code)
    p_unknown = confidence if registry is not None and account is None else 0.0
    row = -1 if registry is None else registry.row_of(code)
    return AccountReading(code, confidence, (Candidate(code, confidence),), account, p_unknown, row)
