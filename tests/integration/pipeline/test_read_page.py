"""One page through the stages: the real form, a recogniser that is told the answer."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from forms_ocr.decision import Registry
from forms_ocr.model import (
    CLASSES,
    EMPTY,
    Account,
    AccountStatus,
    CellsRead,
    Disposition,
    Glyphs,
    GreyImage,
    HandModel,
    Page,
    PageDisposition,
    Period,
    Reason,
    Rules,
    Template,
)
from forms_ocr.pipeline import Reader, read_page
from forms_ocr.recognition import LineText
from forms_ocr.simulation import (
    CLEAN,
    DrawnHand,
    SlipValues,
    WrittenSlip,
    draw_conditions,
    draw_foreign_page,
    draw_slip_values,
    fill,
    make_registry,
    scan,
    slip_entries,
)
from forms_ocr.simulation.ink import BLUE_BALLPOINT
from forms_ocr.template import default_template_path, load_template

PERIOD = Period(2026, 11)
Written = tuple[SlipValues, WrittenSlip]


@dataclass
class ToldRecognizer:
    """Knows what is written, cell by cell; an empty glyph is empty."""

    classes: tuple[str, ...]
    certainty: float = 0.9999

    @property
    def hand_model(self) -> HandModel:
        return HandModel()

    def read_cells(self, glyphs: Glyphs) -> CellsRead:
        posteriors = np.full((len(glyphs), len(CLASSES)), (1 - self.certainty) / 11, np.float32)
        for i, (glyph, name) in enumerate(zip(glyphs, self.classes, strict=True)):
            posteriors[i, CLASSES.index(name) if glyph.any() else EMPTY] = self.certainty
        return CellsRead(posteriors, np.zeros((len(glyphs), 1), np.float32))


class NoLineReader:
    def read_line(self, _strip: GreyImage, _px_per_mm: float) -> LineText:
        return LineText("", 0.0)


@pytest.fixture(scope="module")
def template() -> Template:
    return load_template(default_template_path())


@pytest.fixture(scope="module")
def accounts() -> list[Account]:
    return [
        account
        for account in make_registry(np.random.default_rng(3), 200, dense=False)
        if account.status is AccountStatus.DIRECT
    ]


@pytest.fixture(scope="module")
def written(template: Template, accounts: list[Account]) -> Written:
    rng = np.random.default_rng(11)
    values = draw_slip_values(rng, accounts[5], PERIOD)
    return values, fill(template, slip_entries(template, values), DrawnHand(4), BLUE_BALLPOINT, rng)


def reader(
    template: Template, accounts: list[Account], slip: WrittenSlip, certainty: float = 0.9999
) -> Reader:
    classes = tuple(name for field in template.fields for name in slip.cells.get(field.name, ()))
    return Reader(
        template, ToldRecognizer(classes, certainty), NoLineReader(), Rules(), Registry.of(accounts), PERIOD
    )


def scanned(slip: WrittenSlip, seed: int = 1, **kwargs: Any) -> GreyImage:
    rng = np.random.default_rng(seed)
    return scan(slip.paper, draw_conditions(CLEAN, rng, **kwargs), rng, paper_dpi=slip.dpi)


def test_a_good_slip_becomes_a_record(template: Template, accounts: list[Account], written: Written) -> None:
    values, slip = written
    reading = read_page(Page(1, scanned(slip)), reader(template, accounts, slip))
    record = reading.slips[0].record
    assert reading.disposition is PageDisposition.SLIPS
    assert (record.account, record.reading) == (values.account, values.reading)
    assert record.date == values.date.isoformat()
    assert record.disposition is Disposition.ACCEPTED, record.reasons
    assert reading.slips[0].picture == b""


def test_turning_the_scan_changes_no_record(
    template: Template, accounts: list[Account], written: Written
) -> None:
    _, slip = written
    ours = reader(template, accounts, slip)
    page = scanned(slip)
    upright = read_page(Page(1, page), ours).slips[0].record
    turned = read_page(Page(1, np.ascontiguousarray(page[::-1, ::-1])), ours).slips[0].record
    assert (turned.account, turned.reading, turned.date) == (upright.account, upright.reading, upright.date)
    assert turned.disposition is upright.disposition


def test_an_unsure_recogniser_gets_nothing_into_the_records(
    template: Template, accounts: list[Account], written: Written
) -> None:
    _, slip = written
    reading = read_page(Page(1, scanned(slip)), reader(template, accounts, slip, certainty=0.3))
    assert reading.slips[0].record.disposition is Disposition.REVIEW
    assert reading.slips[0].picture.startswith(b"\xff\xd8")


def test_same_page_same_answer(template: Template, accounts: list[Account], written: Written) -> None:
    _, slip = written
    ours, page = reader(template, accounts, slip), Page(1, scanned(slip))
    assert read_page(page, ours).slips[0].record == read_page(page, ours).slips[0].record


def test_values_of_a_form_filled_in_on_a_computer_are_taken_as_they_are(
    template: Template, accounts: list[Account], written: Written
) -> None:
    values, slip = written
    typed = {"account": values.account, "reading": values.reading}
    reading = read_page(Page(1, scanned(slip), values=typed), reader(template, accounts, slip, certainty=0.3))
    assert reading.slips[0].record.account == values.account


def test_an_empty_page_is_blank(template: Template, accounts: list[Account], written: Written) -> None:
    _, slip = written
    page = np.full((1748, 2480), 250, np.uint8)
    reading = read_page(Page(3, page), reader(template, accounts, slip))
    assert (reading.disposition, reading.reason) == (PageDisposition.BLANK, Reason.PAGE_BLANK)


@pytest.mark.parametrize("kind", ["letter", "receipt"])
def test_a_foreign_page_yields_no_record(
    template: Template, accounts: list[Account], written: Written, kind: str
) -> None:
    _, slip = written
    page = draw_foreign_page(kind, np.random.default_rng(2), dpi=200)
    reading = read_page(Page(2, page), reader(template, accounts, slip))
    assert reading.disposition is PageDisposition.FOREIGN
    assert reading.slips == ()
    assert "not the form" in reading.message


def test_a_torn_slip_of_ours_is_told_apart_from_a_foreign_page(
    template: Template, accounts: list[Account], written: Written
) -> None:
    _, slip = written
    page = scanned(slip).copy()
    page[:, 300:] = 255
    reading = read_page(Page(1, page), reader(template, accounts, slip))
    assert reading.disposition is PageDisposition.QUARANTINED
    assert reading.reason is Reason.PAGE_MISALIGNED
