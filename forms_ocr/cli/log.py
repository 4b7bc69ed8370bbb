"""The log of a workspace: one JSON object a line, about scans and pages, never about what stands on them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from forms_ocr import __version__
from forms_ocr.store import storage_faults

_LOGGER = "forms_ocr"


class JsonFormatter(logging.Formatter):
    """Time, level, event, facts. Scans go by their number in the ledger: a name may hold an address."""

    def format(self, record: logging.LogRecord) -> str:
        """One line without its end."""
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "pid": record.process,
            "version": __version__,
            **getattr(record, "facts", {}),
        }
        return json.dumps(entry, ensure_ascii=False, default=str)


class _QuietFileHandler(logging.FileHandler):
    """A full disk stops the batch where its work is filed, with a clear message, and not here."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's name
        """Let the line go."""


@contextmanager
def logging_to(path: Path) -> Iterator[None]:
    """Append what the program logs to a file.

    Raises:
        StorageError: The file cannot be opened.
    """
    with storage_faults("opening the log", path):
        handler = _QuietFileHandler(path, encoding="utf-8")
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger(_LOGGER)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()
