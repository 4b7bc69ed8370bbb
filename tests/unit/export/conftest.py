"""Pages and slips made up for the export tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from forms_ocr.export import RunFacts
from forms_ocr.model import (
    Box,
    Candidate,
    Content,
    Disposition,
    Field,
    FieldReading,
    FiledPage,
    FiledSlip,
    PageDisposition,
    Period,
    Reason,
    Record,
    Roles,
    Shape,
    Template,
)

MakeSlip = Callable[..., FiledSlip]
MakePage = Callable[..., FiledPage]


@pytest.fixture
def template() -> Template:
    account = Box(20, 20, 116, 30)
    reading = Box(20, 40, 68, 50)
    return Template(
        name="blank_form",
        width_mm=210,
        height_mm=148,
        fields=(
            Field("account", "Счёт", Shape.COMB, account, account.split(12)),
            Field("reading", "Показание", Shape.COMB, reading, reading.split(6)),
            Field("note", "Примечание", Shape.LINE, Box(20, 60, 120, 70), content=Content.TEXT),
            Field("signature", "Подпись", Shape.SIGNATURE, Box(20, 80, 80, 95)),
        ),
        artwork=np.full((10, 10), 255, np.uint8),
        artwork_dpi=150,
        roles=Roles(account="account", reading="reading", signature="signature"),
    )


@pytest.fixture
def facts() -> RunFacts:
    return RunFacts(
        workspace=Path("/nowhere"),
        template="blank_form",
        version="0.1.0",
        min_confidence=0.99,
        period=Period(2026, 11),
        registry="registry.csv",
        registry_accounts=714203,
    )


@pytest.fixture
def make_page() -> MakePage:
    def make(
        scan: str = "12/a.pdf",
        page: int = 1,
        disposition: PageDisposition = PageDisposition.SLIPS,
        slips: int | None = None,
        reason: Reason | None = None,
        office: str | None = None,
        message: str = "",
    ) -> FiledPage:
        count = slips if slips is not None else int(disposition is PageDisposition.SLIPS)
        place = office if office is not None else scan.partition("/")[0]
        return FiledPage(scan, place, page, disposition, count, reason, message)

    return make


@pytest.fixture
def make_slip() -> MakeSlip:
    def make(
        scan: str = "12/a.pdf",
        page: int = 1,
        *,
        slip: int = 1,
        disposition: Disposition = Disposition.ACCEPTED,
        reasons: tuple[Reason, ...] = (),
        account: str = "012100000000",
        reading: str = "00563",
        note: str = "",
        address: str = "",
        confidence: float = 0.9999,
        office: str | None = None,
        slip_id: str = "",
        doubtful_cells: tuple[int, ...] = (),
    ) -> FiledSlip:
        cells = tuple(Candidate(digit, 0.999) for digit in account)
        fields = (
            FieldReading(
                "account",
                account,
                confidence,
                (Candidate(account, 0.62), Candidate("777777777777", 0.31)),
                cells,
                doubtful_cells,
                bool(doubtful_cells),
            ),
            FieldReading("reading", reading, confidence),
            FieldReading("note", note, confidence),
            FieldReading("signature", "", confidence),
        )
        record = Record(
            account, reading, "2026-11-24", address, True, fields, confidence, disposition, reasons
        )
        place = office if office is not None else scan.partition("/")[0]
        return FiledSlip(slip_id or f"{scan}-{page}-{slip}", place, scan, page, slip, record)

    return make
