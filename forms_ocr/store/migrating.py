"""Bringing a ledger that an older version of the program made up to date."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from forms_ocr.errors import ConfigurationError

HEAD = "0006"
"""The newest step under ``migrations/versions``; known here so that opening a ledger loads no Alembic."""

_BEFORE_ALEMBIC = "0001"
"""What ledgers hold that say ``schema_version`` 1 in a table of their own."""


def bring_up_to_date(connection: Connection, place: str) -> None:
    """Make the tables, or change those of an older version, inside the connection's transaction.

    Args:
        place: For the message.

    Raises:
        ConfigurationError: A newer version of the program made it.
    """
    found = _revision(connection, place)
    if found == HEAD:
        return
    _check_known(found, place)
    _migrate(connection, is_unmarked=found == _BEFORE_ALEMBIC and not _has(connection, "alembic_version"))


def _has(connection: Connection, table: str) -> bool:
    return inspect(connection).has_table(table)


def _revision(connection: Connection, place: str) -> str:
    """The step the ledger stands at, "" for an empty database."""
    if _has(connection, "alembic_version"):
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")
    if not _has(connection, "meta"):
        return ""
    version = connection.scalar(text("SELECT value FROM meta WHERE key = 'schema_version'"))
    if version != "1":
        raise _newer(place, f"schema version {version}")
    return _BEFORE_ALEMBIC


def _check_known(found: str, place: str) -> None:
    """Steps are numbered: what is above the newest one comes from a newer program."""
    if found and (not found.isdigit() or found > HEAD):
        raise _newer(place, found)


def _newer(place: str, found: str) -> ConfigurationError:
    return ConfigurationError(
        place,
        [f"schema: {found}; this program knows them up to {HEAD}. A newer forms-ocr made it: use that one"],
    )


def _migrate(connection: Connection, *, is_unmarked: bool) -> None:
    # most ledgers are up to date, and loading Alembic takes longer than opening one
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    if is_unmarked:
        command.stamp(config, _BEFORE_ALEMBIC)
    command.upgrade(config, "head")
