"""What is known of a hand: laws of reading cells beside examples."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_ocr.decision import Examples, reread
from forms_ocr.decision.hand import doubtful_cells, examples_of, seen_beside
from forms_ocr.model import CLASSES, FieldEvidence, HandModel

_MODEL = HandModel(closeness=3.0, expected=0.8, correction=6.0, sharpness=10.0)
_seeds = st.integers(0, 10_000)


def _cells(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    posteriors = rng.dirichlet(np.full(len(CLASSES), 0.3), count).astype(np.float32)
    features = np.abs(rng.normal(size=(count, 16))).astype(np.float32)
    return posteriors, features / np.linalg.norm(features, axis=1, keepdims=True)


def _examples(rng: np.random.Generator, count: int) -> Examples:
    return Examples(*_cells(rng, count), rng.integers(0, 10, count))


def _sure(digit: int, posterior: float) -> np.ndarray:
    row = np.full((1, len(CLASSES)), (1 - posterior) / (len(CLASSES) - 1), np.float32)
    row[0, digit] = posterior
    return row


@settings(max_examples=50, deadline=None)
@given(_seeds, st.integers(0, 6), st.integers(0, 20))
def test_rows_stay_posteriors_and_what_is_no_digit_stays_as_likely(seed: int, asked: int, known: int) -> None:
    rng = np.random.default_rng(seed)
    posteriors, features = _cells(rng, asked)
    found = reread(posteriors, features, _examples(rng, known), _MODEL)
    assert found.shape == posteriors.shape
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-5)
    np.testing.assert_array_equal(found[:, 10:], posteriors[:, 10:])
    assert (found >= 0).all()


@settings(max_examples=30, deadline=None)
@given(_seeds)
def test_the_order_of_examples_and_the_neighbours_change_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    (posteriors, features), examples = _cells(rng, 5), _examples(rng, 12)
    order = rng.permutation(12)
    shuffled = Examples(examples.posteriors[order], examples.features[order], examples.digits[order])
    together = reread(posteriors, features, examples, _MODEL)
    np.testing.assert_allclose(reread(posteriors, features, shuffled, _MODEL), together, atol=1e-6)
    alone = reread(posteriors[2:3], features[2:3], examples, _MODEL)
    np.testing.assert_allclose(alone, together[2:3], atol=1e-6)


def test_without_examples_or_without_weight_nothing_changes() -> None:
    rng = np.random.default_rng(1)
    posteriors, features = _cells(rng, 4)
    np.testing.assert_array_equal(reread(posteriors, features, _examples(rng, 0), _MODEL), posteriors)
    unmoved = reread(posteriors, features, _examples(rng, 9), HandModel())
    np.testing.assert_allclose(unmoved, posteriors, atol=1e-6)


def test_a_misread_seven_corrects_the_cells_that_look_like_it() -> None:
    """The writer's known 7 was read as a 1; another cell looks the same, a third looks different."""
    alike, different = np.eye(2, 16, dtype=np.float32)
    examples = Examples(_sure(1, 0.9), alike[None], np.array([7]))
    read = np.concatenate([_sure(1, 0.6), _sure(1, 0.6)])
    found = reread(read, np.stack([alike, different]), examples, HandModel(correction=4.0))
    assert found[0].argmax() == 7
    assert found[1].argmax() == 1
    np.testing.assert_allclose(found[1, 1], 0.6, atol=0.01)


def test_looking_like_a_known_digit_speaks_for_it() -> None:
    alike, different = np.eye(2, 16, dtype=np.float32)
    examples = Examples(_sure(4, 0.99), alike[None], np.array([4]))
    doubtful = 0.5 * (_sure(4, 0.98) + _sure(9, 0.98))
    model = HandModel(closeness=3.0, expected=0.8)
    assert reread(doubtful, alike[None], examples, model)[0, 4] > doubtful[0, 4]
    assert reread(doubtful, different[None], examples, model)[0, 4] < doubtful[0, 4]


def _comb(rows: list[np.ndarray], features: np.ndarray | None) -> FieldEvidence:
    posteriors = np.concatenate(rows)
    return FieldEvidence("f", posteriors, np.ones(len(posteriors), np.float32), features=features)


def test_examples_are_the_inked_cells_of_known_combs() -> None:
    shapes = np.eye(4, 16, dtype=np.float32)
    shapes[2] = 0  # no ink
    known = _comb([_sure(digit, 0.9) for digit in (1, 2, 3, 4)], shapes)
    unknown_features = _comb([_sure(1, 0.9)], None)
    found = examples_of([(known, "1234"), (unknown_features, "1"), (None, "55"), (known, "12")])
    assert found is not None
    np.testing.assert_array_equal(found.digits, [1, 2, 4])
    np.testing.assert_array_equal(found.features, shapes[[0, 1, 3]])
    assert examples_of([(None, "1")]) is None


def test_only_doubtful_cells_are_seen_again() -> None:
    alike = np.eye(1, 16, dtype=np.float32)
    features = np.concatenate([alike, alike, np.zeros_like(alike)])
    comb = _comb([_sure(1, 0.5), _sure(1, 0.99999), _sure(1, 0.5)], features)
    doubtful = doubtful_cells(comb)
    np.testing.assert_array_equal(doubtful, [0])
    examples = Examples(_sure(1, 0.9), alike, np.array([7]))
    seen = seen_beside(comb, doubtful, examples, HandModel(correction=8.0))
    assert seen.posteriors[0].argmax() == 7
    np.testing.assert_array_equal(seen.posteriors[1:], comb.posteriors[1:])
    assert comb.posteriors[0].argmax() == 1


def test_cells_that_are_no_probabilities_are_left_for_others_to_refuse() -> None:
    comb = _comb([np.full((1, len(CLASSES)), np.nan, np.float32)], np.eye(1, 16, dtype=np.float32))
    assert not len(doubtful_cells(comb))


@settings(max_examples=30, deadline=None)
@given(_seeds)
def test_examples_settle_a_doubt_but_never_speak_more_than_twenty_to_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    posteriors, features = _cells(rng, 3)
    posteriors += np.float32(1e-3)
    posteriors /= posteriors.sum(axis=1, keepdims=True)
    found = reread(posteriors, features, _examples(rng, 15), HandModel(50.0, 0.5, 90.0, 2.0))
    odds = np.log(found[:, :10] / posteriors[:, :10])
    assert np.ptp(odds, axis=1).max() <= 3.0 + 1e-3
