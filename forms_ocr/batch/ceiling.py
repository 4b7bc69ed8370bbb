"""When so much fails that something must be wrong with the whole box: the wrong form, the wrong folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms_ocr.model import PageDisposition

_FAILED = (PageDisposition.FOREIGN, PageDisposition.QUARANTINED)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How much of a batch may fail.

    Attributes:
        share: Of the pages that are not blank, how many may be foreign or quarantined, 0 to 1.
        after_pages: Not asked before so many pages that are not blank were read.
    """

    share: float
    after_pages: int

    def is_broken_by(self, pages: Mapping[PageDisposition, int]) -> bool:
        """Whether the batch should stop.

        Args:
            pages: Counts of the pages read in this run.
        """
        failed = sum(pages.get(kind, 0) for kind in _FAILED)
        written = failed + pages.get(PageDisposition.SLIPS, 0)
        return written >= self.after_pages and failed > self.share * written
