"""Somebody before the pages, with their hands on the keyboard."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Locator, Page, Request, expect

from forms_ocr.review.web.visit import SESSION_COOKIE
from tests.integration.review.review_site import PASSWORD, Site

_NOT_EMPTY = re.compile(".+")

# A busy machine; nothing waits that long where all is well.
expect.set_options(timeout=15_000)

# What the browser itself says of answers that the pages expect: 401, 404, 409, 422, and no answer at all.
_EXPECTED = ("the server responded with a status of 4", "net::ERR_INTERNET_DISCONNECTED")


@dataclass
class Reviewer:
    """A person, their browser, and what went wrong in it."""

    site: Site
    login: str
    page: Page
    faults: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, browser: Browser, site: Site, login: str, **look: object) -> Reviewer:
        """Somebody with a session of their own."""
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 720}, **look})  # type: ignore[arg-type]
        context.set_default_timeout(60_000)
        reviewer = cls(site, login, context.new_page())
        reviewer.sign_in()
        reviewer.listen()
        return reviewer

    def listen(self) -> None:
        """From here on errors, alerts and requests to elsewhere are faults."""
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._said)
        self.page.on("dialog", self._alerted)
        self.page.on("request", self._asked)

    def sign_in(self) -> None:
        """Begin a session, as another tab of the same browser would."""
        signed_in = self.site.room.entrance.sign_in(self.login, PASSWORD, "127.0.0.1")
        cookie = {"name": SESSION_COOKIE, "value": signed_in.token, "url": self.site.address}
        self.page.context.add_cookies([cookie])  # type: ignore[list-item]

    def open(self, address: str) -> Page:
        """A page."""
        self.page.goto(self.site.address + address)
        return self.page

    def open_desk(self, filters: str = "") -> str:
        """The desk with its first slip; the slip's ticket."""
        self.open(f"/queue{filters}")
        return self.next_ticket("")

    def next_ticket(self, before: str) -> str:
        """The ticket of the slip that comes after one."""
        expect(self.desk).to_have_attribute("data-ticket", _NOT_EMPTY)
        expect(self.desk).not_to_have_attribute("data-ticket", before)
        return self.ticket

    @property
    def ticket(self) -> str:
        """Of the slip on the desk, "" for none."""
        return self.desk.get_attribute("data-ticket") or ""

    @property
    def desk(self) -> Locator:
        return self.page.locator("[data-page=desk]")

    @property
    def said(self) -> Locator:
        """What the page says of the decision."""
        return self.page.locator("[data-verdict]")

    @property
    def empty(self) -> Locator:
        return self.page.locator("[data-empty]")

    def cells(self, name: str) -> list[str]:
        """What stands in the cells of a field."""
        return self.page.locator(f"[data-name={name}] .cell").all_text_contents()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def key_right(self) -> Sequence[str]:
        """Key what the machine thought of; the keys it took."""
        keys = self.site.right_keys(self.login, self.ticket)
        self.press(*keys)
        return keys

    def key_wrong(self) -> Sequence[str]:
        """Key digits of which the last is not what the machine thought of."""
        *keys, last = (key for key in self.site.right_keys(self.login, self.ticket))
        keys = [*keys, str((int(last) + 5) % 10)]
        self.press(*keys)
        return keys

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(text in message.text for text in _EXPECTED):
            self.faults.append(message.text)

    def _alerted(self, dialog: Dialog) -> None:
        self.faults.append(f"alert: {dialog.message}")
        dialog.dismiss()

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.site.address, "blob:", "about:")):
            self.faults.append(f"asked elsewhere: {request.url}")
