"""The lease with its fence; when scans were forgotten; the ink of each slip, to know the same paper again.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the leases and the columns; Alembic's own table now says the version."""
    op.drop_table("meta")
    op.create_table(
        "leases",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("taken_at", sa.Text, nullable=False),
    )
    op.add_column("scans", sa.Column("purged_at", sa.Text))
    op.add_column("slips", sa.Column("ink", sa.LargeBinary))
