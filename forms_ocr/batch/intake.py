"""From files that lie around to scans in the ledger, and from those to the work that is still to do."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from forms_ocr.batch.settings import Settings
from forms_ocr.batch.standing import Standing
from forms_ocr.batch.work import Unit
from forms_ocr.errors import ScanError
from forms_ocr.ingest import ScanFile
from forms_ocr.model import PageDisposition, PageReading, Reason
from forms_ocr.store import (
    Archive,
    KeptOriginal,
    Ledger,
    Originals,
    ReceivedScan,
    Scan,
    ScanFindings,
    ScanState,
    page_entry,
)

_log = logging.getLogger(__name__)

_FILES_A_TRANSACTION = 32
"""Keeping and registering so many together costs hardly more than a few."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A file whose bytes are kept, or why they cannot be."""

    scan: ReceivedScan
    file: ScanFile
    error: ScanError | None = None


class Intake:
    """Takes files in a few at a time, so that workers have something to do from the start.

    At the end come scans that an earlier run took in and did not finish, also when nobody gave them again.
    Use it as a context manager.

    Args:
        standing: Is told what needs no reading.
        archive: Where files are moved to once their receipt is committed; without it they stay.
    """

    def __init__(
        self,
        ledger: Ledger,
        originals: Originals,
        files: Sequence[ScanFile],
        settings: Settings,
        standing: Standing,
        archive: Archive | None = None,
    ) -> None:
        self._archive = archive
        self._ledger = ledger
        self._originals = originals
        self._files = list(reversed(files))
        self._period = settings.period
        self._is_period_of_clock = settings.is_period_of_clock
        self._fingerprint = settings.fingerprint
        self._standing = standing
        self._keeper = ThreadPoolExecutor(1, thread_name_prefix="keeper")
        self._coming: Future[list[_Arrival]] | None = None
        self._coming_files = 0
        self._seen: set[int] = set()
        self._left_over_asked = False

    @property
    def coming_scans(self) -> int:
        """Files not taken in yet."""
        return len(self._files) + self._coming_files

    @property
    def is_over(self) -> bool:
        """No more units will come."""
        return self._left_over_asked

    def next_units(self) -> list[Unit]:
        """Take the next few files in; what they need done, which may be nothing."""
        if self.coming_scans:
            return self._take_in(self._next_arrivals())
        self._left_over_asked = True
        return self._left_over()

    def _next_arrivals(self) -> list[_Arrival]:
        """The next few files, kept; while they are registered those after them are being kept."""
        arrivals = (self._coming or self._send_keeper()).result()
        self._coming_files = 0
        self._coming = self._send_keeper() if self._files else None
        return arrivals

    def _without_other_months(self, arrivals: Sequence[_Arrival]) -> Sequence[_Arrival]:
        """Those that were not read for another month; the others have their receipt and go to the archive."""
        if not self._is_period_of_clock:
            return arrivals
        known = self._ledger.known_elsewhere([arrival.scan for arrival in arrivals], self._period)
        others = [arrival for arrival in arrivals if arrival.scan in known]
        self._put_away(others)
        self._standing.other_scans += len(others)
        return [arrival for arrival in arrivals if arrival.scan not in known]

    def _send_keeper(self) -> Future[list[_Arrival]]:
        files = [self._files.pop() for _ in range(min(_FILES_A_TRANSACTION, len(self._files)))]
        self._coming_files = len(files)
        return self._keeper.submit(self._keep, files)

    def _take_in(self, coming: Sequence[_Arrival]) -> list[Unit]:
        arrivals = self._without_other_months(coming)
        scans = self._ledger.receive([arrival.scan for arrival in arrivals], self._period)
        self._quarantine(arrivals, scans)
        self._put_away(arrivals)
        readable = [scan for scan, arrival in zip(scans, arrivals, strict=True) if arrival.error is None]
        self._seen.update(scan.id for scan in readable)
        known = [scan.id for scan in readable if scan.state is not ScanState.RECEIVED]
        unread = self._ledger.waiting_pages(known, self._fingerprint)
        units = (self._unit(scan, unread.get(scan.id, ())) for scan in readable)
        return [unit for unit in units if unit is not None]

    def _keep(self, files: Sequence[ScanFile]) -> list[_Arrival]:
        """Runs in a thread: most of it is waiting for the disk."""
        kept = self._originals.keep_all([file.path for file in files])
        return [_arrival(file, what) for file, what in zip(files, kept, strict=True)]

    def _put_away(self, arrivals: Sequence[_Arrival]) -> None:
        """Move files whose receipt is now committed out of the inbox."""
        if self._archive is None:
            return
        for arrival in arrivals:
            if arrival.error is None:
                depth = arrival.file.name.count("/") + 1
                why = self._archive.take(arrival.file.path, depth, arrival.scan.sha256)
                self._standing.archived += not why
                self._standing.not_archived += bool(why)
                if why:
                    _log.warning("file not archived", extra={"facts": {"why": why}})

    def _quarantine(self, arrivals: Sequence[_Arrival], scans: Sequence[Scan]) -> None:
        """Give files that cannot be read where they lie their one page."""
        findings = [
            _unreadable(scan, arrival.error)
            for scan, arrival in zip(scans, arrivals, strict=True)
            if arrival.error is not None
        ]
        if findings:
            self._ledger.file(findings, self._fingerprint)
        for finding in findings:
            self._standing.count(finding)

    def _unit(self, scan: Scan, unread: tuple[int, ...]) -> Unit | None:
        """What a given scan needs: to be opened, its unread pages to be read, or nothing."""
        if scan.state is ScanState.RECEIVED or scan.settings != self._fingerprint:
            self._standing.renewed_scans += scan.state is not ScanState.RECEIVED
            return self._work(scan, None)
        page_count = 1 if scan.state is ScanState.QUARANTINED else scan.page_count or 0
        self._standing.kept_pages += page_count - len(unread)
        return self._work(scan, unread) if unread else None

    def _left_over(self) -> list[Unit]:
        scans = [scan for scan in self._ledger.unfinished(self._period) if scan.id not in self._seen]
        unread = self._ledger.waiting_pages([scan.id for scan in scans])
        return [self._work(scan, unread.get(scan.id)) for scan in scans]

    def _work(self, scan: Scan, numbers: tuple[int, ...] | None) -> Unit:
        return Unit(scan.id, self._originals.path_of(scan.sha256), scan.name, numbers)

    def __enter__(self) -> Self:
        self._originals.sweep()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._keeper.shutdown(wait=True, cancel_futures=True)


def _arrival(file: ScanFile, kept: KeptOriginal | ScanError) -> _Arrival:
    if isinstance(kept, ScanError):
        return _Arrival(ReceivedScan(file.name, file.office, "", 0), file, kept)
    return _Arrival(ReceivedScan(file.name, file.office, kept.sha256, kept.size_bytes), file)


def _unreadable(scan: Scan, error: ScanError) -> ScanFindings:
    reading = PageReading(0, PageDisposition.QUARANTINED, reason=Reason(error.reason), message=error.message)
    return ScanFindings(scan.id, None, (page_entry(reading),))
