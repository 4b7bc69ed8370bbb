"""Files that are either whole or not there, also after the power fails."""

from __future__ import annotations

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make renames inside a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Create a folder and its missing parents, durably."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def write_whole(path: Path, content: bytes, mode: int = 0o644, *, is_named_durably: bool = True) -> None:
    """Write a file under a temporary name in its folder; it takes its name only when whole and synced.

    On any error the temporary file is removed and what stood at ``path`` stays as it was.

    Args:
        path: Its folder exists.
        is_named_durably: Sync the folder too; whoever writes many files does that once for all of them.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fchmod(stream.fileno(), mode)
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    if is_named_durably:
        sync_folder(path.parent)
