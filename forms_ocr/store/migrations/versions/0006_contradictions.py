"""Which decision an answer came with, opinions that dispute a decision, and what slips that are through say.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from forms_ocr.store.migrations.append_only import append_only

revision = "0006"
down_revision = "0005"

# One transaction wrote both, with one time.
_JOIN_ANSWERS = """
UPDATE answers SET decision = (
    SELECT max(decisions.number) FROM decisions
    WHERE decisions.period = answers.period AND decisions.slip_id = answers.slip_id
    AND decisions.who = answers.who AND decisions.at = answers.at
)
"""


def upgrade() -> None:
    """Add columns and the table; answers that came with a decision are told which."""
    op.add_column("answers", sa.Column("decision", sa.Integer))
    op.add_column("decisions", sa.Column("disputes", sa.Integer))
    op.create_table(
        "review_said",
        sa.Column("period", sa.Text, primary_key=True),
        sa.Column("slip_id", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("reading", sa.Text, nullable=False),
        sa.Column("office", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("weights_sha256", sa.Text, nullable=False),
    )
    op.create_index("review_said_by_account", "review_said", ["period", "account"])
    _join_answers(op.get_bind().dialect.name)


def _join_answers(dialect: str) -> None:
    """The one change of answers: until now nothing said which decision they came with."""
    if dialect == "sqlite":
        op.execute("DROP TRIGGER answers_no_update")
        op.execute(_JOIN_ANSWERS)
        op.execute(append_only(dialect, "answers")[0])
    else:
        op.execute("ALTER TABLE answers DISABLE TRIGGER answers_append_only")
        op.execute(_JOIN_ANSWERS)
        op.execute("ALTER TABLE answers ENABLE TRIGGER answers_append_only")
