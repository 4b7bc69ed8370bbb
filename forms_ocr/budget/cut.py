"""The cut on confidence that keeps an error budget, learned from labelled slips.

The cuts of ``CUTS`` are tested from the strictest on, each by the exact binomial bound on the share of wrong
records among those it accepts, and testing ends at the first that fails (fixed-sequence testing, a case of
Learn then Test: Angelopoulos, Bates, Candès, Jordan, Lei, "Learn then Test: Calibrating Predictive Algorithms
to Achieve Risk Control", 2021). With the certainty of the bound, no cut is learned whose true share of wrong
records is above the budget.

Two things make it usable on few slips and keep it a law that a stricter budget never accepts more:

* The sequence begins at the strictest cut that a quarter of the slips reach. Where it begins hangs on
  confidences alone, never on what was right or wrong, so it spoils no test (given the confidences the number
  of wrong slips is a sum of independent trials, for which the binomial bound errs on the safe side:
  Hoeffding, "On the Distribution of the Number of Successes in Independent Trials", 1956).
* A cut that accepts too few slips to be confirmed however right they are is passed over as long as not one of
  them is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from forms_ocr.budget.bounds import upper_bound
from forms_ocr.budget.evidence import Evidence, Tally

START_SHARE = 0.25
"""Of the labelled slips, that the first cut tested accepts: enough to have power, whatever its confidence."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How many wrong records are acceptable.

    Attributes:
        max_error: Share of wrong records among the accepted, above 0, at most 1.
        by_field: The same for single fields (``account``, ``reading``, ``date``); all bounds must hold.
    """

    max_error: float = 0.001
    by_field: Mapping[str, float] = field(default_factory=dict)

    def shares(self, tally: Tally) -> Iterator[tuple[int, float]]:
        """How many are wrong, and what share of wrong ones is acceptable, for each bound."""
        yield tally.wrong, self.max_error
        for name, max_error in self.by_field.items():
            yield tally.wrong_in(name), max_error


class Basis(StrEnum):
    """What a cut rests on."""

    CONFIRMED = "confirmed"
    """Labelled slips show that it keeps the budget."""
    TOO_FEW_SLIPS = "too_few_slips"
    """They are too few to show anything; the cautious built-in cut holds."""
    TOO_MANY_WRONG = "too_many_wrong"
    """Too many of them are wrong to confirm any cut; the cautious one or a stricter one holds."""
    NOTHING_LEARNED = "nothing_learned"
    """Nobody has learned a cut yet; the cautious one holds. So it does in all cases below."""
    UNREADABLE = "unreadable"
    """The file of the learned cut cannot be read or says what cannot be."""
    OTHER_WEIGHTS = "other_weights"
    OTHER_TEMPLATE = "other_template"
    OTHER_REGISTRY = "other_registry"
    OTHER_PROGRAM = "other_program"


class Source(StrEnum):
    """Where the truth about labelled slips comes from."""

    ANSWERS = "answers"
    """People keyed a sample of slips."""
    SIMULATION = "simulation"
    """The slips were made by ``forms-ocr evaluate``."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Records are accepted from this confidence on.

    Attributes:
        budget: What it was to keep.
        slips: Labelled slips it was learned from; 0 for a built-in cut.
        tally: Of those, the ones that reach it, where it is one of ``CUTS``.
        source: Where the truth about them comes from; None for a built-in cut.
        bound: With the certainty of ``LEVEL`` the share of wrong records is below this; 1 for nothing known.
    """

    confidence: float
    basis: Basis
    budget: Budget
    slips: int = 0
    tally: Tally | None = None
    bound: float = 1.0
    source: Source | None = None

    @property
    def is_confirmed(self) -> bool:
        """Labelled slips show that the budget is kept."""
        return self.basis is Basis.CONFIRMED


def cautious_cut(confidence: float, budget: Budget, basis: Basis = Basis.NOTHING_LEARNED) -> Cut:
    """The built-in cut, for want of a learned one."""
    return Cut(confidence, basis, budget)


def learn_cut(evidence: Evidence, budget: Budget, cautious: float) -> Cut:
    """The loosest cut that the evidence confirms.

    Args:
        cautious: The built-in cut. Where nothing is confirmed it stands, or a stricter one if slips above it
            are known to be wrong.

    Returns:
        For the same evidence, a stricter budget gives the same cut or a stricter one.
    """
    passed, is_stopped = _walk(evidence, budget)
    confirmed = [tally for tally in passed if _is_confirmed(tally, budget)]
    if confirmed:
        return _as_cut(confirmed[-1], Basis.CONFIRMED, evidence, budget)
    last = passed[-1] if passed else _sequence(evidence)[0]
    basis = Basis.TOO_MANY_WRONG if is_stopped else Basis.TOO_FEW_SLIPS
    if last.cut <= cautious:
        return Cut(cautious, basis, budget, evidence.slips)
    return _as_cut(last, basis, evidence, budget)


def _as_cut(tally: Tally, basis: Basis, evidence: Evidence, budget: Budget) -> Cut:
    bound = upper_bound(tally.wrong, tally.accepted)
    return Cut(tally.cut, basis, budget, evidence.slips, tally, bound)


def _walk(evidence: Evidence, budget: Budget) -> tuple[list[Tally], bool]:
    """The cuts that pass, strictest first, and whether one failed after them."""
    passed: list[Tally] = []
    for tally in _sequence(evidence):
        if not _passes(tally, budget):
            return passed, True
        passed.append(tally)
    return passed, False


def _sequence(evidence: Evidence) -> tuple[Tally, ...]:
    """The cuts from the strictest that enough slips reach; all of them if none does."""
    enough = START_SHARE * evidence.slips
    first = next((i for i, tally in enumerate(evidence.tallies) if tally.accepted >= enough), 0)
    return evidence.tallies[first:]


def _passes(tally: Tally, budget: Budget) -> bool:
    return all(_bears(tally.accepted, wrong, share) for wrong, share in budget.shares(tally))


def _bears(accepted: int, wrong: int, max_error: float) -> bool:
    """The bound holds, or nothing is wrong where there are too few for it to hold."""
    if upper_bound(0, accepted) > max_error:
        return wrong == 0
    return upper_bound(wrong, accepted) <= max_error


def _is_confirmed(tally: Tally, budget: Budget) -> bool:
    return all(upper_bound(wrong, tally.accepted) <= share for wrong, share in budget.shares(tally))
