"""People's answers.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from forms_ocr.store.migrations.append_only import append_only

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table that only grows."""
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("slip_id", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("office", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("is_blind", sa.Integer, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("machine", sa.Text, nullable=False),
    )
    op.create_index("answers_by_slip", "answers", ["period", "slip_id"])
    for statement in append_only(op.get_bind().dialect.name, "answers"):
        op.execute(statement)
