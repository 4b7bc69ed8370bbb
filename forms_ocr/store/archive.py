"""Where files go that were taken in: out of the inbox, into a folder that keeps its order."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from pathlib import Path

from forms_ocr.store.durable import make_folder, sync_folder


class Archive:
    """A folder that files are moved to once their receipt is committed.

    Args:
        folder: Created when the first file comes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, path: Path, depth: int, sha256: str) -> str:
        """Move a file that was taken in.

        A file whose content is not the one that was taken in stays: it was replaced and comes again.

        Args:
            depth: How many of the last parts of its path are kept below the archive.
            sha256: Of the content that was taken in.

        Returns:
            Why it stayed where it is, "" when it was moved.
        """
        try:
            if _sha256(path) != sha256:
                return "its content has changed since it was taken in"
            target = self._place(Path(*path.parts[-depth:]), sha256)
            make_folder(target.parent)
            if target.exists():
                path.unlink()
            else:
                _move(path, target)
            sync_folder(target.parent)
            sync_folder(path.parent)
        except OSError as error:
            return f"cannot be moved: {error.strerror}"
        return ""

    def _place(self, inside: Path, sha256: str) -> Path:
        """The same place below the archive; a name of its own where other content has the name."""
        place = self.folder / inside
        if not place.exists() or _sha256(place) == sha256:
            return place
        return place.with_name(f"{sha256[:12]} {place.name}"[-200:])


def _move(path: Path, target: Path) -> None:
    try:
        path.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(path, target)
        path.unlink()


def _copy(path: Path, target: Path) -> None:
    """To another disk: whole and synced before it has its name."""
    part = target.with_name(f".{os.getpid()}.part")
    try:
        shutil.copy2(path, part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
