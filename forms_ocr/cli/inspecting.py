"""What ``forms-ocr inspect`` does: look at every file, tell what was found, in a folder again and again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from forms_ocr.batch import Stop
from forms_ocr.cli.watching import marks_of, rest
from forms_ocr.config import Configuration, load_configuration
from forms_ocr.errors import ExitCode, NothingReadError
from forms_ocr.export.phrases import Phrase
from forms_ocr.export.report_words import PAGES, SLIPS
from forms_ocr.ingest import Arrivals, ScanFile, discover
from forms_ocr.inspection import Inspection, Inspector, PageInspection
from forms_ocr.inspection.words import describe
from forms_ocr.template import load_templates


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for. ``language`` None is both."""

    scans: Sequence[Path]
    templates: Sequence[Path]
    config: Path | None
    is_json: bool
    language: str | None


def inspect_all(request: Request) -> ExitCode:
    """Look at everything that is there.

    Raises:
        NothingReadError: There is no scan.
        FormsOcrError: Template or settings are invalid.
    """
    configuration = load_configuration(request.config)
    inspector = _inspector(request, configuration)
    settle_s = configuration.intake.settle_s
    found = Arrivals(settle_s, settle_s).settle(discover(request.scans))
    for file in found.ignored:
        click.echo(f"{file.name}: {file.why}", err=True)
    if not found.scans:
        raise NothingReadError(
            f"{', '.join(map(str, request.scans))}: no scans found; is this the right folder?"
        )
    inspections = [_look(inspector, scan, request) for scan in found.scans]
    if not request.is_json:
        click.echo(_spoken(_total(inspections), request.language))
    return ExitCode.QUARANTINED if any(one.to_scan_again for one in inspections) else ExitCode.DONE


def keep_inspecting(request: Request, sleep: Callable[[float], None] = time.sleep) -> ExitCode:
    """Look at every file that is complete and new, until somebody asks for the end."""
    configuration = load_configuration(request.config)
    inspector = _inspector(request, configuration)
    arrivals = Arrivals(configuration.intake.settle_s, configuration.intake.patience_s)
    looked_at: dict[Path, tuple[int, int]] = {}
    stop = Stop()
    with stop.listening():
        while not stop.is_requested:
            for scan in arrivals.sort(discover(request.scans)).scans:
                marks = marks_of(scan)
                if looked_at.get(scan.path) != marks and not stop.is_requested:
                    looked_at[scan.path] = marks
                    _look(inspector, scan, request)
            rest(configuration.intake.rescan_s, stop, sleep)
        return ExitCode(128 + stop.signal) if stop.signal is not None else ExitCode.DONE


def _inspector(request: Request, configuration: Configuration) -> Inspector:
    templates = load_templates(request.templates or configuration.templates)
    return Inspector(templates, configuration.rules.to_rules(), configuration.ingest.to_limits())


def _look(inspector: Inspector, scan: ScanFile, request: Request) -> Inspection:
    inspection = inspector.inspect(scan.path, scan.name)
    if request.is_json:
        click.echo(json.dumps(as_document(inspection), ensure_ascii=False))
    else:
        click.echo("\n".join(as_lines(inspection, request.language)))
    return inspection


def as_lines(inspection: Inspection, language: str | None) -> Iterator[str]:
    """A line a scan, and one for each finding, pages to scan again marked.

    Args:
        language: ``ru``, ``en``, or None for both.
    """
    head = _counted(len([page for page in inspection.pages if page.number]), inspection.slips)
    yield f"{inspection.name}: {_spoken(head, language)}"
    for page in inspection.pages:
        mark = "!" if page.is_to_scan_again else " "
        for finding in page.findings:
            place = Phrase(f"стр. {page.number}", f"page {page.number}") if page.number else Phrase("", "")
            text = describe(finding)
            both = Phrase(f"{place.ru} {text.ru}".strip(), f"{place.en} {text.en}".strip())
            yield f"  {mark} {_spoken(both, language)}"


def _counted(pages: int, slips: int) -> Phrase:
    counted = PAGES.counted(pages), SLIPS.counted(slips)
    return Phrase(*(", ".join(parts) for parts in zip(*((c.ru, c.en) for c in counted), strict=True)))


def _total(inspections: Sequence[Inspection]) -> Phrase:
    again = sum(len(one.to_scan_again) for one in inspections)
    if not again:
        return Phrase("Заново сканировать ничего не нужно.", "Nothing to scan again.")
    return Phrase(
        f"Отсканировать заново: {PAGES.counted(again).ru} (отмечены «!»).",
        f"To scan again: {PAGES.counted(again).en} (marked with !).",
    )


def _spoken(phrase: Phrase, language: str | None) -> str:
    if language is not None:
        return phrase.ru if language == "ru" else phrase.en
    return phrase.ru if phrase.ru == phrase.en else f"{phrase.ru} / {phrase.en}"


def as_document(inspection: Inspection) -> dict[str, Any]:
    """An inspection as JSON values."""
    return {
        "scan": inspection.name,
        "pages": len([page for page in inspection.pages if page.number]),
        "slips": inspection.slips,
        "to_scan_again": [page.number for page in inspection.to_scan_again],
        "findings": [finding for page in inspection.pages for finding in _findings(page)],
    }


def _findings(page: PageInspection) -> Iterator[dict[str, Any]]:
    for finding in page.findings:
        text = describe(finding)
        yield {
            "page": page.number,
            "slip": finding.slip or None,
            "kind": finding.kind.value,
            "to_scan_again": finding.kind.is_to_scan_again,
            "measured": None if finding.measured is None else round(finding.measured, 3),
            "bound": finding.bound,
            "ru": text.ru,
            "en": text.en,
        }
