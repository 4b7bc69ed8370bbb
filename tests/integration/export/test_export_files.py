"""The exports on a real disk: all or nothing, twice the same, pictures inside."""

from __future__ import annotations

import base64
import errno
import io
import re
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from forms_ocr.errors import ExitCode, StorageError
from forms_ocr.export import ConservationError, RunFacts, write_exports
from forms_ocr.export.pictures import SLIP_WIDTH_PX, data_uri
from forms_ocr.export.publish import Disk, publish
from forms_ocr.export.reasons_page import reasons_markdown
from forms_ocr.model import (
    Box,
    Disposition,
    Field,
    FieldReading,
    FiledPage,
    FiledSlip,
    PageDisposition,
    Reason,
    Record,
    Roles,
    Shape,
    Template,
)

NAMES = {"records.csv", "review.csv", "refused.csv", "pages.csv", "summary.json", "report.html"}
ROOT = Path(__file__).parents[3]

BOX = Box(10, 10, 106, 20)
TEMPLATE = Template(
    "blank_form",
    210,
    148,
    (Field("account", "Счёт", Shape.COMB, BOX, BOX.split(12)),),
    np.full((4, 4), 255, np.uint8),
    150,
    roles=Roles(account="account"),
)


class FullDisk(Disk):
    """Takes so many bytes and not one more."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, path: Path, content: bytes) -> None:
        super().write(path, content[: self.room])
        self.room -= len(content)
        if self.room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")


class StuckDisk(Disk):
    """Renames so many times, then no more."""

    def __init__(self, moves: int) -> None:
        self.moves = moves

    def move(self, source: Path, target: Path) -> None:
        if self.moves == 0:
            raise OSError(errno.EIO, "Input/output error")
        self.moves -= 1
        super().move(source, target)


def facts(workspace: Path) -> RunFacts:
    return RunFacts(workspace, "blank_form", "0.1.0", 0.99)


def a_run(slips: int = 6) -> tuple[list[FiledPage], list[FiledSlip]]:
    """Pages of one slip each, the dispositions in turn, with one broken scan."""
    pages = [FiledPage("1/broken.pdf", "1", 0, PageDisposition.QUARANTINED, 0, Reason.SCAN_BROKEN, "cut off")]
    filed = []
    for number in range(1, slips + 1):
        scan = f"{number % 2}/скан {number}.pdf"
        pages.append(FiledPage(scan, scan[0], 1, PageDisposition.SLIPS, 1, None, ""))
        disposition = list(Disposition)[number % 3]
        record = Record(
            "000000000001",
            "00563",
            "2026-11-24",
            "",
            is_signed=True,
            fields=(FieldReading("account", "000000000001", 0.9, is_doubtful=True),),
            confidence=0.9,
            disposition=disposition,
            reasons=() if disposition is Disposition.ACCEPTED else (Reason.CONFIDENCE_TOO_LOW,),
        )
        filed.append(FiledSlip(f"id{number}", scan[0], scan, 1, 1, record, f"crops/{number}.jpg"))
    return pages, filed


def draw(path: Path, size: tuple[int, int] = (1650, 1165)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    Image.fromarray(rng.integers(200, 255, (size[1], size[0]), np.uint8)).save(path, "JPEG")


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_all_six_files_are_left_and_nothing_else(tmp_path: Path) -> None:
    summary = write_exports(tmp_path / "exports", *a_run(), TEMPLATE, facts(tmp_path))
    assert set(content(tmp_path / "exports")) == NAMES
    assert (summary.counts.page_total, summary.counts.slip_total) == (7, 6)


def test_a_second_run_changes_no_byte_and_touches_no_file(tmp_path: Path) -> None:
    draw(tmp_path / "crops" / "1.jpg")
    write_exports(tmp_path / "exports", *a_run(12), TEMPLATE, facts(tmp_path))
    before = {path: path.stat() for path in (tmp_path / "exports").iterdir()}
    first = content(tmp_path / "exports")
    pages, slips = a_run(12)
    write_exports(tmp_path / "exports", pages[::-1], slips[::-1], TEMPLATE, facts(tmp_path))
    assert content(tmp_path / "exports") == first
    assert {path: path.stat().st_ino for path in before} == {path: old.st_ino for path, old in before.items()}


def test_the_same_run_in_another_folder_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        draw(tmp_path / name / "crops" / "1.jpg")
        write_exports(tmp_path / name / "exports", *a_run(), TEMPLATE, facts(tmp_path / name))
    assert content(tmp_path / "one" / "exports") == content(tmp_path / "two" / "exports")


@pytest.mark.parametrize("room", [0, 900, 20_000])
def test_a_full_disk_leaves_no_file_of_a_first_run(tmp_path: Path, room: int) -> None:
    with pytest.raises(StorageError, match=r"No space left on device.*Free space") as caught:
        write_exports(tmp_path / "exports", *a_run(), TEMPLATE, facts(tmp_path), FullDisk(room))
    assert str(tmp_path / "exports") in str(caught.value)
    assert caught.value.exit_code is ExitCode.STORAGE
    assert content(tmp_path / "exports") == {}


@pytest.mark.parametrize(
    ("kind", "bound"), [(FullDisk, 900), (StuckDisk, 0), (StuckDisk, 5), (StuckDisk, 11)]
)
def test_a_failure_leaves_the_last_run_whole(
    tmp_path: Path, kind: type[FullDisk | StuckDisk], bound: int
) -> None:
    write_exports(tmp_path / "exports", *a_run(3), TEMPLATE, facts(tmp_path))
    before = content(tmp_path / "exports")
    with pytest.raises(StorageError):
        write_exports(tmp_path / "exports", *a_run(6), TEMPLATE, facts(tmp_path), kind(bound))
    assert content(tmp_path / "exports") == before


@pytest.mark.parametrize("moves", [0, 3, 5])
def test_a_failed_rename_of_a_first_run_leaves_nothing(tmp_path: Path, moves: int) -> None:
    with pytest.raises(StorageError, match="Input/output error"):
        write_exports(tmp_path / "exports", *a_run(), TEMPLATE, facts(tmp_path), StuckDisk(moves))
    assert content(tmp_path / "exports") == {}


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_limit_of_the_system_is_a_storage_error(tmp_path: Path) -> None:
    with file_size_limit(4000), pytest.raises(StorageError, match="File too large"):
        write_exports(tmp_path / "exports", *a_run(), TEMPLATE, facts(tmp_path))
    assert content(tmp_path / "exports") == {}


def test_a_folder_that_is_a_file_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "exports").write_text("")
    with pytest.raises(StorageError):
        write_exports(tmp_path / "exports", *a_run(), TEMPLATE, facts(tmp_path))


def test_counts_that_do_not_add_up_write_nothing(tmp_path: Path) -> None:
    pages, slips = a_run()
    with pytest.raises(ConservationError):
        write_exports(tmp_path / "exports", pages, slips[1:], TEMPLATE, facts(tmp_path))
    assert not (tmp_path / "exports").exists()


@pytest.mark.parametrize(
    ("left", "kept"),
    [
        ({"a": b"old", ".a.new": b"half"}, b"old"),
        ({".a.old": b"old", ".a.new": b"new"}, b"old"),
        ({"a": b"new", ".a.old": b"old"}, b"new"),
    ],
)
def test_what_a_killed_process_left_is_cleaned_up(
    tmp_path: Path, left: dict[str, bytes], kept: bytes
) -> None:
    for name, body in left.items():
        (tmp_path / name).write_bytes(body)
    with pytest.raises(StorageError):
        publish(tmp_path, {"a": b"newest"}, FullDisk(1))
    assert content(tmp_path) == {"a": kept}
    publish(tmp_path, {"a": kept})
    assert content(tmp_path) == {"a": kept}


def test_nothing_is_left_over_when_nothing_changes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / ".a.new").write_bytes(b"half")
    publish(tmp_path, {"a": b"old"})
    assert content(tmp_path) == {"a": b"old"}


def test_pictures_travel_inside_made_small(tmp_path: Path) -> None:
    draw(tmp_path / "crops" / "1.jpg")
    uri = data_uri(tmp_path, "crops/1.jpg", SLIP_WIDTH_PX)
    kind, _, body = uri.partition(",")
    with Image.open(io.BytesIO(base64.b64decode(body))) as picture:
        assert (kind, picture.size, picture.mode) == ("data:image/jpeg;base64", (1000, 706), "L")


@pytest.mark.parametrize("relative", ["", "crops/gone.jpg", "../secret.jpg", "crops", "crops/text.jpg"])
def test_a_picture_that_is_none_is_left_out(tmp_path: Path, relative: str) -> None:
    draw(tmp_path / "secret.jpg")
    workspace = tmp_path / "workspace"
    (workspace / "crops").mkdir(parents=True)
    (workspace / "crops" / "text.jpg").write_text("no picture")
    assert data_uri(workspace, relative, SLIP_WIDTH_PX) == ""


def test_the_report_shows_the_pictures_there_are(tmp_path: Path) -> None:
    draw(tmp_path / "crops" / "1.jpg")
    write_exports(tmp_path, *a_run(), TEMPLATE, facts(tmp_path))
    html = (tmp_path / "report.html").read_text("utf-8")
    assert html.count('href="data:image/jpeg;base64,') == 1
    assert html.count('class="no-picture"') == 1


def test_the_page_of_reason_codes_is_up_to_date() -> None:
    written = (ROOT / "docs" / "reasons.md").read_text("utf-8")
    assert written == reasons_markdown(), "run: python -m forms_ocr.export.reasons_page > docs/reasons.md"


@pytest.mark.skipif(shutil.which("chromium") is None, reason="there is no chromium here")
def test_the_report_runs_in_a_browser_under_its_own_policy(tmp_path: Path) -> None:
    write_exports(tmp_path, *a_run(), TEMPLATE, facts(tmp_path))
    command = [
        "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path / 'profile'}",
    ]
    address = (tmp_path / "report.html").as_uri() + "?language=en"
    page = subprocess.run(
        [*command, "--dump-dom", address], capture_output=True, timeout=60, check=True
    ).stdout
    assert b'<html lang="en" data-language="en">' in page
    assert re.search(rb"<b data-shown(=\"\")?>2</b>", page)
