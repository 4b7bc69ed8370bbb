"""The counts of a run, and the proof that they add up."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from forms_ocr.budget import Cut
from forms_ocr.errors import FormsOcrError
from forms_ocr.export.boxes import BoxCount, count_boxes
from forms_ocr.export.facts import RunFacts
from forms_ocr.model import Disposition, FiledPage, FiledSlip, PageDisposition, Reason, natural_key

_Item = TypeVar("_Item", FiledPage, FiledSlip)

Place = tuple[str, str, int]
"""Office, scan and number of a page."""


class ConservationError(FormsOcrError):
    """Pages or slips got lost or doubled on their way to the exports: a bug, never the user's fault."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of what, for one office or for all.

    Attributes:
        scans: Input files.
        unopened: Those among them that could not be opened; each is one quarantined page with number 0.
        pages: By disposition, every disposition present.
        slips: By disposition, every disposition present.
    """

    scans: int
    unopened: int
    pages: dict[PageDisposition, int]
    slips: dict[Disposition, int]

    @property
    def page_total(self) -> int:
        """All pages."""
        return sum(self.pages.values())

    @property
    def slip_total(self) -> int:
        """All slips."""
        return sum(self.slips.values())

    def to_dict(self) -> dict[str, Any]:
        """As in ``summary.json``."""
        return {
            "scans": {"total": self.scans, "unopened": self.unopened},
            "pages": {"total": self.page_total, **_by_name(self.pages)},
            "slips": {"total": self.slip_total, **_by_name(self.slips)},
        }


@dataclass(frozen=True, slots=True)
class Summary:
    """The counts of all pages and slips in a workspace.

    Attributes:
        offices: In the order of the exports.
        page_reasons: How many pages each reason stopped; a page has one reason at most.
        slip_reasons: How many slips carry each reason; a slip may carry several.
        boxes: What cover sheets announced, and what came.
    """

    counts: Counts
    offices: dict[str, Counts]
    page_reasons: dict[Reason, int]
    slip_reasons: dict[Reason, int]
    boxes: tuple[BoxCount, ...] = ()

    def to_json(self, facts: RunFacts) -> str:
        """The text of ``summary.json``."""
        registry = {"name": facts.registry, "accounts": facts.registry_accounts} if facts.registry else None
        document = {
            "version": facts.version,
            "template": facts.template,
            "period": str(facts.period) if facts.period else None,
            "registry": registry,
            "min_confidence": facts.min_confidence,
            "cut": _cut_to_dict(facts.cut),
            **self.counts.to_dict(),
            "offices": {name: counts.to_dict() for name, counts in self.offices.items()},
            "boxes": [asdict(box) for box in self.boxes],
            "reasons": {"pages": _by_name(self.page_reasons), "slips": _by_name(self.slip_reasons)},
        }
        return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _cut_to_dict(cut: Cut | None) -> dict[str, Any] | None:
    if cut is None:
        return None
    return {
        "basis": cut.basis.value,
        "max_error": cut.budget.max_error,
        "max_error_by_field": dict(cut.budget.by_field),
        "labelled_slips": cut.slips,
        "source": cut.source.value if cut.source else None,
        "bound": cut.bound,
    }


def summarise(pages: Sequence[FiledPage], slips: Sequence[FiledSlip]) -> Summary:
    """Count, and check the counts.

    Raises:
        ConservationError: A page or slip stands twice, a slip has no page, or a page not the slips it counts.
    """
    check_conservation(pages, slips)
    offices = sorted({page.office for page in pages}, key=natural_key)
    summary = Summary(
        counts=_count(pages, slips),
        offices={office: _count(_of(office, pages), _of(office, slips)) for office in offices},
        page_reasons=_count_reasons(page.reason for page in pages if page.reason),
        slip_reasons=_count_reasons(reason for slip in slips for reason in slip.record.reasons),
        boxes=count_boxes(pages),
    )
    _check_sums(summary)
    return summary


def check_conservation(pages: Sequence[FiledPage], slips: Sequence[FiledSlip]) -> None:
    """Raise :class:`ConservationError` unless every page stands once and has exactly the slips it counts."""
    _check_single((_place(page) for page in pages), "page")
    _check_single((slip.slip_id for slip in slips), "slip")
    _check_single(((_place(slip), slip.slip) for slip in slips), "slip")
    counted = {_place(page): page.slips for page in pages}
    found = Counter(map(_place, slips))
    for place in sorted(counted.keys() | found.keys()):
        if counted.get(place, 0) != found[place]:
            raise ConservationError(
                f"{_named(place)}: the ledger counts {counted.get(place, 0)} slip(s) but holds {found[place]}"
                "; this is a bug, please report it and keep the workspace"
            )


def _check_single(keys: Iterable[object], noun: str) -> None:
    doubled = [key for key, times in Counter(keys).items() if times > 1]
    if doubled:
        raise ConservationError(
            f"{noun} {doubled[0]!r} stands more than once ({len(doubled)} such); "
            "this is a bug, please report it and keep the workspace"
        )


def _check_sums(summary: Summary) -> None:
    """The offices together are the whole."""
    for name in ("scans", "unopened", "page_total", "slip_total"):
        whole = getattr(summary.counts, name)
        parts = sum(getattr(counts, name) for counts in summary.offices.values())
        if whole != parts:
            raise ConservationError(
                f"{name}: {whole} in all but {parts} by office; this is a bug, please report it"
            )


def _place(item: FiledPage | FiledSlip) -> Place:
    return item.office, item.scan, item.page


def _named(place: Place) -> str:
    return f"page {place[2]} of {place[1]!r}"


def _of(office: str, items: Sequence[_Item]) -> list[_Item]:
    return [item for item in items if item.office == office]


def _count(pages: Sequence[FiledPage], slips: Sequence[FiledSlip]) -> Counts:
    by_page = Counter(page.disposition for page in pages)
    by_slip = Counter(slip.record.disposition for slip in slips)
    return Counts(
        scans=len({(page.office, page.scan) for page in pages}),
        unopened=sum(page.page == 0 for page in pages),
        pages={disposition: by_page[disposition] for disposition in PageDisposition},
        slips={disposition: by_slip[disposition] for disposition in Disposition},
    )


def _count_reasons(reasons: Iterable[Reason]) -> dict[Reason, int]:
    """In the order of :class:`Reason`, those that occur."""
    counts = Counter(reasons)
    return {reason: counts[reason] for reason in Reason if counts[reason]}


def _by_name(counts: dict[Any, int]) -> dict[str, int]:
    return {str(key): number for key, number in counts.items()}
