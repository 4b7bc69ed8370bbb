"""The states of what is in the ledger, and the ways between them."""

from __future__ import annotations

from enum import StrEnum


class ScanState(StrEnum):
    """How far a scan has come."""

    RECEIVED = "received"
    """Its original is kept; nobody has opened it yet."""
    OPENED = "opened"
    """Its pages are counted and stand in the ledger."""
    QUARANTINED = "quarantined"
    """It cannot be opened; its page 0 says why."""


class PageState(StrEnum):
    """How far a page has come."""

    WAITING = "waiting"
    """Counted, not yet read."""
    READ = "read"
    """It has its one disposition; its slips, if any, stand in the ledger."""


SCAN_TRANSITIONS: dict[ScanState, frozenset[ScanState]] = {
    ScanState.RECEIVED: frozenset({ScanState.OPENED, ScanState.QUARANTINED}),
    # Opened again under other settings a scan may have fewer pages allowed, or none.
    ScanState.OPENED: frozenset({ScanState.OPENED, ScanState.QUARANTINED}),
    # To RECEIVED when a person asks for another try.
    ScanState.QUARANTINED: frozenset({ScanState.RECEIVED, ScanState.OPENED, ScanState.QUARANTINED}),
}

PAGE_TRANSITIONS: dict[PageState, frozenset[PageState]] = {
    PageState.WAITING: frozenset({PageState.READ}),
    # Read again under other settings: the new result takes the old one's place in one transaction.
    # To WAITING only from quarantine, when a person asks for another try.
    PageState.READ: frozenset({PageState.READ, PageState.WAITING}),
}


def may_follow(before: ScanState, after: ScanState) -> bool:
    """Whether a scan may go from one state to the other."""
    return after in SCAN_TRANSITIONS[before]
