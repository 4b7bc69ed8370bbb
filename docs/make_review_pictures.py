"""Draw the pictures of docs/review.md: the review pages as a person sees them, with slips of samples/.

    .venv/bin/python -m docs.make_review_pictures

Needs /usr/bin/chromium, as the tests of the pages do.
"""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.integration.review.review_desk import Reviewer
from tests.integration.review.review_site import SAMPLES, Site, read_samples, served

IMAGES = Path(__file__).parent / "images"
CHROMIUM = os.environ.get("FORMS_OCR_TEST_CHROMIUM", "/usr/bin/chromium")
WIDTH_PX = 960
SCANS = {
    "office-07": ("office-07/below-last.tif", "office-07/broken.tif"),
    "office-12": ("office-12/box-1.pdf", "office-12/unknown-account.pdf", "office-12/good.pdf"),
    "Почта-194044": tuple(
        f"Почта-194044/{n}.jpg" for n in ("бледный-карандаш", "исправлено", "пустая-клетка")
    ),
}
_PAGES_OF_AN_ADMIN = (
    ("/sheets?digit=1", "sheet"),
    ("/overview", "batches"),
    ("/figures", "figures"),
    ("/people", "people"),
)
PENCIL = "?office=Почта-194044&reason=reading_uncertain"


def draw(browser: Browser, site: Site) -> None:
    """All of them."""
    anna = Reviewer.of(browser, site, "anna")
    anna.open_desk(PENCIL)
    _keep(anna.page, "desk")
    anna.key_wrong()
    anna.page.locator(".cell.is-differing").first.wait_for()
    _keep(anna.page, "differs")
    anna.page.context.close()
    _draw_dark(browser, site)
    _draw_others(browser, site)


def _draw_dark(browser: Browser, site: Site) -> None:
    boris = Reviewer.of(browser, site, "boris", color_scheme="dark")
    boris.open_desk("?office=Почта-194044&reason=account_uncertain")
    _keep(boris.page, "dark")
    boris.page.context.close()


def _draw_others(browser: Browser, site: Site) -> None:
    sveta = Reviewer.of(browser, site, "sveta")
    page = sveta.open("/upload")
    page.locator("input[type=file]").set_input_files(SAMPLES / "scans/Сестрорецк/other-form.pdf")
    page.locator(".tray .main").click()
    page.locator(".results").wait_for()
    _keep(page, "upload")
    sveta.page.context.close()
    admin = Reviewer.of(browser, site, "admin")
    for address, name in _PAGES_OF_AN_ADMIN:
        admin.open(address)
        admin.page.wait_for_load_state("networkidle")
        _keep(admin.page, name)
    admin.page.context.close()


def _keep(page: Page, name: str) -> None:
    """A picture of what is seen now, small enough for a repository."""
    page.wait_for_timeout(300)  # the last picture on the page is drawn
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.thumbnail((WIDTH_PX, WIDTH_PX), Image.Resampling.LANCZOS)
    few = picture.quantize(128, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(IMAGES / f"review-{name}.png", optimize=True)
    print(IMAGES / f"review-{name}.png")


def main() -> None:
    """Read samples, serve the pages, draw them."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        workspace = read_samples(Path(folder), SCANS)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with served(workspace, Path(folder)) as site:
            draw(browser, site)
        browser.close()


if __name__ == "__main__":
    main()
