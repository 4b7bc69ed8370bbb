"""What is found in folders, under which names, and what is left aside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms_ocr.ingest import Discovery, discover


def lay_out(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode(errors="surrogateescape"))
    return folder


def named(discovery: Discovery) -> dict[str, str]:
    return {scan.name: scan.office for scan in discovery.scans}


def test_the_first_folder_level_is_the_office(tmp_path: Path) -> None:
    lay_out(tmp_path, "b.PDF", "012/a.tif", "012/box 3/c.JPG", "007/d.jpeg", "007/e.png", "007/f.TIFF")
    found = discover([tmp_path])
    assert named(found) == {
        "007/d.jpeg": "007",
        "007/e.png": "007",
        "007/f.TIFF": "007",
        "012/a.tif": "012",
        "012/box 3/c.JPG": "012",
        "b.PDF": "",
    }
    assert [scan.name for scan in found.scans] == sorted(scan.name for scan in found.scans)
    assert all(scan.path.read_bytes() == scan.name.encode() for scan in found.scans)
    assert not found.ignored


def test_a_file_given_directly_has_its_own_name(tmp_path: Path) -> None:
    lay_out(tmp_path, "012/a.tif")
    assert named(discover([tmp_path / "012/a.tif"])) == {"a.tif": ""}


def test_leftovers_are_ignored_and_counted(tmp_path: Path) -> None:
    junk = [
        "Thumbs.db",
        "desktop.ini",
        ".DS_Store",
        "~$a.docx",
        "a.pdf.part",
        "b.TMP",
        "c.crdownload",
        "1/._x.tif",
    ]
    lay_out(tmp_path, *junk, "@eaDir/a.jpg", ".trash/b.pdf", "1/a.pdf")
    found = discover([tmp_path])
    assert named(found) == {"1/a.pdf": "1"}
    assert sorted(file.name for file in found.ignored) == sorted([*junk, "@eaDir", ".trash"])
    assert all(file.why for file in found.ignored)


def test_an_unknown_ending_is_not_lost(tmp_path: Path) -> None:
    lay_out(tmp_path, "1/scan", "1/letter.docx", "1/list.csv", "1/photo.heic", "1/Без имени")
    assert len(discover([tmp_path]).scans) == 5


def test_links_and_pipes_are_not_followed(tmp_path: Path) -> None:
    lay_out(tmp_path, "elsewhere/a.pdf", "inbox/1/b.pdf")
    inbox = tmp_path / "inbox"
    (inbox / "folder").symlink_to(tmp_path / "elsewhere")
    (inbox / "file.pdf").symlink_to(tmp_path / "elsewhere/a.pdf")
    (inbox / "circle").symlink_to(inbox)
    os.mkfifo(inbox / "pipe.pdf")
    found = discover([inbox, inbox / "file.pdf"])
    assert named(found) == {"1/b.pdf": "1"}
    link, pipe = "a symbolic link, not followed", "a device, pipe or socket, not a file"
    assert {(file.name, file.why) for file in found.ignored} == {
        ("folder", link),
        ("file.pdf", link),
        ("circle", link),
        ("pipe.pdf", pipe),
    }
    assert named(discover([inbox / "folder"])) == {"a.pdf": ""}


def test_what_is_gone_is_said(tmp_path: Path) -> None:
    found = discover([tmp_path / "gone.pdf"])
    assert not found.scans
    assert [file.why for file in found.ignored] == ["cannot be opened: No such file or directory"]


def test_a_folder_that_cannot_be_opened_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, "1/a.pdf", "2/b.pdf")
    scandir = os.scandir

    def guarded(path: str) -> object:
        if str(path).endswith("/2"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    found = discover([tmp_path])
    assert named(found) == {"1/a.pdf": "1"}
    assert [(file.name, file.why) for file in found.ignored] == [("2", "cannot be opened: Permission denied")]


def test_two_files_of_one_name_are_told_apart_whatever_the_order(tmp_path: Path) -> None:
    lay_out(tmp_path, "a/1/x.pdf", "b/1/x.pdf", "c/1/x.pdf", "c/1/x (2).pdf", "a/1/noending", "b/1/noending")
    folders = [tmp_path / "a", tmp_path / "b", tmp_path / "c"]
    found = discover(folders)
    places = {scan.name: str(scan.path.relative_to(tmp_path)) for scan in found.scans}
    assert places == {
        "1/noending": "a/1/noending",
        "1/noending (2)": "b/1/noending",
        "1/x.pdf": "a/1/x.pdf",
        "1/x (2).pdf": "c/1/x (2).pdf",
        "1/x (3).pdf": "b/1/x.pdf",
        "1/x (4).pdf": "c/1/x.pdf",
    }
    assert discover(folders[::-1]) == found


def test_a_file_reached_twice_is_one_scan(tmp_path: Path) -> None:
    lay_out(tmp_path, "012/a.tif")
    found = discover([tmp_path / "012/a.tif", tmp_path, tmp_path, tmp_path / "012"])
    assert named(found) == {"012/a.tif": "012"}
    assert {(file.name, file.why) for file in found.ignored} == {
        ("a.tif", "the same file as 012/a.tif"),
        ("012/a.tif", "the same file as 012/a.tif"),
    }


def test_names_that_do_not_show_are_escaped(tmp_path: Path) -> None:
    odd = os.fsdecode(b"\xd0\xff/\xffa\n.pdf")
    lay_out(tmp_path, odd, "1/gpj.\u202efdp.pdf", "1/back\\slash.pdf", "1/" + "я" * 120 + ".pdf")
    found = discover([tmp_path])
    names = {scan.name for scan in found.scans}
    assert {"\\xd0\\xff/\\xffa\\u000a.pdf", "1/gpj.\\u202efdp.pdf", "1/back\\\\slash.pdf"} < names
    assert all(name.isprintable() for name in names)
    assert {scan.office for scan in found.scans} == {"\\xd0\\xff", "1"}
    assert all(scan.path.is_file() for scan in found.scans)


_PARTS = st.text(
    st.characters(blacklist_characters="/\0", blacklist_categories=["Cs"]), min_size=1, max_size=12
).filter(lambda part: part not in {".", ".."})


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(_PARTS, min_size=1, max_size=8, unique=True))
def test_every_file_is_found_once_or_ignored(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("inbox")
    for number, part in enumerate(parts):
        place = folder / str(number % 2)
        place.mkdir(exist_ok=True)
        (place / part).touch()
    found = discover([folder])
    names = [scan.name for scan in found.scans] + [file.name for file in found.ignored]
    assert len(names) == len(set(names)) == len(parts)
