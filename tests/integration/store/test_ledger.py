"""The ledger over a real SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.exc import IntegrityError

from forms_ocr.errors import ConfigurationError, StorageError
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

NOVEMBER, DECEMBER = Period(2026, 11), Period(2026, 12)
A_SCAN = ReceivedScan("north/a.pdf", "north", "a1" * 32, 1000)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


@pytest.fixture
def ledger(workspace: Workspace) -> Iterator[Ledger]:
    with open_ledger(workspace) as opened:
        yield opened


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


def tables(workspace: Workspace) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but the events."""
    with sqlite3.connect(workspace.ledger_path) as connection:
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {
            name: connection.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608  # names from the schema
            for name in names
            if name != "events"
        }


def test_a_scan_is_known_by_period_name_and_content(ledger: Ledger, scan: Scan) -> None:
    assert ledger.receive([A_SCAN], NOVEMBER) == (scan,)
    other_content = ReceivedScan(A_SCAN.name, "north", "b2" * 32, 1000)
    other_name = ReceivedScan("north/b.pdf", "north", A_SCAN.sha256, 1000)
    others = ledger.receive([other_content, other_name], NOVEMBER) + ledger.receive([A_SCAN], DECEMBER)
    assert len({scan.id, *(other.id for other in others)}) == 4


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


def test_filing_twice_changes_nothing(ledger: Ledger, scan: Scan, workspace: Workspace) -> None:
    findings = [
        ScanFindings(scan.id, 2, (slips_page(1, "101", b"jpeg"), no_slips_page(2, Reason.PAGE_BLANK)))
    ]
    ledger.file(findings, "first")
    before = tables(workspace)
    ledger.file(findings, "first")
    assert tables(workspace) == before
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
    ledger: Ledger, scan: Scan, workspace: Workspace
) -> None:
    ledger.file([ScanFindings(scan.id, 1, (slips_page(1, "121000000012"),))], "first")
    ledger.note("run_ended", {"pages": 1})
    with sqlite3.connect(workspace.ledger_path) as connection:
        rows = connection.execute("SELECT kind, scan_id, page, detail FROM events ORDER BY id").fetchall()
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
def test_the_trail_cannot_be_changed(workspace: Workspace, statement: str) -> None:
    with (
        sqlite3.connect(workspace.ledger_path) as connection,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        connection.execute(statement)


def test_a_failed_filing_leaves_everything_as_it_was(
    ledger: Ledger, scan: Scan, workspace: Workspace
) -> None:
    ledger.file([ScanFindings(scan.id, 1, (slips_page(1, "101"),))], "first")
    before = tables(workspace)
    twice_the_same_slip = slips_page(1, "102").slips * 2
    broken = PageEntry(1, PageDisposition.SLIPS, twice_the_same_slip)
    with pytest.raises(IntegrityError):
        ledger.file([ScanFindings(scan.id, 5, (broken,))], "second")
    assert tables(workspace) == before


def test_a_full_disk_is_said_and_nothing_is_half_filed(ledger: Ledger, scan: Scan) -> None:
    with ledger._engine.begin() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    many = tuple(slips_page(number, str(number)) for number in range(1, 200))
    with pytest.raises(StorageError, match="disk is full; make room"):
        ledger.file([ScanFindings(scan.id, 199, many)], "first")
    assert ledger.pages(NOVEMBER) == ()
    assert ledger.unfinished(NOVEMBER) == (scan,)


def test_a_ledger_keeps_what_it_was_told_when_opened_again(workspace: Workspace) -> None:
    with open_ledger(workspace) as ledger:
        (scan,) = ledger.receive([A_SCAN], NOVEMBER)
        ledger.file([ScanFindings(scan.id, 1, (slips_page(1, "007"),))], "first")
    with open_ledger(workspace) as ledger:
        assert [slip.record.account for slip in ledger.slips(NOVEMBER)] == ["007"]


def test_a_ledger_of_another_version_is_refused(workspace: Workspace) -> None:
    with open_ledger(workspace):
        pass
    with sqlite3.connect(workspace.ledger_path) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema_version'")
    with pytest.raises(ConfigurationError, match="schema version: 99"), open_ledger(workspace):
        pass


def test_a_file_that_is_no_ledger_is_refused(workspace: Workspace) -> None:
    workspace.ledger_path.write_bytes(b"something else entirely, and long enough to be looked at" * 30)
    with pytest.raises(StorageError, match="no ledger"), open_ledger(workspace):
        pass


def test_it_is_kept_as_safely_as_promised(ledger: Ledger) -> None:
    with ledger._engine.begin() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys")
        answers = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in asked]
    assert answers == ["wal", 2, 1]
