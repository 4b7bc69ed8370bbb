"""People at work: the real pages, the real workspace, the system's chromium."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from forms_ocr.model import Action
from forms_ocr.review.shown import Filters, SlipView
from forms_ocr.review.web.visit import SESSION_COOKIE
from tests.integration.review.conftest import Serve, SignIn
from tests.integration.review.review_site import EVIL_OFFICE, PEOPLE, SAMPLES, Site

UNDATED = "?office=Сестрорецк"
BOX = "?office=office-12&reason=account_uncertain"
PENCIL = "?office=Почта-194044&reason=reading_uncertain"
BELOW_LAST = "?office=office-07"


# ---- keying ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("filters", [BOX, PENCIL, f"?office={EVIL_OFFICE}"])
def test_only_what_is_in_doubt_is_keyed_and_what_agrees_is_saved_at_once(
    site: Site, sign_in: SignIn, filters: str
) -> None:
    anna = sign_in(site, "anna")
    ticket = anna.open_desk(filters)
    in_doubt = sum(asked.known.count(None) for asked in site.view("anna", ticket).asked)
    keys = anna.key_right()
    expect(anna.said).to_contain_text("Принят")
    assert len(keys) <= 1.3 * in_doubt
    assert site.actions(ticket) == [Action.CONFIRM]


def test_the_next_slip_is_there_at_once(site: Site, sign_in: SignIn) -> None:
    anna = sign_in(site, "anna")
    anna.open_desk()
    anna.page.wait_for_timeout(700)  # the next ones are loaded while somebody reads
    waited_ms = anna.page.evaluate("""() => new Promise((done) => {
        const desk = document.querySelector("[data-page=desk]"), begun = performance.now();
        new MutationObserver(() => done(performance.now() - begun)).observe(desk, {attributes: true});
        document.body.dispatchEvent(new KeyboardEvent("keydown", {code: "KeyG", key: "g", bubbles: true}));
    })""")
    assert waited_ms < 1000  # 100 on a quiet machine; tests share theirs with others


def test_what_differs_lights_up_and_only_the_key_for_it_confirms(site: Site, sign_in: SignIn) -> None:
    anna = sign_in(site, "anna")
    ticket = anna.open_desk(BOX)
    anna.key_wrong()
    expect(anna.page.locator("[data-name=account]")).to_have_class(re.compile("is-differing"))
    expect(anna.page.locator(".cell.is-differing")).to_have_count(1)
    anna.press("Enter")
    expect(anna.said).to_contain_text("Enter ничего не подтверждает")
    assert site.actions(ticket) == []
    anna.press("KeyL")
    expect(anna.said).to_contain_text(re.compile("отклонить|Принят|Передан"))


def test_a_digit_typed_over_what_differs_is_judged_again(site: Site, sign_in: SignIn) -> None:
    anna = sign_in(site, "anna")
    ticket = anna.open_desk(BOX)
    right = site.right_keys("anna", ticket)
    anna.key_wrong()
    expect(anna.page.locator(".cell.is-differing")).to_have_count(1)
    anna.press(right[-1])
    expect(anna.said).to_contain_text("Принят")
    assert site.actions(ticket) == [Action.CONFIRM]


def test_a_bare_enter_saves_nothing_also_on_a_button_that_a_mouse_left(site: Site, sign_in: SignIn) -> None:
    anna = sign_in(site, "anna")
    ticket = anna.open_desk(BOX)
    anna.page.locator("[data-do=confirm]").click()
    expect(anna.said).to_contain_text("Набрано ещё не всё")
    anna.press("Enter", "NumpadEnter")
    anna.page.locator("[data-do=confirm]").focus()
    anna.press("Enter")
    assert anna.ticket == ticket
    assert site.actions(ticket) == []


def test_keys_work_under_a_russian_layout(site: Site, sign_in: SignIn) -> None:
    anna = sign_in(site, "anna")
    ticket = anna.open_desk(UNDATED)
    keyboard = anna.page.context.new_cdp_session(anna.page)
    for kind in ("keyDown", "keyUp"):
        keyboard.send(
            "Input.dispatchKeyEvent",
            {"type": kind, "key": "с", "code": "KeyC", "text": "с", "windowsVirtualKeyCode": 67},
        )
    expect(anna.said).to_contain_text("Передан другому")
    assert site.actions(ticket) == [Action.UNCERTAIN]


def test_candidates_are_picked_by_one_key(serve: Serve, sign_in: SignIn) -> None:
    site = serve(shows_candidates=frozenset({"account"}))
    anna = sign_in(site, "anna")
    ticket = anna.open_desk(BOX)
    expect(anna.page.locator("[data-name=account] .choices button")).not_to_have_count(0)
    anna.press("1")
    expect(anna.said).to_contain_text("Принят")
    assert site.actions(ticket) == [Action.CONFIRM]


def test_zero_leaves_the_candidates_for_the_keyboard(serve: Serve, sign_in: SignIn) -> None:
    site = serve(shows_candidates=frozenset({"account"}))
    anna = sign_in(site, "anna")
    ticket = anna.open_desk(BOX)
    anna.press("0")
    expect(anna.page.locator("[data-name=account] .cell")).to_have_count(12)
    anna.key_right()
    expect(anna.said).to_contain_text("Принят")
    assert site.actions(ticket) == [Action.CONFIRM]


def test_what_breaks_a_rule_is_said_before_it_is_saved(site: Site, sign_in: SignIn) -> None:
    anna = sign_in(site, "anna")
    ticket = anna.open_desk(BELOW_LAST)
    expect(anna.page.locator("[data-last]")).to_contain_text("88188")
    anna.key_right()
    expect(anna.said).to_contain_text("Показание меньше предыдущего")
    assert site.actions(ticket) == []
    anna.press("KeyJ")
    first = anna.page.locator("[data-refusals] button").first
    expect(first).to_have_attribute("data-refusal", "reading_below_last")
    anna.press("1")
    expect(anna.empty).to_be_visible()
    assert site.actions(ticket) == [Action.REFUSE]


def test_undo_brings_back_the_last_slip(site: Site, sign_in: SignIn) -> None:
    anna = sign_in(site, "anna")
    ticket = anna.open_desk()
    anna.press("KeyY")
    other = anna.next_ticket(ticket)
    anna.press("KeyZ")
    expect(anna.said).to_contain_text("Возвращён")
    assert anna.ticket != other
    assert anna.ticket.split(".")[1] == ticket.split(".")[1]
    assert site.actions(ticket) == [Action.RESCAN, Action.UNDO]


def test_an_account_is_found_by_its_address(site: Site, sign_in: SignIn) -> None:
    anna = sign_in(site, "anna")
    anna.open_desk("?office=office-12&reason=account_unknown")
    anna.press("KeyF")
    anna.page.keyboard.type("речн")
    found = anna.page.locator("[data-found] button", has_text="126033457566")
    expect(found).to_contain_text("<script>alert(2)</script>Речная")
    found.focus()
    anna.press("Enter")
    expect(anna.page.locator("[data-address]")).to_contain_text("<script>alert(2)</script>Речная")
    assert "".join(anna.cells("account")) == "126033457566"
    assert site.actions(anna.ticket) == []


# ---- several people ----------------------------------------------------------------------------------------


def test_one_slip_is_never_before_two_people(site: Site, sign_in: SignIn) -> None:
    anna, boris = sign_in(site, "anna"), sign_in(site, "boris")
    for each in (anna, boris):
        each.page.goto(site.address + "/queue" + BELOW_LAST, wait_until="commit")
    for each in (anna, boris):
        expect(each.page.locator("[data-fields] .field, [data-empty]:not([hidden])")).to_have_count(1)
    assert sorted([bool(anna.ticket), bool(boris.ticket)]) == [False, True]


def test_an_uncertain_slip_goes_to_somebody_else(site: Site, sign_in: SignIn) -> None:
    anna, boris = sign_in(site, "anna"), sign_in(site, "boris")
    ticket = anna.open_desk(UNDATED)
    anna.press("KeyC")
    expect(anna.empty).to_be_visible()
    second = boris.open_desk(UNDATED)
    assert second.split(".")[1] == ticket.split(".")[1]
    expect(boris.page.locator("[data-why]")).to_contain_text("Второе чтение")


def test_a_late_save_keeps_what_was_typed(site: Site, sign_in: SignIn) -> None:
    anna, boris = sign_in(site, "anna"), sign_in(site, "boris")
    ticket = anna.open_desk(BOX)
    keys = site.right_keys("anna", ticket)
    anna.press(*keys[:-1])
    site.clock.ahead += timedelta(minutes=10)
    boris.open_desk(BOX)
    boris.key_right()
    expect(boris.said).to_contain_text("Принят")
    typed = anna.cells("account")
    anna.press(keys[-1])
    expect(anna.said).to_contain_text("Набранное сохранено как второе мнение")
    assert anna.cells("account")[:5] == typed[:5]
    assert keys[-1] in anna.cells("account")
    assert site.actions(ticket) == [Action.CONFIRM, Action.SECOND_OPINION]
    anna.press("KeyG")
    expect(anna.empty).to_be_visible()


def test_pressing_twice_decides_once(site: Site, sign_in: SignIn) -> None:
    anna = sign_in(site, "anna")
    ticket = anna.open_desk()
    anna.page.evaluate("""() => {
        const key = () => new KeyboardEvent("keydown", {code: "KeyY", key: "y", bubbles: true});
        document.body.dispatchEvent(key());
        document.body.dispatchEvent(key());
    }""")
    other = anna.next_ticket(ticket)
    assert site.actions(ticket) == [Action.RESCAN]
    assert site.actions(other) == []


def test_the_back_button_shows_no_decided_slip(site: Site, sign_in: SignIn) -> None:
    anna = sign_in(site, "anna")
    ticket = anna.open_desk()
    anna.press("KeyY")
    anna.next_ticket(ticket)
    anna.open("/password")
    anna.page.go_back()
    shown = anna.next_ticket("")
    assert shown.split(".")[1] != ticket.split(".")[1]


def test_no_answer_from_the_server_loses_nothing(site: Site, sign_in: SignIn) -> None:
    anna = sign_in(site, "anna")
    ticket = anna.open_desk(BOX)
    anna.page.context.set_offline(True)
    anna.key_right()
    expect(anna.said).to_contain_text("Сервер не отвечает")
    anna.page.context.set_offline(False)
    anna.press("KeyL")
    expect(anna.empty).to_be_visible()
    assert site.actions(ticket) == [Action.CONFIRM]


def test_who_was_signed_out_signs_in_again_and_goes_on(site: Site, sign_in: SignIn) -> None:
    anna = sign_in(site, "anna")
    ticket = anna.open_desk(BOX)
    cookie = next(one for one in anna.page.context.cookies() if one["name"] == SESSION_COOKIE)
    site.room.entrance.sign_out(cookie["value"])
    anna.key_right()
    expect(anna.said).to_contain_text("войдите в другой вкладке")
    anna.sign_in()
    anna.press("KeyL")
    expect(anna.empty).to_be_visible()
    assert site.actions(ticket) == [Action.CONFIRM]


def test_what_was_acknowledged_is_there_after_the_server_was_stopped(serve: Serve, sign_in: SignIn) -> None:
    first = serve()
    anna = sign_in(first, "anna")
    ticket = anna.open_desk(BOX)
    anna.key_right()
    expect(anna.said).to_contain_text("Принят")
    assert serve().actions(ticket) == [Action.CONFIRM]


# ---- strangers ---------------------------------------------------------------------------------------------


def test_names_that_are_markup_stay_text(site: Site, sign_in: SignIn) -> None:
    admin = sign_in(site, "admin")
    admin.open_desk(f"?office={EVIL_OFFICE}")
    expect(admin.page.locator("[data-place]")).to_contain_text(EVIL_OFFICE)
    expect(admin.page.locator("[data-address]")).to_contain_text("<script>alert(2)</script>")
    admin.press("KeyF")
    for address in ("/upload", "/overview", "/figures"):
        admin.open(address)


def test_another_site_can_do_nothing_in_a_persons_name(site: Site, sign_in: SignIn) -> None:
    anna = sign_in(site, "anna")
    ticket = anna.open_desk()
    stranger = anna.page.context.new_page()
    stranger.goto("about:blank")
    stranger.evaluate(
        """([address, ticket]) => fetch(address + "/queue/save", {
            method: "POST", mode: "no-cors", credentials: "include",
            body: JSON.stringify({ticket, typed: {}, action: "rescan"}),
        }).catch(() => null)""",
        [site.address, ticket],
    )
    forged = anna.page.context.request.post(
        site.address + "/queue/save",
        headers={"origin": "https://evil.example"},
        data={"ticket": ticket, "typed": {}, "action": "rescan"},
    )
    assert forged.status == 403
    assert site.actions(ticket) == []


def test_pictures_of_other_offices_are_not_there(site: Site, sign_in: SignIn) -> None:
    anna, local = sign_in(site, "anna"), sign_in(site, "local")
    _, slip_id, _ = anna.open_desk(BOX).split(".")
    for picture in (f"slip/2026-11/{slip_id}", f"field/2026-11/{slip_id}/account"):
        address = f"{site.address}/pictures/{picture}"
        seen = anna.page.context.request.get(address)
        assert (seen.status, seen.headers["cache-control"]) == (200, "no-store")
        assert local.page.context.request.get(address).status == 404
    assert [view.office for view in _everything(site, "local")] == ["office-07"]


def _everything(site: Site, login: str) -> tuple[SlipView, ...]:
    return site.room.desk.next_slips(PEOPLE[login], Filters(), 12)


def test_people_sign_in_and_out(site: Site, sign_in: SignIn) -> None:
    anna = sign_in(site, "anna")
    anna.page.context.clear_cookies()
    page = anna.open("/queue")
    page.get_by_label("Имя").fill("anna")
    page.get_by_label("Пароль").fill("wrong, quite wrong")
    page.get_by_role("button", name="Войти").click()
    expect(page.get_by_role("alert")).to_contain_text("не подходят")
    page.get_by_label("Пароль").fill("the same for everybody")
    page.get_by_role("button", name="Войти").click()
    expect(page).to_have_url(re.compile("/queue$"))
    page.get_by_role("button", name="Выйти").click()
    expect(page).to_have_url(re.compile("/login$"))


# ---- other pages -------------------------------------------------------------------------------------------


def test_a_sheet_goes_back_until_its_known_cells_are_caught(site: Site, sign_in: SignIn) -> None:
    anna = sign_in(site, "anna")
    anna.open("/sheets?digit=1")
    cells = anna.page.locator("[data-grid] button")
    expect(cells).not_to_have_count(0)
    expect(anna.page.locator("[data-cell-field]")).to_be_visible()
    anna.press("Control+Enter")
    expect(anna.page.locator("[data-sheet-verdict]")).to_contain_text("Пропущены контрольные клетки")
    missed = anna.page.locator("[data-grid] .is-missed")
    for index in range(missed.count()):
        missed.nth(index).focus()
        anna.press("8")
    expect(anna.page.locator("[data-marked]")).to_have_text(str(missed.count()))
    anna.press("Control+Enter")
    expect(anna.page.locator("[data-sheet-verdict]")).to_contain_text("Принято")


def test_scans_are_looked_at_while_the_paper_is_at_hand(site: Site, sign_in: SignIn) -> None:
    sveta = sign_in(site, "sveta")
    page = sveta.open("/upload")
    page.locator("input[type=file]").set_input_files(SAMPLES / "scans/Сестрорецк/other-form.pdf")
    page.get_by_role("button", name="Отправить").click()
    expect(page.get_by_role("heading", name="Получен 1 файл")).to_be_visible(timeout=60_000)
    expect(page.locator(".results")).to_contain_text("не наш бланк")
    page.goto(f"{site.address}/receipt?office=office-07&period=2026-11")
    expect(page.locator("body")).to_contain_text("broken.tif")


def test_the_operator_puts_a_broken_scan_back(site: Site, sign_in: SignIn) -> None:
    oleg = sign_in(site, "oleg")
    page = oleg.open("/overview")
    page.get_by_label("office-07/broken.tif").check()
    page.get_by_role("button", name="Прочитать снова").click()
    expect(page.get_by_role("status")).to_contain_text("следующей обработки")


# ---- for everybody -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_open_to_everybody(site: Site, sign_in: SignIn, scheme: str) -> None:
    admin = sign_in(site, "admin", color_scheme=scheme)
    axe = Axe()
    admin.open_desk(BOX)
    admin.key_wrong()
    expect(admin.page.locator(".cell.is-differing")).to_have_count(1)
    _assert_no_violations(axe, admin.page, "desk")
    for key, name in (("F1", "help"), ("KeyJ", "refuse"), ("KeyF", "lookup"), ("KeyK", "whole")):
        admin.press(key)
        expect(admin.page.locator(f"[data-dialog={name}]")).to_be_visible()
        _assert_no_violations(axe, admin.page, name)
        admin.press("Escape")
    pages = ("/sheets", "/upload", "/overview", "/figures", "/people", "/password", "/nothing-here", "/login")
    for address in pages:
        admin.open(address)
        admin.page.wait_for_load_state("networkidle")
        _assert_no_violations(axe, admin.page, address)


def _assert_no_violations(axe: Axe, page: Page, where: str) -> None:
    # the script is put in by the test, past the page's policy
    found = axe.run(page)
    assert found.violations_count == 0, f"{where}: {found.generate_report()}"


@pytest.mark.parametrize(
    ("width", "height"), [(640, 360), (800, 1280), (1280, 720)], ids=["zoom 200 %", "tablet", "office"]
)
def test_nothing_is_cut_off(site: Site, sign_in: SignIn, width: int, height: int) -> None:
    admin = sign_in(site, "admin", viewport={"width": width, "height": height})
    admin.open_desk(BOX)
    expect(admin.page.locator("[data-name=account] .crop")).to_be_in_viewport()
    for address in ("", "/sheets", "/upload", "/overview", "/figures", "/people"):
        if address:
            admin.open(address)
        wide = admin.page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, address
