"""A SQLite file that keeps what it says it kept."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from forms_ocr.errors import ConfigurationError
from forms_ocr.store.tables import SCHEMA_VERSION, meta, metadata

_BUSY_TIMEOUT_MS = 10_000


def open_database(path: Path) -> Engine:
    """Open or create the ledger's database.

    Raises:
        ConfigurationError: It was made by another version of the program.
        sqlalchemy.exc.DatabaseError: It cannot be opened, or is no database.
    """
    engine = create_engine(f"sqlite:///{path}", poolclass=StaticPool)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin_immediate)
    try:
        with engine.begin() as connection:
            _check_version(connection, path)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver begins no transactions of its own
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # a committed page survives a power cut
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: a transaction that reads first cannot fail when it comes to write."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _check_version(connection: Connection, path: Path) -> None:
    metadata.create_all(connection)
    version = connection.scalar(select(meta.c.value).where(meta.c.key == "schema_version"))
    if version is None:
        connection.execute(insert(meta).values(key="schema_version", value=str(SCHEMA_VERSION)))
    elif version != str(SCHEMA_VERSION):
        raise ConfigurationError(
            str(path),
            [f"schema version: {version}, this program writes {SCHEMA_VERSION}; use the one that made it"],
        )
