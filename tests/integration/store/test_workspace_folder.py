"""Originals, the lock and the machine's faults on a real disk."""

from __future__ import annotations

import errno
import hashlib
import os
import resource
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from forms_ocr.errors import ScanError, StorageError, WorkspaceBusyError
from forms_ocr.model import Reason
from forms_ocr.store import Originals, Workspace, storage_faults

CONTENT = os.urandom(3 << 20)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "scan.pdf"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def originals(tmp_path: Path) -> Originals:
    return Originals(tmp_path / "originals")


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@contextmanager
def file_size_limit(size_bytes: int) -> Iterator[None]:
    """No file of this process may grow beyond it, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_an_original_is_kept_by_its_hash_and_read_only(originals: Originals, source: Path) -> None:
    kept = originals.keep(source)
    assert (kept.sha256, kept.size_bytes) == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    place = originals.path_of(kept.sha256)
    assert place.read_bytes() == CONTENT
    assert stat.S_IMODE(place.stat().st_mode) == 0o444
    assert place.parent.name == kept.sha256[:2]


def test_the_same_bytes_are_kept_once(originals: Originals, source: Path, tmp_path: Path) -> None:
    kept = originals.keep(source)
    before = originals.path_of(kept.sha256).stat()
    again = tmp_path / "again.pdf"
    again.write_bytes(CONTENT)
    assert originals.keep(again) == kept
    assert originals.path_of(kept.sha256).stat() == before
    assert len(files_below(tmp_path / "originals")) == 1


def test_an_original_cut_short_by_a_crash_of_the_disk_is_kept_again(
    originals: Originals, source: Path
) -> None:
    place = originals.path_of(originals.keep(source).sha256)
    place.chmod(0o644)
    place.write_bytes(CONTENT[:100])
    originals.keep(source)
    assert place.read_bytes() == CONTENT


def test_a_source_that_cannot_be_read_is_the_scans_fault(originals: Originals, tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="cannot be read") as caught:
        originals.keep(tmp_path / "gone.pdf")
    assert caught.value.reason == Reason.SCAN_BROKEN
    with pytest.raises(ScanError):
        originals.keep(tmp_path)


def test_a_disk_that_is_full_keeps_nothing_by_halves(
    originals: Originals, source: Path, tmp_path: Path
) -> None:
    with file_size_limit(1 << 20), pytest.raises(StorageError, match="originals"):
        originals.keep(source)
    assert files_below(tmp_path / "originals") == []
    originals.keep(source)


def test_several_are_kept_together_and_one_that_cannot_be_read_stops_none(
    originals: Originals, source: Path, tmp_path: Path
) -> None:
    first, gone, again = originals.keep_all([source, tmp_path / "gone.pdf", source])
    assert first == again == originals.keep(source)
    assert isinstance(gone, ScanError)
    assert len(files_below(tmp_path / "originals")) == 1


def test_a_long_file_is_kept_whole(
    originals: Originals, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forms_ocr.store.originals._AT_ONCE_BYTES", 1000)
    monkeypatch.setattr("forms_ocr.store.originals._CHUNK_BYTES", 300)
    kept = originals.keep(source)
    assert kept.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert originals.path_of(kept.sha256).read_bytes() == CONTENT


def test_what_a_killed_process_left_half_copied_is_swept_away(
    originals: Originals, source: Path, tmp_path: Path
) -> None:
    originals.keep(source)
    (tmp_path / "originals" / ".incoming-3.part").write_bytes(b"half")
    originals.sweep()
    assert len(files_below(tmp_path / "originals")) == 1


def test_a_busy_workspace_names_who_holds_it(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(f"""
                import pathlib, time
                from forms_ocr.store import Workspace
                with Workspace(pathlib.Path({str(tmp_path)!r})).held():
                    print("held", flush=True)
                    time.sleep(60)
            """),
        ],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with (
            pytest.raises(WorkspaceBusyError, match=rf"process {holder.pid} on \S+ since 2"),
            Workspace(tmp_path).held(),
        ):
            pass
        holder.kill()
    with Workspace(tmp_path).held():
        pass


def test_a_workspace_is_made_with_its_parents(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "district" / "north")
    with workspace.held():
        assert workspace.lock_path.is_file()


def test_a_workspace_below_a_file_is_storage(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="file stands where a folder is needed"):  # noqa: SIM117
        with Workspace(tmp_path / "file" / "workspace").held():
            pass


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "make room"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "permission"),
        (errno.EIO, "check it"),
        (errno.ENAMETOOLONG, "File name too long"),
    ],
)
def test_each_fault_of_the_disk_says_where_and_what_to_do(number: int, advice: str) -> None:
    with pytest.raises(StorageError, match=f"doing it: here: .*{advice}"), storage_faults("doing it", "here"):
        raise OSError(number, os.strerror(number))
