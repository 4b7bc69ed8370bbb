"""Look at scans while the paper still lies beside the scanner: nothing is read, nothing is kept."""

from __future__ import annotations

import hashlib
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from forms_ocr.codes import find_cover
from forms_ocr.errors import ScanError
from forms_ocr.extraction import SAME_PAPER, likeness
from forms_ocr.ingest import Limits, Scan, open_scan, printable
from forms_ocr.inspection.finding import Finding, Inspection, Kind, PageInspection
from forms_ocr.inspection.judge import judge_slip
from forms_ocr.inspection.measures import SlipMeasures, measure_slip
from forms_ocr.model import Page, PageDisposition, Reason, Registration, Rules, Template
from forms_ocr.registration import is_blank, markers_seen, register_each, shows_writing_alone

_LIMITS = Limits()

_REMEMBERED = 2_000
"""Slips that later ones are compared with: a day's work of a scanner."""
_SAME_INK_MM2, _SAME_INK_SHARE = 2.0, 0.3
"""Two scans of one paper agree that well on the ink of each field; only then their maps are compared."""


@dataclass(frozen=True, eq=False)
class _Seen:
    """A slip that was looked at before."""

    name: str
    page: int
    measures: SlipMeasures


class Inspector:
    """Inspects scans one after the other and remembers their slips, to know the same paper again.

    Args:
        templates: Each page is held against the first of them that it shows; at least one.
        rules: Those of a batch: its bound on distortion is theirs too.
        limits: On files and pages.
    """

    def __init__(self, templates: Sequence[Template], rules: Rules, limits: Limits = _LIMITS) -> None:
        self._templates = tuple(templates)
        self._rules = rules
        self._limits = limits
        self._seen: deque[_Seen] = deque(maxlen=_REMEMBERED)
        self._files: dict[str, str] = {}

    def inspect(self, path: Path, name: str = "", most_pages: int | None = None) -> Inspection:
        """Look at a file.

        Args:
            name: What people call it; its file name if not given.
            most_pages: Only so many, from the first on.

        Returns:
            Every page with what is to be said about it. A scan that cannot be opened is one page 0.
        """
        name = name or printable(path.name)
        twin = self._same_file(path, name)
        try:
            with open_scan(path, self._limits) as scan:
                count = scan.page_count
                pages = tuple(islice(self._pages(scan, name), most_pages))
        except ScanError as error:
            count, pages = 0, (_unreadable(0, error, f"{printable(path.name)}: "),)
        if twin:
            pages = tuple(_with(page, Finding(Kind.DUPLICATE, twin=(twin, page.number))) for page in pages)
        return Inspection(name, pages, count)

    def inspect_bytes(self, data: bytes, name: str) -> Inspection:
        """Look at a file that came some other way, e.g. over the network; it lies on disk only meanwhile."""
        with tempfile.TemporaryDirectory(prefix="forms-ocr-") as folder:
            path = Path(folder, "scan")
            path.write_bytes(data)
            return self.inspect(path, name)

    def _same_file(self, path: Path, name: str) -> str:
        """The name under which the same bytes were looked at before, "" for the first time."""
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return ""
        first = self._files.setdefault(digest, name)
        return first if first != name else ""

    def _pages(self, scan: Scan, name: str) -> Iterator[PageInspection]:
        for number in range(1, scan.page_count + 1):
            try:
                page = scan.read(number)
            except ScanError as error:
                yield _unreadable(number, error, f"page {number} of {printable(scan.path.name)}: ")
            else:
                yield self.inspect_page(page, name)

    def inspect_page(self, page: Page, name: str = "") -> PageInspection:
        """Look at one page of a scan that somebody else has opened."""
        laid = register_each(page, self._templates)
        return self._slips(page, laid, name) if laid else _without_slips(page, self._templates)

    def _slips(self, page: Page, laid: Sequence[tuple[Template, Registration]], name: str) -> PageInspection:
        findings: list[Finding] = []
        before = tuple(self._seen)
        for number, (template, registration) in enumerate(laid, start=1):
            measures = measure_slip(page, registration, template)
            findings += judge_slip(measures, registration, number, self._rules.max_residual_mm)
            twin = next((seen for seen in before if _is_same_paper(seen.measures, measures)), None)
            if twin is not None:
                findings.append(Finding(Kind.DUPLICATE, number, twin=(twin.name, twin.page)))
            self._seen.append(_Seen(name, page.number, measures))
        dpi = laid[0][1].px_per_mm * 25.4
        return PageInspection(page.number, PageDisposition.SLIPS, len(laid), dpi, tuple(findings))


def _is_same_paper(one: SlipMeasures, other: SlipMeasures) -> bool:
    areas = zip(one.ink_mm2, other.ink_mm2, strict=False)
    is_near = all(abs(a - b) <= _SAME_INK_MM2 + _SAME_INK_SHARE * max(a, b) for a, b in areas)
    return is_near and likeness(one.ink, other.ink, enough=SAME_PAPER) >= SAME_PAPER


def _without_slips(page: Page, templates: Sequence[Template]) -> PageInspection:
    if is_blank(page.pixels):
        return PageInspection(page.number, PageDisposition.BLANK, findings=(Finding(Kind.BLANK),))
    if find_cover(page) is not None:
        return PageInspection(page.number, PageDisposition.FOREIGN, findings=(Finding(Kind.COVER_SHEET),))
    if any(markers_seen(page, template) >= 2 for template in templates):
        finding = Finding(Kind.MISALIGNED)
        return PageInspection(page.number, PageDisposition.QUARANTINED, findings=(finding,))
    if any(shows_writing_alone(page, template) for template in templates):
        finding = Finding(Kind.UNREADABLE, reason=Reason.PAGE_PRINT_UNSEEN)
        return PageInspection(page.number, PageDisposition.QUARANTINED, findings=(finding,))
    return PageInspection(page.number, PageDisposition.FOREIGN, findings=(Finding(Kind.NOT_THIS_FORM),))


def _unreadable(number: int, error: ScanError, place: str) -> PageInspection:
    finding = Finding(Kind.UNREADABLE, reason=Reason(error.reason), message=error.message.removeprefix(place))
    return PageInspection(number, PageDisposition.QUARANTINED, findings=(finding,))


def _with(page: PageInspection, finding: Finding) -> PageInspection:
    """The page with one finding about all of it, instead of the same about each of its slips."""
    others = tuple(one for one in page.findings if one.kind is not finding.kind)
    return replace(page, findings=(*others, finding))
