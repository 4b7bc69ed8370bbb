"""Covers and personal slips through the stages, with the real network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from pdf2image import convert_from_path

from forms_ocr.codes import code_place
from forms_ocr.decision import Registry
from forms_ocr.model import (
    Account,
    AccountStatus,
    Cover,
    Disposition,
    Page,
    PageDisposition,
    Period,
    Reason,
    Rules,
)
from forms_ocr.pipeline import Reader, build_reader, read_page
from forms_ocr.simulation import DrawnHand, ScanConditions, draw_slip_values, fill, scan, slip_entries
from forms_ocr.simulation.ink import BLUE_BALLPOINT
from forms_ocr.template import default_template_path, write_cover, write_personal_slips

NOVEMBER = Period(2026, 11)
ACCOUNTS = [
    Account(number, "Ленина", "12", "5", "00560", None, 5, AccountStatus.DIRECT)
    for number in ("121000000042", "121000000777")
]
Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def reader() -> Reader:
    reader = build_reader(default_template_path(), None, Rules(), NOVEMBER)
    return replace(reader, registry=Registry.of(ACCOUNTS))


@pytest.fixture(scope="module")
def papers(reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> list[Pixels]:
    """A personal slip of each account, as large as the form's artwork."""
    out = tmp_path_factory.mktemp("personal") / "slips.pdf"
    write_personal_slips(default_template_path(), ACCOUNTS, out)
    (sheet,) = convert_from_path(out, dpi=200, grayscale=True)
    return [np.asarray(half, np.uint8) for half in _halves(np.asarray(sheet.convert("L")), reader)]


def _halves(sheet: Pixels, reader: Reader) -> list[Pixels]:
    height, width = reader.template.artwork.shape
    half = len(sheet) // 2
    cut = (sheet[:half], sheet[half : 2 * half])
    return [np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_CUBIC)) for part in cut]


def read(paper: Pixels, reader: Reader, *, is_signed: bool = True) -> Page:
    """The slip with reading, date and signature written on it, scanned."""
    rng = np.random.default_rng(4)
    values = draw_slip_values(rng, ACCOUNTS[0], NOVEMBER)
    entries = slip_entries(reader.template, values, is_signed=is_signed)
    own = {"reading", "date.day", "date.month", "date.year", "signature"}
    printed = replace(reader.template, artwork=paper)
    added = {name: entry for name, entry in entries.items() if name in own}
    slip = fill(printed, added, DrawnHand(4), BLUE_BALLPOINT, rng)
    conditions = ScanConditions(skew_deg=0.7, blur_sigma_px=0.7, noise=4.0)
    return Page(1, np.asarray(scan(slip.paper, conditions, rng), np.uint8))


def test_a_personal_slip_is_accepted_for_its_account(papers: list[Pixels], reader: Reader) -> None:
    record = read_page(read(papers[0], reader), reader).slips[0].record
    assert (record.disposition, record.reasons) == (Disposition.ACCEPTED, ())
    assert record.account == ACCOUNTS[0].account


def test_a_code_beside_another_account_goes_to_review(papers: list[Pixels], reader: Reader) -> None:
    place = code_place(reader.template)
    assert place is not None
    px = reader.template.artwork_dpi / 25.4
    rows = slice(round((place.top_mm - 2) * px), round((place.bottom_mm + 2) * px))
    columns = slice(round((place.left_mm - 2) * px), round((place.right_mm + 2) * px))
    mixed = papers[0].copy()
    mixed[rows, columns] = papers[1][rows, columns]
    record = read_page(read(mixed, reader), reader).slips[0].record
    assert record.disposition is Disposition.REVIEW
    assert Reason.CODE_MISMATCH in record.reasons


def test_a_cover_is_a_foreign_page_with_what_it_announces(reader: Reader, tmp_path: Path) -> None:
    cover = Cover("Заречное", "3", 120)
    write_cover(cover, tmp_path / "cover.pdf")
    (paper,) = convert_from_path(tmp_path / "cover.pdf", dpi=150)
    reading = read_page(Page(1, np.asarray(paper.convert("L"), np.uint8)), reader)
    assert (reading.disposition, reading.reason) == (PageDisposition.FOREIGN, Reason.COVER_SHEET)
    assert (reading.cover, reading.slips) == (cover, ())
