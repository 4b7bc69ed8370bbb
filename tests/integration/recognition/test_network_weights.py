"""The program's own weights: loaded, verified, and right on hands that code draws."""

from __future__ import annotations

import json
import pickle
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forms_ocr.errors import ConfigurationError, ExitCode
from forms_ocr.extraction import normalise_glyph
from forms_ocr.model import CLASSES, EMPTY, GLYPH_SIDE_PX, OTHER, Glyphs
from forms_ocr.recognition import NetworkRecognizer
from forms_ocr.recognition import network as network_module
from forms_ocr.recognition.card import CARD_NAME, NETWORK_NAMES
from forms_ocr.simulation import DrawnHand, InkShape

_WEIGHTS = Path(network_module.__file__).with_name("weights")
_PX_PER_MM = 8.0
_Look = Callable[[Glyphs], tuple[np.ndarray, np.ndarray]]


@pytest.fixture(scope="module")
def recognizer() -> NetworkRecognizer:
    return NetworkRecognizer()


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A copy of the weights to be spoilt."""
    return Path(shutil.copytree(_WEIGHTS, tmp_path / "weights"))


def _change_card(weights: Path, **changes: Any) -> None:
    card = json.loads((weights / CARD_NAME).read_text(encoding="utf-8"))
    (weights / CARD_NAME).write_text(json.dumps(card | changes), encoding="utf-8")


def _look(networks: int, **changes: Any) -> dict[str, Any]:
    """A look as a card has it."""
    return {"weights": [1] * networks, "other_odds": 1, "posterior_floor": 0, "sure": 0} | changes


def _glyph_of(shape: InkShape, rng: np.random.Generator, height_mm: float = 5.5) -> Glyphs:
    """What extraction makes of a shape written with a usual pen."""
    coverage = shape.stamp(height_mm * _PX_PER_MM, 0.5 * _PX_PER_MM, 0.3, rng).coverage
    rows, columns = np.nonzero(coverage)
    return normalise_glyph(coverage[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1])


def _drawn_digits(style: str, hands: int) -> tuple[Glyphs, np.ndarray]:
    rng = np.random.default_rng(99)
    labels = np.tile(np.arange(10), hands)
    writers = [DrawnHand(10_000 + i, style) for i in range(hands)]
    glyphs = [_glyph_of(writers[i // 10].digit(int(label), rng), rng) for i, label in enumerate(labels)]
    return np.stack(glyphs), labels


@pytest.mark.parametrize(
    ("style", "least"), [("european", 0.97), ("american", 0.97), ("hard", 0.97), ("old", 0.95)]
)
def test_digits_of_drawn_hands_are_read(recognizer: NetworkRecognizer, style: str, least: float) -> None:
    glyphs, labels = _drawn_digits(style, 40)
    read = recognizer.recognize(glyphs).argmax(axis=1)
    assert (read == labels).mean() >= least


def test_struck_out_digits_are_not_called_digits_with_confidence(recognizer: NetworkRecognizer) -> None:
    rng = np.random.default_rng(5)
    hand = DrawnHand(77)
    strike = "0,30 50,34 100,28 / 0,62 50,60 100,66"
    struck = [hand.digit(i % 10, rng).joined(hand.mark(strike, rng, is_fitted=False)) for i in range(100)]
    posteriors = recognizer.recognize(np.stack([_glyph_of(shape, rng) for shape in struck]))
    assert (posteriors[:, :10].max(axis=1) > 0.95).mean() <= 0.05
    assert (posteriors.argmax(axis=1) == OTHER).mean() >= 0.85


def test_noise_has_a_low_posterior_for_every_digit(recognizer: NetworkRecognizer) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (60, GLYPH_SIDE_PX, GLYPH_SIDE_PX)).astype(np.uint8)
    assert recognizer.recognize(noise)[:, :10].max(axis=1).mean() < 0.5


def test_a_glyph_without_ink_is_empty(recognizer: NetworkRecognizer) -> None:
    posteriors = recognizer.recognize(np.zeros((3, GLYPH_SIDE_PX, GLYPH_SIDE_PX), np.uint8))
    # certain, not only likely: the network is not asked
    certain = 1 - (len(CLASSES) - 1) * recognizer.card.looks[0].posterior_floor
    np.testing.assert_allclose(posteriors[:, EMPTY], certain, atol=1e-7)


def test_features_are_of_unit_length_and_alike_for_like_digits(recognizer: NetworkRecognizer) -> None:
    glyphs, labels = _drawn_digits("european", 10)
    features = recognizer.read_cells(np.concatenate([glyphs, np.zeros_like(glyphs[:1])])).features
    np.testing.assert_allclose(np.linalg.norm(features[:-1], axis=1), 1.0, atol=1e-5)
    assert not features[-1].any()
    alike = features[:-1] @ features[:-1].T
    same = labels[:, None] == labels
    assert alike[same].mean() > alike[~same].mean() + 0.2


def test_no_glyphs_give_no_posteriors(recognizer: NetworkRecognizer) -> None:
    posteriors = recognizer.recognize(np.zeros((0, GLYPH_SIDE_PX, GLYPH_SIDE_PX), np.uint8))
    assert posteriors.shape == (0, len(CLASSES))
    assert posteriors.dtype == np.float32


def test_rows_sum_to_one_and_no_class_is_ruled_out(recognizer: NetworkRecognizer) -> None:
    glyphs, _ = _drawn_digits("hasty", 5)
    posteriors = recognizer.recognize(np.concatenate([glyphs, np.zeros_like(glyphs[:2])]))
    np.testing.assert_allclose(posteriors.sum(axis=1), 1.0, atol=1e-5)
    floor = min(look.posterior_floor for look in recognizer.card.looks)
    assert posteriors.min() >= 0.99 * floor > 0


def test_a_posterior_does_not_depend_on_the_neighbours(recognizer: NetworkRecognizer) -> None:
    glyphs, _ = _drawn_digits("european", 4)
    together = recognizer.recognize(glyphs)
    alone = np.concatenate([recognizer.recognize(glyph[None]) for glyph in glyphs])
    order = np.random.default_rng(0).permutation(len(glyphs))
    np.testing.assert_allclose(together, alone, atol=2e-6)
    np.testing.assert_allclose(together[order], recognizer.recognize(glyphs[order]), atol=2e-6)


def test_later_looks_are_for_what_those_before_are_not_sure_of(monkeypatch: pytest.MonkeyPatch) -> None:
    glyphs, _ = _drawn_digits("european", 20)
    recognizer = NetworkRecognizer()
    asked: list[int] = []

    def spied(look: _Look) -> _Look:
        def spy(doubtful: Glyphs) -> tuple[np.ndarray, np.ndarray]:
            asked.append(len(doubtful))
            return look(doubtful)

        return spy

    for network in recognizer._later:
        monkeypatch.setattr(network, "look", spied(network.look))
    recognizer.recognize(glyphs)
    second, third = asked
    assert 0 < third < second < 0.3 * len(glyphs)


def test_a_thorough_look_says_more_about_clear_cells(recognizer: NetworkRecognizer) -> None:
    """Thirty digits that are clear make a number that is."""
    glyphs, labels = _drawn_digits("european", 20)
    usual, thorough = (
        recognizer.read_cells(glyphs, is_thorough=wanted).posteriors[np.arange(len(labels)), labels]
        for wanted in (False, True)
    )
    clear = usual > 0.99
    assert np.log(thorough[clear]).mean() > np.log(usual[clear]).mean()
    assert np.quantile(thorough, 0.5) >= np.quantile(usual, 0.5)


def test_another_process_reads_the_same(recognizer: NetworkRecognizer) -> None:
    glyphs, _ = _drawn_digits("neat", 1)
    sent = pickle.loads(pickle.dumps(recognizer))  # noqa: S301  our own bytes
    np.testing.assert_array_equal(sent.recognize(glyphs), recognizer.recognize(glyphs))


def test_a_slip_is_read_in_milliseconds(recognizer: NetworkRecognizer) -> None:
    glyphs, _ = _drawn_digits("european", 4)
    recognizer.recognize(glyphs[:36])
    durations = []
    for _ in range(20):
        started = time.perf_counter()
        recognizer.recognize(glyphs[:36])
        durations.append(time.perf_counter() - started)
    # the budget is 3 ms on an idle core; a machine that runs other tests too is given room
    assert min(durations) < 0.012


def test_the_card_names_its_weights(recognizer: NetworkRecognizer) -> None:
    assert len(recognizer.card.sha256) == 64
    assert sum((_WEIGHTS / name).stat().st_size for name in NETWORK_NAMES) < 3_000_000


@pytest.mark.parametrize("name", NETWORK_NAMES)
def test_changed_weights_are_refused(weights: Path, name: str) -> None:
    network = bytearray((weights / name).read_bytes())
    network[len(network) // 2] ^= 1
    (weights / name).write_bytes(network)
    with pytest.raises(ConfigurationError, match="sha256") as caught:
        NetworkRecognizer(weights)
    assert caught.value.exit_code is ExitCode.CONFIGURATION


@pytest.mark.parametrize("name", [CARD_NAME, *NETWORK_NAMES])
def test_a_missing_file_is_named(weights: Path, name: str) -> None:
    (weights / name).unlink()
    with pytest.raises(ConfigurationError, match=name):
        NetworkRecognizer(weights)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("classes", [*CLASSES[::-1]]),
        ("glyph_side_px", 28),
        ("looks", None),
        ("looks", []),
        ("looks", [None, None, None]),
        ("looks", [_look(1, weights=[float("nan")]), _look(2), _look(3)]),
        ("looks", [_look(1), _look(1), _look(3)]),
        ("looks", [_look(1), _look(2), _look(3, posterior_floor=0.5)]),
        ("looks", [_look(1), _look(2, sure=float("nan")), _look(3)]),
        ("hand", {"closeness": float("inf")}),
        ("date", None),
    ],
)
def test_a_card_that_does_not_fit_is_refused(weights: Path, field: str, value: object) -> None:
    _change_card(weights, **{field: value})
    with pytest.raises(ConfigurationError, match=field):
        NetworkRecognizer(weights)


def test_all_faults_of_a_card_are_told_at_once(weights: Path) -> None:
    _change_card(weights, classes=[], looks=-1, sha256={})
    with pytest.raises(ConfigurationError) as caught:
        NetworkRecognizer(weights)
    assert len(caught.value.faults) == 2 + len(NETWORK_NAMES)


@pytest.mark.parametrize("text", ["{", "[]", "\xff"])
def test_a_card_that_is_not_json_is_refused(weights: Path, text: str) -> None:
    (weights / CARD_NAME).write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigurationError, match="JSON"):
        NetworkRecognizer(weights)
