"""Whole files under the inspector's eye: damaged, mixed and scanned twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pdf2image import convert_from_path

from forms_ocr.inspection import Inspection, Inspector, Kind
from forms_ocr.model import Account, AccountStatus, Cover, Period, Rules, Template
from forms_ocr.simulation import (
    DrawnHand,
    ScanConditions,
    draw_foreign_page,
    draw_slip_values,
    encode,
    fill,
    make_registry,
    scan,
    slip_entries,
)
from forms_ocr.simulation.ink import BLUE_BALLPOINT
from forms_ocr.template import default_template_path, load_template, write_cover, write_personal_slips

GOOD = ScanConditions(skew_deg=0.5, blur_sigma_px=0.6, noise=4.0, dpi=200.0)
Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def form() -> Template:
    return load_template(default_template_path())


@pytest.fixture(scope="module")
def papers(form: Template) -> list[Pixels]:
    rng = np.random.default_rng(8)
    direct = [one for one in make_registry(rng, 20, dense=False) if one.status is AccountStatus.DIRECT]
    entries = [
        slip_entries(form, draw_slip_values(rng, account, Period(2026, 11)), is_typed=True)
        for account in direct[:2]
    ]
    return [fill(form, one, DrawnHand(4), BLUE_BALLPOINT, rng).paper for one in entries]


@pytest.fixture
def inspect(form: Template, tmp_path: Path) -> Callable[..., Inspection]:
    inspector = Inspector((form,), Rules())

    def look(pages: Sequence[Pixels], name: str = "a.pdf") -> Inspection:
        (tmp_path / name).write_bytes(encode(pages, "pdf-jpeg", 200.0))
        return inspector.inspect(tmp_path / name)

    return look


def scanned(paper: Pixels, conditions: ScanConditions = GOOD, seed: int = 1) -> Pixels:
    return scan(paper, conditions, np.random.default_rng(seed))


def kinds(inspection: Inspection) -> list[list[Kind]]:
    return [[finding.kind for finding in page.findings] for page in inspection.pages]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({}, None),
        ({"turn_deg": 180}, Kind.UPSIDE_DOWN),
        ({"turn_deg": 90}, Kind.SIDEWAYS),
        ({"blur_sigma_px": 4.0}, Kind.BLURRED),
        ({"dpi": 80.0}, Kind.RESOLUTION_TOO_LOW),
        ({"white": 60, "black": 5}, Kind.TOO_DARK),
        ({"black": 205}, Kind.TOO_FAINT),
        ({"shift_mm": (-22.0, 0.0)}, Kind.CUT_OFF),
    ],
)
def test_each_damage_is_told(
    inspect: Callable[..., Inspection], papers: list[Pixels], change: dict[str, Any], kind: Kind | None
) -> None:
    inspection = inspect([scanned(papers[0], replace(GOOD, **change))])
    assert inspection.slips == 1
    assert kinds(inspection) == [[kind] if kind else []]
    assert bool(inspection.to_scan_again) == (kind is not None and kind.is_to_scan_again)


def test_a_mixed_box_is_told_page_by_page(
    inspect: Callable[..., Inspection], papers: list[Pixels], tmp_path: Path
) -> None:
    write_cover(Cover("12", "3", 1), tmp_path / "cover.pdf")
    cover = np.asarray(convert_from_path(tmp_path / "cover.pdf", 150)[0].convert("L"), np.uint8)
    rng = np.random.default_rng(3)
    letter, blank = (draw_foreign_page(kind, rng, 150) for kind in ("letter", "blank"))
    inspection = inspect([cover, scanned(papers[0]), blank, letter])
    assert kinds(inspection) == [[Kind.COVER_SHEET], [], [Kind.BLANK], [Kind.NOT_THIS_FORM]]
    assert [page.number for page in inspection.to_scan_again] == [4]


def test_paper_that_was_scanned_before_is_named(
    inspect: Callable[..., Inspection], papers: list[Pixels]
) -> None:
    inspect([scanned(papers[0]), scanned(papers[1])], "first.pdf")
    again = inspect([scanned(papers[1], replace(GOOD, skew_deg=-1.0), seed=5)], "second.pdf")
    assert kinds(again) == [[Kind.DUPLICATE]]
    assert again.pages[0].findings[0].twin == ("first.pdf", 2)
    assert again.to_scan_again == ()


def test_the_same_bytes_under_another_name_are_named(
    inspect: Callable[..., Inspection], papers: list[Pixels]
) -> None:
    page = scanned(papers[0])
    first = inspect([page], "first.pdf")
    assert kinds(first) == kinds(inspect([page], "first.pdf")) or first.slips == 1
    assert kinds(inspect([page], "second.pdf")) == [[Kind.DUPLICATE]]


def test_a_file_that_is_no_scan_is_one_page_to_scan_again(form: Template) -> None:
    inspection = Inspector((form,), Rules()).inspect_bytes(b"PK\x03\x04 an archive", "box.zip")
    assert (inspection.name, kinds(inspection)) == ("box.zip", [[Kind.UNREADABLE]])
    assert inspection.to_scan_again[0].number == 0
    assert inspection.pages[0].findings[0].message.startswith("not a PDF")


def test_bytes_and_file_are_judged_alike(form: Template, papers: list[Pixels], tmp_path: Path) -> None:
    data = encode([scanned(papers[0], replace(GOOD, blur_sigma_px=4.0))], "pdf-jpeg", 200.0)
    (tmp_path / "a.pdf").write_bytes(data)
    from_file = Inspector((form,), Rules()).inspect(tmp_path / "a.pdf")
    assert Inspector((form,), Rules()).inspect_bytes(data, "a.pdf") == from_file


def test_a_slip_printed_for_a_customer_is_no_darker_than_others(
    inspect: Callable[..., Inspection], tmp_path: Path
) -> None:
    customer = Account("121000000042", "Ленина", "12", "5", "", None, 5, AccountStatus.DIRECT)
    write_personal_slips(default_template_path(), [customer], tmp_path / "slips.pdf")
    sheet = np.asarray(convert_from_path(tmp_path / "slips.pdf", 200)[0].convert("L"), np.uint8)
    inspection = inspect([sheet])
    assert Kind.TOO_DARK not in {finding.kind for finding in inspection.pages[0].findings}
