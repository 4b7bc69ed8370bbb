"""The tables of reviewing. A change here needs a step under ``migrations/versions``.

``decisions``, ``accesses`` and ``sheet_events`` only grow: triggers refuse every change. What tells of people
stands apart from the decisions, in ``decision_values``: it can be forgotten, and the chain still holds.
The queue and what belongs to it can be made again out of slips and decisions.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from forms_ocr.store.tables import metadata

# One row a slip that is before people, or was.
review_queue = Table(
    "review_queue",
    metadata,
    Column("period", Text, primary_key=True),
    Column("slip_id", Text, primary_key=True),
    Column("office", Text, nullable=False),
    # The lowest comes first.
    Column("rank", BigInteger, nullable=False),
    # 0 when nothing more is asked, 1 to 3 for the reader it waits for.
    Column("stage", Integer, nullable=False),
    Column("is_sample", Integer, nullable=False),
    # Each separated by ";": why it is under review, and what is asked about it.
    Column("reasons", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("weights_sha256", Text, nullable=False),
    # Grows by one with each holder; whoever saves under an older one has lost the slip.
    Column("fence", Integer, nullable=False),
    Column("holder", Text, nullable=False),
    Column("leased_until", Text, nullable=False),
)
Index("review_queue_by_holder", review_queue.c.holder)

# What the queue can be filtered by, in the order in which slips are handed out: "" for every slip,
# "reason:…" and "field:…". The primary key is the order in which rows lie, and holds all a search looks at.
review_marks = Table(
    "review_marks",
    metadata,
    Column("mark", Text, primary_key=True),
    Column("stage", Integer, primary_key=True),
    Column("rank", BigInteger, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("slip_id", Text, primary_key=True),
    Column("office", Text, nullable=False),
    sqlite_with_rowid=False,
)
Index("review_marks_by_slip", review_marks.c.period, review_marks.c.slip_id)
# By which the queue is counted.
Index("review_marks_by_office", review_marks.c.stage, review_marks.c.mark, review_marks.c.office)

# What slips say that are through: who says something else of the same account is found by it at once.
review_said = Table(
    "review_said",
    metadata,
    Column("period", Text, primary_key=True),
    Column("slip_id", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("reading", Text, nullable=False),
    Column("office", Text, nullable=False),
    # Who confirmed it, "" for the machine.
    Column("who", Text, nullable=False),
    Column("weights_sha256", Text, nullable=False),
)
Index("review_said_by_account", review_said.c.period, review_said.c.account)

# To whom a slip is not given, and until when.
review_turns = Table(
    "review_turns",
    metadata,
    Column("period", Text, primary_key=True),
    Column("slip_id", Text, primary_key=True),
    Column("who", Text, primary_key=True),
    Column("until", Text, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("slip_id", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("settles", Integer, nullable=False),
    Column("undoes", Integer),
    Column("disputes", Integer),
    # Canonical JSON of all of it, and the SHA-256 of the values; the columns before repeat what is searched.
    Column("body", Text, nullable=False),
    # SHA-256 over the hash of the decision before and the body.
    Column("hash", Text, nullable=False),
)
Index("decisions_by_slip", decisions.c.period, decisions.c.slip_id)
Index("decisions_by_who", decisions.c.who, decisions.c.number)

decision_values = Table(
    "decision_values",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    # JSON with a random salt, so that its SHA-256 tells nothing once the values are forgotten.
    Column("content", Text, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("login", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    # JSON list; NULL for every office.
    Column("offices", Text),
    Column("password_hash", Text, nullable=False),
    Column("is_disabled", Integer, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    # Only the token's hash: who reads the ledger cannot sign in with it.
    Column("token_sha256", Text, primary_key=True),
    Column("login", Text, nullable=False),
    Column("csrf", Text, nullable=False),
    Column("begun_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
)
Index("sessions_by_login", sessions.c.login)

failed_logins = Table(
    "failed_logins",
    metadata,
    Column("id", Integer, primary_key=True),
    # "login …", "address …" or both, hashed.
    Column("key", Text, nullable=False),
    Column("at", Text, nullable=False),
)
Index("failed_logins_by_key", failed_logins.c.key, failed_logins.c.at)

# Who looked at which whole slip.
accesses = Table(
    "accesses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("slip_id", Text, nullable=False),
)

# Cells of slips under review that are looked at in groups.
review_cells = Table(
    "review_cells",
    metadata,
    Column("period", Text, primary_key=True),
    Column("slip_id", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("cell", Integer, primary_key=True),
    Column("office", Text, nullable=False),
    Column("digit", Text, nullable=False),
    # "waiting", "confirmed", "odd", or "known" for one whose digit is beyond doubt.
    Column("state", Text, nullable=False),
    Column("sheet_id", Text, nullable=False),
)
Index("review_cells_by_digit", review_cells.c.state, review_cells.c.digit, review_cells.c.sheet_id)
Index("review_cells_by_sheet", review_cells.c.sheet_id)

sheets = Table(
    "sheets",
    metadata,
    Column("sheet_id", Text, primary_key=True),
    Column("who", Text, nullable=False),
    Column("digit", Text, nullable=False),
    Column("leased_until", Text, nullable=False),
    Column("is_taken", Integer, nullable=False),
    # JSON: the cells in their order on the sheet, each with its key, place and, for a known one, its digit.
    Column("cells", Text, nullable=False),
)
Index("sheets_by_who", sheets.c.who, sheets.c.is_taken)

sheet_events = Table(
    "sheet_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("sheet_id", Text, nullable=False),
    Column("is_taken", Integer, nullable=False),
    Column("seeds", Integer, nullable=False),
    Column("caught", Integer, nullable=False),
    # JSON: keys of the cells by what was said of them.
    Column("detail", Text, nullable=False),
)

APPEND_ONLY = ("decisions", "accesses", "sheet_events")
