"""A ledger in each of the databases that can hold one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine

from forms_ocr.store import Ledger, Workspace, open_ledger
from tests.integration.store.postgresql_server import SERVER, empty_database, fresh_database


@dataclass(frozen=True)
class Books:
    """A workspace, and where its ledger is: ``store`` is None for the SQLite file."""

    workspace: Workspace
    store: str | None

    def open(self) -> AbstractContextManager[Ledger]:
        return open_ledger(self.workspace, store=self.store)

    def engine(self) -> Engine:
        """Straight to the database, past the ledger."""
        return create_engine(self.store or f"sqlite:///{self.workspace.ledger_path}")

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        engine = self.engine()
        try:
            with engine.begin() as connection:
                result = connection.exec_driver_sql(statement)
                return [tuple(row) for row in result] if result.returns_rows else []
        finally:
            engine.dispose()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    with fresh_database() as store:
        yield store


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param(
            "postgresql",
            marks=pytest.mark.skipif(not SERVER, reason="no server: set FORMS_OCR_TEST_POSTGRESQL"),
        ),
    ]
)
def books(workspace: Workspace, request: pytest.FixtureRequest) -> Books:
    if request.param == "sqlite":
        return Books(workspace, None)
    store: str = request.getfixturevalue("database")
    empty_database(store)
    return Books(workspace, store)


@pytest.fixture
def ledger(books: Books) -> Iterator[Ledger]:
    with books.open() as opened:
        yield opened
