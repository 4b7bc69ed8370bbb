"""The ledger over a real SQLite file and a real PostgreSQL."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import IntegrityError

from forms_ocr.errors import StorageError, WorkspaceBusyError
from forms_ocr.model import (
    Disposition,
    FieldReading,
    PageDisposition,
    PageReading,
    Period,
    Reason,
    Record,
    Registration,
    SlipReading,
)
from forms_ocr.store import (
    Ledger,
    PageEntry,
    ReceivedScan,
    Scan,
    ScanFindings,
    ScanState,
    Workspace,
    open_ledger,
    page_entry,
)
from tests.integration.store.conftest import Books

NOVEMBER, DECEMBER = Period(2026, 11), Period(2026, 12)
A_SCAN = ReceivedScan("north/a.pdf", "north", "a1" * 32, 1000)


@pytest.fixture
def scan(ledger: Ledger) -> Scan:
    (received,) = ledger.receive([A_SCAN], NOVEMBER)
    return received


def slips_page(number: int, account: str, picture: bytes = b"") -> PageEntry:
    disposition = Disposition.REVIEW if picture else Disposition.ACCEPTED
    fields = (FieldReading("account", account, 0.99),)
    record = Record(account, "0042", "2026-11-24", "", True, fields, 0.99, disposition)
    slip = SlipReading(1, Registration(np.eye(3), 0.1, 0.9, 0, 11.8), record, picture)
    return page_entry(PageReading(number, PageDisposition.SLIPS, (slip,)))


def no_slips_page(number: int, reason: Reason, picture: bytes = b"") -> PageEntry:
    disposition = PageDisposition.FOREIGN if number else PageDisposition.QUARANTINED
    return page_entry(PageReading(number, disposition, reason=reason, message="why", picture=picture))


def pictures_in(workspace: Workspace) -> list[Path]:
    return sorted(path for path in (workspace.folder / "crops").rglob("*") if path.is_file())


def tables(books: Books) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but the events."""
    names = ("settings", "scans", "pages", "slips", "leases")
    return {name: sorted(books.rows(f"SELECT * FROM {name}")) for name in names}  # noqa: S608  # our names


def test_a_scan_is_known_by_period_name_and_content(ledger: Ledger, scan: Scan) -> None:
    assert ledger.receive([A_SCAN], NOVEMBER) == (scan,)
    other_content = ReceivedScan(A_SCAN.name, "north", "b2" * 32, 1000)
    other_name = ReceivedScan("north/b.pdf", "north", A_SCAN.sha256, 1000)
    others = ledger.receive([other_content, other_name], NOVEMBER) + ledger.receive([A_SCAN], DECEMBER)
    assert len({scan.id, *(other.id for other in others)}) == 4


def test_a_scan_of_another_month_is_known_by_name_and_content(ledger: Ledger, scan: Scan) -> None:
    other = ReceivedScan(A_SCAN.name, A_SCAN.office, "b2" * 32, 1)
    unread = ReceivedScan("north/z.pdf", "north", "", 0)
    ledger.receive([unread], NOVEMBER)
    assert scan.sha256 == A_SCAN.sha256
    assert ledger.known_elsewhere([A_SCAN, other, unread], DECEMBER) == {A_SCAN}
    assert ledger.known_elsewhere([A_SCAN], NOVEMBER) == frozenset()


def test_a_new_scan_waits_and_an_opened_one_has_waiting_pages(ledger: Ledger, scan: Scan) -> None:
    assert scan.state is ScanState.RECEIVED
    assert [unfinished.id for unfinished in ledger.unfinished(NOVEMBER)] == [scan.id]
    ledger.file([ScanFindings(scan.id, 3, (slips_page(1, "101"),))], "first")
    (opened,) = ledger.unfinished(NOVEMBER)
    assert (opened.state, opened.page_count, opened.settings) == (ScanState.OPENED, 3, "first")
    assert ledger.waiting_pages([scan.id]) == {scan.id: (2, 3)}
    assert ledger.unfinished_periods() == ("2026-11",)
    ledger.file([ScanFindings(scan.id, None, (slips_page(2, "102"), slips_page(3, "103")))], "first")
    assert ledger.unfinished(NOVEMBER) == ()
    assert ledger.unfinished_periods() == ()


