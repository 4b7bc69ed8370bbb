"""What people decided, into the records that billing gets.

A decision takes the place of what the machine made of a slip, before slips are held against each other. What
a person confirmed then stays, whatever comes in later: a slip that contradicts it waits for a person itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import replace

from forms_ocr.model import Action, Decision, Disposition, FieldReading, FiledSlip, Reason, Record
from forms_ocr.review.asking import ACCOUNT, DATE, READING

KEYED_CONFIDENCE = 0.9978
"""Of a record that a person keyed: single keying leaves 22 errors in 10,000 fields (Barchard & Pace 2011).
The machine as second keyer makes it better than that; nobody has measured how much."""

_SIGNED = "signed"
_ADDRESS = "address"


def settle(
    slips: Sequence[FiledSlip],
    standing: Mapping[str, Decision],
    hold_together: Callable[[Sequence[FiledSlip]], Sequence[FiledSlip]],
) -> Sequence[FiledSlip]:
    """What becomes of slips with what people decided.

    Args:
        slips: All of one period, each as the machine decided it by itself.
        standing: The decision that holds, by slip.
        hold_together: Holds all slips against each other: paper that came twice, accounts with two slips.

    Returns:
        The slips in the order given.
    """
    decided = [
        replace(slip, record=decided_record(slip.record, standing[slip.slip_id]))
        if slip.slip_id in standing
        else slip
        for slip in slips
    ]
    return _upheld(decided, hold_together(decided), standing)


def decided_record(record: Record, decision: Decision) -> Record:
    """The record as a person left it."""
    if decision.action is not Action.CONFIRM:
        reasons = (decision.refusal,) if decision.refusal is not None else record.reasons
        return replace(record, disposition=Disposition.REFUSED, reasons=reasons)
    after = decision.after
    account = after.get(ACCOUNT, record.account)
    return replace(
        record,
        account=account,
        reading=after.get(READING, record.reading),
        date=after.get(DATE, record.date),
        address=after.get(_ADDRESS, record.address),
        is_signed=after.get(_SIGNED, "true" if record.is_signed else "false") == "true",
        fields=tuple(_decided_field(reading, after) for reading in record.fields),
        confidence=max(record.confidence, KEYED_CONFIDENCE),
        disposition=Disposition.ACCEPTED,
        reasons=(),
        registered=record.registered if account == record.account else None,
    )


def _decided_field(reading: FieldReading, after: Mapping[str, str]) -> FieldReading:
    value = after.get(reading.name, reading.value)
    return replace(reading, value=value, is_doubtful=False, doubtful_cells=())


def _upheld(
    decided: Sequence[FiledSlip], held: Sequence[FiledSlip], standing: Mapping[str, Decision]
) -> Sequence[FiledSlip]:
    """Give back to confirmed slips what holding all slips together took from them."""
    confirmed = {
        slip.slip_id: slip
        for slip in decided
        if slip.slip_id in standing and standing[slip.slip_id].action is Action.CONFIRM
    }
    through = {_said(slip) for slip in held if slip.record.disposition is Disposition.ACCEPTED}
    groups = _by_account(confirmed.values())
    winners = {slip.slip_id: slip for slip in (_winner(group, through, standing) for group in groups) if slip}
    return [winners.get(slip.slip_id, slip) for slip in held]


def _said(slip: FiledSlip) -> tuple[str, str]:
    """Account and reading; where there is no account, the slip itself."""
    return slip.record.account or slip.slip_id, slip.record.reading


def _by_account(slips: Iterable[FiledSlip]) -> Sequence[list[FiledSlip]]:
    groups: defaultdict[str, list[FiledSlip]] = defaultdict(list)
    for slip in slips:
        groups[_said(slip)[0]].append(slip)
    return list(groups.values())


def _winner(
    confirmed: Sequence[FiledSlip], through: Set[tuple[str, str]], standing: Mapping[str, Decision]
) -> FiledSlip | None:
    """Which of an account's confirmed slips is given back; None where people contradict each other.

    Args:
        through: What is said by slips that are through: the better scan of the same paper, perhaps.
    """
    if len({slip.record.reading for slip in confirmed}) > 1:
        return _knowing(confirmed, standing)
    if _said(confirmed[0]) in through:
        return None
    return min(confirmed, key=lambda slip: (slip.scan, slip.page, slip.slip, slip.slip_id))


def _knowing(slips: Sequence[FiledSlip], standing: Mapping[str, Decision]) -> FiledSlip | None:
    """The slip confirmed last by somebody who knew of the contradiction; None if nobody did."""
    aware = [slip for slip in slips if Reason.CONFLICTING_READINGS in standing[slip.slip_id].reasons]
    return max(aware, key=lambda slip: standing[slip.slip_id].number, default=None)
