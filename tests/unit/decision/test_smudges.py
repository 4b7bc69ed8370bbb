"""A little ink that is no digit: what the rest of the slip settles, and what it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_ocr.decision.cells import MAX_SMUDGE, Cells
from forms_ocr.model import CLASSES, EMPTY, OTHER, Disposition, FieldEvidence, Reason

if TYPE_CHECKING:
    from tests.unit.decision.conftest import Office, Writing


def _smudged(writing: Writing, text: str, count: int, share: float) -> FieldEvidence:
    """Every written cell holds no digit with P ``share``."""
    comb = writing.comb(text, count)
    for cell, character in enumerate(text):
        comb = writing.doubt(comb, cell, {character: 1.0 - share, CLASSES[OTHER]: share})
    return comb


def test_registry_and_period_settle_small_smudges(office: Office, writing: Writing) -> None:
    smudged = {
        "account": _smudged(writing, office.account, 12, 0.01),
        "date_month": _smudged(writing, "11", 2, 0.01),
        "date_year": _smudged(writing, "26", 2, 0.01),
    }
    record = office.decide(office.slip(**smudged))
    assert record.disposition is Disposition.ACCEPTED
    assert record.confidence > 0.99


def test_without_a_registry_nothing_settles_them(office: Office, writing: Writing) -> None:
    slip = office.slip(account=_smudged(writing, office.account, 12, 0.01))
    record = office.decide(slip, has_registry=False)
    assert Reason.ACCOUNT_UNCERTAIN in record.reasons


@pytest.mark.parametrize("field", ["account", "reading", "date_month"])
def test_what_may_well_be_no_digit_holds_the_slip_back(office: Office, writing: Writing, field: str) -> None:
    usual = {"account": office.account, "reading": "00571", "date_month": "11"}
    count = {"account": 12, "reading": 6, "date_month": 2}[field]
    comb = writing.doubt(writing.comb(usual[field], count), 0, {usual[field][0]: 0.96, CLASSES[OTHER]: 0.04})
    assert office.decide(office.slip(**{field: comb})).disposition is Disposition.REVIEW


def test_a_smudged_last_digit_of_the_reading_stays_a_doubt(office: Office, writing: Writing) -> None:
    comb = writing.doubt(writing.comb("00571", 6), 4, {"1": 0.98, CLASSES[OTHER]: 0.02})
    record = office.decide(office.slip(reading=comb))
    assert 0.97 < record.confidence < 0.9995


def test_a_cell_full_of_ink_is_not_empty_and_registry_and_period_say_what_it_is(
    office: Office, writing: Writing
) -> None:
    """Ink beyond doubt: that the net sees a little of an empty cell in it says nothing about the digit."""
    account = writing.doubt(writing.comb(office.account, 12), 3, {"3": 0.92, CLASSES[EMPTY]: 0.08})
    month = writing.doubt(writing.comb("11", 2), 0, {"1": 0.92, CLASSES[EMPTY]: 0.08})
    record = office.decide(office.slip(account=_inked(account, 6.0), date_month=_inked(month, 6.0)))
    assert record.disposition is Disposition.ACCEPTED
    assert record.confidence > 0.99
    thin = office.decide(office.slip(account=_inked(account, 1.5)))
    assert thin.disposition is Disposition.REVIEW


def test_what_looks_empty_in_spite_of_its_ink_is_dirt(office: Office, writing: Writing) -> None:
    reading = writing.doubt(writing.comb("00571", 6), 5, {"7": 0.8, CLASSES[EMPTY]: 0.2})
    record = office.decide(office.slip(reading=_inked(reading, 6.0)))
    assert record.disposition is Disposition.REVIEW
    assert Reason.NOT_A_DIGIT in record.reasons


def _inked(comb: FieldEvidence, ink_mm2: float) -> FieldEvidence:
    return replace(comb, ink_mm2=np.full_like(comb.ink_mm2, ink_mm2))


_ROWS = st.lists(st.floats(1e-6, 1.0), min_size=12, max_size=12).map(
    lambda weights: (np.array(weights) / sum(weights)).tolist()
)


@given(st.lists(_ROWS, min_size=1, max_size=6))
def test_rows_stay_probabilities_and_the_best_class_stays(rows: list[list[float]]) -> None:
    cells = Cells(rows)
    cleared = cells.without_smudges()
    for before, after, top in zip(cells.rows, cleared.rows, cells.tops, strict=True):
        assert sum(after) == pytest.approx(sum(before))
        assert after[top] == max(after)
        assert after == before or (before[OTHER] <= MAX_SMUDGE and after[OTHER] == 0.0)


@pytest.mark.parametrize(("ink_mm2", "is_legible"), [(0.2, True), (0.9, False)])
def test_a_speck_behind_the_reading_is_nothing_struck_out(
    office: Office, writing: Writing, ink_mm2: float, is_legible: bool
) -> None:
    comb = writing.doubt(writing.comb("00571", 6), 5, {CLASSES[EMPTY]: 0.9, CLASSES[OTHER]: 0.1})
    ink = np.array(comb.ink_mm2)
    ink[5] = ink_mm2
    record = office.decide(office.slip(reading=replace(comb, ink_mm2=ink)))
    assert (record.disposition is Disposition.ACCEPTED) == is_legible
    assert record.reading == "00571"
