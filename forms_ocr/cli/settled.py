"""What finally becomes of slips: the ledger's decisions, held against the cut and against each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from forms_ocr.batch import mark_repeats
from forms_ocr.budget import (
    Basis,
    Budget,
    Cut,
    Learned,
    Reading,
    RegistryKind,
    cautious_cut,
    choose_cut,
    with_cut,
)
from forms_ocr.config import Configuration
from forms_ocr.decision import Registry, resolve_conflicts
from forms_ocr.export import History, history
from forms_ocr.model import Decision, FiledSlip, Period, Template, template_of
from forms_ocr.review.settling import settle
from forms_ocr.store import Ledger, Workspace, read_cut_file

_ACCOUNTS_ASKED = 500
"""Accounts whose next number is looked for: enough to tell a dense registry from a sparse one."""

_DENSE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Acceptance:
    """From which confidence on slips are accepted, by what they were read with.

    Attributes:
        learned: What was learned, or why there is nothing.
        cautious: The built-in cut.
    """

    learned: Learned | Basis
    budget: Budget
    cautious: float

    def cut_for(self, reading: Reading | None) -> Cut:
        """The cut for slips read in one way; the built-in one where nobody knows how."""
        if reading is None:
            return cautious_cut(self.cautious, self.budget, Basis.OTHER_PROGRAM)
        return choose_cut(self.learned, reading, self.budget, self.cautious)


def acceptance_of(
    workspace: Workspace, configuration: Configuration, max_error: float | None = None
) -> Acceptance:
    """What holds in a workspace.

    Args:
        max_error: Comes before the configuration's.
    """
    budget = configuration.budget.to_budget()
    if max_error is not None:
        budget = replace(budget, max_error=max_error)
    return Acceptance(read_cut_file(workspace.cut_path), budget, configuration.rules.min_confidence)


def reading_of(description: Mapping[str, Any]) -> Reading | None:
    """What slips were read with, out of the settings that the ledger describes; None if they do not say."""
    try:
        return Reading(
            weights_sha256=description["weights"],
            template=description["template"],
            registry=RegistryKind(description["registry_kind"]),
            program=description["program"],
        )
    except (KeyError, ValueError):
        return None


def registry_kind(registry: Registry | None) -> RegistryKind:
    """Whether there is a registry, and whether most accounts have the next number beside them."""
    if registry is None:
        return RegistryKind.NONE
    step = max(1, len(registry) // _ACCOUNTS_ASKED)
    numbers = [int(registry.account(row).account) + 1 for row in range(0, len(registry), step)]
    is_there = registry.rows_of(np.array(numbers, np.int64)) >= 0
    return RegistryKind.DENSE if is_there.mean() >= _DENSE_SHARE else RegistryKind.SPARSE


def settled_slips(
    ledger: Ledger, period: Period, acceptance: Acceptance, configuration: Configuration
) -> Sequence[FiledSlip]:
    """All slips of a period with what finally becomes of them.

    First the cut speaks, then paper that came twice, then slips of one account.
    """
    rules = configuration.rules.to_rules()
    return resolve_conflicts(mark_repeats(_held_to_cuts(ledger, period, acceptance), rules), rules)


def decided_slips(
    ledger: Ledger, period: Period, acceptance: Acceptance, configuration: Configuration
) -> Sequence[FiledSlip]:
    """The same with what people decided: it comes after the cut, and before slips are held together."""
    standing = ledger.decision_book().standing(str(period))
    if not standing:
        return settled_slips(ledger, period, acceptance, configuration)
    rules = configuration.rules.to_rules()
    held = _held_to_cuts(ledger, period, acceptance)
    return settle(held, standing, lambda slips: resolve_conflicts(mark_repeats(slips, rules), rules))


def decided_slip(
    ledger: Ledger, period: Period, slip_id: str, acceptance: Acceptance, configuration: Configuration
) -> FiledSlip:
    """What finally became of one slip. All slips of its period have a say in that."""
    slips = decided_slips(ledger, period, acceptance, configuration)
    return next(slip for slip in slips if slip.slip_id == slip_id)


def histories_of(
    ledger: Ledger,
    period: Period,
    slips: Iterable[FiledSlip],
    templates: Sequence[Template],
    configuration: Configuration,
) -> list[History]:
    """What people did, of each of these slips that they decided on."""
    told: defaultdict[str, list[Decision]] = defaultdict(list)
    for decision in ledger.decision_book().all(str(period)):
        told[decision.slip_id].append(decision)
    zone = ZoneInfo(configuration.timezone)
    return [
        History(slip, history(told[slip.slip_id], template_of(slip.template, templates), zone))
        for slip in slips
        if slip.slip_id in told
    ]


def readings_of_slips(ledger: Ledger, period: Period) -> dict[str, Reading | None]:
    """What each slip of a period was read with, by slip."""
    return {slip_id: reading_of(said) for slip_id, said in ledger.settings_of_slips(period).items()}


def _held_to_cuts(ledger: Ledger, period: Period, acceptance: Acceptance) -> list[FiledSlip]:
    """Every slip by itself, held to the cut for what it was read with."""
    readings = readings_of_slips(ledger, period)
    cuts = {reading: acceptance.cut_for(reading) for reading in set(readings.values())}
    return [_held_to(slip, cuts[readings[slip.slip_id]]) for slip in ledger.slips(period)]


def _held_to(slip: FiledSlip, cut: Cut) -> FiledSlip:
    """What was decided with the built-in cut needs no second look at it."""
    return slip if cut.tally is None else replace(slip, record=with_cut(slip.record, cut.confidence))
