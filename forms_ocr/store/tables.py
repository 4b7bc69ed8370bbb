"""The ledger's tables as they are now. A change here needs a step under ``migrations/versions``."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    # Grows by one with each holder; whoever files under an older one has lost the lease.
    Column("fence", Integer, nullable=False),
    Column("holder", Text, nullable=False),
    Column("taken_at", Text, nullable=False),
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
    # When its original, its pictures and what stood on its slips were forgotten.
    Column("purged_at", Text),
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
    Column("message", Text, nullable=False),
    Column("picture_path", Text, nullable=False),
    # JSON of what a cover sheet announces; NULL for every other page.
    Column("cover", Text),
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
    # What was written on it as a small map of ink; NULL where nothing was kept.
    Column("ink", LargeBinary),
    ForeignKeyConstraint(["scan_id", "page"], ["pages.scan_id", "pages.number"]),
)
Index("slips_by_slip_id", slips.c.slip_id)

# Append-only: triggers made by the first migration refuse every change.
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
