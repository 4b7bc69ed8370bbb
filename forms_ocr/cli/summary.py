"""What a run tells the operator at its beginning and its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from forms_ocr.batch import Standing
from forms_ocr.budget import Cut
from forms_ocr.cli.progress import describe_duration
from forms_ocr.export import Summary, describe_cut
from forms_ocr.ingest import IgnoredFile
from forms_ocr.model import PageDisposition, Period

_IGNORED_SHOWN = 5


def describe_ignored(ignored: Sequence[IgnoredFile]) -> str:
    """The files left aside with the reason, the first few by name; "" if there are none."""
    if not ignored:
        return ""
    lines = [f"  {file.name}: {file.why}" for file in ignored[:_IGNORED_SHOWN]]
    if len(ignored) > _IGNORED_SHOWN:
        lines.append(f"  and {len(ignored) - _IGNORED_SHOWN} more")
    return "\n".join([f"Left aside: {len(ignored)} file(s)", *lines])


def describe_start(scans: int, period: Period, workers: int) -> str:
    """One line before the first page is read."""
    return f"Reading {scans} scan(s) for {period} with {workers} worker(s)"


def describe_left_over(periods: Sequence[str], period: Period) -> str:
    """Other months with work that an interrupted run left; "" if there are none."""
    others = [other for other in periods if other != str(period)]
    if not others:
        return ""
    return f"The workspace holds unread pages of {', '.join(others)}; finish them with --period {others[0]}"


def describe_other_months(standing: Standing, period: Period) -> str:
    """Scans that were given again when their month was over; "" if there are none."""
    if not standing.other_scans:
        return ""
    return (
        f"{standing.other_scans} scan(s) were read for another month already and stay there; "
        f"to read them for this one too: --period {period}"
    )


def describe_ceiling(standing: Standing) -> str:
    """Why the batch stopped by itself; "" if it did not."""
    if not standing.is_over_ceiling:
        return ""
    failed = standing.pages[PageDisposition.FOREIGN] + standing.pages[PageDisposition.QUARANTINED]
    return (
        f"Stopped: {failed} of {standing.done_pages} page(s) are foreign or quarantined, more than the share "
        "that [batch] max_failed_share allows. Are these the right papers, and is --template their form? "
        "Look into report.html; to go on all the same, run the same command with --resume"
    )


def describe_result(standing: Standing, summary: Summary, exports: Path, cut: Cut) -> str:
    """What this run did, what the workspace holds now, where it lies, and what is left for people."""
    return "\n".join(_result(standing, summary, exports, cut))


def _result(standing: Standing, summary: Summary, exports: Path, cut: Cut) -> Iterator[str]:
    counts = summary.counts
    yield _work(standing)
    yield f"Pages: {counts.page_total}{_parts(counts.pages)}"
    yield f"Slips: {counts.slip_total}{_parts(counts.slips)}"
    yield f"Cut: {describe_cut(cut).en}"
    yield f"Results: {exports} (report.html shows them)"
    for box in summary.boxes:
        if not box.is_whole:
            yield f"Box {box.box} of {box.office}: {box.announced} slips announced, {box.found} found"
    quarantined = counts.pages[PageDisposition.QUARANTINED]
    if quarantined:
        yield (
            f"{quarantined} page(s) could not be read: {exports / 'pages.csv'} says which and why. "
            "Scan them again, put them beside the others, and run the same command"
        )


def _work(standing: Standing) -> str:
    parts = [f"{standing.done_pages} page(s) read in {describe_duration(standing.elapsed_s)}"]
    if standing.done_pages and standing.elapsed_s >= 1:
        parts[0] += f" ({standing.pages_per_s:.1f} a second)"
    if standing.kept_pages:
        parts.append(f"{standing.kept_pages} kept from an earlier run")
    if standing.renewed_scans:
        parts.append(f"{standing.renewed_scans} scan(s) read again because the settings changed")
    if standing.archived:
        parts.append(f"{standing.archived} file(s) moved to the archive")
    if standing.not_archived:
        parts.append(f"{standing.not_archived} file(s) could not be moved and stay (log.jsonl says why)")
    if standing.expected_pages:
        parts.append(f"at least {standing.expected_pages} page(s) left: run the same command to go on")
    return "This run: " + ", ".join(parts)


def _parts(counts: Mapping[Any, int]) -> str:
    """``: 40 accepted, 8 review, 4 refused``, adding up to the total before it."""
    parts = [f"{count} {kind}" for kind, count in counts.items() if count]
    return f" = {' + '.join(parts)}" if parts else ""
