"""What the staff of an office get: what came in, and which pages to scan again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from forms_ocr.errors import StorageError
from forms_ocr.export import report_words as words
from forms_ocr.export.boxes import FAULTS, BoxCount, count_boxes, has_faulty_scan, is_to_scan_again
from forms_ocr.export.faults import fault_phrase
from forms_ocr.export.phrases import Phrase
from forms_ocr.export.pictures import PAGE_WIDTH_PX, data_uri
from forms_ocr.export.publish import Disk, publish
from forms_ocr.export.reasons import REASON_TEXTS
from forms_ocr.model import (
    FiledPage,
    FiledSlip,
    PageDisposition,
    Period,
    Reason,
    natural_key,
)

_MAX_PICTURES = 120

_PAGE = Markup(
    """<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>
body {{ font: 16px/1.5 "PT Sans", system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }}
h1 {{ font-size: 1.5rem; margin: 0 0 .2rem; }} h2 {{ font-size: 1.15rem; margin: 2rem 0 .5rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; }}
tr {{ border-bottom: 1px solid #ccc; }}
td.number {{ text-align: right; font-variant-numeric: tabular-nums; }}
[lang=en] {{ display: block; color: #595959; font-size: .85rem; }}
.name {{ overflow-wrap: anywhere; }} img {{ width: 11rem; border: 1px solid #ccc; }}
.good {{ padding: .75rem 1rem; background: #e8f3e8; }}
@media print {{ body {{ margin: 0; max-width: none; }} tr {{ break-inside: avoid; }} }}
</style></head><body><h1>{title}</h1><p>{subtitle}</p>{body}</body></html>
"""
)


_SCAN_ROW = Markup(
    '<tr><td class="name">{}</td><td class="number">{}</td><td class="number">{}</td><td>{}</td></tr>'
)
_BOX_ROW = Markup(
    '<tr><td class="name">{}</td><td class="number">{}</td><td class="number">{}</td><td>{}</td></tr>'
)
_PAGE_ROW = Markup('<tr><td class="name">{}</td><td>{}</td><td>{}</td></tr>')


@dataclass(frozen=True, slots=True)
class Receipt:
    """A page for an office.

    Attributes:
        file_name: Of the office, fit for a file system; without ending.
        to_scan_again: How many pages: those from which nothing was read, and those with a slip whose scan
            kept it from being read surely.
    """

    file_name: str
    html: str
    to_scan_again: int


def render_receipt(
    office: str,
    period: Period,
    pages: Sequence[FiledPage],
    workspace: Path,
    waiting: int = 0,
    slips: Sequence[FiledSlip] = (),
) -> Receipt:
    """Make the receipt of one office.

    Args:
        pages: All pages of the office in the period that were read.
        workspace: The folder that the pictures' paths are relative to.
        waiting: Pages of all offices that nobody has read yet.
        slips: Those of the office that no person decided on.
    """
    ordered = sorted(pages, key=lambda page: (natural_key(page.scan), page.page))
    whole = [page for page in ordered if is_to_scan_again(page)]
    faulty = sorted(
        filter(has_faulty_scan, slips), key=lambda slip: (natural_key(slip.scan), slip.page, slip.slip)
    )
    again = len(whole) + len({(slip.scan, slip.page) for slip in faulty})
    name = office or "—"
    title = f"Отделение {name}: получено за {period}"
    body = Markup("").join(
        [_waits(waiting), _boxes(ordered), _scans(ordered), _again(whole, faulty, workspace)]
    )
    html = _PAGE.format(title=title, subtitle=_subtitle(ordered, again), body=body)
    return Receipt(_file_name(office), str(html), again)


def write_receipt(path: Path, html: str) -> None:
    """Write the page; it is whole or not there.

    Raises:
        StorageError: It cannot be written.
    """
    if path.is_dir():
        raise StorageError(
            f"{path}: a folder stands where the receipt should be; name another file with --out"
        )
    publish(path.parent, {path.name: html.encode("utf-8", "backslashreplace")}, Disk())


def _file_name(office: str) -> str:
    return re.sub(r"[^\w.-]+", "_", office)[:60] or "without-office"


def _subtitle(pages: Sequence[FiledPage], again: int) -> Phrase:
    scans = words.SCANS.counted(len({page.scan for page in pages}))
    counted = words.PAGES.counted(sum(page.page > 0 for page in pages))
    slips = words.SLIPS.counted(sum(page.slips for page in pages))
    once_more = words.PAGES.counted(again)
    return Phrase(
        f"{scans.ru}, {counted.ru}, {slips.ru}. Отсканировать ещё раз: {once_more.ru}.",
        f"{scans.en}, {counted.en}, {slips.en}. To scan again: {once_more.en}.",
    )


def _waits(waiting: int) -> Markup:
    if not waiting:
        return Markup("")
    phrase = Phrase(
        "Обработка ещё не закончена: часть страниц не прочитана.",
        "Not finished: some pages are not read yet.",
    )
    return Markup("<p><strong>{}</strong></p>").format(phrase)


def _boxes(pages: Sequence[FiledPage]) -> Markup:
    """A line a box that a cover sheet announced."""
    boxes = count_boxes(pages)
    if not boxes:
        return Markup("")
    heading = Phrase("Коробки", "Boxes")
    head = [
        Phrase("коробка", "box"),
        Phrase("объявлено", "announced"),
        Phrase("найдено", "found"),
        Phrase("", ""),
    ]
    rows = Markup("").join(
        _BOX_ROW.format(box.box, box.announced, box.found, _difference(box)) for box in boxes
    )
    return Markup("<h2>{}</h2><table><tr>{}</tr>{}</table>").format(heading, _head(head), rows)


def _difference(box: BoxCount) -> Phrase:
    """What the staff do about a box."""
    if box.is_whole:
        return Phrase("все на месте", "all there")
    if box.found > box.announced:
        more = words.SLIPS.counted(box.found - box.announced)
        return Phrase(
            f"лишние: {more.ru}; нет ли в ней чужих бланков, не отсканирована ли часть дважды?",
            f"{more.en} too many; are there others in it, or was a part scanned twice?",
        )
    fewer, again = words.SLIPS.counted(box.announced - box.found), words.PAGES.counted(box.to_scan_again)
    if box.to_scan_again:
        return Phrase(
            f"не хватает: {fewer.ru}; отсканируйте заново, что указано ниже: {again.ru}",
            f"{fewer.en} missing; scan again what is listed below: {again.en}",
        )
    return Phrase(
        f"не хватает: {fewer.ru}; пересчитайте коробку, не прошли ли два листа сразу?",
        f"{fewer.en} missing; count the box, did two sheets go through at once?",
    )


def _scans(pages: Sequence[FiledPage]) -> Markup:
    """A line a file: how many pages, how many slips, what else."""
    heading = Phrase("Что получено", "What came in")
    head = [Phrase("файл", "file"), Phrase("страниц", "pages"), Phrase("бланков", "slips"), Phrase("", "")]
    by_scan: dict[str, list[FiledPage]] = {}
    for page in pages:
        by_scan.setdefault(page.scan, []).append(page)
    rows = Markup("").join(_scan_row(scan, group) for scan, group in by_scan.items())
    return Markup("<h2>{}</h2><table><tr>{}</tr>{}</table>").format(heading, _head(head), rows)


def _scan_row(scan: str, pages: Sequence[FiledPage]) -> Markup:
    covers = sum(page.reason is Reason.COVER_SHEET for page in pages)
    counts = Counter(page.disposition for page in pages if page.reason is not Reason.COVER_SHEET)
    other = [f"сопроводительные листы: {covers}"] if covers else []
    other += [
        f"{words.PAGE_DISPOSITIONS[kind].ru}: {counts[kind]}"
        for kind in PageDisposition
        if counts[kind] and kind is not PageDisposition.SLIPS
    ]
    number, slips = sum(page.page > 0 for page in pages), sum(page.slips for page in pages)
    return _SCAN_ROW.format(scan, number, slips, ", ".join(other))


def _again(pages: Sequence[FiledPage], slips: Sequence[FiledSlip], workspace: Path) -> Markup:
    """A line a page to scan again, with its picture as far as there is room for pictures; then single slips.

    These have no pictures: what customers wrote stays where the slips are decided on.
    """
    if not pages and not slips:
        done = Phrase(
            "Всё прочитано, заново сканировать ничего не нужно.", "All was read; nothing to scan again."
        )
        return Markup('<p class="good">{}</p>').format(done)
    heading = Phrase("Отсканируйте ещё раз", "Scan these again")
    head = [Phrase("файл, страница", "file, page"), Phrase("почему", "why"), Phrase("", "")]
    rows = Markup("").join(
        _again_row(page, workspace if index < _MAX_PICTURES else None) for index, page in enumerate(pages)
    ) + Markup("").join(map(_faulty_row, slips))
    return Markup("<h2>{}</h2><table><tr>{}</tr>{}</table>").format(heading, _head(head), rows)


def _again_row(page: FiledPage, workspace: Path | None) -> Markup:
    place = page.scan if page.page == 0 else f"{page.scan}, стр. {page.page}"
    source = "" if workspace is None else data_uri(workspace, page.picture_path, PAGE_WIDTH_PX)
    picture = Markup('<img alt="" src="{}">').format(source) if source else Markup("")
    return _PAGE_ROW.format(place, _why(page), picture)


def _faulty_row(slip: FiledSlip) -> Markup:
    place = f"{slip.scan}, стр. {slip.page}, бланк {slip.slip}"
    texts = [REASON_TEXTS[reason] for reason in slip.record.reasons if reason in FAULTS]
    why = (Markup("<strong>{}</strong><p>{}</p>").format(text.title, text.advice) for text in texts)
    return _PAGE_ROW.format(place, Markup("").join(why), "")


def _why(page: FiledPage) -> Markup:
    if page.reason is None:
        return Markup("")
    text = REASON_TEXTS[page.reason]
    fault = fault_phrase(page.message)
    return Markup("<strong>{}</strong><p>{}</p><p>{}</p>").format(text.title, fault, text.advice)


def _head(phrases: Sequence[Phrase]) -> Markup:
    return Markup("").join(Markup("<th>{}</th>").format(phrase) for phrase in phrases)
