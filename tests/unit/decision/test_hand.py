"""What is known of a hand: laws of reading cells beside examples."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_ocr.decision import Examples, reread
from forms_ocr.decision.hand import beside_itself, doubtful_cells, seen_beside
from forms_ocr.model import CLASSES, OTHER, FieldEvidence, HandModel

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


def _smudged(digit: int, other: float) -> np.ndarray:
    row = _sure(digit, 0.999) * (1.0 - other)
    row[0, OTHER] += other
    return row.astype(np.float32)


def _turned(alike: float) -> np.ndarray:
    """A look as far from the first axis as that."""
    look = np.zeros((1, 16), np.float32)
    look[0, :2] = alike, np.sqrt(1.0 - alike**2)
    return look


_ONE_LOOK = np.eye(1, 16, dtype=np.float32)
_STRICT = HandModel(closeness=2.0, expected=0.7)


def test_what_looks_like_a_known_digit_was_not_struck_out() -> None:
    examples = Examples(_sure(2, 0.99), _ONE_LOOK, np.array([2]))
    others = []
    for alike in (0.5, 0.7, 0.75, 0.8, 0.9, 1.0):
        comb = _comb([_smudged(2, 0.1)], _turned(alike))
        seen = seen_beside(comb, np.array([0]), examples, _STRICT).posteriors[0]
        np.testing.assert_allclose(seen.sum(), 1.0, atol=1e-5)
        others.append(seen[OTHER])
    np.testing.assert_allclose(others[:2], 0.1, atol=1e-3)
    assert others[1] > others[2] > others[3] > others[4] == others[5]
    assert 0.1 / 21 < others[-1] < 0.1 / 18  # twenty to one, no more


def test_what_is_likely_struck_out_stays_so_and_vouches_for_nothing() -> None:
    struck, pale = _smudged(2, 0.3), _smudged(2, 0.1)
    for second in (struck, pale):
        comb = _comb([struck, second], np.concatenate([_ONE_LOOK, _ONE_LOOK]))
        seen = beside_itself(comb, _STRICT).posteriors
        np.testing.assert_allclose(seen[:, OTHER], comb.posteriors[:, OTHER], atol=1e-6)
    known = Examples(struck, _ONE_LOOK, np.array([2]))
    beside = seen_beside(_comb([pale], _ONE_LOOK), np.array([0]), known, _STRICT)
    np.testing.assert_allclose(beside.posteriors[0, OTHER], pale[0, OTHER], atol=1e-3)


def test_cells_vouch_for_each_other_but_none_for_itself() -> None:
    pair = _comb([_smudged(2, 0.1), _smudged(2, 0.1)], np.concatenate([_ONE_LOOK, _ONE_LOOK]))
    assert (beside_itself(pair, _STRICT).posteriors[:, OTHER] < 0.01).all()
    alone = _comb([_smudged(2, 0.1)], _ONE_LOOK)
    np.testing.assert_allclose(beside_itself(alone, _STRICT).posteriors, alone.posteriors, atol=1e-6)
    np.testing.assert_array_equal(beside_itself(pair, HandModel()).posteriors, pair.posteriors)
