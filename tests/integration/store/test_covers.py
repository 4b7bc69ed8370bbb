"""Covers in the ledger: filed with their page, and the offices of all that came under them."""

from __future__ import annotations

from forms_ocr.model import Cover, FiledPage, PageDisposition, PageReading, Reason
from forms_ocr.store import Ledger, PageEntry, ReceivedScan, ScanFindings, page_entry
from tests.integration.store.test_ledger import NOVEMBER, no_slips_page, slips_page

THREE = Cover("12", "3", 2)


def cover_page(number: int, cover: Cover = THREE) -> PageEntry:
    return page_entry(PageReading(number, PageDisposition.FOREIGN, reason=Reason.COVER_SHEET, cover=cover))


def blank_page(number: int) -> PageEntry:
    return page_entry(PageReading(number, PageDisposition.BLANK, reason=Reason.PAGE_BLANK))


def file(ledger: Ledger, name: str, *pages: PageEntry, count: int | None = None) -> None:
    received = ReceivedScan(name, name.partition("/")[0], f"{abs(hash(name)):064x}"[:64], 10)
    (scan,) = ledger.receive([received], NOVEMBER)
    ledger.file([ScanFindings(scan.id, count or len(pages), pages)], "first")


def covers(pages: tuple[FiledPage, ...]) -> dict[tuple[str, int], Cover | None]:
    return {(page.scan, page.page): page.cover for page in pages}


def test_pages_and_slips_after_a_cover_are_its_offices(ledger: Ledger) -> None:
    file(ledger, "north/a.pdf", slips_page(1, "101"), cover_page(2), slips_page(3, "102"))
    pages = ledger.pages(NOVEMBER)
    assert [(page.office, page.cover) for page in pages] == [("north", None), ("12", THREE), ("12", THREE)]
    assert [slip.office for slip in ledger.slips(NOVEMBER)] == ["north", "12"]


def test_a_cover_with_its_blank_back_stands_for_the_next_files(ledger: Ledger) -> None:
    file(ledger, "north/b.pdf", slips_page(1, "101"))
    file(ledger, "north/a.pdf", cover_page(1), blank_page(2))
    assert covers(ledger.pages(NOVEMBER))["north/b.pdf", 1] == THREE


def test_a_file_that_is_not_read_to_its_end_is_not_a_cover_alone(ledger: Ledger) -> None:
    file(ledger, "north/a.pdf", cover_page(1), count=2)
    file(ledger, "north/b.pdf", slips_page(1, "101"))
    assert covers(ledger.pages(NOVEMBER))["north/b.pdf", 1] is None


def test_a_cover_that_is_read_as_something_else_later_is_none(ledger: Ledger) -> None:
    file(ledger, "north/a.pdf", cover_page(1), slips_page(2, "101"))
    file(ledger, "north/a.pdf", no_slips_page(1, Reason.PAGE_NOT_THIS_FORM), slips_page(2, "101"))
    assert set(covers(ledger.pages(NOVEMBER)).values()) == {None}
    assert ledger.violations() == () or all("original" in one for one in ledger.violations())
