"""Several files put into a folder together, or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from forms_ocr.errors import StorageError


class Disk:
    """The few things publishing does to a disk; every method may raise ``OSError``."""

    def write(self, path: Path, content: bytes) -> None:
        """Write a file and wait until it is on the medium."""
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def move(self, source: Path, target: Path) -> None:
        """Rename, replacing what is there, atomically."""
        source.replace(target)

    def remove(self, path: Path) -> None:
        """Remove a file if it is there."""
        path.unlink(missing_ok=True)

    def settle(self, folder: Path) -> None:
        """Wait until the names in a folder are on the medium."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def publish(folder: Path, contents: Mapping[str, bytes], disk: Disk | None = None) -> None:
    """Make the files of ``folder`` hold ``contents``; a file that already does is left alone.

    Everything is written under temporary names and synced before the first file is renamed. If anything
    fails, what was there before is there again.

    Args:
        folder: Made if it does not exist.
        contents: Bytes by file name.
        disk: A double in tests.

    Raises:
        StorageError: The folder cannot be written.
    """
    disk = disk or Disk()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in contents:
            _recover(folder / name, disk)
        changed = {
            folder / name: content for name, content in contents.items() if _differs(folder / name, content)
        }
        _replace(changed, disk)
        if changed:
            disk.settle(folder)
    except OSError as error:
        raise StorageError(_complaint(folder, contents, error)) from error


def _recover(path: Path, disk: Disk) -> None:
    """Clean up after a process that was killed in the middle: the last file that was in place is kept."""
    disk.remove(_new(path))
    if path.exists():
        disk.remove(_old(path))
    elif _old(path).exists():
        disk.move(_old(path), path)


def _differs(path: Path, content: bytes) -> bool:
    return not path.is_file() or path.stat().st_size != len(content) or path.read_bytes() != content


def _replace(contents: Mapping[Path, bytes], disk: Disk) -> None:
    """Write all, then swap all; on any failure put back what was swapped and remove what was written."""
    swapped: list[Path] = []
    try:
        for path, content in contents.items():
            disk.write(_new(path), content)
        for path in contents:
            swapped.append(path)
            _swap(path, disk)
    except BaseException:
        for path in reversed(swapped):
            _swap_back(path)
        for path in contents:
            _new(path).unlink(missing_ok=True)
        raise
    for path in contents:
        disk.remove(_old(path))


def _swap(path: Path, disk: Disk) -> None:
    if path.is_file():
        disk.move(path, _old(path))
    disk.move(_new(path), path)


def _swap_back(path: Path) -> None:
    """Undo :func:`_swap`, however far it came. Where no old file was kept, there was none."""
    if _old(path).exists():
        _old(path).replace(path)
    elif not _new(path).exists():
        path.unlink(missing_ok=True)


def _new(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")


def _old(path: Path) -> Path:
    return path.with_name(f".{path.name}.old")


def _complaint(folder: Path, contents: Mapping[str, bytes], error: OSError) -> str:
    size = sum(map(len, contents.values()))
    return (
        f"{folder}: the exports cannot be written ({error.strerror or error}); "
        f"they need {size / 1e6:.1f} MB. "
        "The exports of the last run are untouched. Free space or mend the permissions, then run again: "
        "nothing that was read is lost."
    )
