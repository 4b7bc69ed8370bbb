"""Labelled slips counted at a series of cuts: all that learning a cut needs to know of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from forms_ocr.model import ANSWERED_FIELDS

CUTS = tuple(round(1.0 - 10.0 ** (-step / 5.0), 6) for step in range(25, 2, -1))
"""Cuts that may be learned, strictest first: 0.99999 down to 0.749. They are fixed before any slip is seen,
which is what makes testing them in their order honest. Below the last one in four would be expected wrong."""


@dataclass(frozen=True, slots=True)
class LabelledSlip:
    """A slip whose truth is known and that only its confidence can keep from being accepted.

    Attributes:
        confidence: Of its record; a number that is none (NaN) reaches no cut.
        wrong_fields: Names of the fields that are wrong, empty for a right record. A slip that must not be
            accepted at all carries a name of its own that is no field.
    """

    confidence: float
    wrong_fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Tally:
    """The labelled slips whose confidence reaches one cut.

    Attributes:
        wrong: Those with anything wrong.
        wrong_by_field: For every field that people answer.
    """

    cut: float
    accepted: int
    wrong: int
    wrong_by_field: Mapping[str, int] = field(default_factory=dict)

    def wrong_in(self, name: str) -> int:
        """Those wrong in one field; those with anything wrong for a field that nobody counted."""
        return self.wrong_by_field.get(name, self.wrong)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Labelled slips, counted.

    Attributes:
        slips: All of them, accepted at any cut or at none.
        tallies: One a cut of ``CUTS``, in their order.
    """

    slips: int
    tallies: tuple[Tally, ...]


def gather(slips: Iterable[LabelledSlip]) -> Evidence:
    """Count labelled slips at every cut. Their order changes nothing."""
    counts = Counter((slip.confidence, slip.wrong_fields) for slip in slips)
    return Evidence(counts.total(), tuple(_tally(cut, counts) for cut in CUTS))


def tally_at(cut: float, slips: Iterable[LabelledSlip]) -> Tally:
    """Count the slips that reach a cut."""
    return _tally(cut, Counter((slip.confidence, slip.wrong_fields) for slip in slips))


def _tally(cut: float, counts: Mapping[tuple[float, frozenset[str]], int]) -> Tally:
    accepted = {slip: count for slip, count in counts.items() if slip[0] >= cut}
    wrong = {fields: 0 for _, fields in accepted if fields}
    for (_, fields), count in accepted.items():
        if fields:
            wrong[fields] += count
    by_field = {
        name: sum(count for fields, count in wrong.items() if name in fields) for name in ANSWERED_FIELDS
    }
    return Tally(cut, sum(accepted.values()), sum(wrong.values()), by_field)


def faults_of(evidence: Evidence) -> list[str]:
    """What cannot be in a count of slips at ever looser cuts; empty for evidence that :func:`gather` made."""
    faults = []
    if tuple(tally.cut for tally in evidence.tallies) != CUTS:
        faults.append(f"cuts: these are not the {len(CUTS)} cuts of this program")
    before = Tally(1.0, 0, 0)
    for tally in evidence.tallies:
        if not before.accepted <= tally.accepted <= evidence.slips:
            faults.append(f"cut {tally.cut}: {tally.accepted} accepted of {evidence.slips}, not growing")
        if not before.wrong <= tally.wrong <= tally.accepted:
            faults.append(f"cut {tally.cut}: {tally.wrong} wrong of {tally.accepted} accepted, not growing")
        if any(not 0 <= tally.wrong_in(name) <= tally.wrong for name in ANSWERED_FIELDS):
            faults.append(f"cut {tally.cut}: more wrong in a field than wrong at all")
        before = tally
    return faults
