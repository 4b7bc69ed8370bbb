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
    thorough_certainty: float = 0.0
    thorough_looks: int = 0

    @property
    def hand_model(self) -> HandModel:
        return HandModel()

    def read_cells(self, glyphs: Glyphs, *, is_thorough: bool = False) -> CellsRead:
        self.thorough_looks += is_thorough
        certainty = max(self.certainty, self.thorough_certainty if is_thorough else 0.0)
        posteriors = np.full((len(glyphs), len(CLASSES)), (1 - certainty) / 11, np.float32)
        for i, (glyph, name) in enumerate(zip(glyphs, self.classes, strict=True)):
            posteriors[i, CLASSES.index(name) if glyph.any() else EMPTY] = certainty
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
    template: Template,
    accounts: list[Account],
    slip: WrittenSlip,
    certainty: float = 0.9999,
    thorough_certainty: float = 0.0,
) -> Reader:
    classes = tuple(name for field in template.fields for name in slip.cells.get(field.name, ()))
    told = ToldRecognizer(classes, certainty, thorough_certainty)
    return Reader(template, told, NoLineReader(), Rules(), Registry.of(accounts), PERIOD)


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


@pytest.mark.parametrize(
    ("certainty", "thorough_certainty", "looks", "disposition"),
    [
        (0.9999, 0.0, 0, Disposition.ACCEPTED),
        (0.97, 0.9999, 1, Disposition.ACCEPTED),
        (0.97, 0.97, 1, Disposition.REVIEW),
        (0.3, 0.9999, 0, Disposition.REVIEW),
    ],
)
def test_a_slip_in_doubt_is_read_thoroughly_before_a_person_has_to(
    template: Template,
    accounts: list[Account],
    written: Written,
    certainty: float,
    thorough_certainty: float,
    looks: int,
    disposition: Disposition,
) -> None:
    _, slip = written
    ours = reader(template, accounts, slip, certainty, thorough_certainty)
    record = read_page(Page(1, scanned(slip)), ours).slips[0].record
    assert isinstance(ours.recognizer, ToldRecognizer)
    assert ours.recognizer.thorough_looks == looks
    assert record.disposition is disposition, record.reasons


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
