"""What cover sheets announce.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; pages read before are no covers."""
    op.add_column("pages", sa.Column("cover", sa.Text))