def test_pages_read_under_other_settings_count_as_unread_when_asked_for(ledger: Ledger, scan: Scan) -> None:
    ledger.file([ScanFindings(scan.id, 2, (slips_page(1, "101"), slips_page(2, "102")))], "first")
    ledger.file([ScanFindings(scan.id, 2, (slips_page(1, "101"),))], "second")
    assert ledger.waiting_pages([scan.id], "second") == {scan.id: (2,)}
    assert ledger.waiting_pages([scan.id]) == {}


def test_filing_twice_changes_nothing(ledger: Ledger, scan: Scan, books: Books, workspace: Workspace) -> None:
    findings = [
        ScanFindings(scan.id, 2, (slips_page(1, "101", b"jpeg"), no_slips_page(2, Reason.PAGE_BLANK)))
    ]
    ledger.file(findings, "first")
    before = tables(books)
    ledger.file(findings, "first")
    assert tables(books) == before
    assert len(pictures_in(workspace)) == 1


def test_a_new_result_takes_the_place_of_the_old_one_with_its_picture(
    ledger: Ledger, scan: Scan, workspace: Workspace
) -> None:
    old = (slips_page(1, "101", b"slip"), no_slips_page(2, Reason.PAGE_NOT_THIS_FORM, b"page"))
    ledger.file([ScanFindings(scan.id, 2, old)], "first")
    assert len(pictures_in(workspace)) == 2
    ledger.file([ScanFindings(scan.id, 2, (slips_page(1, "109"), slips_page(2, "110")))], "second")
    assert [slip.record.account for slip in ledger.slips(NOVEMBER)] == ["109", "110"]
    assert pictures_in(workspace) == []


def test_a_scan_that_no_longer_opens_has_page_0_only_and_the_other_way_round(
    ledger: Ledger, scan: Scan, workspace: Workspace
) -> None:
    ledger.file([ScanFindings(scan.id, 2, (slips_page(1, "101", b"slip"), slips_page(2, "102")))], "first")
    ledger.file([ScanFindings(scan.id, None, (no_slips_page(0, Reason.SCAN_TOO_MANY_PAGES),))], "second")
    assert [page.page for page in ledger.pages(NOVEMBER)] == [0]
    assert ledger.slips(NOVEMBER) == ()
    assert pictures_in(workspace) == []
    ledger.file([ScanFindings(scan.id, 1, (slips_page(1, "101"),))], "third")
    assert [(page.page, page.slips) for page in ledger.pages(NOVEMBER)] == [(1, 1)]


def test_what_comes_out_is_in_order_and_complete(ledger: Ledger, scan: Scan) -> None:
    (first,) = ledger.receive([ReceivedScan("east/z.pdf", "east", "c3" * 32, 1)], NOVEMBER)
    pages = (slips_page(2, "102"), no_slips_page(1, Reason.PAGE_NOT_THIS_FORM, b"jpeg"))
    ledger.file([ScanFindings(scan.id, 2, pages)], "first")
    ledger.file([ScanFindings(first.id, 1, (slips_page(1, "100", b"jpeg"),))], "first")
    one, two, three = ledger.pages(NOVEMBER)
    assert [(page.scan, page.office, page.page, page.slips) for page in (one, two, three)] == [
        ("east/z.pdf", "east", 1, 1),
        ("north/a.pdf", "north", 1, 0),
        ("north/a.pdf", "north", 2, 1),
    ]
    assert (two.reason, two.message, two.picture_path[:14]) == (
        Reason.PAGE_NOT_THIS_FORM,
        "why",
        "crops/2026-11/",
    )
    assert [slip.record.account for slip in ledger.slips(NOVEMBER)] == ["100", "102"]
    assert ledger.slips(NOVEMBER)[0].picture_path.endswith(f"{ledger.slips(NOVEMBER)[0].slip_id}.jpg")
    assert ledger.pages(DECEMBER) == ()


