"""Pages around reviewing: uploads, batches, quarantine, figures."""

from __future__ import annotations

from forms_ocr.review.web import make_app
from tests.unit.review_web.asgi_browser import Answer, Browser
from tests.unit.review_web.desk_doubles import MemoryBackOffice, memory_room

BOUNDARY = "a-boundary"


def _signed_in(login: str) -> tuple[Browser, MemoryBackOffice]:
    room = memory_room()
    assert isinstance(room.back_office, MemoryBackOffice)
    browser = Browser(make_app(room))
    browser.sign_in(login)
    return browser, room.back_office


def _bring(browser: Browser, office: str, *files: tuple[str, bytes], token: str = "csrf-scanning") -> Answer:  # noqa: S107 - a token of the test's own
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in (("csrf", token), ("office", office))
    ]
    for name, content in files:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="scans"; filename="{name}"\r\n\r\n'
        parts.append(head.encode() + content + b"\r\n")
    body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
    return browser.send_form("/upload", f"multipart/form-data; boundary={BOUNDARY}", body)


def test_an_upload_is_looked_at_at_once() -> None:
    browser, _ = _signed_in("scanning")
    answer = _bring(browser, "office-07", ("ящик <b>1</b>.pdf", b"%PDF"))
    assert answer.status == 200
    assert "Получен 1 файл" in answer.text
    assert "Найдено 2 бланка." in answer.text
    assert "Посмотрите на 1 страницу:" in answer.text
    assert "страница 2: <b>не наш бланк</b>" in " ".join(answer.text.split())
    assert "лежит вверх ногами; читается и так" in answer.text
    assert "ящик &lt;b&gt;1&lt;/b&gt;.pdf" in answer.text


def test_what_cannot_be_taken_is_told_beside_what_can() -> None:
    browser, _ = _signed_in("scanning")
    text = _bring(browser, "office-07", ("a.pdf", b"%PDF"), ("b.pdf", b"")).text
    assert "Получено 2 файла" in text
    assert "Принять нельзя" in text


def test_uploads_need_a_file_the_token_and_ones_own_office() -> None:
    browser, _ = _signed_in("scanning")
    assert _bring(browser, "office-07").status == 400
    forged = _bring(browser, "office-07", ("a.pdf", b"%PDF"), token="wrong")  # noqa: S106 - a token, no password
    assert forged.status == 403
    assert _bring(browser, "office-12", ("a.pdf", b"%PDF")).status == 404


def test_an_upload_that_does_not_say_its_length_is_refused() -> None:
    browser, _ = _signed_in("scanning")
    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    assert browser._send("POST", "/upload", headers, b"").status == 400
    assert browser._send("POST", "/upload", headers | {"content-length": str(2**40)}, b"").status == 413


def test_the_receipt_gets_its_own_narrow_policy() -> None:
    browser, _ = _signed_in("scanning")
    answer = browser.get("/receipt?office=office-07&period=2026-11")
    assert answer.status == 200
    policy = answer.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy


def test_no_receipt_is_said_on_the_page() -> None:
    browser, _ = _signed_in("scanning")
    for asked in ("office=office-12&period=2026-11", "office=office-07&period=2026-99", "office=office-07"):
        answer = browser.get(f"/receipt?{asked}")
        assert answer.headers["location"] == "/upload?receipt=none"
    assert "Расписки нет" in browser.get("/upload?receipt=none").text


def test_the_operator_puts_scans_back() -> None:
    browser, office = _signed_in("operator")
    page = browser.get("/overview").text
    assert "&lt;i&gt;a&lt;/i&gt;.pdf" in page
    form = {"csrf": "csrf-operator", "period": "2026-11", "scan": "<i>a</i>.pdf"}
    assert "1 страница ждёт" in browser.post("/overview", form).text
    assert office.requeued == ["<i>a</i>.pdf"]
    office.is_busy = True
    assert "идёт обработка" in browser.post("/overview", form).text
    assert browser.post("/overview", form | {"scan": ""}).status == 409
    assert browser.post("/overview", {"csrf": "csrf-operator", "period": "2026-11"}).status == 400


def test_the_senior_sees_figures() -> None:
    browser, _ = _signed_in("senior")
    page = browser.get("/figures").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "1 234" in page
    assert "95 %" in page
    assert "412" in page
