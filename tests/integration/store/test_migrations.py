"""Ledgers of older versions are brought up to date, those of newer ones are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

import forms_ocr.store
from forms_ocr.errors import ConfigurationError
from forms_ocr.model import Period
from forms_ocr.store import ReceivedScan, ScanFindings, migrating
from forms_ocr.store.tables import metadata
from tests.integration.store.conftest import Books
from tests.integration.store.test_ledger import slips_page

NOVEMBER = Period(2026, 11)
FIRST_VERSION = Path(__file__).with_name("ledger_version_1.sql")


def lay_first_version(books: Books) -> None:
    """What the program left before it knew Alembic: one scan of two pages, one of them read, one slip."""
    for statement in FIRST_VERSION.read_text(encoding="utf-8").split(";\n"):
        if statement.strip():
            books.rows(statement)


def difference(engine: Engine) -> list[object]:
    try:
        with engine.connect() as connection:
            return list(compare_metadata(MigrationContext.configure(connection), metadata))
    finally:
        engine.dispose()


def test_the_steps_lead_to_the_tables_that_the_program_uses(books: Books) -> None:
    with books.open():
        assert difference(books.engine()) == []


def test_the_newest_step_is_the_one_the_program_expects() -> None:
    folder = Path(forms_ocr.store.__path__[0], "migrations")
    assert ScriptDirectory(str(folder)).get_heads() == [migrating.HEAD]


def test_a_ledger_of_the_first_version_goes_on_as_it_was(books: Books) -> None:
    if books.store:
        pytest.skip("the first version knew only SQLite")
    lay_first_version(books)
    with books.open() as ledger:
        assert difference(books.engine()) == []
        assert [slip.record.account for slip in ledger.slips(NOVEMBER)] == ["007"]
        (scan,) = ledger.unfinished(NOVEMBER)
        assert ledger.waiting_pages([scan.id]) == {scan.id: (2,)}
        ledger.file([ScanFindings(scan.id, None, (slips_page(2, "008"),))], "first")
        assert len(ledger.slips(NOVEMBER)) == 2
    with pytest.raises(Exception, match="append-only"):
        books.rows("DELETE FROM events")


def test_a_step_that_fails_leaves_the_ledger_at_the_version_it_had(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    if books.store:
        pytest.skip("the first version knew only SQLite")
    lay_first_version(books)
    before = books.rows("SELECT type, name, sql FROM sqlite_master ORDER BY name")

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("alembic.op.add_column", fail)  # the last act of the second step
        with pytest.raises(KeyboardInterrupt), books.open():
            pass
    assert books.rows("SELECT type, name, sql FROM sqlite_master ORDER BY name") == before
    with books.open() as ledger:
        assert len(ledger.slips(NOVEMBER)) == 1


def test_answers_of_before_are_told_which_decision_they_came_with(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = command.upgrade
    with monkeypatch.context() as patch:
        patch.setattr(command, "upgrade", lambda config, _: upgrade(config, "0005"))
        patch.setattr(migrating, "HEAD", "0005")
        with books.open():
            pass
    for who in ("anna", "out of a list"):
        books.rows(
            "INSERT INTO answers (slip_id, period, office, who, at, is_blind, person, machine) VALUES "  # noqa: S608
            f"('s1', '2026-11', '', '{who}', '1', 0, '', ''), ('s1', '2026-11', '', '{who}', '2', 0, '', '')"
        )
    books.rows(
        "INSERT INTO decisions (number, at, period, slip_id, who, action, fence, settles, body, hash) VALUES "
        "(1, '1', '2026-11', 's1', 'anna', 'confirm', 1, 1, '', ''),"
        "(2, '2', '2026-11', 's1', 'anna', 'confirm', 2, 1, '', '')"
    )
    with books.open():
        assert books.rows("SELECT who, at, decision FROM answers ORDER BY id") == [
            ("anna", "1", 1),
            ("anna", "2", 2),
            ("out of a list", "1", None),
            ("out of a list", "2", None),
        ]
    with pytest.raises(Exception, match="append-only"):
        books.rows("UPDATE answers SET decision = 2")


def test_a_ledger_of_a_newer_version_is_refused_and_left_alone(books: Books) -> None:
    with books.open() as ledger:
        ledger.receive([ReceivedScan("a.pdf", "", "a1" * 32, 1)], NOVEMBER)
    books.rows("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigurationError, match="9999; this program knows them up to"), books.open():
        pass
    assert books.rows("SELECT count(*) FROM scans") == [(1,)]


def test_the_first_versions_own_mark_is_understood(books: Books) -> None:
    if books.store:
        pytest.skip("the first version knew only SQLite")
    lay_first_version(books)
    books.rows("UPDATE meta SET value = '99'")
    with pytest.raises(ConfigurationError, match="schema version 99"), books.open():
        pass