def test_a_picture_may_come_later_and_goes_with_its_slip(
    ledger: Ledger, scan: Scan, workspace: Workspace
) -> None:
    (december,) = ledger.receive([A_SCAN], DECEMBER)
    for received in (scan, december):
        ledger.file([ScanFindings(received.id, 1, (slips_page(1, "101"),))], "first")
    (slip,) = ledger.slips(NOVEMBER)
    (source,) = ledger.slip_sources(NOVEMBER, [slip.slip_id]).values()
    assert (source.scan_id, source.sha256, source.page) == (scan.id, A_SCAN.sha256, 1)
    paths = ledger.add_pictures(NOVEMBER, {slip.slip_id: b"late"})
    (slip,) = ledger.slips(NOVEMBER)
    assert paths == {slip.slip_id: slip.picture_path}
    assert (workspace.folder / slip.picture_path).read_bytes() == b"late"
    assert ledger.slips(DECEMBER)[0].picture_path == ""
    ledger.file([ScanFindings(scan.id, None, (slips_page(1, "102"),))], "second")
    assert pictures_in(workspace) == []


def test_the_trail_tells_everything_in_order_and_nothing_of_what_stands_on_a_slip(
    ledger: Ledger, scan: Scan, books: Books
) -> None:
    ledger.file([ScanFindings(scan.id, 1, (slips_page(1, "121000000012"),))], "first")
    ledger.note("run_ended", {"pages": 1})
    rows = books.rows("SELECT kind, scan_id, page, detail FROM events ORDER BY id")
    assert [row[:3] for row in rows] == [
        ("scan_received", scan.id, None),
        ("page_read", scan.id, 1),
        ("scan_opened", scan.id, None),
        ("run_ended", None, None),
    ]
    assert json.loads(rows[1][3])["disposition"] == "slips"
    assert "121000000012" not in str(rows)


