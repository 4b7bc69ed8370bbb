"""Accepted shares within budgets, from outcomes made up."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from forms_ocr.evaluation import SlipOutcome, curves, curves_as_json, curves_as_text, evidence_of, plot_curves
from forms_ocr.evaluation.curve import BUDGETS, CELLS_ALONE, EVERY_FIELD, TOGETHER


def outcome(
    confidence: float,
    *,
    is_right: bool = True,
    cells: float = 0.5,
    trouble: str = "",
    is_hanging: bool = True,
) -> SlipOutcome:
    return SlipOutcome(
        ("mnist", "pdf"),
        is_found=True,
        trouble=trouble,
        fields={"account": is_right, "reading": True, "date": True, "address.flat": False},
        is_right=is_right,
        confidence=confidence,
        is_hanging=is_hanging,
        cells_confidence=cells,
        are_cells_right=is_right,
        least_confidence=confidence,
    )


RIGHT = [outcome(0.9999)] * 700 + [outcome(0.97)] * 250
OUTCOMES = [*RIGHT, *[outcome(0.8, is_right=False)] * 30, *[outcome(0.99, is_hanging=False)] * 20]


def test_shares_within_budgets() -> None:
    together, alone, every = curves(OUTCOMES, 0.98)
    assert [curve.name for curve in (together, alone, every)] == [TOGETHER, CELLS_ALONE, EVERY_FIELD]
    assert together.within[0.0005] is None
    within = together.within[0.005]
    assert within is not None
    assert (within.accepted_share, within.wrong) == (0.95, 0)
    assert set(alone.within.values()) == {None}
    assert every.points[0].accepted_share == pytest.approx(0.7)


def test_a_larger_budget_accepts_no_less() -> None:
    for curve in curves(OUTCOMES, 0.98):
        shares = [point.accepted_share if point else 0.0 for point in map(curve.within.get, BUDGETS)]
        assert shares == sorted(shares)


def test_an_accepted_trouble_counts_as_wrong_and_not_as_accepted() -> None:
    (together, *_) = curves([*RIGHT, *[outcome(0.9999, trouble="late")] * 5], 0.98)
    assert together.points[-1].wrong == 5
    assert together.points[-1].accepted_share == 1.0


def test_evidence_is_what_hangs_on_confidence() -> None:
    evidence = evidence_of(OUTCOMES)
    assert evidence.slips == 980
    assert evidence.tallies[-1].wrong_by_field == {"account": 30, "reading": 0, "date": 0}


def test_text_and_json_and_picture_say_the_same() -> None:
    found = curves(OUTCOMES, 0.98)
    assert "95.00%" in curves_as_text(found)
    assert curves_as_json(found)[TOGETHER]["within"]["0.005"]["accepted_share"] == 0.95
    picture = ET.fromstring(plot_curves("a < b & c", found))  # noqa: S314  # our own
    assert len(picture.findall("{http://www.w3.org/2000/svg}polyline")) >= 1


def test_no_outcomes_make_no_claims() -> None:
    for curve in curves([], 0.98):
        assert set(curve.within.values()) == {None}
    assert "–" in curves_as_text(curves([], 0.98))
