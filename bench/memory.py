"""Does a worker's memory stay flat over thousands of pages?"""

from __future__ import annotations

import gc
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from forms_ocr.ingest import Limits, open_scan
from forms_ocr.pipeline import Reader, read_page

_EVERY = 50
# The first pages fill caches: template strips, network arenas, OpenCV's buffers.
_WARM_UP_PAGES = 500


@dataclass(frozen=True, slots=True)
class MemoryCourse:
    """Resident memory after so many pages, and its growth once warm, in MiB a thousand pages."""

    pages: list[int]
    resident_mib: list[float]
    growth_mib: float


def measure_memory(scans: list[Path], reader: Reader, pages: int) -> MemoryCourse:
    """Read pages one after the other, the way a worker does, and look at the process's resident memory."""
    seen, resident = [], []
    for number in range(1, pages + 1):
        with open_scan(scans[number % len(scans)], Limits()) as opened:
            read_page(opened.read(1), reader)
        if number % _EVERY == 0:
            gc.collect()
            seen.append(number)
            resident.append(_resident_mib())
    warm = np.array(seen) >= min(_WARM_UP_PAGES, pages // 2)
    slope = np.polyfit(np.array(seen)[warm], np.array(resident)[warm], 1)[0]
    return MemoryCourse(seen, resident, float(slope) * 1000)


def _resident_mib() -> float:
    line = next(row for row in Path("/proc/self/status").read_text().splitlines() if row.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def plot_memory(course: MemoryCourse, out: Path) -> None:
    """Draw the course as a picture."""
    figure = Figure(figsize=(7, 3), layout="constrained")
    axes = figure.subplots()
    axes.plot(course.pages, course.resident_mib, color="#1a5fb4")
    axes.set_ylim(0, max(course.resident_mib) * 1.25)
    axes.set_xlabel("pages read by one worker")
    axes.set_ylabel("resident memory, MiB")
    axes.set_title(f"{course.growth_mib:+.2f} MiB per 1,000 pages once warm", fontsize=10)
    axes.grid(alpha=0.3)
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=120)
