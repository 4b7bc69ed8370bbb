"""Boxes that cover sheets announced: what was announced, and what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forms_ocr.model import (
    SCAN_FAULTS,
    Cover,
    Disposition,
    FiledPage,
    FiledSlip,
    PageDisposition,
    Reason,
    natural_key,
)

FAULTS = SCAN_FAULTS | {Reason.SLIP_CUT_OFF, Reason.SLIP_COVERED}
"""Of the scan of a slip, as an inspection of it would have told."""

_WITHOUT_SLIPS = frozenset({PageDisposition.QUARANTINED, PageDisposition.FOREIGN})


@dataclass(frozen=True, slots=True)
class BoxCount:
    """One box.

    Attributes:
        announced: Slips, as its cover sheet says; the largest number where several covers name the box.
        found: Slips on the pages after it.
        to_scan_again: Pages after it from which nothing was read.
    """

    office: str
    box: str
    announced: int
    found: int
    to_scan_again: int

    @property
    def is_whole(self) -> bool:
        """As many slips came as were announced."""
        return self.announced == self.found


def is_to_scan_again(page: FiledPage) -> bool:
    """Nothing was read from the page, and something should have been: blank backs and covers are done."""
    return page.disposition in _WITHOUT_SLIPS and page.reason is not Reason.COVER_SHEET


def has_faulty_scan(slip: FiledSlip) -> bool:
    """The slip's scan kept it from being read surely."""
    return slip.record.disposition is not Disposition.ACCEPTED and not FAULTS.isdisjoint(slip.record.reasons)


def count_boxes(pages: Sequence[FiledPage]) -> tuple[BoxCount, ...]:
    """Every box that a cover sheet announced, by office and name."""
    boxes: dict[tuple[str, str], list[tuple[Cover, FiledPage]]] = {}
    for page in pages:
        if page.cover is not None:
            boxes.setdefault((page.cover.office, page.cover.box), []).append((page.cover, page))
    order = sorted(boxes, key=lambda name: (natural_key(name[0]), natural_key(name[1])))
    return tuple(_counted(*name, boxes[name]) for name in order)


def _counted(office: str, box: str, members: Sequence[tuple[Cover, FiledPage]]) -> BoxCount:
    return BoxCount(
        office,
        box,
        announced=max(cover.count for cover, _ in members),
        found=sum(page.slips for _, page in members),
        to_scan_again=sum(is_to_scan_again(page) for _, page in members),
    )
