"""What covers announced beside what came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from forms_ocr.export import RunFacts, render_receipt
from forms_ocr.export.boxes import BoxCount, count_boxes, is_to_scan_again
from forms_ocr.export.summary import summarise
from forms_ocr.model import Cover, Disposition, FiledPage, FiledSlip, PageDisposition, Period, Reason

MakePage = Callable[..., FiledPage]

NOVEMBER = Period(2026, 11)


@pytest.fixture
def box(make_page: MakePage) -> Callable[..., list[FiledPage]]:
    """A file with a cover, pages of slips, and pages that cannot be read."""

    def make(announced: int, slips: int, broken: int = 0, name: str = "3") -> list[FiledPage]:
        cover = Cover("12", name, announced)
        scan = f"12/{name}.pdf"
        pages = [make_page(scan, 1, PageDisposition.FOREIGN, reason=Reason.COVER_SHEET)]
        pages += [make_page(scan, 2 + number) for number in range(slips)]
        pages += [
            make_page(scan, 2 + slips + number, PageDisposition.QUARANTINED, reason=Reason.PAGE_BROKEN)
            for number in range(broken)
        ]
        return [replace(page, cover=cover) for page in pages]

    return make


def test_a_box_is_counted_by_the_slips_on_its_pages(box: Callable[..., list[FiledPage]]) -> None:
    pages = box(3, 2, 1, "10") + box(2, 2, name="9")
    assert count_boxes(pages) == (BoxCount("12", "9", 2, 2, 0), BoxCount("12", "10", 3, 2, 1))


def test_pages_without_a_cover_are_in_no_box(make_page: MakePage) -> None:
    assert count_boxes([make_page()]) == ()


def test_a_cover_is_not_to_be_scanned_again(box: Callable[..., list[FiledPage]]) -> None:
    assert [is_to_scan_again(page) for page in box(2, 1, 1)] == [False, False, True]


@pytest.mark.parametrize(
    ("announced", "slips", "broken", "said"),
    [
        (2, 2, 0, "all there"),
        (3, 2, 1, "1 slip missing; scan again what is listed below: 1 page"),
        (4, 2, 0, "2 slips missing; count the box"),
        (1, 3, 0, "2 slips too many"),
    ],
)
def test_the_receipt_compares_the_count(
    box: Callable[..., list[FiledPage]], announced: int, slips: int, broken: int, said: str
) -> None:
    receipt = render_receipt("12", NOVEMBER, box(announced, slips, broken), Path())
    assert said in receipt.html
    assert "сопроводительные листы: 1" in receipt.html
    assert receipt.to_scan_again == broken


def test_a_receipt_without_covers_speaks_of_no_boxes(make_page: MakePage) -> None:
    assert "Коробки" not in render_receipt("12", NOVEMBER, [make_page()], Path()).html


def test_the_summary_names_the_boxes(box: Callable[..., list[FiledPage]], facts: RunFacts) -> None:
    pages = [replace(page, slips=0) for page in box(2, 0)]
    text = summarise(pages, []).to_json(facts)
    assert '"announced": 2' in text
    assert '"found": 0' in text


@pytest.mark.parametrize(
    ("disposition", "reasons", "is_named"),
    [
        (Disposition.REVIEW, (Reason.SLIP_BLURRED, Reason.ACCOUNT_UNCERTAIN), True),
        (Disposition.REVIEW, (Reason.SLIP_CUT_OFF, Reason.REGISTRATION_UNCERTAIN), True),
        (Disposition.REFUSED, (Reason.SLIP_CELLS_EMPTY, Reason.ACCOUNT_MISSING), True),
        (Disposition.REVIEW, (Reason.ACCOUNT_UNCERTAIN,), False),
        (Disposition.ACCEPTED, (), False),
    ],
)
def test_the_receipt_names_slips_whose_scan_is_at_fault(
    make_page: MakePage,
    make_slip: Callable[..., FiledSlip],
    disposition: Disposition,
    reasons: tuple[Reason, ...],
    is_named: bool,
) -> None:
    slip = make_slip("12/a.pdf", 7, slip=2, disposition=disposition, reasons=reasons)
    receipt = render_receipt("12", NOVEMBER, [make_page("12/a.pdf", 7)], Path(), slips=[slip])
    assert receipt.to_scan_again == is_named
    assert ("12/a.pdf, стр. 7, бланк 2" in receipt.html) == is_named
    assert ("Всё прочитано" in receipt.html) != is_named
    assert "Лицевой счёт прочитан" not in receipt.html
