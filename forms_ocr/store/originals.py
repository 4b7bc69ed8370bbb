"""The scans as they came in, kept by the hash of their content, read-only."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from forms_ocr.errors import ScanError
from forms_ocr.model import Reason
from forms_ocr.store.durable import make_folder, sync_folder
from forms_ocr.store.faults import storage_faults

_CHUNK_BYTES = 1 << 20
_READ_ONLY = 0o444


@dataclass(frozen=True, slots=True)
class KeptOriginal:
    """A file whose bytes are kept: SHA-256 in hexadecimal, length in bytes."""

    sha256: str
    size_bytes: int


class Originals:
    """A folder of originals, ``ab/abcdef…``: the same bytes are kept once, whatever their name.

    Several threads may keep originals at once.

    Args:
        folder: Created when the first original comes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path_of(self, sha256: str) -> Path:
        """Where an original lies."""
        return self._folder / sha256[:2] / sha256

    def keep(self, source: Path) -> KeptOriginal:
        """Keep the bytes of a file. The same file again costs reading it once and writes nothing.

        Raises:
            ScanError: The source cannot be read.
            StorageError: The workspace cannot be written.
        """
        with _opened(source) as stream:
            kept = _digest(_chunks(stream))
            if not self._has(kept):
                stream.seek(0)
                kept = self._copy(stream)
        return kept

    def _has(self, kept: KeptOriginal) -> bool:
        with storage_faults("looking for an original", self._folder):
            try:
                return self.path_of(kept.sha256).stat().st_size == kept.size_bytes
            except FileNotFoundError:
                return False

    def _copy(self, stream: BinaryIO) -> KeptOriginal:
        """Copy what is there now: a file that grew since it was hashed is kept under the hash of its copy."""
        incoming = self._folder / f".incoming-{os.getpid()}-{threading.get_ident()}.part"
        with storage_faults("keeping an original", self._folder):
            make_folder(self._folder)
            try:
                kept = _written(stream, incoming)
                self._name(incoming, kept)
            finally:
                incoming.unlink(missing_ok=True)
        return kept

    def _name(self, incoming: Path, kept: KeptOriginal) -> None:
        place = self.path_of(kept.sha256)
        make_folder(place.parent)
        incoming.replace(place)
        sync_folder(place.parent)


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


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The file in pieces; a read error is the scan's fault, not the workspace's."""
    while True:
        try:
            chunk = stream.read(_CHUNK_BYTES)
        except OSError as error:
            raise _unreadable(error) from error
        if not chunk:
            return
        yield chunk


def _written(stream: BinaryIO, incoming: Path) -> KeptOriginal:
    with incoming.open("wb") as copy:
        kept = _digest(_copied(stream, copy))
        copy.flush()
        os.fchmod(copy.fileno(), _READ_ONLY)
        os.fsync(copy.fileno())
    return kept


def _copied(stream: BinaryIO, copy: BinaryIO) -> Iterator[bytes]:
    for chunk in _chunks(stream):
        copy.write(chunk)
        yield chunk


def _digest(chunks: Iterator[bytes]) -> KeptOriginal:
    digest = hashlib.sha256()
    size_bytes = 0
    for chunk in chunks:
        digest.update(chunk)
        size_bytes += len(chunk)
    return KeptOriginal(digest.hexdigest(), size_bytes)
