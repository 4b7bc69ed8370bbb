"""What the recogniser is held against is given its digits as it knows them."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="the optional extra `training` is not installed")
pytest.importorskip("sklearn", reason="the optional extra `training` is not installed")

from forms_ocr.simulation import DrawnHand, GlyphSource
from training.judge.baselines import (
    CnnReader,
    Mnist,
    SvmReader,
    _digit_of,
    mnist_pictures,
    upright,
)


def _drawn(count: int, seed: int) -> GlyphSource:
    """Digits of one hand in MNIST's format."""
    rng = np.random.default_rng(seed)
    hand = DrawnHand(1, "neat")
    labels = np.arange(count) % 10
    stamps = [hand.digit(int(label), rng).stamp(24.0, 3.0, 0.0, rng).coverage for label in labels]
    pictures = np.concatenate([mnist_pictures(np.asarray(stamp)[None]) for stamp in stamps])
    nobody = np.zeros(count, np.int32)
    return GlyphSource("mnist", pictures, labels.astype("<U1"), nobody, nobody > 0)


@pytest.fixture(scope="module")
def mnist() -> Mnist:
    return Mnist(_drawn(300, 1), _drawn(100, 2))


def test_pictures_are_as_mnist_has_them(mnist: Mnist) -> None:
    pictures = mnist.training.pixels
    tall = pictures.any(axis=2).sum(axis=1)
    wide = pictures.any(axis=1).sum(axis=1)
    assert (np.maximum(tall, wide) == 20).all()
    down, across = np.mgrid[:28, :28]
    mass = pictures.sum(axis=(1, 2))
    assert np.median(np.abs((pictures * down).sum(axis=(1, 2)) / mass - 14)) < 0.6
    assert np.median(np.abs((pictures * across).sum(axis=(1, 2)) / mass - 14)) < 0.6


def test_pictures_of_mnist_stay_as_they_are(mnist: Mnist) -> None:
    np.testing.assert_array_equal(mnist_pictures(mnist.training.pixels), mnist.training.pixels)


def test_a_blank_stays_blank() -> None:
    assert not upright(mnist_pictures(np.zeros((2, 32, 32), np.uint8))).any()


def test_slant_is_taken_out() -> None:
    slanted = np.zeros((1, 28, 28), np.uint8)
    for row in range(4, 24):
        slanted[0, row, 20 - row // 2 : 22 - row // 2] = 255
    across = np.flatnonzero(upright(slanted)[0].max(axis=0) > 127)
    assert np.ptp(across) <= 3 < np.ptp(np.flatnonzero(slanted[0].any(axis=0)))


@pytest.mark.slow  # our own learn in test_fit.py and test_number_training.py
def test_the_others_learn_their_digits(mnist: Mnist) -> None:
    truth = mnist.validation.labels.astype(int)
    svm = SvmReader.fitted(mnist, 300, seed=1)
    assert (svm.read(mnist.validation.pixels) == truth).mean() > 0.9
    cnn = CnnReader.fitted(mnist, epochs=4, threads=1, seed=1)
    assert (cnn.read(mnist.validation.pixels) == truth).mean() > 0.7
    np.testing.assert_allclose(cnn.posteriors(mnist.validation.pixels[:5]).sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(("text", "digit"), [("7\n", 7), ("", -1), ("12", -1), (" 0 ", 0), ("²", -1)])
def test_one_digit_is_an_answer(text: str, digit: int) -> None:
    assert _digit_of(text) == digit
