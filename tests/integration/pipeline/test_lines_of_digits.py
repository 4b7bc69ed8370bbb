"""A form that asks for the reading on a plain line, through all stages with the program's own networks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forms_ocr.decision import Registry
from forms_ocr.model import Account, AccountStatus, Disposition, Page, Period, Record, Rules, Shape, Template
from forms_ocr.pipeline import Reader, read_page, weights_sha256
from forms_ocr.recognition import NetworkNumberReader, NetworkRecognizer, TesseractLineReader
from forms_ocr.simulation import (
    CLEAN,
    Digits,
    DrawnHand,
    draw_conditions,
    draw_slip_values,
    fill,
    make_registry,
    scan,
    slip_entries,
)
from forms_ocr.simulation.ink import BLUE_BALLPOINT
from forms_ocr.template import default_template_path, load_template

_PERIOD = Period(2026, 11)


@pytest.fixture(scope="module")
def template() -> Template:
    """The usual form, but its reading is one field without cells."""
    usual = load_template(default_template_path())
    fields = tuple(
        replace(field, shape=Shape.LINE, cells=()) if field.name == "reading" else field
        for field in usual.fields
    )
    return replace(usual, fields=fields, fingerprint="line")


@pytest.fixture(scope="module")
def accounts() -> list[Account]:
    made = make_registry(np.random.default_rng(3), 200, dense=False)
    return [account for account in made if account.status is AccountStatus.DIRECT]


def _read(
    template: Template, accounts: list[Account], seed: int, reading: str | None = None
) -> tuple[str, Record]:
    rng = np.random.default_rng(seed)
    values = draw_slip_values(rng, accounts[seed], _PERIOD)
    written = values.reading if reading is None else reading
    entries = dict(slip_entries(template, values)) | {"reading": Digits(written)}
    slip = fill(template, entries, DrawnHand(seed), BLUE_BALLPOINT, rng)
    pixels = scan(slip.paper, draw_conditions(CLEAN, rng), rng, paper_dpi=slip.dpi)
    reader = Reader(
        template,
        NetworkRecognizer(),
        TesseractLineReader(),
        Rules(),
        Registry.of(accounts),
        _PERIOD,
        number_reader=NetworkNumberReader(),
    )
    return written, read_page(Page(1, pixels), reader).slips[0].record


@pytest.mark.parametrize("seed", [5, 6, 7])
def test_a_reading_without_cells_is_read(template: Template, accounts: list[Account], seed: int) -> None:
    written, record = _read(template, accounts, seed)
    assert record.reading == written
    field = next(field for field in record.fields if field.name == "reading")
    assert field.candidates[0].value == written


def test_no_reading_is_not_made_up(template: Template, accounts: list[Account]) -> None:
    _, record = _read(template, accounts, 5, reading="")
    assert record.reading == ""
    assert record.disposition is not Disposition.ACCEPTED


def test_the_network_of_lines_is_named_where_a_form_needs_it(
    template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, digits = load_template(default_template_path()), NetworkRecognizer().card.sha256
    assert weights_sha256((usual,)) == digits
    named = weights_sha256((usual, template))
    assert named != digits

    class Others:
        card = replace(NetworkNumberReader().card, sha256="0" * 64)

    monkeypatch.setattr("forms_ocr.pipeline.NetworkNumberReader", Others)
    assert weights_sha256((usual, template)) not in {named, digits}
    assert weights_sha256((usual,)) == digits
