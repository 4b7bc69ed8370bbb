"""Files that are either whole or not there, also after the power fails."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make what was created and renamed inside a folder survive a power cut."""
    _sync(folder, os.O_RDONLY | os.O_DIRECTORY)


def sync_file(path: Path) -> None:
    """Make what is in a file survive a power cut; its name needs its folder synced as well."""
    _sync(path, os.O_RDONLY)


def make_folder(folder: Path) -> None:
    """Create a folder and its missing parents, durably."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def replace_durably(part: Path, place: Path) -> None:
    """Give a file that is written its name, on the disk when this returns."""
    sync_file(part)
    part.replace(place)
    sync_folder(place.parent)


def write_all_whole(contents: Mapping[Path, bytes]) -> None:
    """Write files under temporary names in their folders; they take their names only when all are synced.

    On any error the temporary files are removed and what stood in their places stays as it was, or is whole.
    """
    folders = {place.parent for place in contents}
    temporary = {place: place.with_name(f".{place.name}.{os.getpid()}.part") for place in contents}
    for folder in sorted(folders):
        make_folder(folder)
    try:
        # All are written before the first is synced: the disk then gets them together.
        for place, content in contents.items():
            temporary[place].write_bytes(content)
        for path in temporary.values():
            sync_file(path)
        for place, path in temporary.items():
            path.replace(place)
    finally:
        for path in temporary.values():
            path.unlink(missing_ok=True)
    for folder in sorted(folders):
        sync_folder(folder)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
