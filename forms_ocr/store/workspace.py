"""The folder that holds a district's ledger, originals, pictures and exports, and the lock on it."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from forms_ocr.errors import WorkspaceBusyError
from forms_ocr.model import Period
from forms_ocr.store.durable import make_folder
from forms_ocr.store.faults import storage_faults
from forms_ocr.store.originals import Originals


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where everything of a workspace lies."""

    folder: Path

    @property
    def ledger_path(self) -> Path:
        """The SQLite file; two more stand beside it while it is open."""
        return self.folder / "ledger.sqlite3"

    @property
    def store_path(self) -> Path:
        """Names the database that holds the ledger, where it is not the SQLite file."""
        return self.folder / "store"

    @property
    def lock_path(self) -> Path:
        """Held by the run that works here, and signed by it."""
        return self.folder / "lock"

    @property
    def exports(self) -> Path:
        """What billing and people take."""
        return self.folder / "exports"

    @property
    def log_path(self) -> Path:
        """One JSON object a line."""
        return self.folder / "log.jsonl"

    @property
    def configuration_path(self) -> Path:
        """Used when no other configuration is named."""
        return self.folder / "forms-ocr.toml"

    @property
    def cut_path(self) -> Path:
        """The cut on confidence that was learned from labelled slips."""
        return self.folder / "cut.json"

    @property
    def sample_list_path(self) -> Path:
        """The list of slips that people key without seeing what was read."""
        return self.folder / "samples.csv"

    def sample_pictures(self, period: Period) -> Path:
        """Pictures of such slips; they go when the period's others go."""
        return self.folder / "crops" / str(period) / "samples"

    @property
    def originals(self) -> Originals:
        """The scans as they came in."""
        return Originals(self.folder / "originals")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the workspace, creating it if need be; the lock dies with the process that holds it.

        Raises:
            WorkspaceBusyError: Another live run holds it; names process, host and since when.
            StorageError: It cannot be created or written.
        """
        with storage_faults("opening the workspace", self.folder):
            make_folder(self.folder)
            stream = self.lock_path.open("a+", encoding="utf-8")
        with stream:
            self._lock(stream)
            with storage_faults("opening the workspace", self.folder):
                _sign(stream)
            yield

    @property
    def has_ledger(self) -> bool:
        """Whether anything was ever read into it."""
        return self.ledger_path.exists() or self.store_path.exists()

    def holder(self) -> str:
        """Who holds the workspace now, "" if nobody does."""
        try:
            with self.lock_path.open(encoding="utf-8") as stream:
                try:
                    fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return _holder(stream.read())
        except OSError:
            return ""
        return ""

    def _lock(self, stream: IO[str]) -> None:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            raise WorkspaceBusyError(
                f"workspace {self.folder} is held by another run: {_holder(stream.read())}; "
                "wait until it ends, or use another workspace"
            ) from None


def _sign(stream: IO[str]) -> None:
    stream.seek(0)
    stream.truncate()
    since = datetime.now(UTC).isoformat(timespec="seconds")
    json.dump({"pid": os.getpid(), "host": socket.gethostname(), "since": since}, stream)
    stream.flush()


def _holder(signature: str) -> str:
    """Who holds the lock, as far as the lock file says."""
    try:
        said = json.loads(signature)
        return f"process {said['pid']} on {said['host']} since {said['since']}"
    except (ValueError, KeyError, TypeError):
        return "it has just started and not yet signed"
