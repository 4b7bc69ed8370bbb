"""Tables whose rows are added and never changed: the database itself refuses."""

from __future__ import annotations

_SQLITE = """
CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END
---
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END
"""

_POSTGRESQL = """
CREATE FUNCTION {table}_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{table} are append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$
---
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION {table}_are_append_only()
"""


def append_only(dialect: str, table: str) -> list[str]:
    """The statements that make a table so."""
    statements = _SQLITE if dialect == "sqlite" else _POSTGRESQL
    return [statement.strip() for statement in statements.format(table=table).split("---")]
