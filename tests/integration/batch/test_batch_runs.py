"""Batches with real worker processes over doubles of ingest and pipeline."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from dataclasses import replace

import pytest

from forms_ocr.batch import Standing, Stop
from forms_ocr.errors import ConfigurationError, StorageError
from forms_ocr.model import Disposition, FiledPage, PageDisposition, Reason
from tests.integration.batch.batch_bench import EQUIPMENT, Bench, Watcher
from tests.integration.batch.batch_doubles import build_no_reader

MakeBench = Callable[[str], Bench]


def put_district(bench: Bench) -> None:
    bench.put("north/a.pdf", "101", "102", "blank", "torn", "doubtful 103", "104")
    bench.put("north/b.pdf", "105")
    bench.put("south/c.pdf", "broken")
    bench.put("south/d.pdf", *(str(number) for number in range(200, 220)))


def asking(stop: Stop) -> Watcher:
    """Asks for the end as soon as something was handed out."""

    def ask(_: Standing) -> None:
        if not stop.is_requested:
            stop.request(signal.SIGTERM)

    return Watcher(ask)


def of_scan(bench: Bench, name: str) -> list[FiledPage]:
    return [page for page in bench.pages() if page.scan == name]


def test_every_page_gets_one_disposition(bench: Bench) -> None:
    put_district(bench)
    standing = bench.run()
    assert [page.disposition for page in of_scan(bench, "north/a.pdf")] == [
        PageDisposition.SLIPS,
        PageDisposition.SLIPS,
        PageDisposition.BLANK,
        PageDisposition.QUARANTINED,
        PageDisposition.SLIPS,
        PageDisposition.SLIPS,
    ]
    assert bench.accounts() == ["101", "102", "103", "104", "105", *map(str, range(200, 220))]
    assert standing.done_pages == len(bench.pages()) == 28
    assert standing.slips == {Disposition.ACCEPTED: 24, Disposition.REVIEW: 1}


def test_a_scan_that_cannot_be_opened_is_page_0_with_its_own_name(bench: Bench) -> None:
    put_district(bench)
    bench.run()
    (page,) = of_scan(bench, "south/c.pdf")
    assert (page.page, page.reason, page.message) == (0, Reason.SCAN_BROKEN, "damaged")


@pytest.mark.parametrize(
    ("word", "reason"), [("opensonce", Reason.SCAN_BROKEN), ("crashesonce", Reason.PAGE_CRASHED_READER)]
)
def test_a_scan_that_opens_no_more_keeps_the_pages_that_were_read(
    bench: Bench, word: str, reason: Reason
) -> None:
    bench.put("a.pdf", f"{word} {bench.workspace.folder / 'opened'}", "102", "103", "104", "105")
    standing = bench.run(pages_per_task=2)
    pages = bench.pages()
    read = [page.page for page in pages if page.disposition is PageDisposition.SLIPS]
    assert [page.page for page in pages] == [1, 2, 3, 4, 5]
    assert read
    assert read == list(range(1, len(read) + 1))
    assert {page.reason for page in pages if page.page not in read} == {reason}
    assert len(bench.slips()) == len(read)
    assert standing.done_pages == 5
    assert standing.slips.total() == len(read)
    assert bench.run().done_pages == 0


def test_running_twice_changes_nothing(bench: Bench) -> None:
    put_district(bench)
    bench.run()
    before = bench.outcome()
    standing = bench.run()
    assert bench.outcome() == before
    assert (standing.done_pages, standing.kept_pages) == (0, 28)


def test_worker_count_and_portions_change_nothing(make_bench: MakeBench) -> None:
    one, two = make_bench("one"), make_bench("two")
    put_district(one)
    one.run(workers=1, pages_per_task=1)
    two.run(workers=2, pages_per_task=7, files=list(reversed(two.files())))
    assert one.outcome() == two.outcome()


def test_a_page_that_kills_its_worker_is_quarantined_and_its_neighbours_are_read(bench: Bench) -> None:
    bench.put("a.pdf", "101", "102", "poison", "104", "105")
    bench.put("b.pdf", "106")
    bench.run(workers=2, pages_per_task=8)
    (page,) = [page for page in bench.pages() if page.disposition is PageDisposition.QUARANTINED]
    assert (page.scan, page.page, page.reason) == ("a.pdf", 3, Reason.PAGE_CRASHED_READER)
    assert "SIGKILL" in page.message
    assert bench.accounts() == ["101", "102", "104", "105", "106"]


def test_a_page_whose_worker_was_killed_once_is_read(bench: Bench) -> None:
    bench.put("a.pdf", "101", f"poisononce {bench.workspace.folder / 'killed'} 102", "103")
    bench.run()
    assert bench.accounts() == ["101", "102", "103"]


def test_a_scan_that_kills_whoever_opens_it_is_quarantined(bench: Bench) -> None:
    bench.put("a.pdf", "kills")
    bench.put("b.pdf", "101")
    bench.run()
    assert of_scan(bench, "a.pdf")[0].reason is Reason.PAGE_CRASHED_READER
    assert bench.accounts() == ["101"]


def test_a_page_that_never_ends_is_quarantined(bench: Bench) -> None:
    bench.put("a.pdf", "101", "hangs", "103")
    bench.run(timeout_s=0.5)
    (page,) = [page for page in bench.pages() if page.disposition is PageDisposition.QUARANTINED]
    assert (page.page, page.reason) == (2, Reason.PAGE_TIMEOUT)
    assert bench.accounts() == ["101", "103"]


def test_a_page_that_uses_up_its_processor_time_is_quarantined(bench: Bench) -> None:
    bench.put("a.pdf", "101", "grips", "slow 1.2 103")
    bench.run(equipment=replace(EQUIPMENT, task_cpu_s=0.4))
    (page,) = [page for page in bench.pages() if page.disposition is PageDisposition.QUARANTINED]
    assert (page.page, page.reason) == (2, Reason.PAGE_TIMEOUT)
    assert "0.4 s of processor time" in page.message
    assert bench.accounts() == ["101", "103"]


def test_each_task_has_processor_time_of_its_own(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.put("a.pdf", *(f"toils 0.4 {number}" for number in range(101, 105)))
    bench.run(pages_per_task=1, equipment=replace(EQUIPMENT, task_cpu_s=0.6))
    assert bench.accounts() == ["101", "102", "103", "104"]
    assert "task failed" not in caplog.text


@pytest.mark.parametrize("line", ["bug 121000000012", "greedy"])
def test_a_fault_of_the_reader_costs_one_page_and_is_told_without_what_stood_on_it(
    bench: Bench, line: str
) -> None:
    bench.put("a.pdf", "101", line, "103")
    bench.run(equipment=replace(EQUIPMENT, memory_bytes=3 << 30))
    (page,) = [page for page in bench.pages() if page.disposition is PageDisposition.QUARANTINED]
    assert (page.page, page.reason) == (2, Reason.PAGE_CRASHED_READER)
    assert "batch_doubles.py" in page.message
    assert "121000000012" not in page.message
    assert bench.accounts() == ["101", "103"]


def test_a_worker_that_cannot_be_set_up_stops_the_batch_with_the_reason(bench: Bench) -> None:
    bench.put("a.pdf", "101")
    with pytest.raises(ConfigurationError, match="fields: none"):
        bench.run(equipment=replace(EQUIPMENT, build_reader=build_no_reader))
    bench.run()
    assert bench.accounts() == ["101"]


def test_an_asked_for_end_leaves_the_rest_and_the_next_run_equals_an_uninterrupted_one(
    make_bench: MakeBench,
) -> None:
    stopped, whole = make_bench("stopped"), make_bench("whole")
    stopped.put("a.pdf", *(f"slow 0.05 {number}" for number in range(100, 120)))
    stopped.put("b.pdf", "120", "poison", "121")
    stop = Stop()

    def ask(standing: Standing) -> None:
        if standing.done_pages and not stop.is_requested:
            stop.request(signal.SIGINT)

    stopped.run(pages_per_task=2, stop=stop, watcher=Watcher(ask))
    assert 0 < len(stopped.pages()) < 20
    stopped.run()
    whole.run()
    assert stopped.outcome() == whole.outcome()


def test_work_left_over_is_finished_when_other_scans_are_given(bench: Bench) -> None:
    bench.put("a.pdf", *(f"slow 0.05 {number}" for number in range(100, 110)))
    stop = Stop()
    bench.run(pages_per_task=2, stop=stop, watcher=asking(stop))
    (bench.inbox / "a.pdf").unlink()
    bench.put("b.pdf", "110")
    bench.run()
    assert bench.accounts() == [str(number) for number in range(100, 111)]


def test_scans_given_again_under_other_settings_are_read_again_others_are_not(bench: Bench) -> None:
    bench.put("a.pdf", "doubtful 101")
    bench.put("b.pdf", "102")
    bench.run()
    standing = bench.run(settings="second", files=bench.files()[:1])
    assert (standing.renewed_scans, standing.done_pages) == (1, 1)
    assert bench.accounts() == ["101", "102"]
    assert bench.run(settings="second", files=bench.files()[:1]).done_pages == 0


def test_other_content_under_a_known_name_is_another_scan(bench: Bench) -> None:
    bench.put("a.pdf", "101")
    bench.run()
    bench.put("a.pdf", "102")
    bench.run()
    by_name = {slip.scan: slip.record.account for slip in bench.slips()}
    assert by_name.pop("a.pdf") == "101"
    ((name, account),) = by_name.items()
    assert re.fullmatch(r"a \[[0-9a-f]{8}\]\.pdf", name)
    assert account == "102"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_quarantined_until_it_can_be_read(bench: Bench) -> None:
    bench.put("a.pdf", "101")
    (bench.inbox / "a.pdf").chmod(0)
    bench.run()
    assert bench.pages()[0].reason is Reason.SCAN_BROKEN


def test_a_file_that_is_gone_is_quarantined_until_it_is_back(bench: Bench) -> None:
    bench.put("a.pdf", "101")
    files = bench.files()
    (bench.inbox / "a.pdf").unlink()
    bench.run(files=files)
    assert [(page.page, page.reason) for page in bench.pages()] == [(0, Reason.SCAN_BROKEN)]
    bench.put("a.pdf", "101")
    bench.run(files=files)
    assert [(page.scan, page.page) for page in bench.pages()] == [("a.pdf", 1)]


def test_an_original_that_is_gone_stops_the_batch_and_quarantines_nothing(bench: Bench) -> None:
    bench.put("a.pdf", *(f"slow 0.05 {number}" for number in range(100, 110)))
    stop = Stop()
    bench.run(stop=stop, watcher=asking(stop))
    (kept,) = [path for path in (bench.workspace.folder / "originals").rglob("*") if path.is_file()]
    kept.unlink()
    with pytest.raises(StorageError, match=r"original of a\.pdf is gone"):
        bench.run(files=[])
    assert all(page.disposition is PageDisposition.SLIPS for page in bench.pages())
