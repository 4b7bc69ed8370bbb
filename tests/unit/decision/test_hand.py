"""What is known of a hand: laws of reading cells beside examples."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_ocr.decision import Examples, reread
from forms_ocr.model import CLASSES, HandModel

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
    read = np.concatenate([_sure(1, 0.8), _sure(1, 0.8)])
    found = reread(read, np.stack([alike, different]), examples, HandModel(correction=4.0))
    assert found[0].argmax() == 7
    assert found[1].argmax() == 1
    np.testing.assert_allclose(found[1, 1], 0.8, atol=0.01)


def test_looking_like_a_known_digit_speaks_for_it() -> None:
    alike, different = np.eye(2, 16, dtype=np.float32)
    examples = Examples(_sure(4, 0.99), alike[None], np.array([4]))
    doubtful = 0.5 * (_sure(4, 0.98) + _sure(9, 0.98))
    model = HandModel(closeness=3.0, expected=0.8)
    assert reread(doubtful, alike[None], examples, model)[0, 4] > doubtful[0, 4]
    assert reread(doubtful, different[None], examples, model)[0, 4] < doubtful[0, 4]
