"""What an inspection would have told of a scan, told by the batch that could not read it surely."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from forms_ocr.batch.equipment import pipeline_equipment
from forms_ocr.batch.work import PageReader
from forms_ocr.export.reasons import SLIP_REASON_TEXTS
from forms_ocr.ingest import Limits
from forms_ocr.inspection import Inspector, with_causes
from forms_ocr.inspection.causes import REASONS
from forms_ocr.model import (
    SCAN_FAULTS,
    AccountStatus,
    Disposition,
    Page,
    PageReading,
    Period,
    Reason,
    Rules,
    Template,
)
from forms_ocr.simulation import (
    DrawnHand,
    ScanConditions,
    draw_slip_values,
    fill,
    make_registry,
    scan,
    slip_entries,
)
from forms_ocr.simulation.ink import BLUE_BALLPOINT
from forms_ocr.template import default_template_path, load_template

GOOD = ScanConditions(skew_deg=0.5, blur_sigma_px=0.6, noise=4.0, dpi=200.0)
NOVEMBER = Period(2026, 11)

Scan = Callable[[dict[str, Any]], Page]


@pytest.fixture(scope="module")
def form() -> Template:
    return load_template(default_template_path())


@pytest.fixture(scope="module")
def read() -> PageReader:
    """As the workers of a run read."""
    equipment = pipeline_equipment(default_template_path(), None, Rules(), NOVEMBER, Limits(), 1 << 40)
    return equipment.build_reader()


@pytest.fixture(scope="module")
def paper(form: Template) -> NDArray[np.uint8]:
    rng = np.random.default_rng(8)
    account = next(one for one in make_registry(rng, 20, dense=False) if one.status is AccountStatus.DIRECT)
    entries = slip_entries(form, draw_slip_values(rng, account, NOVEMBER), is_typed=True)
    return fill(form, entries, DrawnHand(4), BLUE_BALLPOINT, rng).paper


@pytest.fixture
def scanned(paper: NDArray[np.uint8]) -> Scan:
    def make(change: dict[str, Any]) -> Page:
        return Page(1, scan(paper, replace(GOOD, **change), np.random.default_rng(1)))

    return make


def faults(reading: PageReading) -> set[Reason]:
    return {reason for slip in reading.slips for reason in slip.record.reasons} & SCAN_FAULTS


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, None),
        ({"blur_sigma_px": 5.0}, Reason.SLIP_BLURRED),
        ({"dpi": 80.0}, Reason.SLIP_RESOLUTION_TOO_LOW),
        ({"white": 60, "black": 20}, Reason.SLIP_TOO_DARK),
        ({"black": 205}, Reason.SLIP_TOO_FAINT),
    ],
)
def test_what_an_inspection_tells_is_told_by_the_batch(
    read: PageReader, form: Template, scanned: Scan, change: dict[str, Any], fault: Reason | None
) -> None:
    page = scanned(change)
    told = {
        REASONS[finding.kind]
        for finding in Inspector((form,), Rules()).inspect_page(page).findings
        if finding.kind in REASONS
    }
    assert told == ({fault} if fault else set())
    assert faults(read(page)) == told


def test_an_accepted_slip_is_not_even_measured(
    read: PageReader, form: Template, scanned: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = scanned({"blur_sigma_px": 5.0})
    reading = read(page)
    (slip,) = reading.slips
    accepted = replace(slip, record=replace(slip.record, disposition=Disposition.ACCEPTED, reasons=()))
    late = replace(slip, record=replace(slip.record, reasons=(Reason.DATE_OUTSIDE_WINDOW,)))
    monkeypatch.setattr("forms_ocr.inspection.causes.measure_slip", _never)
    for one in (accepted, late):
        (same,) = with_causes(page, replace(reading, slips=(one,)), (form,), 0.35).slips
        assert same is one


def _never(*_: object) -> None:
    raise AssertionError("measured")


def test_every_fault_of_a_scan_has_its_words_and_its_finding() -> None:
    assert set(REASONS.values()) == SCAN_FAULTS
    assert SLIP_REASON_TEXTS.keys() >= SCAN_FAULTS
