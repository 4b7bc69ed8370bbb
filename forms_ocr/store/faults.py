"""The machine's faults in the words of the operator: disk full, no permission, gone."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, NotSupportedError, ProgrammingError

from forms_ocr.errors import StorageError

_ADVICE = {
    errno.ENOSPC: "the disk is full; make room and run the same command again, it goes on where it stopped",
    errno.EDQUOT: "the disk quota is used up; make room and run the same command again",
    errno.EFBIG: "a file grew over the size limit of this session (ulimit -f); raise it and run again",
    errno.EROFS: "the disk is mounted read-only; mount it writable or give another workspace with -w",
    errno.EACCES: "permission denied; make the workspace writable for this user or give another with -w",
    errno.EPERM: "permission denied; make the workspace writable for this user or give another with -w",
    errno.ENOTDIR: "a file stands where a folder is needed; give another workspace with -w",
    errno.EEXIST: "a file stands where a folder is needed; give another workspace with -w",
    errno.EIO: "the disk reports an error; check it before you run again",
    errno.ENOENT: "it is gone; was the disk unmounted or the workspace moved?",
    errno.ESTALE: "the network share is gone; keep the workspace on a local disk",
}
_DATABASE_ADVICE = (
    ("disk is full", _ADVICE[errno.ENOSPC]),
    ("readonly database", _ADVICE[errno.EACCES]),
    ("unable to open", _ADVICE[errno.EACCES]),
    ("database is locked", "another program holds the ledger; close it and run again"),
    ("malformed", "the ledger is damaged; restore it from a backup, the originals are untouched"),
    ("not a database", "this file is no ledger; restore it from a backup or give another workspace with -w"),
    ("disk i/o error", _ADVICE[errno.EIO]),
    ("no space left on device", _ADVICE[errno.ENOSPC]),
    ("authentication failed", "the database refuses this user; set PGPASSWORD or ~/.pgpass, check --store"),
    ("does not exist", "there is no such database or role; make it, or name another with --store"),
    (
        "connection",
        "the database does not answer; is it running? Run the same command again, nothing is lost",
    ),
)


_MISTAKES = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
"""What the database raises when this program is at fault, not the machine."""


def _advice(error: OSError) -> str:
    return _ADVICE.get(error.errno or 0, error.strerror or str(error))


def _database_advice(error: DatabaseError) -> str:
    said = str(error.orig).lower()
    return next((advice for sign, advice in _DATABASE_ADVICE if sign in said), str(error.orig).split("\n")[0])


@contextmanager
def storage_faults(what: str, place: Path | str) -> Iterator[None]:
    """Turn what the disk and the database raise into :class:`StorageError`.

    Args:
        what: What was being done, e.g. "keeping an original".
        place: Where, when the error itself does not name a file.
    """
    try:
        yield
    except OSError as error:
        where = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else place
        raise StorageError(f"{what}: {where}: {_advice(error)}") from error
    except DatabaseError as error:
        if isinstance(error, _MISTAKES):
            raise
        raise StorageError(f"{what}: {place}: {_database_advice(error)}") from error
