"""Evidence of one slip into its record."""

from __future__ import annotations

from collections.abc import Mapping

from forms_ocr.decision.address import registered_address
from forms_ocr.decision.background import NO_BACKGROUND, Background
from forms_ocr.decision.case import Case, CaseReader
from forms_ocr.decision.checks import CHECKS
from forms_ocr.decision.ink import Presence
from forms_ocr.decision.registry import Registry
from forms_ocr.model import (
    Disposition,
    FieldEvidence,
    Period,
    Reason,
    Record,
    Rules,
    Template,
)

IDENTITY_REASONS = frozenset({Reason.ACCOUNT_MISSING, Reason.ACCOUNT_INCOMPLETE, Reason.ACCOUNT_UNKNOWN})
"""Reasons about whose slip it is. Where the configuration lets them refuse, they do so without an
account."""


def decide(
    evidence: Mapping[str, FieldEvidence],
    template: Template,
    rules: Rules,
    registry: Registry | None,
    period: Period | None,
    residual_mm: float,
    background: Background = NO_BACKGROUND,
) -> Record:
    """Read all fields of a slip together, check it, and say what becomes of it.

    A slip is accepted when no check speaks against it and the confidence of its record reaches the cut.
    It is refused when a reason that may refuse is certain *and* it is certain whose slip it is: a refusal
    is an answer to somebody, and a page on which nothing can be read is likelier a bad scan than a
    customer without account, date and signature. Everything else goes to review.

    Args:
        evidence: By field name. Missing fields and numbers that are no probabilities (NaN too) count as
            unreadable: the slip goes to review, nothing is raised.
        residual_mm: Of the slip's registration, after the fit.

    Returns:
        The record; its text fields hold the best candidates, also where they are in doubt.
    """
    case = CaseReader(evidence, template, rules, background).read(registry, period, residual_mm)
    broken = _broken_rules(case)
    disposition = _disposition(case, broken)
    names = [field.name for field in template.fields]
    return Record(
        account=case.account.value if case.account is not None else "",
        reading=case.meter.value if case.meter is not None else "",
        date=case.date.value if case.date is not None else "",
        address=_address(case),
        is_signed=case.signature is Presence.YES,
        fields=tuple(case.fields[name] for name in names),
        confidence=case.confidence,
        disposition=disposition,
        reasons=tuple(broken),
        registered=case.registered,
    )


def _broken_rules(case: Case) -> dict[Reason, bool]:
    """The reasons in their order, each with whether it is certain."""
    results = {reason: check(case) for reason, check in CHECKS}
    broken = {
        reason: _is_certain(reason, p_broken, case)
        for reason, p_broken in results.items()
        if p_broken is not None
    }
    if not broken and not case.confidence >= case.rules.min_confidence:
        return {Reason.CONFIDENCE_TOO_LOW: False}
    return broken


def _is_certain(reason: Reason, p_broken: float, case: Case) -> bool:
    is_addressed = case.is_identified or reason in IDENTITY_REASONS
    return case.is_registered_well and is_addressed and p_broken >= case.rules.min_confidence


def _disposition(case: Case, broken: Mapping[Reason, bool]) -> Disposition:
    if not broken:
        return Disposition.ACCEPTED
    outcomes = {
        case.rules.disposition_of(reason, is_certain=is_certain) for reason, is_certain in broken.items()
    }
    return Disposition.REFUSED if Disposition.REFUSED in outcomes else Disposition.REVIEW


def _address(case: Case) -> str:
    """The registry's where the account is certain and not contradicted, else what was read."""
    is_contradicted = case.address is not None and case.address.is_contradicted
    if case.registered is not None and case.is_identified and not is_contradicted:
        return registered_address(case.registered)
    return case.address.text if case.address is not None else ""
