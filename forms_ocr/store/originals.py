"""The scans as they came in, kept by the hash of their content, read-only."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from forms_ocr.errors import ScanError
from forms_ocr.model import Reason
from forms_ocr.store.durable import make_folder, sync_file, sync_folder
from forms_ocr.store.faults import storage_faults

_CHUNK_BYTES = 1 << 20

_AT_ONCE_BYTES = 16 << 20
"""Most scans are smaller: they are read once, and what was hashed is what is written."""

_READ_ONLY = 0o444


@dataclass(frozen=True, slots=True)
class KeptOriginal:
    """A file whose bytes are kept: SHA-256 in hexadecimal, length in bytes."""

    sha256: str
    size_bytes: int


class Originals:
    """A folder of originals, ``ab/abcdef…``: the same bytes are kept once, whatever their name.

    One process at a time keeps originals in it: the one that holds the workspace.

    Args:
        folder: Created when the first original comes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path_of(self, sha256: str) -> Path:
        """Where an original lies."""
        return self._folder / sha256[:2] / sha256

    def keep(self, source: Path) -> KeptOriginal:
        """Keep the bytes of one file; see :meth:`keep_all`.

        Raises:
            ScanError: The source cannot be read.
            StorageError: The workspace cannot be written.
        """
        (kept,) = self.keep_all([source])
        if isinstance(kept, ScanError):
            raise kept
        return kept

    def keep_all(self, sources: Sequence[Path]) -> list[KeptOriginal | ScanError]:
        """Keep the bytes of files; all are on the disk when this returns. Known bytes are read, not written.

        Returns:
            By source what is kept, or why it cannot be read where it lies.

        Raises:
            StorageError: The workspace cannot be written.
        """
        incoming: dict[Path, KeptOriginal] = {}
        with storage_faults("keeping an original", self._folder):
            try:
                results = [self._take(source, number, incoming) for number, source in enumerate(sources)]
                # All are written before the first is synced: the disk then gets them together.
                for part in incoming:
                    sync_file(part)
                self._name(incoming)
            finally:
                for part in incoming:
                    part.unlink(missing_ok=True)
        return results

    def sweep(self) -> None:
        """Remove what a process that was killed left half copied."""
        with storage_faults("keeping an original", self._folder):
            for part in self._folder.glob(".incoming-*.part"):
                part.unlink(missing_ok=True)

    def _take(
        self, source: Path, number: int, incoming: dict[Path, KeptOriginal]
    ) -> KeptOriginal | ScanError:
        """Copy a file whose bytes are not there yet under a temporary name, which joins ``incoming``."""
        part = self._folder / f".incoming-{number}.part"
        try:
            with _opened(source) as stream:
                start = _read(stream, _AT_ONCE_BYTES)
                kept = _digest(_whole(start, stream))
                if not self._has(kept):
                    make_folder(self._folder)
                    # before there is a file of this name: whatever happens from here on, it is removed
                    incoming[part] = kept
                    kept = incoming[part] = _copied(start, kept, stream, part)
        except ScanError as error:
            incoming.pop(part, None)
            part.unlink(missing_ok=True)
            return error
        return kept

    def _has(self, kept: KeptOriginal) -> bool:
        try:
            return self.path_of(kept.sha256).stat().st_size == kept.size_bytes
        except FileNotFoundError:
            return False

    def _name(self, incoming: Mapping[Path, KeptOriginal]) -> None:
        places = {part: self.path_of(kept.sha256) for part, kept in incoming.items()}
        folders = sorted({place.parent for place in places.values()})
        for folder in folders:
            make_folder(folder)
        for part, place in places.items():
            part.replace(place)
        for folder in folders:
            sync_folder(folder)


def _opened(source: Path) -> BinaryIO:
    try:
        return source.open("rb")
    except OSError as error:
        raise _unreadable(error) from error


def _unreadable(error: OSError) -> ScanError:
    return ScanError(
        Reason.SCAN_BROKEN,
        f"the file cannot be read from where it lies ({error.strerror or error}); "
        "check its permissions and the disk, then run again",
    )


def _read(stream: BinaryIO, size_bytes: int) -> bytes:
    """A read error is the scan's fault, not the workspace's."""
    try:
        return stream.read(size_bytes)
    except OSError as error:
        raise _unreadable(error) from error


def _whole(start: bytes, stream: BinaryIO) -> Iterator[bytes]:
    """The file from its beginning, of which the start has been read."""
    yield start
    while len(start) == _AT_ONCE_BYTES and (chunk := _read(stream, _CHUNK_BYTES)):
        yield chunk


def _copied(start: bytes, kept: KeptOriginal, stream: BinaryIO, part: Path) -> KeptOriginal:
    """Write what was hashed; a long file is read again, and kept under the hash of what is there now."""
    with part.open("wb") as copy:
        if len(start) < _AT_ONCE_BYTES:
            copy.write(start)
        else:
            stream.seek(len(start))
            kept = _digest(_passed_on(_whole(start, stream), copy))
        os.fchmod(copy.fileno(), _READ_ONLY)
    return kept


def _passed_on(chunks: Iterator[bytes], copy: BinaryIO) -> Iterator[bytes]:
    for chunk in chunks:
        copy.write(chunk)
        yield chunk


def _digest(chunks: Iterator[bytes]) -> KeptOriginal:
    digest = hashlib.sha256()
    size_bytes = 0
    for chunk in chunks:
        digest.update(chunk)
        size_bytes += len(chunk)
    return KeptOriginal(digest.hexdigest(), size_bytes)
