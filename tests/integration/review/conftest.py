"""One reading of the samples and one browser for all tests of the review pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.integration.review.review_desk import Reviewer
from tests.integration.review.review_site import Site, read_samples, served

CHROMIUM = os.environ.get("FORMS_OCR_TEST_CHROMIUM", "")

Serve = Callable[..., Site]
SignIn = Callable[..., Reviewer]


@pytest.fixture(scope="session")
def samples_read(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Path:
    """The folder with the registry and the workspace that the samples were read into."""
    assert chromium.is_connected()  # without a browser nothing need be read
    folder = tmp_path_factory.mktemp("review")
    read_samples(folder)
    return folder


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's browser."""
    if not CHROMIUM:
        pytest.skip("no browser is named in FORMS_OCR_TEST_CHROMIUM; .ci/with_chromium names one")
    with sync_playwright() as playwright:
        # root may not use chromium's own sandbox, and containers have little shared memory
        flags = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def serve(samples_read: Path, tmp_path: Path) -> Iterator[Serve]:
    """Serves a fresh copy of the workspace; called with settings of the desk."""
    with ExitStack() as stack:

        def start(**desk: object) -> Site:
            workspace = tmp_path / "workspace"
            if not workspace.exists():
                shutil.copytree(samples_read / "workspace", workspace)
            return stack.enter_context(served(workspace, samples_read, **desk))

        yield start


@pytest.fixture
def site(serve: Serve) -> Site:
    """The pages of a fresh copy of the workspace."""
    return serve()


@pytest.fixture
def sign_in(chromium: Browser) -> Iterator[SignIn]:
    """Signs somebody in, in a browser of their own; nothing may go wrong in it, or leave this machine."""
    reviewers: list[Reviewer] = []

    def start(site: Site, login: str, **look: object) -> Reviewer:
        reviewers.append(Reviewer.of(chromium, site, login, **look))
        return reviewers[-1]

    yield start
    for reviewer in reviewers:
        reviewer.page.context.close()
        assert reviewer.faults == []
