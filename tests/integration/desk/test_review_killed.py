"""The server is killed in the middle of its work: what it acknowledged is there, and nothing else is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from forms_ocr.model import Role
from forms_ocr.review.entrance import Staff
from forms_ocr.store import Workspace, open_ledger, open_review_books
from tests.integration.desk.conftest import CHEAP, REGISTRY
from tests.integration.desk.review_client import Browser, Served, free_port, review_served

PASSWORD = "horse battery staple"  # noqa: S105 - of somebody who lives as long as a test


@pytest.fixture
def anna(workspace: Workspace) -> str:
    """Somebody who may key."""
    with open_review_books(workspace) as books:
        Staff(books.people, CHEAP).add("anna", "Анна", Role.REVIEWER, None, PASSWORD)
    return "anna"


def decided(workspace: Workspace) -> dict[int, str]:
    """Every decision in the ledger, whose chain is sound: its slip by its number."""
    with open_ledger(workspace) as ledger:
        assert ledger.violations() == ()
        return {one.number: one.slip_id for one in ledger.decision_book().all()}


def refusal_of(slip: Mapping[str, Any]) -> dict[str, object]:
    """A save that needs nothing typed."""
    said = {"ticket": slip["ticket"], "typed": {}, "action": "refuse", "shown_at": slip["shown_at"]}
    return {**said, "refusal": "signature_missing"}


def test_what_was_acknowledged_survives_kill_9(workspace: Workspace, anna: str) -> None:
    port, folder = free_port(), Path(workspace.folder)
    with review_served(folder, REGISTRY, port) as server:
        browser = Browser(server.address)
        browser.sign_in(anna, PASSWORD)
        _, found = browser.call("/queue/next", count=5)
        first, *others = found["slips"]
        status, saved = browser.call("/queue/save", **refusal_of(first))
        server.kill()
    assert status == 200
    assert decided(workspace) == {saved["decision"]: first["ticket"].split(".")[1]}

    with review_served(folder, REGISTRY, port) as server:
        assert browser.call("/queue/save", **refusal_of(first)) == (200, saved), "sent again, it is one"
        acknowledged = killed_while(server, partial(save_each, browser, others))
    there = decided(workspace)
    assert {saved["decision"], *acknowledged} <= set(there)
    assert len(there) <= 2 + len(acknowledged), "at most one was in flight"


def save_each(browser: Browser, slips: Sequence[Mapping[str, Any]], acknowledged: list[int]) -> None:
    """Save one after another, until the server is gone."""
    for slip in slips:
        try:
            status, body = browser.call("/queue/save", **refusal_of(slip))
        except (OSError, HTTPException):
            return
        assert status == 200, body
        acknowledged.append(body["decision"])


def killed_while(server: Served, work: Callable[[list[int]], None]) -> list[int]:
    """Kill the server as soon as one save of this work is acknowledged, whatever it is doing by then."""
    acknowledged: list[int] = []
    worker = threading.Thread(target=work, args=(acknowledged,))
    worker.start()
    while not acknowledged and worker.is_alive():
        worker.join(0.0005)
    server.kill()
    worker.join(20)
    assert acknowledged
    assert not worker.is_alive()
    return acknowledged
