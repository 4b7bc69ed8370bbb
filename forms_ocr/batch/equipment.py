"""What workers read real scans with. Importing this loads the whole pipeline, so only workers' owners do."""

from __future__ import annotations

import gc
import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from forms_ocr.batch.late_pictures import Studio
from forms_ocr.batch.work import Equipment, PageReader
from forms_ocr.ingest import Limits, Scan, open_scan
from forms_ocr.inspection import with_causes
from forms_ocr.model import Page, PageReading, Period, Registration, Rules, Template, template_of
from forms_ocr.pipeline import Reader, build_reader, draw_slip, read_page


def pipeline_equipment(  # noqa: PLR0913, PLR0917  # all that a worker needs; the last two may be left out
    template: Path,
    registry: Path | None,
    rules: Rules,
    period: Period,
    limits: Limits,
    memory_bytes: int,
    other_templates: Sequence[Path] = (),
    task_cpu_s: float = math.inf,
) -> Equipment:
    """Equipment that opens scans with ingest and reads pages with the pipeline."""
    return Equipment(
        build_reader=partial(_build_page_reader, template, registry, rules, period, tuple(other_templates)),
        open_scan=partial(_open_with_limits, limits),
        memory_bytes=memory_bytes,
        preload=(__name__,),
        task_cpu_s=task_cpu_s,
    )


def pipeline_studio(equipment: Equipment, template: Template, others: Sequence[Template] = ()) -> Studio:
    """A studio that opens scans as the workers do and draws as the pipeline does."""
    return Studio(equipment.open_scan, partial(_draw, (template, *others)))


def _draw(templates: Sequence[Template], page: Page, registration: Registration) -> bytes:
    return draw_slip(page, registration, template_of(registration.template, templates))


def _build_page_reader(
    template: Path, registry: Path | None, rules: Rules, period: Period, others: tuple[Path, ...]
) -> PageReader:
    reader = build_reader(template, registry, rules, period, others)
    # what is loaded by now stays: the collector need not walk through it every few pages
    gc.freeze()
    return partial(_read_page, reader=reader)


def _read_page(page: Page, reader: Reader) -> PageReading:
    """As the pipeline does; where the scan is to blame for what was not read surely, it says so."""
    reading = read_page(page, reader)
    return with_causes(page, reading, reader.templates, reader.rules.max_residual_mm)


def _open_with_limits(limits: Limits, path: Path) -> AbstractContextManager[Scan]:
    return open_scan(path, limits)
