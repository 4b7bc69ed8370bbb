"""``python -m bench``: the figures of the README and the documentation, measured again."""

from __future__ import annotations

import csv
import gc
import sys
import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from statistics import median

import click
import cv2

from bench.forms import forms
from bench.inspection import inspection
from bench.ledger import TARGET_RATIO as LEDGER_TARGET
from bench.ledger import measure_ledger
from bench.memory import measure_memory, plot_memory
from bench.night import measure_night, plot_night
from bench.pages import PERIOD, draw_accounts, draw_pages
from bench.path import TARGET_RATIO as PATH_TARGET
from bench.path import measure_path
from bench.registering import FIND_SIX_MS, WITH_MARKERS_MS, WITHOUT_MARKERS_MS, measure_registering
from bench.rescans import measure_rescans
from bench.review import review
from bench.robustness import distortion, strangers
from bench.side_by_side import side_by_side
from bench.workers import TARGET_RATIO as WORKERS_TARGET
from bench.workers import measure_workers
from forms_ocr.config import load_configuration
from forms_ocr.extraction import SAME_PAPER
from forms_ocr.model import Account, Rules
from forms_ocr.pipeline import Reader, build_reader
from forms_ocr.template import default_template_path

PARTS = ("path", "registration", "workers", "ledger", "night", "memory", "rescans")


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--pages", default=40, show_default=True, help="Different pages to measure on.")
@click.option("--rounds", default=5, show_default=True, help="How often each is measured.")
@click.option("--memory-pages", default=3000, show_default=True, help="Pages that one worker reads.")
@click.option(
    "--papers", default=300, show_default=True, help="Slips that are scanned twice and written again."
)
@click.option("--night-pages", default=20_000, show_default=True, help="Pages in one workspace.")
@click.option("--plot", default=Path("out/memory.png"), type=click.Path(path_type=Path), show_default=True)
def main(
    parts: tuple[str, ...],
    pages: int,
    rounds: int,
    memory_pages: int,
    papers: int,
    night_pages: int,
    plot: Path,
) -> None:
    """Measure PARTS: path, registration, workers, ledger, night, memory, rescans; all if none is named.

    ``distortion``, ``forms``, ``side-by-side``, ``strangers``, ``inspection`` and ``review`` have options of
    their own and are measured alone.
    """
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory(prefix="forms-ocr-bench-") as folder:
        bench: Callable[[], _Bench] = cache(partial(_Bench, Path(folder), pages))
        for part in parts or PARTS:
            match part:
                case "path":
                    _path(bench(), rounds)
                case "registration":
                    _registration(max(1, pages // 5), rounds)
                case "workers":
                    _workers(bench(), max(1, rounds // 2))
                case "ledger":
                    _ledger(bench(), max(1, rounds // 2))
                case "night":
                    _night(bench(), night_pages, plot.with_name("night.png"))
                case "memory":
                    _memory(bench(), memory_pages, plot)
                case "rescans":
                    _rescans(papers)


class _Bench:
    """Pages, registry and reader, made once."""

    def __init__(self, folder: Path, pages: int) -> None:
        click.echo(
            f"Drawing {pages} pages, A5, 300 dpi grey JPEG in PDF, and a registry of 100,000 accounts."
        )
        accounts = draw_accounts()
        self.folder = folder
        self.template = default_template_path()
        self.registry = _write_registry(folder / "registry.csv", accounts)
        self.reader: Reader = build_reader(self.template, self.registry, Rules(), PERIOD)
        self.pages = draw_pages(self.reader.template, pages, accounts)
        self.scans = [folder / f"{number}.pdf" for number in range(pages)]
        for scan, page in zip(self.scans, self.pages, strict=True):
            scan.write_bytes(page)
        # as workers do
        gc.collect()
        gc.freeze()


def _write_registry(path: Path, accounts: list[Account]) -> Path:
    columns = ("account", "street", "house", "flat", "last_reading", "last_date", "dials", "status")
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(columns)
        rows.writerows([getattr(account, column) for column in columns] for account in accounts)
    return path


def _path(bench: _Bench, rounds: int) -> None:
    measure_path(bench.scans[:4], bench.reader, 1)
    cost = measure_path(bench.scans, bench.reader, rounds)
    stages = ", ".join(f"{name} {ms:.1f}" for name, ms in cost.stages_ms.items())
    click.echo(
        f"path: decoding {cost.decode_ms:.1f} ms a page, the whole path {cost.path_ms:.1f} ms ({stages}); "
        f"ratio {cost.ratio:.2f} (at most {PATH_TARGET})"
    )


def _registration(pages: int, rounds: int) -> None:
    costs = measure_registering(pages, rounds)
    one, bare, six = costs["with markers"], costs["without markers"], costs["six slips on A4"]
    click.echo(
        f"registration: with markers {one.slip_ms:.1f} ms a slip (at most {WITH_MARKERS_MS:g}), without "
        f"{bare.slip_ms:.1f} ms (at most {WITHOUT_MARKERS_MS:g}), decoding of the same pages "
        f"{one.decode_ms:.1f} ms; finding six slips on an A4 page {six.find_ms:.1f} ms (at most "
        f"{FIND_SIX_MS:g}), decoding of those pages {six.decode_ms:.1f} ms"
    )
    for name, cost in costs.items():
        click.echo(
            f"  {name}: {cost.slips} of {cost.there} found, {cost.slip_ms:.1f} ms a slip; "
            f"markers of a page {cost.find_ms:.1f} ms; decoding {cost.decode_ms:.1f} ms"
        )


def _workers(bench: _Bench, rounds: int) -> None:
    gain = measure_workers(bench.folder, bench.pages, 12, bench.template, bench.registry, rounds)
    click.echo(
        f"workers: one reads {gain.one:.1f} pages a second, two read {gain.two:.1f}; "
        f"ratio {gain.ratio:.2f} (at least {WORKERS_TARGET})"
    )


def _ledger(bench: _Bench, rounds: int) -> None:
    counts = (1, load_configuration(None).batch.worker_count)
    for cost in measure_ledger(bench.folder, bench.pages, 12, bench.template, bench.registry, counts, rounds):
        click.echo(
            f"ledger: {cost.workers} bare worker(s) read {cost.bare:.1f} pages a second, with originals and "
            f"ledger {cost.filed:.1f}; ratio {cost.ratio:.2f} (at most {LEDGER_TARGET}); of CPU a page "
            f"{cost.bare_ms:.1f} ms bare, {cost.filed_ms:.1f} ms with them ({cost.cpu_ratio:.2f}), of which "
            f"the supervisor {cost.supervisor_ms:.1f} ms"
        )


def _night(bench: _Bench, pages: int, plot: Path) -> None:
    night = measure_night(bench.folder, bench.scans, bench.reader, bench.template, pages)
    plot_night(night, plot)
    click.echo(
        f"night: {pages} pages in one workspace, read by a double; {median(night.page_ms):.1f} ms a page "
        f"({night.growth(night.page_ms):+.0%} over the night), of it the supervisor's CPU "
        f"{median(night.supervisor_ms):.2f} ms ({night.growth(night.supervisor_ms):+.0%}); supervisor "
        f"{night.supervisor_mib[-1]:.0f} MiB ({night.growth(night.supervisor_mib):+.0%}); ledger "
        f"{night.ledger_mib[-1]:.0f} MiB; exports in {night.export_s:.1f} s and {night.export_mib:.0f} MiB; "
        f"plotted in {plot}"
    )


def _memory(bench: _Bench, pages: int, plot: Path) -> None:
    course = measure_memory(bench.scans, bench.reader, pages)
    plot_memory(course, plot)
    click.echo(
        f"memory: {course.resident_mib[0]:.0f} MiB after {course.pages[0]} pages, "
        f"{course.resident_mib[-1]:.0f} MiB after {course.pages[-1]}; {course.growth_mib:+.2f} MiB per 1,000 "
        f"pages once warm; plotted in {plot}"
    )


def _rescans(papers: int) -> None:
    with click.progressbar(length=papers, label="papers") as bar:
        found = measure_rescans(papers, on_paper=partial(bar.update, 1))
    click.echo(f"rescans: {papers} papers, {found.lost} of them not found on their page in one of the scans")
    for cut in (0.7, 0.75, SAME_PAPER, 0.85, 0.9):
        missed, words, reading, stranger = found.shares(cut)
        click.echo(
            f"  from a likeness of {cut:g} on: {missed:.2%} of second scans missed; taken for one paper: "
            f"{words:.2%} of the same words again, {reading:.2%} of next readings, {stranger:.2%} of others"
        )
    apart = max(*found.same_words, *found.next_reading, *found.stranger)
    click.echo(f"  least alike of one paper {min(found.same_paper):.3f}, most alike of two {apart:.3f}")


if __name__ == "__main__":
    ALONE = {
        "distortion": distortion,
        "forms": forms,
        "side-by-side": side_by_side,
        "strangers": strangers,
        "inspection": inspection,
        "review": review,
    }
    part = sys.argv[1] if len(sys.argv) > 1 else ""
    if part in ALONE:
        ALONE[part](sys.argv[2:])
    else:
        main()
