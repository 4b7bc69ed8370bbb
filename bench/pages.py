"""Pages to measure on: slips in drawn handwriting, 300 dpi grey JPEG in PDF, as scanners send them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from forms_ocr.model import Account, AccountStatus, Period, Template
from forms_ocr.simulation import (
    CLEAN,
    DrawnHand,
    draw_conditions,
    draw_pen,
    draw_slip_values,
    encode,
    fill,
    make_registry,
    scan,
    slip_entries,
)

PERIOD = Period(2026, 11)
_DPI = 300.0
QUALITY = 80
"""Of a JPEG, as scanners make them."""


def draw_pages(template: Template, count: int, accounts: list[Account], seed: int = 1) -> list[bytes]:
    """One PDF a page, each with another slip."""
    direct = [account for account in accounts if account.status is AccountStatus.DIRECT]
    return [_draw_page(template, direct, np.random.default_rng([seed, number])) for number in range(count)]


def _draw_page(template: Template, accounts: list[Account], rng: np.random.Generator) -> bytes:
    values = draw_slip_values(rng, accounts[int(rng.integers(len(accounts)))], PERIOD)
    hand = DrawnHand(int(rng.integers(1 << 31)), "european")
    slip = fill(template, slip_entries(template, values), hand, draw_pen(rng), rng, _DPI)
    page = scan(slip.paper, draw_conditions(CLEAN, rng, dpi=_DPI), rng, paper_dpi=slip.dpi)
    return encode([page], "pdf-jpeg", _DPI, quality=QUALITY)


def draw_accounts(count: int = 100_000, seed: int = 1) -> list[Account]:
    """A sparse registry."""
    return make_registry(np.random.default_rng(seed), count, dense=False, period=PERIOD)


def write_scans(folder: Path, pages: list[bytes], copies: int) -> int:
    """Write every page as a scan of its own, ``copies`` times under other names; returns the number of scans.

    Copies differ in their last bytes, so that they are not the same scan to the ledger.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for copy in range(copies):
        for number, page in enumerate(pages):
            path = folder / f"{copy:04d}-{number:04d}.pdf"
            path.write_bytes(page + f"\n% copy {copy} of {number}\n".encode())
    return copies * len(pages)
