"""Paper that comes in more than once: the same file under two names, the same slip scanned twice.

One account that sends two slips is another matter, which the decision rules settle afterwards.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations

from forms_ocr.extraction import SAME_PAPER, likeness
from forms_ocr.model import Disposition, FiledSlip, Reason, Rules

_PARTS = 3
"""A misread digit spoils one part of an account; the other parts still bring two scans of a slip together."""

_MOST_IN_A_GROUP = 40
"""More slips than this with so much in common are a way of writing, not one paper."""

_likeness = partial(likeness, enough=SAME_PAPER)

_RANKS = (Disposition.ACCEPTED, Disposition.REVIEW, Disposition.REFUSED)


def mark_repeats(
    slips: Sequence[FiledSlip], rules: Rules, alike: Callable[[bytes, bytes], float] = _likeness
) -> list[FiledSlip]:
    """Let each piece of paper count once.

    Of a slip that came in several times the best reading stays; the others are refused with the reason. The
    order of the slips changes nothing.

    Args:
        slips: All slips of one period, in any order.
        alike: How much two maps of ink look like one paper, 0 to 1.

    Returns:
        The slips in the order given.
    """
    copies = _all_but_best(_same_files(slips))
    rescans = _all_but_best(_same_papers((slip for slip in slips if slip.slip_id not in copies), alike))
    marked: list[FiledSlip] = []
    for slip in slips:
        reason = Reason.SCAN_SENT_TWICE if slip.slip_id in copies else Reason.SLIP_SCANNED_TWICE
        is_repeated = slip.slip_id in copies or slip.slip_id in rescans
        marked.append(_repeated(slip, reason, rules) if is_repeated else slip)
    return marked


def _all_but_best(groups: Iterable[list[FiledSlip]]) -> set[str]:
    return {slip.slip_id for group in groups for slip in sorted(group, key=_preference)[1:]}


def _preference(slip: FiledSlip) -> tuple[int, float, str, int, int]:
    record = slip.record
    return _RANKS.index(record.disposition), -record.confidence, slip.scan, slip.page, slip.slip


def _repeated(slip: FiledSlip, reason: Reason, rules: Rules) -> FiledSlip:
    disposition = rules.disposition_of(reason, is_certain=True)
    return replace(slip, record=replace(slip.record, disposition=disposition, reasons=(reason,)))


def _same_files(slips: Iterable[FiledSlip]) -> Iterator[list[FiledSlip]]:
    """Slips at the same place of scans with the same content."""
    places = ((slip, (slip.sha256, slip.page, slip.slip)) for slip in slips if slip.sha256)
    yield from _grouped(places)


def _same_papers(
    slips: Iterable[FiledSlip], alike: Callable[[bytes, bytes], float]
) -> Iterator[list[FiledSlip]]:
    """Slips of different scans or pages whose ink is the same."""
    bonds: defaultdict[str, set[str]] = defaultdict(set)
    by_id = {slip.slip_id: slip for slip in slips if slip.ink}
    for one, other in sorted(_candidates(by_id.values())):
        first, second = by_id[one], by_id[other]
        if alike(first.ink, second.ink) >= SAME_PAPER:
            bonds[one].add(other)
            bonds[other].add(one)
    groups = ([by_id[name] for name in group] for group in _connected(bonds))
    yield from (group for group in groups if _may_be_one(group))


def _candidates(slips: Iterable[FiledSlip]) -> set[tuple[str, str]]:
    """Pairs that were read nearly alike: only these are compared by their ink."""
    keyed = ((slip, key) for slip in slips for key in _keys(slip))
    pairs: set[tuple[str, str]] = set()
    for group in _grouped(keyed):
        if len(group) <= _MOST_IN_A_GROUP:
            pairs.update(combinations(sorted(slip.slip_id for slip in group), 2))
    return pairs


def _keys(slip: FiledSlip) -> Iterator[Hashable]:
    account, reading = slip.record.account, slip.record.reading
    if account:
        yield account
    length = -(-len(account) // _PARTS)
    if reading and length:
        for first in range(0, len(account), length):
            yield first, account[first : first + length], reading


def _may_be_one(group: Sequence[FiledSlip]) -> bool:
    """Slips at two places of one page are two; accepted ones that say different things are for people."""
    pages = {(slip.sha256, slip.page) for slip in group}
    accepted = (slip.record for slip in group if slip.record.disposition is Disposition.ACCEPTED)
    return len(pages) == len(group) and len({(record.account, record.reading) for record in accepted}) <= 1


def _grouped(keyed: Iterable[tuple[FiledSlip, Hashable]]) -> Iterator[list[FiledSlip]]:
    """The groups of two and more."""
    groups: defaultdict[Hashable, list[FiledSlip]] = defaultdict(list)
    for slip, key in keyed:
        groups[key].append(slip)
    yield from (group for group in groups.values() if len(group) > 1)


def _connected(bonds: dict[str, set[str]]) -> Iterator[list[str]]:
    """The names that hang together by bonds."""
    seen: set[str] = set()
    for start in sorted(bonds):
        group: list[str] = []
        waiting = [start]
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                group.append(name)
                waiting.extend(bonds[name])
        if group:
            yield group
