"""Transactions of several threads on one database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine

from forms_ocr.store.database import READS_ONLY
from forms_ocr.store.faults import storage_faults


class Transactions:
    """Where the books of a ledger get their connections and their time from.

    Args:
        engine: Of :func:`forms_ocr.store.database.open_database`.
        clock: Says the time with its zone, which is UTC.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._place = engine.url.render_as_string(hide_password=True)
        self._clock = clock
        # SQLite makes waiting writers sleep and try again; those of this process can simply queue
        self._writers = threading.Lock()

    @contextmanager
    def reading(self, doing: str) -> Iterator[Connection]:
        """A transaction that sees one state of the database and waits for no writer."""
        with storage_faults(doing, self._place), self._engine.connect() as bare:
            connection = bare.execution_options(**{READS_ONLY: True})
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self, doing: str) -> Iterator[Connection]:
        """A transaction that is on disk when the block is left, or undone when it raises."""
        with storage_faults(doing, self._place), self._writers, self._engine.begin() as connection:
            yield connection

    def now(self) -> datetime:
        """The time."""
        return self._clock()

    def timestamp(self) -> str:
        """The time as it is written down: text that sorts as times do."""
        return stamp(self._clock())


def stamp(moment: datetime) -> str:
    """A moment as it is written down."""
    return moment.isoformat(timespec="milliseconds")
