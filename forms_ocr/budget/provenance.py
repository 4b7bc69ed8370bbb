"""Where a learned cut comes from, and whether it may be used here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from forms_ocr.budget.cut import Basis, Budget, Cut, Source, cautious_cut, learn_cut
from forms_ocr.budget.evidence import Evidence

METHOD = "fixed-sequence testing, Clopper-Pearson, 95 %"


class RegistryKind(StrEnum):
    """How far the registry helps: in a dense one the next number of most accounts exists as well."""

    NONE = "none"
    SPARSE = "sparse"
    DENSE = "dense"


@dataclass(frozen=True, slots=True)
class Reading:
    """What slips were read with. Confidences of two readings are comparable only if all of it is the same.

    Attributes:
        weights_sha256: Of all networks that the form needs, that of lines without cells among them.
        template: Fingerprint of the form.
        registry: What kind of registry stood beside it.
        program: Version that decided.
    """

    weights_sha256: str
    template: str
    registry: RegistryKind
    program: str


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned, with all that is needed to judge whether it still holds.

    Attributes:
        evidence: From this the cut for any budget follows.
        since, until: ISO times of the first and last label, "" where there is none.
    """

    evidence: Evidence
    reading: Reading
    source: Source
    since: str = ""
    until: str = ""


def mismatch(learned: Reading, now: Reading) -> Basis | None:
    """Why what was learned with one reading says nothing about another; None if it does."""
    parts = (
        (Basis.OTHER_WEIGHTS, learned.weights_sha256 == now.weights_sha256),
        (Basis.OTHER_TEMPLATE, learned.template == now.template),
        (Basis.OTHER_REGISTRY, learned.registry == now.registry),
        (Basis.OTHER_PROGRAM, learned.program == now.program),
    )
    return next((basis for basis, is_same in parts if not is_same), None)


def choose_cut(learned: Learned | Basis, now: Reading, budget: Budget, cautious: float) -> Cut:
    """The cut for slips read in one way; if nothing learned holds for them the cautious one, with the reason.

    Args:
        learned: What was learned, or why there is nothing.
        cautious: The built-in cut.
    """
    if isinstance(learned, Basis):
        return cautious_cut(cautious, budget, learned)
    reason = mismatch(learned.reading, now)
    if reason is not None:
        return cautious_cut(cautious, budget, reason)
    return replace(learn_cut(learned.evidence, budget, cautious), source=learned.source)
