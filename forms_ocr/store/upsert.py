"""Inserting what may be there already; each database has its own words for it."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(connection: Connection, table: Table) -> Any:
    """An insert that leaves a row alone that is there."""
    return _insert(connection.dialect.name, table).on_conflict_do_nothing()


def insert_or_replace(connection: Connection, table: Table) -> Any:
    """An insert that puts the row in the place of the one with the same primary key."""
    return _insert_or_replace(connection.dialect.name, table)


@cache
def _insert_or_replace(dialect: str, table: Table) -> Any:
    row = _insert(dialect, table)
    keys = [column.name for column in table.primary_key]
    new = {column.name: row.excluded[column.name] for column in table.c if not column.primary_key}
    return row.on_conflict_do_update(index_elements=keys, set_=new)


def _insert(dialect: str, table: Table) -> Any:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
