"""What Alembic executes around the steps: the connection that the ledger opened, one transaction for all."""

from alembic import context

from forms_ocr.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite can; without it a kill between two steps would leave half a schema
)
with context.begin_transaction():
    context.run_migrations()
