"""Several slips of one account in one period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from forms_ocr.model import Disposition, FiledSlip, Reason, Record, Rules

CONFLICT_REASONS = frozenset({Reason.DUPLICATE_SLIP, Reason.CONFLICTING_READINGS})


def resolve_conflicts(slips: Sequence[FiledSlip], rules: Rules) -> Sequence[FiledSlip]:
    """Let one record an account through.

    Of slips that give the same reading the first by scan, page and slip stays, the others are duplicates.
    Slips that give different readings all go to review. What an earlier call decided is taken back first,
    so that neither the order of the slips nor that of the calls changes the result.

    Args:
        slips: All slips of one period, decided, in any order.

    Returns:
        The slips in the order given.
    """
    cleared = [_cleared(slip) for slip in slips]
    outcome: dict[int, FiledSlip] = {}
    for rivals in _rivals(cleared):
        outcome |= _settled(cleared, rivals, rules)
    return [outcome.get(index, slip) for index, slip in enumerate(cleared)]


def _cleared(slip: FiledSlip) -> FiledSlip:
    """A slip held back by its rivals alone was acceptable in itself."""
    if not slip.record.reasons or not CONFLICT_REASONS.issuperset(slip.record.reasons):
        return slip
    return replace(slip, record=replace(slip.record, disposition=Disposition.ACCEPTED, reasons=()))


def _rivals(slips: Sequence[FiledSlip]) -> Iterable[list[int]]:
    """Indexes of accepted slips of the same account, first slip first."""
    by_account: defaultdict[str, list[int]] = defaultdict(list)
    for index, slip in enumerate(slips):
        if slip.record.disposition is Disposition.ACCEPTED and slip.record.account:
            by_account[slip.record.account].append(index)
    for indexes in by_account.values():
        if len(indexes) > 1:
            yield sorted(indexes, key=lambda index: _place(slips[index]))


def _place(slip: FiledSlip) -> tuple[str, int, int, str]:
    return slip.scan, slip.page, slip.slip, slip.slip_id


def _settled(slips: Sequence[FiledSlip], rivals: list[int], rules: Rules) -> dict[int, FiledSlip]:
    is_agreed = len({slips[index].record.reading for index in rivals}) == 1
    reason = Reason.DUPLICATE_SLIP if is_agreed else Reason.CONFLICTING_READINGS
    held_back = rivals[1:] if is_agreed else rivals
    return {
        index: replace(slips[index], record=_held_back(slips[index].record, reason, rules))
        for index in held_back
    }


def _held_back(record: Record, reason: Reason, rules: Rules) -> Record:
    is_certain = reason is Reason.DUPLICATE_SLIP
    disposition = rules.disposition_of(reason, is_certain=is_certain)
    return replace(record, disposition=disposition, reasons=(reason,))
