"""Files that were taken in go to the archive, and nothing else does."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from forms_ocr.store import Archive


def put(path: Path, content: bytes) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def files(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "read")


def test_a_file_keeps_its_place_below_the_inbox(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "inbox" / "012" / "box 1" / "a.pdf"
    assert archive.take(path, 3, put(path, b"a")) == ""
    assert files(archive.folder) == {"012/box 1/a.pdf": b"a"}
    assert not path.exists()


def test_other_content_of_a_name_gets_a_name_of_its_own_and_the_same_is_kept_once(
    archive: Archive, tmp_path: Path
) -> None:
    path = tmp_path / "a.pdf"
    for content in (b"one", b"two", b"one"):
        assert archive.take(path, 1, put(path, content)) == ""
    assert sorted(files(archive.folder).values()) == [b"one", b"two"]


def test_a_file_that_was_replaced_meanwhile_stays(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    taken_in = put(path, b"one")
    put(path, b"two")
    assert "has changed" in archive.take(path, 1, taken_in)
    assert path.read_bytes() == b"two"


def test_a_file_that_is_gone_is_no_disaster(archive: Archive, tmp_path: Path) -> None:
    assert "cannot be moved" in archive.take(tmp_path / "a.pdf", 1, "00")


def test_to_another_disk_it_is_copied_first(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "inbox" / "a.pdf"
    sha256 = put(path, b"a")
    rename = Path.rename

    def refuse(source: Path, target: Path) -> Path:
        if source.parent != Path(target).parent:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", refuse)
    assert archive.take(path, 1, sha256) == ""
    assert files(archive.folder) == {"a.pdf": b"a"}
    assert not path.exists()
