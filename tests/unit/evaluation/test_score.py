import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_ocr.budget import upper_bound
from forms_ocr.evaluation import Score, SlipOutcome, SlipTruth, as_json, as_text, compare
from forms_ocr.model import (
    Candidate,
    Disposition,
    FieldReading,
    PageDisposition,
    PageReading,
    Record,
    Registration,
    SlipReading,
)

TRUTH = SlipTruth({"account": ("1", "2")}, {"account": "12"}, "12", "00563", "2026-11-24")


def page(
    account: str = "12",
    disposition: Disposition = Disposition.ACCEPTED,
    cells: tuple[tuple[str, float], ...] = (("1", 0.99), ("2", 0.99)),
) -> PageReading:
    field = FieldReading("account", account, 0.99, cells=tuple(Candidate(*cell) for cell in cells))
    record = Record(account, "00563", "2026-11-24", "", True, (field,), 0.995, disposition)
    return PageReading(
        1, PageDisposition.SLIPS, (SlipReading(1, Registration(np.eye(3), 0.05, 1.0, 0, 11.8), record),)
    )


def test_a_right_record_is_right() -> None:
    outcome = compare(page(), TRUTH, ("mnist", "pdf", "legible"))
    assert (outcome.is_right, outcome.is_accepted, outcome.is_wrong_accepted) == (True, True, False)
    assert (outcome.digits, outcome.wrong_digits) == (2, 0)


def test_an_accepted_wrong_account_is_the_worst() -> None:
    outcome = compare(page("17", cells=(("1", 0.99), ("7", 0.9))), TRUTH, ("mnist", "pdf", "legible"))
    assert outcome.is_wrong_accepted
    assert outcome.confusions == (("2", "7", 0.9),)


def test_a_wrong_record_under_review_is_not_counted_wrong() -> None:
    outcome = compare(page("17", Disposition.REVIEW), TRUTH, ("mnist", "pdf", "legible"))
    assert (outcome.is_right, outcome.is_wrong_accepted) == (False, False)


def test_an_accepted_trouble_is_wrong_even_when_read_right() -> None:
    truth = SlipTruth(TRUTH.cells, TRUTH.values, "12", "00563", "2026-11-24", trouble="unsigned")
    assert compare(page(), truth, ("mnist", "pdf", "legible")).is_wrong_accepted


def test_a_slip_that_was_not_found_is_lost() -> None:
    empty = PageReading(1, PageDisposition.FOREIGN)
    outcome = compare(empty, TRUTH, ("mnist", "pdf", "legible"))
    score = Score()
    score.add(outcome)
    assert (score.slips, score.lost, score.accepted) == (1, 1, 0)


@pytest.mark.parametrize(
    ("events", "trials", "bound"), [(0, 1497, 0.002), (0, 2995, 0.001), (0, 0, 1.0), (3, 3, 1.0)]
)
def test_known_bounds(events: int, trials: int, bound: float) -> None:
    assert upper_bound(events, trials) == pytest.approx(bound, rel=1e-3)


@given(st.integers(0, 50), st.integers(51, 5000))
def test_the_bound_is_above_the_rate_and_grows_with_errors(events: int, trials: int) -> None:
    assert events / trials < upper_bound(events, trials) <= upper_bound(events + 1, trials)


def test_the_tables_carry_the_figures() -> None:
    outcomes = [compare(page(), TRUTH, ("mnist", "pdf", "legible")) for _ in range(9)]
    outcomes.append(compare(page("17", cells=(("1", 0.99), ("7", 0.9))), TRUTH, ("usps", "pdf", "legible")))
    text, figures = as_text("title", outcomes), as_json("title", outcomes)
    assert "95.000%" in text
    assert "2 read as 7" in text
    assert figures["all"]["wrong_accepted"] == 1
    assert figures["handwriting"]["usps"]["slip_accuracy"] == 0.0


def test_an_outcome_of_a_lost_slip_has_no_figures() -> None:
    assert SlipOutcome(("a", "b"), is_found=False).digits == 0
