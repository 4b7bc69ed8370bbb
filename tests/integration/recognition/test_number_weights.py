"""The program's own weights for numbers without cells: verified, and right on hands that code draws."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from forms_ocr.errors import ConfigurationError
from forms_ocr.model import GreyImage
from forms_ocr.recognition import NetworkNumberReader
from forms_ocr.recognition import network as network_module
from forms_ocr.recognition.number_card import NUMBER_CARD_NAME, NUMBER_NETWORK_NAME
from forms_ocr.simulation import DrawnHand

_WEIGHTS = Path(network_module.__file__).with_name("weights")
_PX_PER_MM = 6.0
_STRIKE = "2,30 | 95,38 | 6,48 | 97,58 | 4,68 | 96,76"


@pytest.fixture(scope="module")
def reader() -> NetworkNumberReader:
    return NetworkNumberReader()


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A copy of the weights to be spoilt."""
    return Path(shutil.copytree(_WEIGHTS, tmp_path / "weights"))


def _strip(digits: str, seed: int, *, gap: float = 0.12, struck: int | None = None) -> GreyImage:
    """A number written with a usual pen, as extraction would cut it out."""
    rng = np.random.default_rng(seed)
    hand = DrawnHand(20_000 + seed)
    ink = np.zeros((90, 480), np.uint8)
    height, x = 5.0 * _PX_PER_MM, 30.0
    for place, digit in enumerate(digits):
        shape = hand.digit(int(digit), rng)
        if place == struck:
            shape = shape.joined(hand.mark(_STRIKE, rng, is_fitted=False))
        stamp = shape.stamp(height, 0.5 * _PX_PER_MM, 0.3, rng).coverage
        top, left = 26 - (stamp.shape[0] - round(height)) // 2, round(x) - 4
        window = ink[top : top + stamp.shape[0], left : left + stamp.shape[1]]
        np.maximum(window, stamp[:, : window.shape[1]], out=window)
        x += (max(shape.aspect, 0.15) + gap) * height
    return np.asarray(255 - np.where(ink > 40, ink, 0), np.uint8)


@pytest.mark.parametrize("gap", [0.02, 0.15, 0.7])
def test_numbers_of_drawn_hands_are_read(reader: NetworkNumberReader, gap: float) -> None:
    rng = np.random.default_rng(3)
    numbers = ["".join(map(str, rng.integers(0, 10, 4 + n % 3))) for n in range(40)]
    read = [reader.read_number(_strip(number, n, gap=gap), _PX_PER_MM) for n, number in enumerate(numbers)]
    right = [found[0].value == number for found, number in zip(read, numbers, strict=True) if found]
    assert sum(right) >= 34
    sure = [
        found[0].value == number
        for found, number in zip(read, numbers, strict=True)
        if found and found[0].posterior >= 0.99
    ]
    assert sum(sure) == len(sure)


def test_a_struck_out_digit_is_not_read_with_confidence(reader: NetworkNumberReader) -> None:
    read = [reader.read_number(_strip("05713", seed, struck=2), _PX_PER_MM) for seed in range(20)]
    assert max(sum(each.posterior for each in found) for found in read) < 0.99
    assert np.mean([sum(each.posterior for each in found) for found in read]) < 0.4


def test_an_empty_line_is_empty(reader: NetworkNumberReader) -> None:
    (empty,) = reader.read_number(np.full((80, 300), 255, np.uint8), _PX_PER_MM)
    assert (empty.value, empty.posterior) == ("", 1.0)


def test_posteriors_sum_to_one_at_most_and_noise_is_no_number(reader: NetworkNumberReader) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (80, 300)).astype(np.uint8)
    found = reader.read_number(noise, _PX_PER_MM)
    assert sum(each.posterior for each in found) <= 1.0
    assert max((each.posterior for each in found), default=0.0) < 0.9


def test_another_process_reads_the_same(reader: NetworkNumberReader) -> None:
    strip = _strip("0571", 4)
    sent = pickle.loads(pickle.dumps(reader))  # noqa: S301  our own bytes
    assert sent.read_number(strip, _PX_PER_MM) == reader.read_number(strip, _PX_PER_MM)


def test_all_weights_together_are_small() -> None:
    assert sum(path.stat().st_size for path in _WEIGHTS.glob("*.onnx")) < 3_000_000


def test_changed_weights_are_refused(weights: Path) -> None:
    network = bytearray((weights / NUMBER_NETWORK_NAME).read_bytes())
    network[len(network) // 2] ^= 1
    (weights / NUMBER_NETWORK_NAME).write_bytes(network)
    with pytest.raises(ConfigurationError, match="sha256"):
        NetworkNumberReader(weights)


@pytest.mark.parametrize("name", [NUMBER_CARD_NAME, NUMBER_NETWORK_NAME])
def test_a_missing_file_is_named(weights: Path, name: str) -> None:
    (weights / name).unlink()
    with pytest.raises(ConfigurationError, match=name):
        NetworkNumberReader(weights)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("symbols", []),
        ("height_px", 28),
        ("calibration", None),
        ("calibration", {"weight": float("nan"), "floor": 0.0}),
        ("calibration", {"weight": 1.0, "floor": 0.9}),
        ("date", 5),
    ],
)
def test_a_card_that_does_not_fit_is_refused(weights: Path, field: str, value: object) -> None:
    path = weights / NUMBER_CARD_NAME
    card = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(card | {field: value}), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=field):
        NetworkNumberReader(weights)
