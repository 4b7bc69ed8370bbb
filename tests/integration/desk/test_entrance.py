"""Who gets in, and who does not."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from forms_ocr.cli import main
from forms_ocr.model import Role
from forms_ocr.review.duties import Duty
from forms_ocr.review.entrance import (
    MAX_ATTEMPTS_OF_ADDRESS,
    MAX_ATTEMPTS_OF_PAIR,
    Entrance,
    Passwords,
)
from forms_ocr.review.faults import (
    BusyError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    NotSignedInError,
    SignInError,
    TooManyAttemptsError,
)
from forms_ocr.review.inspecting import inspect_apart, inspect_file
from forms_ocr.review.sheets import ODD
from forms_ocr.store import Workspace
from forms_ocr.template import default_template_path
from tests.integration.desk.conftest import ANNA, CHEAP, OLEG, SAMPLES, SONJA, VERA, Place

WORDS = "кот лодка сыр"
HOME = "10.0.0.7"


@pytest.fixture
def entrance(place: Place) -> Entrance:
    place.staff.add("anna", "Анна", Role.REVIEWER, None, WORDS)
    return place.room.entrance


def test_a_session_lasts_a_day_of_work(place: Place, entrance: Entrance) -> None:
    signed = entrance.sign_in("anna", WORDS, HOME)
    assert signed.session.person == ANNA
    assert signed.session.may(Duty.KEY)
    assert not signed.session.may(Duty.SEE_FIGURES)
    for _ in range(11):
        place.clock.go(hours=1)
        assert entrance.session_of(signed.token) == signed.session
    place.clock.go(hours=1, seconds=1)
    with pytest.raises(NotSignedInError):
        entrance.session_of(signed.token)


def test_a_session_that_is_not_used_ends(place: Place, entrance: Entrance) -> None:
    signed = entrance.sign_in("anna", WORDS, HOME)
    place.clock.go(hours=2, seconds=1)
    with pytest.raises(NotSignedInError):
        entrance.session_of(signed.token)


def test_tokens_change_with_each_login_and_are_not_kept(place: Place, entrance: Entrance) -> None:
    first = entrance.sign_in("anna", WORDS, HOME)
    second = entrance.sign_in("anna", WORDS, HOME, first.token)
    assert first.token != second.token
    assert first.session.csrf != second.session.csrf
    with pytest.raises(NotSignedInError):
        entrance.session_of(first.token)
    entrance.sign_out(second.token)
    with pytest.raises(NotSignedInError):
        entrance.session_of(second.token)
    with place.books.transactions.reading("a test") as connection:
        kept = str(connection.exec_driver_sql("SELECT * FROM people").all())
    assert WORDS not in kept
    assert "$argon2id$" in kept


def test_an_unknown_login_is_told_what_a_wrong_password_is(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[bool] = []
    fits = Passwords.fits

    def counted(self: Passwords, password: str, known: str | None) -> bool:
        hashed.append(True)
        return fits(self, password, known)

    monkeypatch.setattr(Passwords, "fits", counted)
    told = []
    for login in ("anna", "nobody"):
        with pytest.raises(SignInError) as refused:
            entrance.sign_in(login, "a wrong password", HOME)
        told.append(str(refused.value))
    assert told[0] == told[1]
    assert len(hashed) == 2, "an unknown login costs as much time"


@pytest.mark.parametrize("login", ["anna", "nobody"])
def test_guessing_is_slowed_down_whoever_it_is(place: Place, entrance: Entrance, login: str) -> None:
    for _ in range(MAX_ATTEMPTS_OF_PAIR):
        with pytest.raises(SignInError):
            entrance.sign_in(login, "a wrong password", HOME)
    with pytest.raises(TooManyAttemptsError) as refused:
        entrance.sign_in(login, WORDS, HOME)
    assert 0 < refused.value.retry_after_s <= 15 * 60
    place.clock.go(seconds=refused.value.retry_after_s + 1)
    if login == "anna":
        entrance.sign_in(login, WORDS, HOME)


def test_one_address_does_not_try_everybody(entrance: Entrance) -> None:
    for number in range(MAX_ATTEMPTS_OF_ADDRESS):
        with pytest.raises(SignInError):
            entrance.sign_in(f"login-{number}", "a wrong password", HOME)
    with pytest.raises(TooManyAttemptsError):
        entrance.sign_in("anna", WORDS, HOME)
    assert entrance.sign_in("anna", WORDS, "10.0.0.8").token, "others are not locked out"


def test_who_is_shut_out_is_out_at_once(place: Place, entrance: Entrance) -> None:
    signed = entrance.sign_in("anna", WORDS, HOME)
    place.staff.change(replace(ANNA, is_disabled=True))
    with pytest.raises(NotSignedInError):
        entrance.session_of(signed.token)
    with pytest.raises(SignInError):
        entrance.sign_in("anna", WORDS, HOME)


def test_a_new_password_ends_all_sessions(entrance: Entrance) -> None:
    first, second = (entrance.sign_in("anna", WORDS, HOME) for _ in range(2))
    with pytest.raises(SignInError):
        entrance.change_password(first.token, "a wrong password", "a good new password")
    with pytest.raises(InvalidInputError):
        entrance.change_password(first.token, WORDS, WORDS)
    fresh = entrance.change_password(first.token, WORDS, "a good new password")
    for old in (first, second):
        with pytest.raises(NotSignedInError):
            entrance.session_of(old.token)
    assert entrance.session_of(fresh.token).person == ANNA
    assert entrance.sign_in("anna", "a good new password", HOME).token


def test_people_by_command(workspace: Workspace, place: Place) -> None:
    def user(*asked: str, typed: str | None = None) -> str:
        result = CliRunner().invoke(main, ["user", *asked, "-w", str(workspace.folder)], input=typed)
        return f"{result.exit_code} {result.output}"

    added = user(
        "add", "anna", "--role", "reviewer", "--office", "office-07", "--password-stdin", typed=f"{WORDS}\n"
    )
    assert added == "0 anna (anna): reviewer, office-07\n"
    assert user("list") == "0 anna (anna): reviewer, office-07\n"
    again = user("add", "anna", "--role", "admin", "--password-stdin", typed=f"{WORDS}\n")
    assert again.startswith("6 ")
    assert "was given before" in again
    assert user("change", "anna", "--role", "senior") == "0 anna (anna): senior, every office\n"
    assert "shut out" in user("disable", "anna")
    assert user("password", "nobody", "--password-stdin", typed="x\n").startswith("6 ")
    assert place.staff.find("anna").is_disabled


def test_the_command_refuses_to_serve_in_the_clear(workspace: Workspace) -> None:
    asked = ["review", "-w", str(workspace.folder), "--host", "0.0.0.0"]  # noqa: S104
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 6
    assert "in the clear" in result.output


# -- sheets ------------------------------------------------------------------------------------


def test_a_sheet_with_a_missed_cell_goes_back(place: Place) -> None:
    sheet = place.room.sheets.next_sheet(ANNA)
    assert sheet is not None
    placed = place.books.sheets.find(sheet.sheet_id)
    assert placed is not None
    seeds = {cell.key: cell.known for cell in placed.cells if cell.known not in {"", sheet.digit}}
    assert seeds
    first = place.room.sheets.save(ANNA, sheet.sheet_id, {})
    assert (first.is_taken, set(first.missed), first.confirmed) == (False, set(seeds), 0)
    assert place.room.sheets.next_sheet(ANNA) == sheet
    result = place.room.sheets.save(ANNA, sheet.sheet_id, seeds)
    assert result.is_taken
    assert result.confirmed == sum(not cell.known for cell in placed.cells)
    (tally,) = place.books.sheets.tallies()
    assert (tally.who, tally.seeds, tally.caught) == ("anna", len(seeds), 0)


def test_a_slip_of_which_every_doubt_is_confirmed_needs_no_keying(place: Place) -> None:
    while (sheet := place.room.sheets.next_sheet(ANNA)) is not None:
        placed = place.books.sheets.find(sheet.sheet_id)
        assert placed is not None
        seeds = {cell.key: ODD for cell in placed.cells if cell.known not in {"", sheet.digit}}
        assert place.room.sheets.save(ANNA, sheet.sheet_id, seeds).is_taken
    settled = place.books.decisions.standing("2026-11").values()
    assert settled
    assert all(one.who == "anna" and one.typed for one in settled)
    assert {reason for one in settled for reason in one.reasons} <= {
        "account_uncertain",
        "reading_uncertain",
        "not_a_digit",
    }


def test_sheets_show_their_cells_to_one_person(place: Place) -> None:
    sheet = place.room.sheets.next_sheet(ANNA)
    assert sheet is not None
    key = sheet.cells[0].key
    for picture in (place.room.sheets.cell, place.room.sheets.cell_field):
        assert picture(ANNA, sheet.sheet_id, key)[:2] == b"\xff\xd8"
        with pytest.raises(NotFoundError):
            picture(VERA, sheet.sheet_id, key)
        with pytest.raises(NotFoundError):
            picture(ANNA, sheet.sheet_id, "none")
    with pytest.raises(InvalidInputError):
        place.room.sheets.save(ANNA, sheet.sheet_id, {key: "x"})


# -- the office --------------------------------------------------------------------------------


def test_quarantine_and_another_try(place: Place) -> None:
    office = place.room.back_office
    (page,) = office.quarantine(OLEG, "2026-11")
    assert (page.scan, page.page, page.office) == ("office-07/broken.tif", 0, "office-07")
    with pytest.raises(NotFoundError):
        office.requeue(OLEG, "2026-11", ["no such scan"])
    with place.workspace.held(), pytest.raises(BusyError):
        office.requeue(OLEG, "2026-11", [page.scan])
    assert office.requeue(OLEG, "2026-11", [page.scan]) == 1
    assert office.quarantine(OLEG, "2026-11") == ()
    (month,) = office.overview(OLEG)
    assert (month.period, month.in_review, month.scans["received"]) == ("2026-11", 5, 1)
    with pytest.raises(ForbiddenError):
        office.overview(ANNA)
    with pytest.raises(NotFoundError):
        place.room.gallery.page(OLEG, page.key)


def test_an_upload_lies_in_the_inbox_under_a_name_of_its_own(place: Place) -> None:
    office = place.room.back_office
    assert office.offices(SONJA) == ("office-12",)

    def bring(name: str, content: bytes) -> str:
        return office.upload(SONJA, "office-12", name, io.BytesIO(content)).name

    assert bring(r"C:\scans\..\Коробка 1.PDF", b"one") == "Коробка 1.PDF"
    assert bring("Коробка 1.PDF", b"one") == "Коробка 1.PDF", "the same again is there once"
    assert bring("Коробка 1.PDF", b"two") == "Коробка 1 (2).PDF"
    inbox = place.workspace.folder / "inbox" / "office-12"
    assert sorted(path.name for path in inbox.iterdir()) == ["Коробка 1 (2).PDF", "Коробка 1.PDF"]
    for name in ("", "..", ".pdf", "a.exe", "a.pdf/"):
        with pytest.raises(InvalidInputError):
            bring(name, b"x")
    with pytest.raises(InvalidInputError, match="split it"):
        bring("large.pdf", b"x" * ((1 << 20) + 1))
    for other in ("office-07", "../office-12", ".", "", "/tmp"):  # noqa: S108
        with pytest.raises(NotFoundError):
            office.upload(SONJA, other, "a.pdf", io.BytesIO(b"x"))
    assert sorted(path.name for path in inbox.iterdir()) == ["Коробка 1 (2).PDF", "Коробка 1.PDF"]


def test_what_came_before_is_known(place: Place) -> None:
    good = (SAMPLES / "scans" / "office-12" / "good.pdf").read_bytes()
    assert place.room.back_office.upload(SONJA, "office-12", "again.pdf", io.BytesIO(good)).is_known


def test_an_office_gets_its_own_receipt(place: Place) -> None:
    page = place.room.back_office.receipt(SONJA, "office-12", "2026-11")
    assert "good.pdf" in page
    with pytest.raises(NotFoundError):
        place.room.back_office.receipt(SONJA, "office-07", "2026-11")


def test_a_look_at_a_file_in_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    form = default_template_path()
    (tmp_path / "cv2.py").write_text("raise SystemExit('run out of the current folder')")
    monkeypatch.chdir(tmp_path)
    broken = tmp_path / "broken.tif"
    broken.write_bytes(b"II*\0 nothing more")
    letter = inspect_apart(SAMPLES / "scans" / "Почта-194044" / "письмо.jpg", form)
    assert ["not our form" in why.en for page in letter.pages for why in page.scan_again] == [True]
    turned = inspect_apart(SAMPLES / "scans" / "office-12" / "upside-down.pdf", form)
    assert (turned.page_count, [page.slips for page in turned.pages], turned.reason) == (1, [1], None)
    assert [len(page.scan_again) for page in turned.pages] == [0]
    assert ["upside down" in note.en for page in turned.pages for note in page.notes] == [True]
    assert inspect_file(broken, [form], 1) == {"pages": [], "page_count": 0, "reason": "scan_broken"}
    late = inspect_apart(broken, form, timeout_s=0.01).reason
    assert late is not None
    assert late.code == "page_timeout"


def test_passwords_are_hashed_again_when_costs_change() -> None:
    assert not CHEAP.is_outdated(CHEAP.hash(WORDS))
    assert Passwords().is_outdated(CHEAP.hash(WORDS))
