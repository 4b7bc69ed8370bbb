"""What people do about slips: the queue, decisions, sheets of cells, people and their sessions.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from forms_ocr.store.migrations.append_only import append_only

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the tables; those of them that only grow refuse every change."""
    _add_queue()
    _add_decisions()
    _add_people()
    _add_cells()
    for table in ("decisions", "accesses", "sheet_events"):
        for statement in append_only(op.get_bind().dialect.name, table):
            op.execute(statement)


def _add_queue() -> None:
    op.create_table(
        "review_queue",
        sa.Column("period", sa.Text, primary_key=True),
        sa.Column("slip_id", sa.Text, primary_key=True),
        sa.Column("office", sa.Text, nullable=False),
        sa.Column("rank", sa.BigInteger, nullable=False),
        sa.Column("stage", sa.Integer, nullable=False),
        sa.Column("is_sample", sa.Integer, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("weights_sha256", sa.Text, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("leased_until", sa.Text, nullable=False),
    )
    op.create_index("review_queue_by_holder", "review_queue", ["holder"])
    op.create_table(
        "review_marks",
        sa.Column("mark", sa.Text, primary_key=True),
        sa.Column("stage", sa.Integer, primary_key=True),
        sa.Column("rank", sa.BigInteger, primary_key=True),
        sa.Column("period", sa.Text, primary_key=True),
        sa.Column("slip_id", sa.Text, primary_key=True),
        sa.Column("office", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("review_marks_by_slip", "review_marks", ["period", "slip_id"])
    op.create_index("review_marks_by_office", "review_marks", ["stage", "mark", "office"])
    op.create_table(
        "review_turns",
        sa.Column("period", sa.Text, primary_key=True),
        sa.Column("slip_id", sa.Text, primary_key=True),
        sa.Column("who", sa.Text, primary_key=True),
        sa.Column("until", sa.Text, nullable=False),
    )


def _add_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("slip_id", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("settles", sa.Integer, nullable=False),
        sa.Column("undoes", sa.Integer),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.create_index("decisions_by_slip", "decisions", ["period", "slip_id"])
    op.create_index("decisions_by_who", "decisions", ["who", "number"])
    op.create_table(
        "decision_values",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content", sa.Text, nullable=False),
    )


def _add_people() -> None:
    op.create_table(
        "people",
        sa.Column("login", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("offices", sa.Text),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("is_disabled", sa.Integer, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.Text, primary_key=True),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("csrf", sa.Text, nullable=False),
        sa.Column("begun_at", sa.Text, nullable=False),
        sa.Column("seen_at", sa.Text, nullable=False),
    )
    op.create_index("sessions_by_login", "sessions", ["login"])
    op.create_table(
        "failed_logins",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_index("failed_logins_by_key", "failed_logins", ["key", "at"])
    op.create_table(
        "accesses",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("slip_id", sa.Text, nullable=False),
    )


def _add_cells() -> None:
    op.create_table(
        "review_cells",
        sa.Column("period", sa.Text, primary_key=True),
        sa.Column("slip_id", sa.Text, primary_key=True),
        sa.Column("field", sa.Text, primary_key=True),
        sa.Column("cell", sa.Integer, primary_key=True),
        sa.Column("office", sa.Text, nullable=False),
        sa.Column("digit", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("sheet_id", sa.Text, nullable=False),
    )
    op.create_index("review_cells_by_digit", "review_cells", ["state", "digit", "sheet_id"])
    op.create_index("review_cells_by_sheet", "review_cells", ["sheet_id"])
    op.create_table(
        "sheets",
        sa.Column("sheet_id", sa.Text, primary_key=True),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("digit", sa.Text, nullable=False),
        sa.Column("leased_until", sa.Text, nullable=False),
        sa.Column("is_taken", sa.Integer, nullable=False),
        sa.Column("cells", sa.Text, nullable=False),
    )
    op.create_index("sheets_by_who", "sheets", ["who", "is_taken"])
    op.create_table(
        "sheet_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("sheet_id", sa.Text, nullable=False),
        sa.Column("is_taken", sa.Integer, nullable=False),
        sa.Column("seeds", sa.Integer, nullable=False),
        sa.Column("caught", sa.Integer, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
