"""A database that keeps what it says it kept: a SQLite file, or PostgreSQL."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool, StaticPool

from forms_ocr.store.migrating import bring_up_to_date

_BUSY_TIMEOUT_MS = 60_000
"""Writers queue, and SQLite knows no order: on a busy machine one may wait long."""

_CONNECT_TIMEOUT_S = 10

_WRITERS_LOCK = 7_301_551_701
"""PostgreSQL's advisory lock that a transaction holds: writers queue as they do before a SQLite file."""

_RUN_LOCK = 7_301_551_702
"""The one that a run holds as long as its connection lives."""

READS_ONLY = "forms_ocr_reads_only"
"""Execution option of a connection whose transactions write nothing: they wait for nobody."""


def open_database(url: URL, *, for_threads: bool = False) -> Engine:
    """Open the ledger's database, make its tables or bring them up to date.

    Args:
        for_threads: Each thread gets a connection of its own; else there is one, for one thread at a time.

    Raises:
        ConfigurationError: A newer version of the program made it.
        sqlalchemy.exc.DatabaseError: It cannot be opened, or is no database.
    """
    pool = QueuePool if for_threads else StaticPool
    engine = create_engine(url, poolclass=pool, connect_args=_connect_args(url))
    is_sqlite = engine.dialect.name == "sqlite"
    event.listen(engine, "connect", _prepare_sqlite if is_sqlite else _prepare_postgresql)
    event.listen(engine, "begin", _begin_immediate if is_sqlite else _wait_for_writers)
    try:
        with engine.begin() as connection:
            bring_up_to_date(connection, url.render_as_string(hide_password=True))
    except BaseException:
        engine.dispose()
        raise
    return engine


def hold_database(connection: Connection) -> bool:
    """Take the lock of a run, where the database has one; whether it was free.

    A workspace's lock file keeps two runs of one machine apart; PostgreSQL may be reached from two machines.
    """
    if connection.dialect.name == "sqlite":
        return True
    return bool(connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_RUN_LOCK})").scalar_one())


def _connect_args(url: URL) -> dict[str, Any]:
    return {} if url.get_backend_name() == "sqlite" else {"connect_timeout": _CONNECT_TIMEOUT_S}


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver begins no transactions of its own
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # a committed page survives a power cut
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_postgresql(connection: Any, _entry: ConnectionPoolEntry) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO on")  # also where the server's own setting is off
        cursor.execute("SET client_min_messages TO warning")
    connection.commit()


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: a transaction that reads first cannot fail when it comes to write."""
    connection.exec_driver_sql("BEGIN" if _only_reads(connection) else "BEGIN IMMEDIATE")


def _wait_for_writers(connection: Connection) -> None:
    """The same on PostgreSQL; the lock ends with the transaction."""
    if _only_reads(connection):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})")


def _only_reads(connection: Connection) -> bool:
    """One that only reads sees one state of the ledger and keeps nobody waiting."""
    return bool(connection.get_execution_options().get(READS_ONLY, False))
