"""People's answers in a real ledger, and the file of the learned cut."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.exc import IntegrityError

from forms_ocr.budget import (
    Basis,
    Budget,
    LabelledSlip,
    Learned,
    Reading,
    RegistryKind,
    Source,
    gather,
    learn_cut,
)
from forms_ocr.errors import StorageError
from forms_ocr.model import (
    Account,
    AccountStatus,
    Answer,
    Candidate,
    Disposition,
    FieldReading,
    MachineReading,
    PageDisposition,
    PageReading,
    Period,
    Record,
    Registration,
    SlipReading,
    Values,
)
from forms_ocr.store import (
    Ledger,
    ReceivedScan,
    ScanFindings,
    Workspace,
    page_entry,
    read_cut_file,
    write_cut_file,
)
from tests.integration.store.conftest import Books

NOVEMBER = Period(2026, 11)
READ = Values("121000000012", "0563", "2026-11-24")
ANSWER = Answer(
    "s0123456789abcde",
    "2026-11",
    "Почта-7",
    "Анна",
    "",
    READ,
    is_blind=True,
    machine=MachineReading(READ, 0.9991, Disposition.ACCEPTED, "aa" * 32),
)


def test_an_answer_comes_back_as_it_was_with_its_time(ledger: Ledger) -> None:
    assert ledger.answer_book().append([ANSWER]) == 1
    (found,) = ledger.answer_book().all()
    assert replace(found, at="") == ANSWER
    assert datetime.fromisoformat(found.at).tzinfo == UTC


def test_the_same_answer_again_is_nothing_new(ledger: Ledger) -> None:
    book = ledger.answer_book()
    book.append([ANSWER])
    assert book.append([ANSWER]) == 0
    assert book.append([replace(ANSWER, who="Борис"), replace(ANSWER, period="2026-12")]) == 2


def test_a_correction_is_another_answer(ledger: Ledger) -> None:
    book = ledger.answer_book()
    corrected = replace(ANSWER, values=replace(READ, reading="0663"))
    assert [book.append([one]) for one in (ANSWER, corrected, ANSWER)] == [1, 1, 1]
    assert [answer.values.reading for answer in book.all()] == ["0563", "0663", "0563"]


@pytest.mark.parametrize("statement", ["UPDATE answers SET who = 'x'", "DELETE FROM answers"])
def test_answers_are_append_only(ledger: Ledger, books: Books, statement: str) -> None:
    ledger.answer_book().append([ANSWER])
    with pytest.raises(IntegrityError, match="append-only"):
        books.rows(statement)
    assert len(ledger.answer_book().all()) == 1


READING = Reading("aa", "form", RegistryKind.SPARSE, "0.1.0")
LEARNED = Learned(
    gather([*[LabelledSlip(0.9999)] * 300, LabelledSlip(0.9, frozenset({"date"}))]),
    READING,
    Source.ANSWERS,
    "2026-11-01",
    "2026-11-30",
)


@pytest.fixture
def cut_file(workspace: Workspace) -> Path:
    path = workspace.cut_path
    write_cut_file(path, LEARNED, learn_cut(LEARNED.evidence, Budget(0.02, {"date": 0.05}), 0.98))
    return path


def test_what_was_learned_comes_back(cut_file: Path) -> None:
    assert read_cut_file(cut_file) == LEARNED


def test_without_a_file_nothing_was_learned(workspace: Workspace) -> None:
    assert read_cut_file(workspace.cut_path) is Basis.NOTHING_LEARNED


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("evidence", "slips"), math.nan),
        (("evidence", "slips"), -1),
        (("evidence", "slips"), 3),
        (("evidence", "tallies", 4, "cut"), math.nan),
        (("evidence", "tallies", 4, "cut"), 0.5),
        (("evidence", "tallies", 4, "wrong"), 301),
        (("evidence", "tallies", 22, "wrong"), -1),
        (("evidence", "tallies", 22, "wrong_by_field", "date"), 2),
        (("evidence", "tallies"), []),
        (("reading", "registry"), "some"),
        (("format",), 2),
    ],
)
def test_a_file_that_says_what_cannot_be_is_not_trusted(
    cut_file: Path, path: tuple[str | int, ...], value: object
) -> None:
    document = json.loads(cut_file.read_text())
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    cut_file.write_text(json.dumps(document))
    assert read_cut_file(cut_file) is Basis.UNREADABLE


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"null"])
def test_a_damaged_file_is_not_trusted(cut_file: Path, content: bytes) -> None:
    cut_file.write_bytes(content)
    assert read_cut_file(cut_file) is Basis.UNREADABLE


def test_a_folder_in_its_place_is_not_trusted(workspace: Workspace) -> None:
    workspace.cut_path.mkdir()
    assert read_cut_file(workspace.cut_path) is Basis.UNREADABLE


def test_a_cut_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="writing the learned cut"):
        write_cut_file(tmp_path / "file" / "cut.json", LEARNED, learn_cut(LEARNED.evidence, Budget(), 0.98))


def test_what_explains_a_slip_is_forgotten_with_its_people(ledger: Ledger, books: Books) -> None:
    known = Account("007", "Lindenweg", "1", "", "0041", None, 4, AccountStatus.DIRECT)
    field = FieldReading("account", "007", 0.9, rivals=((Candidate("7", 0.1),),))
    record = Record("007", "0042", "", "", True, (field,), 0.9, Disposition.REVIEW, registered=known)
    slip = SlipReading(1, Registration(np.eye(3), 0.1, 0.9, 0, 11.8), record)
    entry = page_entry(PageReading(1, PageDisposition.SLIPS, (slip,)))
    (scan,) = ledger.receive([ReceivedScan("a.pdf", "", "a1" * 32, 9)], NOVEMBER)
    ledger.file([ScanFindings(scan.id, 1, (entry,))], "f")
    (before,) = ledger.slips(NOVEMBER)
    assert before.record == record
    ledger.purge(Period(2026, 12))
    (after,) = ledger.slips(NOVEMBER)
    assert (after.record.registered, after.record.fields[0].rivals) == (None, ())
    assert "Lindenweg" not in str(books.rows("SELECT record FROM slips"))
