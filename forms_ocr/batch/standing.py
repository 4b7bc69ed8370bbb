"""How far a batch has come."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol, Self

from forms_ocr.model import Disposition, PageDisposition
from forms_ocr.store import ScanFindings


@dataclass(slots=True)
class Standing:
    """Counts of one run, growing as it goes.

    Attributes:
        kept_pages: Read by an earlier run under the same settings, and not read again.
        other_scans: Read for another period, and left there.
        renewed_scans: Read by an earlier run under other settings, and read again.
        expected_pages: Still to read, as far as known; a scan that nobody has opened counts as one page.
        elapsed_s: Since the run began.
        is_stopping: Somebody asked for the end; only what is under way is finished.
        is_over_ceiling: So much failed that the batch stopped by itself.
        archived: Files moved out of the inbox.
        not_archived: Files that could not be.
        covers: Cover sheets; among the foreign pages, but nothing failed.
    """

    kept_pages: int = 0
    other_scans: int = 0
    renewed_scans: int = 0
    expected_pages: int = 0
    elapsed_s: float = 0.0
    is_stopping: bool = False
    is_over_ceiling: bool = False
    archived: int = 0
    not_archived: int = 0
    covers: int = 0
    pages: Counter[PageDisposition] = field(default_factory=Counter)
    slips: Counter[Disposition] = field(default_factory=Counter)

    @property
    def pages_but_covers(self) -> Counter[PageDisposition]:
        """The counts without cover sheets: nothing failed about them."""
        return self.pages - Counter({PageDisposition.FOREIGN: self.covers})

    @property
    def done_pages(self) -> int:
        """Pages that got their disposition in this run."""
        return self.pages.total()

    @property
    def pages_per_s(self) -> float:
        """0 as long as nothing can be said."""
        return self.done_pages / self.elapsed_s if self.elapsed_s > 0 else 0.0

    @property
    def left_s(self) -> float | None:
        """None as long as nothing can be said."""
        return self.expected_pages / self.pages_per_s if self.done_pages else None

    def count(self, findings: ScanFindings) -> None:
        """Count what was just committed."""
        for page in findings.pages:
            self.pages[page.disposition] += 1
            self.covers += bool(page.cover_json)
            self.slips.update(slip.disposition for slip in page.slips)

    def facts(self) -> dict[str, Any]:
        """The counts, for the log."""
        return {
            "kept_pages": self.kept_pages,
            "other_scans": self.other_scans,
            "renewed_scans": self.renewed_scans,
            "pages": dict(self.pages),
            "slips": dict(self.slips),
            "is_over_ceiling": self.is_over_ceiling,
            "elapsed_s": round(self.elapsed_s, 3),
        }


class Progress(Protocol):
    """Somebody who wants to see how far it has come."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def show(self, standing: Standing) -> None:
        """Called after each task, and at least twice a second."""
