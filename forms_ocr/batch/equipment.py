"""What workers read real scans with. Importing this loads the whole pipeline, so only workers' owners do."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from forms_ocr.batch.work import Equipment, PageReader
from forms_ocr.ingest import Limits, Scan, open_scan
from forms_ocr.model import Period, Rules
from forms_ocr.pipeline import build_reader, read_page


def pipeline_equipment(
    template: Path, registry: Path | None, rules: Rules, period: Period, limits: Limits, memory_bytes: int
) -> Equipment:
    """Equipment that opens scans with ingest and reads pages with the pipeline."""
    return Equipment(
        build_reader=partial(_build_page_reader, template, registry, rules, period),
        open_scan=partial(_open_with_limits, limits),
        memory_bytes=memory_bytes,
        preload=(__name__,),
    )


def _build_page_reader(template: Path, registry: Path | None, rules: Rules, period: Period) -> PageReader:
    return partial(read_page, reader=build_reader(template, registry, rules, period))


def _open_with_limits(limits: Limits, path: Path) -> AbstractContextManager[Scan]:
    return open_scan(path, limits)
