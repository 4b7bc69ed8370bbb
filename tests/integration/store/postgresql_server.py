"""The PostgreSQL server that the environment names, e.g.

FORMS_OCR_TEST_POSTGRESQL=postgresql+psycopg://postgres@/postgres?host=/run/postgresql

Each test process gets a database of its own, since locks are by database, and each test finds it empty.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, make_url

SERVER = os.environ.get("FORMS_OCR_TEST_POSTGRESQL", "")


@contextmanager
def fresh_database() -> Iterator[str]:
    """The address of a database, dropped afterwards."""
    name = f"forms_ocr_{uuid.uuid4().hex}"
    server = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
            yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        server.dispose()


def empty_database(address: str) -> None:
    """Take everything out of a database."""
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    finally:
        engine.dispose()