@pytest.mark.parametrize("statement", ["UPDATE events SET kind = 'x'", "DELETE FROM events"])
@pytest.mark.usefixtures("scan")
def test_the_trail_cannot_be_changed(books: Books, statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        books.rows(statement)


def test_a_failed_filing_leaves_everything_as_it_was(ledger: Ledger, scan: Scan, books: Books) -> None:
    ledger.file([ScanFindings(scan.id, 1, (slips_page(1, "101"),))], "first")
    before = tables(books)
    twice_the_same_slip = slips_page(1, "102").slips * 2
    broken = PageEntry(1, PageDisposition.SLIPS, twice_the_same_slip)
    with pytest.raises(IntegrityError):
        ledger.file([ScanFindings(scan.id, 5, (broken,))], "second")
    assert tables(books) == before


def test_a_full_disk_is_said_and_nothing_is_half_filed(books: Books, ledger: Ledger, scan: Scan) -> None:
    if books.store:
        pytest.skip("the server's disk is not ours to fill")
    with ledger._engine.begin() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    many = tuple(slips_page(number, str(number)) for number in range(1, 200))
    with pytest.raises(StorageError, match="disk is full; make room"):
        ledger.file([ScanFindings(scan.id, 199, many)], "first")
    assert ledger.pages(NOVEMBER) == ()
    assert ledger.unfinished(NOVEMBER) == (scan,)


def test_a_ledger_keeps_what_it_was_told_when_opened_again(books: Books) -> None:
    with books.open() as ledger:
        (scan,) = ledger.receive([A_SCAN], NOVEMBER)
        ledger.file([ScanFindings(scan.id, 1, (slips_page(1, "007"),))], "first")
    with books.open() as ledger:
        assert [slip.record.account for slip in ledger.slips(NOVEMBER)] == ["007"]


def test_who_lost_the_lease_can_file_nothing_more(books: Books, workspace: Workspace) -> None:
    if books.store:
        pytest.skip("there the connection itself is the lock")
    with books.open() as first, books.open() as second:
        first.take_lease("process 1 on east")
        (scan,) = first.receive([A_SCAN], NOVEMBER)
        second.take_lease("process 2 on west")
        findings = [ScanFindings(scan.id, 1, (slips_page(1, "101", b"jpeg"),))]
        for write in (
            partial(first.file, findings, "first"),
            partial(first.receive, [A_SCAN], NOVEMBER),
            partial(first.try_again, NOVEMBER, [scan.id]),
        ):
            with pytest.raises(WorkspaceBusyError, match="process 2 on west since"):
                write()
        assert pictures_in(workspace) == []
        second.file(findings, "first")
        assert len(second.slips(NOVEMBER)) == 1


def test_one_run_at_a_time_may_hold_a_postgresql_ledger(books: Books) -> None:
    if not books.store:
        pytest.skip("there the workspace's lock file does it")
    with books.open() as second:
        with books.open() as first:
            first.take_lease("process 1 on east")
            with pytest.raises(WorkspaceBusyError, match="process 1 on east since"):
                second.take_lease("process 2 on west")
        second.take_lease("process 2 on west")


def test_many_writers_at_once_lose_nothing(books: Books) -> None:
    def write(writer: int) -> None:
        with books.open() as ledger:
            for number in range(5):
                scan = ReceivedScan(f"{writer}/{number}.pdf", str(writer), f"{writer}{number}" * 32, 1)
                (received,) = ledger.receive([scan], NOVEMBER)
                ledger.file([ScanFindings(received.id, 1, (slips_page(1, f"{writer}{number}"),))], "first")

    with books.open() as ledger:
        with ThreadPoolExecutor(8) as writers:
            list(writers.map(write, range(8)))
        wanted = sorted(f"{writer}{number}" for writer in range(8) for number in range(5))
        assert sorted(slip.record.account for slip in ledger.slips(NOVEMBER)) == wanted


def test_who_reads_sees_one_state_and_keeps_nobody_waiting(books: Books) -> None:
    """`verify` over a large workspace takes minutes, and a run may be at work there."""
    with books.open() as looking, books.open() as writing:
        with looking._reading("looking") as view:
            count = "SELECT count(*) FROM scans"
            assert view.exec_driver_sql(count).scalar_one() == 0
            (scan,) = writing.receive([A_SCAN], NOVEMBER)
            assert view.exec_driver_sql(count).scalar_one() == 0
        assert looking.scans(NOVEMBER) == (scan,)


def test_a_database_that_goes_away_is_said_and_nothing_is_half_filed(books: Books) -> None:
    if not books.store:
        pytest.skip("a file does not go away")
    with books.open() as ledger:
        (scan,) = ledger.receive([A_SCAN], NOVEMBER)

        def hang_up(connection: Connection) -> None:
            own = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            books.rows(f"SELECT pg_terminate_backend({own})")

        event.listen(ledger._engine, "commit", hang_up)
        with pytest.raises(StorageError, match="does not answer"):
            ledger.file([ScanFindings(scan.id, 1, (slips_page(1, "101"),))], "first")
    with books.open() as ledger:
        assert ledger.unfinished(NOVEMBER) == (scan,)


def test_what_is_quarantined_can_be_put_back(ledger: Ledger, workspace: Workspace) -> None:
    page, whole = ledger.receive([A_SCAN, ReceivedScan("north/b.pdf", "north", "b2" * 32, 1)], NOVEMBER)
    lost = replace(no_slips_page(2, Reason.PAGE_BROKEN, b"jpeg"), disposition=PageDisposition.QUARANTINED)
    ledger.file([ScanFindings(page.id, 2, (slips_page(1, "101"), lost))], "first")
    ledger.file([ScanFindings(whole.id, None, (no_slips_page(0, Reason.SCAN_BROKEN),))], "first")
    assert ledger.unfinished(NOVEMBER) == ()
    assert ledger.try_again(DECEMBER, [page.id, whole.id]) == 0
    assert ledger.try_again(NOVEMBER, [page.id, whole.id]) == 2
    assert [scan.id for scan in ledger.unfinished(NOVEMBER)] == [page.id, whole.id]
    assert ledger.waiting_pages([page.id, whole.id]) == {page.id: (2,)}
    assert [(filed.scan, filed.page) for filed in ledger.pages(NOVEMBER)] == [("north/a.pdf", 1)]
    assert pictures_in(workspace) == []


def test_it_is_kept_as_safely_as_promised(books: Books, ledger: Ledger) -> None:
    asked = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    words = "SHOW" if books.store else "PRAGMA"
    wanted = {"synchronous_commit": "on"} if books.store else asked
    with ledger._engine.begin() as connection:
        assert {name: connection.exec_driver_sql(f"{words} {name}").scalar_one() for name in wanted} == wanted


def test_a_file_that_is_no_ledger_is_refused(workspace: Workspace) -> None:
    workspace.ledger_path.write_bytes(b"something else entirely, and long enough to be looked at" * 30)
    with pytest.raises(StorageError, match="no ledger"), open_ledger(workspace):
        pass
