"""Scans, pages, slips, events.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from forms_ocr.store.migrations.append_only import append_only

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "meta",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "settings",
        sa.Column("fingerprint", sa.Text, primary_key=True),
        sa.Column("description", sa.Text, nullable=False),
    )
    op.create_table(
        "scans",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("office", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("page_count", sa.Integer),
        sa.Column("settings", sa.Text, nullable=False),
        sa.Column("received_at", sa.Text, nullable=False),
        sa.UniqueConstraint("period", "name", "sha256"),
        sa.UniqueConstraint("period", "title"),
    )
    op.create_table(
        "pages",
        sa.Column("scan_id", sa.Integer, sa.ForeignKey("scans.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("settings", sa.Text, nullable=False),
        sa.Column("disposition", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("picture_path", sa.Text, nullable=False),
    )
    op.create_table(
        "slips",
        sa.Column("scan_id", sa.Integer, primary_key=True),
        sa.Column("page", sa.Integer, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("slip_id", sa.Text, nullable=False),
        sa.Column("disposition", sa.Text, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("registration", sa.Text, nullable=False),
        sa.Column("picture_path", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["scan_id", "page"], ["pages.scan_id", "pages.number"]),
    )
    op.create_index("slips_by_slip_id", "slips", ["slip_id"])
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("scan_id", sa.Integer),
        sa.Column("page", sa.Integer),
        sa.Column("detail", sa.Text, nullable=False),
    )
    for statement in append_only(op.get_bind().dialect.name, "events"):
        op.execute(statement)
