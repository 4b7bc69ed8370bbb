"""Only complete files are taken."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from forms_ocr.ingest import Arrivals, Discovery, discover
from forms_ocr.ingest.delivery import has_its_end, read_manifest

NOW_S = 1_800_000_000.0
PDF = b"%PDF-1.7 ... %%EOF\n"


class Clock:
    """Both clocks, moved by hand."""

    def __init__(self) -> None:
        self.passed_s = 0.0

    def wall(self) -> float:
        return NOW_S + self.passed_s

    def steady(self) -> float:
        return self.passed_s

    def sleep(self, seconds: float) -> None:
        self.passed_s += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def arrivals(clock: Clock) -> Arrivals:
    return Arrivals(2.0, 60.0, clock.wall, clock.steady)


def put(path: Path, content: bytes = PDF, age_s: float = 0.0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (NOW_S - age_s, NOW_S - age_s))
    return path


def sorted_out(arrivals: Arrivals, inbox: Path) -> tuple[list[str], dict[str, str]]:
    found: Discovery = arrivals.sort(discover([inbox]))
    return [scan.name for scan in found.scans], {file.name: file.why for file in found.ignored}


def test_an_old_file_is_complete_at_the_first_look(arrivals: Arrivals, tmp_path: Path) -> None:
    put(tmp_path / "a.pdf", age_s=10)
    assert sorted_out(arrivals, tmp_path) == (["a.pdf"], {})


def test_a_file_that_grows_waits_until_it_has_not_grown_for_a_while(
    arrivals: Arrivals, tmp_path: Path, clock: Clock
) -> None:
    path = put(tmp_path / "a.pdf", age_s=1)
    for size in range(3):
        assert sorted_out(arrivals, tmp_path) == ([], {"a.pdf": "waits: still being written"})
        clock.sleep(1.5)
        put(path, PDF * (size + 2), age_s=1000)  # a copy that keeps the time of its source
    clock.sleep(0.1)
    assert sorted_out(arrivals, tmp_path)[0] == []
    clock.sleep(2.0)
    assert sorted_out(arrivals, tmp_path)[0] == ["a.pdf"]


def test_a_file_without_its_end_waits_longer_and_is_then_taken(
    arrivals: Arrivals, tmp_path: Path, clock: Clock
) -> None:
    put(tmp_path / "a.pdf", PDF[:12], age_s=5)
    assert sorted_out(arrivals, tmp_path) == ([], {"a.pdf": "waits: its end is missing"})
    clock.sleep(60)
    assert sorted_out(arrivals, tmp_path)[0] == ["a.pdf"]


def test_a_run_looks_twice_where_a_file_is_fresh(arrivals: Arrivals, tmp_path: Path, clock: Clock) -> None:
    put(tmp_path / "a.pdf")
    assert [scan.name for scan in arrivals.settle(discover([tmp_path]), clock.sleep).scans] == ["a.pdf"]
    assert clock.passed_s == 2.0
    assert arrivals.settle(discover([tmp_path]), clock.sleep).scans
    assert clock.passed_s == 2.0


@pytest.mark.parametrize(
    ("content", "is_whole"),
    [
        (b"%PDF-1.7 abc %%EOF\r\n", True),
        (b"%PDF-1.7 abc", False),
        (b"\xff\xd8\xff\xe0 abc \xff\xd9", True),
        (b"\xff\xd8\xff\xe0 abc", False),
        (b"\x89PNG\r\n\x1a\n IEND\xae\x42\x60\x82", True),
        (b"\x89PNG\r\n\x1a\n ID", False),
        (b"II*\0 anything", True),
        (b"", True),
    ],
)
def test_files_end_as_their_kind_does(tmp_path: Path, content: bytes, is_whole: bool) -> None:
    assert has_its_end(put(tmp_path / "file", content)) is is_whole


# -- manifests ---------------------------------------------------------------------------------


def manifest(folder: Path, *lines: str) -> Path:
    return put(folder / "manifest.csv", "\n".join(lines).encode())


def line(name: str, content: bytes = PDF) -> str:
    return f"{name},{hashlib.sha256(content).hexdigest()}"


def test_files_named_in_a_manifest_are_taken_when_they_are_the_ones_named(
    arrivals: Arrivals, tmp_path: Path
) -> None:
    office = tmp_path / "012"
    put(office / "a.pdf")
    put(office / "box 1" / "b.pdf", PDF[:9])
    manifest(office, line("a.pdf"), line("box 1/b.pdf"), line("c.pdf"), "count,3")
    taken, aside = sorted_out(arrivals, tmp_path)
    assert taken == ["012/a.pdf"]
    assert aside == {
        "012/box 1/b.pdf": "waits: not as in manifest.csv yet",
        "c.pdf": "named in manifest.csv but not there",
    }
    put(office / "box 1" / "b.pdf")
    assert sorted_out(arrivals, tmp_path)[0] == ["012/a.pdf", "012/box 1/b.pdf"]


def test_a_file_that_the_manifest_forgot_is_taken_as_any_other(arrivals: Arrivals, tmp_path: Path) -> None:
    put(tmp_path / "012" / "a.pdf", age_s=10)
    manifest(tmp_path / "012", "count,0")
    assert sorted_out(arrivals, tmp_path) == (["012/a.pdf"], {})


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ([], "is not complete"),
        ([line("a.pdf")], "is not complete"),
        ([line("a.pdf"), "count,2"], "counts 2 files but names 1"),
        ([line("a.pdf"), line("a.pdf"), "count,2"], "counts 2 files but names 1"),
        (["a.pdf", "count,1"], "has lines that are not"),
        ([line("../a.pdf"), "count,1"], "has a line that cannot be: ../a.pdf"),
        ([line("/a.pdf"), "count,1"], "has a line that cannot be: /a.pdf"),
        (["a.pdf,abc", "count,1"], "has a line that cannot be"),
    ],
)
def test_under_a_manifest_that_is_not_whole_everything_waits(
    arrivals: Arrivals, tmp_path: Path, lines: list[str], fault: str
) -> None:
    put(tmp_path / "012" / "a.pdf", age_s=100)
    put(tmp_path / "013" / "b.pdf", age_s=100)
    path = manifest(tmp_path / "012", *lines)
    taken, aside = sorted_out(arrivals, tmp_path)
    assert taken == ["013/b.pdf"]
    assert aside["012/a.pdf"].startswith(f"waits: manifest.csv {fault}")
    assert fault in read_manifest(path).fault
