"""Learning the cut: what it keeps, when it refuses, and the laws it obeys."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_ocr.budget import (
    CUTS,
    Basis,
    Budget,
    Evidence,
    LabelledSlip,
    faults_of,
    gather,
    learn_cut,
    tally_at,
    trials_needed,
    upper_bound,
)

CAUTIOUS = 0.98
WRONG = frozenset({"reading"})

confidences = st.one_of(
    st.floats(0.7, 1.0), st.floats(0.99, 1.0), st.sampled_from([*CUTS, 0.0, 1.0]), st.just(math.nan)
)
labelled = st.builds(LabelledSlip, confidences, st.sampled_from([frozenset(), frozenset(), WRONG]))
weighted = st.lists(st.tuples(labelled, st.sampled_from([1, 1, 50, 400])), max_size=12)
"""Slips with how often each occurs, so that few draws make much evidence."""

errors = st.floats(1e-4, 0.4)


def spread(drawn: list[tuple[LabelledSlip, int]]) -> list[LabelledSlip]:
    return [slip for slip, times in drawn for _ in range(times)]


def right(count: int, confidence: float = 0.999995) -> list[LabelledSlip]:
    return [LabelledSlip(confidence)] * count


def test_nothing_labelled_leaves_the_cautious_cut() -> None:
    cut = learn_cut(gather([]), Budget(), CAUTIOUS)
    assert (cut.confidence, cut.basis, cut.is_confirmed) == (CAUTIOUS, Basis.TOO_FEW_SLIPS, False)


def test_too_few_right_slips_do_not_loosen() -> None:
    cut = learn_cut(gather(right(2993)), Budget(0.001), CAUTIOUS)
    assert (cut.confidence, cut.basis) == (CAUTIOUS, Basis.TOO_FEW_SLIPS)


def test_enough_right_slips_loosen() -> None:
    cut = learn_cut(gather(right(2995)), Budget(0.001), CAUTIOUS)
    assert cut.is_confirmed
    assert cut.confidence == CUTS[-1]
    assert cut.bound <= 0.001


def test_the_cut_stops_above_what_is_wrong() -> None:
    slips = right(5000) + [LabelledSlip(0.9, WRONG)] * 30 + right(2000, 0.85)
    evidence = gather(slips)
    cut = learn_cut(evidence, Budget(0.001), CAUTIOUS)
    assert cut.is_confirmed
    assert 0.9 < cut.confidence < 0.95
    assert [tally.wrong for tally in evidence.tallies if tally.cut == cut.confidence] == [0]


def test_wrong_slips_above_the_cautious_cut_make_it_stricter() -> None:
    slips = right(600) + [LabelledSlip(0.99, WRONG)] * 20
    cut = learn_cut(gather(slips), Budget(0.001), CAUTIOUS)
    assert cut.basis is Basis.TOO_MANY_WRONG
    assert cut.confidence > 0.99


def test_wrong_slips_below_the_cautious_cut_leave_it() -> None:
    slips = right(600) + [LabelledSlip(0.9, WRONG)] * 20
    cut = learn_cut(gather(slips), Budget(0.001), CAUTIOUS)
    assert (cut.confidence, cut.basis) == (CAUTIOUS, Basis.TOO_MANY_WRONG)


def test_a_budget_for_one_field_holds_beside_the_whole() -> None:
    slips = right(4000) + [LabelledSlip(0.9, frozenset({"account"}))] * 20
    loose = learn_cut(gather(slips), Budget(0.01), CAUTIOUS)
    strict = learn_cut(gather(slips), Budget(0.01, {"account": 0.001}), CAUTIOUS)
    other = learn_cut(gather(slips), Budget(0.01, {"date": 0.001}), CAUTIOUS)
    assert loose.confidence == other.confidence == CUTS[-1]
    assert strict.confidence > 0.9


@given(weighted, errors, errors, st.floats(0.5, 1.0))
@settings(max_examples=100)
def test_a_stricter_budget_never_accepts_more(
    drawn: list[tuple[LabelledSlip, int]], one: float, other: float, cautious: float
) -> None:
    evidence = gather(spread(drawn))
    strict = learn_cut(evidence, Budget(min(one, other)), cautious)
    loose = learn_cut(evidence, Budget(max(one, other)), cautious)
    assert strict.confidence >= loose.confidence


@given(weighted, errors, errors, errors)
@settings(max_examples=60)
def test_a_stricter_budget_for_a_field_never_accepts_more(
    drawn: list[tuple[LabelledSlip, int]], whole: float, one: float, other: float
) -> None:
    evidence = gather(spread(drawn))
    strict = learn_cut(evidence, Budget(whole, {"reading": min(one, other)}), CAUTIOUS)
    loose = learn_cut(evidence, Budget(whole, {"reading": max(one, other)}), CAUTIOUS)
    unasked = learn_cut(evidence, Budget(whole), CAUTIOUS)
    assert strict.confidence >= loose.confidence >= unasked.confidence


@given(weighted.flatmap(lambda drawn: st.tuples(st.just(drawn), st.permutations(drawn))), errors)
@settings(max_examples=40)
def test_order_changes_nothing(
    drawn: tuple[list[tuple[LabelledSlip, int]], list[tuple[LabelledSlip, int]]], max_error: float
) -> None:
    one, other = (learn_cut(gather(spread(order)), Budget(max_error), CAUTIOUS) for order in drawn)
    assert one == other


@given(weighted, errors)
@settings(max_examples=60)
def test_a_confirmed_cut_keeps_its_bound(drawn: list[tuple[LabelledSlip, int]], max_error: float) -> None:
    slips = spread(drawn)
    cut = learn_cut(gather(slips), Budget(max_error), CAUTIOUS)
    if cut.is_confirmed:
        found = tally_at(cut.confidence, slips)
        assert found == cut.tally
        assert upper_bound(found.wrong, found.accepted) <= max_error
    else:
        assert cut.confidence >= CAUTIOUS


def test_nan_reaches_no_cut() -> None:
    evidence = gather([LabelledSlip(math.nan)] * 5000)
    assert {tally.accepted for tally in evidence.tallies} == {0}
    assert not learn_cut(evidence, Budget(0.4), CAUTIOUS).is_confirmed


def test_the_promise_is_kept_on_average() -> None:
    """Of many learned cuts, at most about one in twenty lets more errors through than the budget."""
    rng = np.random.default_rng(7)
    budget, broken, learned = Budget(0.02), 0, 0
    for _ in range(60):
        doubt = 10 ** -rng.uniform(0.6, 5, 500)
        # what is said to be 1 % doubtful is wrong in 4 % of cases
        slips = [
            LabelledSlip(float(1 - d), WRONG if rng.random() < min(1.0, 4 * d) else frozenset())
            for d in doubt
        ]
        cut = learn_cut(gather(slips), budget, CAUTIOUS)
        if cut.is_confirmed:
            learned += 1
            reached = doubt[doubt <= 1 - cut.confidence]
            broken += float(np.minimum(1, 4 * reached).mean()) > budget.max_error
    assert learned > 40
    assert broken <= 0.1 * learned


@pytest.mark.parametrize(
    ("events", "max_rate", "trials"), [(0, 0.001, 2995), (1, 0.001, 4742), (0, 0.002, 1497)]
)
def test_trials_needed(events: int, max_rate: float, trials: int) -> None:
    assert trials_needed(events, max_rate) == trials
    assert upper_bound(events, trials) <= max_rate < upper_bound(events, trials - 1)


def test_no_number_of_trials_shows_that_nothing_ever_goes_wrong() -> None:
    with pytest.raises(ValueError, match="cannot be confirmed"):
        trials_needed(0, 0.0)


def test_gathered_evidence_has_no_faults() -> None:
    evidence = gather([*right(20), LabelledSlip(0.9, WRONG)])
    assert faults_of(evidence) == []
    first, *rest = evidence.tallies
    assert faults_of(Evidence(21, (replace(first, accepted=22), *rest)))
    assert faults_of(Evidence(21, (replace(first, wrong=21), *rest)))
    assert faults_of(Evidence(21, tuple(rest)))
    assert faults_of(replace(evidence, slips=3))
