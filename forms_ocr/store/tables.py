"""The ledger's tables, version 1."""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    event,
)

SCHEMA_VERSION = 1

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

settings = Table(
    "settings",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    # JSON: what stood behind the fingerprint, so that two of them can be told apart by a person.
    Column("description", Text, nullable=False),
)

scans = Table(
    "scans",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("period", Text, nullable=False),
    Column("name", Text, nullable=False),
    # The name in the exports: other content under a name already taken gets a title of its own.
    Column("title", Text, nullable=False),
    Column("office", Text, nullable=False),
    # "" for a file that could not even be read where it lay.
    Column("sha256", Text, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("page_count", Integer),
    # Under which settings it was opened last; "" before.
    Column("settings", Text, nullable=False),
    Column("received_at", Text, nullable=False),
    UniqueConstraint("period", "name", "sha256"),
    UniqueConstraint("period", "title"),
)

pages = Table(
    "pages",
    metadata,
    Column("scan_id", Integer, ForeignKey("scans.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("disposition", Text),
    Column("reason", Text),
    Column("message", Text, nullable=False, default=""),
    Column("picture_path", Text, nullable=False, default=""),
)

slips = Table(
    "slips",
    metadata,
    Column("scan_id", Integer, primary_key=True),
    Column("page", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("slip_id", Text, nullable=False),
    Column("disposition", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("registration", Text, nullable=False),
    Column("picture_path", Text, nullable=False),
    ForeignKeyConstraint(["scan_id", "page"], ["pages.scan_id", "pages.number"]),
)
Index("slips_by_slip_id", slips.c.slip_id)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    # No foreign key: the trail outlives what it tells of.
    Column("scan_id", Integer),
    Column("page", Integer),
    # JSON without accounts, addresses or readings.
    Column("detail", Text, nullable=False),
)

for _verb in ("UPDATE", "DELETE"):
    event.listen(
        events,
        "after_create",
        DDL(  # type: ignore[no-untyped-call]  # SQLAlchemy has left it untyped
            f"CREATE TRIGGER events_no_{_verb.lower()} BEFORE {_verb} ON events "
            "BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
        ).execute_if(dialect="sqlite"),
    )
