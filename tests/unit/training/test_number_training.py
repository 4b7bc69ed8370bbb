"""Training of the number network in a few seconds, on lines by drawn hands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the optional extra `training` is not installed")
pytest.importorskip("onnx", reason="the optional extra `training` is not installed")

from forms_ocr.model import Candidate  # noqa: E402
from forms_ocr.recognition import NetworkNumberReader, NumberCalibration  # noqa: E402
from forms_ocr.recognition.number_strip import STEP_PX, STRIP_HEIGHT_PX  # noqa: E402
from forms_ocr.recognition.numbers import OTHER_MARK, SYMBOLS  # noqa: E402
from training.fit import Effort  # noqa: E402
from training.glyphs import Recipe  # noqa: E402
from training.numbers.augmentation import augment  # noqa: E402
from training.numbers.calibration import (  # noqa: E402
    NumbersRead,
    calibrate_numbers,
    line_weights,
    logits_along,
    read_all,
    truth_of,
)
from training.numbers.export import export_numbers, onnx_of_numbers  # noqa: E402
from training.numbers.figures import is_clean, number_tables  # noqa: E402
from training.numbers.fit import fit_numbers, number_loss, padded  # noqa: E402
from training.numbers.material import LabelledStrip, _columns, _strips, strips_of_page  # noqa: E402
from training.numbers.network import NumberNetwork  # noqa: E402
from training.numbers.second_opinion import Opinions, worth_table  # noqa: E402
from training.numbers.sheets import DESIGNS, line_template  # noqa: E402
from training.numbers.writing import KIND_SHARES  # noqa: E402
from training.sheets import HEIGHT_MM, WIDTH_MM  # noqa: E402

_RECIPE = Recipe(data="", role="training", pages=3, seed=5)


@pytest.fixture(scope="module")
def strips() -> list[LabelledStrip]:
    return [strip for page in range(3) for strip in strips_of_page(_RECIPE, page)]


@pytest.fixture(scope="module")
def few(strips: list[LabelledStrip]) -> list[LabelledStrip]:
    """What a network learns in seconds: a dozen short numbers."""
    return [each for each in strips if is_clean([each])[0] and each.strip.shape[1] < 140][:12]


def _surprise(network: NumberNetwork, strips: list[LabelledStrip]) -> float:
    """Mean negative logarithm of the posterior of the truth, a digit."""
    with torch.no_grad():
        return float(number_loss(network(padded(strips)), strips))


@pytest.fixture(scope="module")
def network(few: list[LabelledStrip]) -> NumberNetwork:
    return fit_numbers(few, Effort(epochs=35, minutes=0.15, threads=1), seed=1, cycles=2)


def test_lines_are_cut_out_with_what_was_written(strips: list[LabelledStrip]) -> None:
    assert len(strips) > 40
    for strip in strips:
        assert strip.strip.shape[0] == STRIP_HEIGHT_PX
        assert strip.strip.shape[1] % STEP_PX == 0
        assert strip.is_lost or len(strip.labels) < strip.strip.shape[1] / STEP_PX
        assert all(0 <= label <= OTHER_MARK for label in strip.labels)
    assert is_clean(strips).mean() > 0.5


def test_the_same_page_is_the_same_and_other_roles_see_others(strips: list[LabelledStrip]) -> None:
    again = strips_of_page(_RECIPE, 0)
    for one, other in zip(again, strips, strict=False):
        np.testing.assert_array_equal(one.strip, other.strip)
        assert one.labels == other.labels
    validation = strips_of_page(replace(_RECIPE, role="validation"), 0)
    assert [each.labels for each in validation] != [each.labels for each in again]


def test_strips_come_out_of_the_cache_as_they_went_in(strips: list[LabelledStrip]) -> None:
    for before, after in zip(strips, _strips(_columns(strips)), strict=True):
        np.testing.assert_array_equal(before.strip, after.strip)
        assert (before.labels, before.source, before.kind, before.scan, before.is_lost) == (
            after.labels, after.source, after.kind, after.scan, after.is_lost,
        )  # fmt: skip


@pytest.mark.parametrize("number", range(0, DESIGNS, 7))
def test_lines_lie_on_their_sheet(number: int) -> None:
    boxes = [field.box for field in line_template(number).fields]
    assert len(boxes) >= 12
    assert all(0 < box.left_mm < box.right_mm < WIDTH_MM for box in boxes)
    assert all(0 < box.top_mm < box.bottom_mm < HEIGHT_MM for box in boxes)


def test_shares_of_kinds_sum_to_one() -> None:
    assert sum(KIND_SHARES.values()) == pytest.approx(1.0)


def test_augmented_strips_stay_strips_and_keep_their_ink(strips: list[LabelledStrip]) -> None:
    batch = padded(strips[:16])
    changed = augment(batch, torch.Generator().manual_seed(1))
    assert changed.shape == batch.shape
    assert changed.dtype == torch.uint8
    assert not torch.equal(changed, batch)
    ratio = changed.sum(dim=(1, 2)) / batch.sum(dim=(1, 2))
    assert 0.4 < float(ratio.min()) <= float(ratio.max()) < 2.0


def test_a_network_learns_lines_exports_and_reads_them(
    few: list[LabelledStrip], network: NumberNetwork, tmp_path: Path
) -> None:
    untaught = fit_numbers(few, Effort(epochs=1, minutes=0.15, threads=1), seed=1)
    assert _surprise(network, few) < 0.7 * _surprise(untaught, few)
    exported = onnx_of_numbers(network)
    logits = logits_along(exported, few)
    for each, strip in zip(logits, few, strict=True):
        with torch.no_grad():
            wanted = network(torch.from_numpy(strip.strip[None]))[0].numpy()
        assert wanted.shape == (strip.strip.shape[1] // STEP_PX, SYMBOLS)
        np.testing.assert_allclose(each, wanted, atol=1e-3)
    export_numbers(exported, NumberCalibration(0.7, 0.01), {"date": "2026-01-01"}, tmp_path)
    assert NetworkNumberReader(tmp_path).card.calibration == NumberCalibration(0.7, 0.01)


def _read(*said: tuple[str | None, float, bool]) -> NumbersRead:
    """Truth, confidence and whether the likeliest is right."""
    blank = np.zeros((STRIP_HEIGHT_PX, 8), np.uint8)
    letter = list(KIND_SHARES).index("letter")
    strips = [
        LabelledStrip(blank, (1,) if truth else (OTHER_MARK,), 0, 0 if truth else letter, 0, False)
        for truth, _, _ in said
    ]
    candidates = tuple((Candidate(truth if truth and right else "9", p),) for truth, p, right in said)
    return NumbersRead(strips, tuple(truth for truth, _, _ in said), candidates)


def test_trouble_counts_as_much_as_lines_hold_of_it() -> None:
    weights = line_weights(["1"] * 60 + [None] * 40)
    assert weights[60:].sum() / weights.sum() == pytest.approx(0.05)
    assert line_weights(["1", "2"]).tolist() == [1.0, 1.0]


def test_truth_is_none_where_there_is_no_number() -> None:
    strip = LabelledStrip(np.zeros((STRIP_HEIGHT_PX, 8), np.uint8), (0, 7), 0, 0, 0, False)
    assert truth_of(strip) == "07"
    assert truth_of(replace(strip, labels=())) == ""
    assert truth_of(replace(strip, is_lost=True)) is None
    assert truth_of(replace(strip, labels=(0, OTHER_MARK))) is None


def test_calibration_takes_confidence_from_a_network_that_is_wrong() -> None:
    """Sure of the wrong digit half of the time: the weight must fall to the least there is."""
    logits = np.full((2, 3, SYMBOLS), -4.0, np.float32)
    logits[:, (0, 2), -1] = 4.0
    logits[:, 1, 1] = 4.0
    strips = [
        LabelledStrip(np.zeros((STRIP_HEIGHT_PX, 12), np.uint8), (label,), 0, 0, 0, False) for label in (1, 2)
    ]
    wrong = calibrate_numbers(strips, list(logits))
    right = calibrate_numbers([strips[0], strips[0]], list(logits))
    assert wrong.weight < right.weight
    assert right.floor == 0.0


def test_tables_count_what_was_accepted_and_what_was_wrong() -> None:
    read = _read(("1", 0.999, True), ("1", 0.999, False), ("1", 0.6, True), (None, 0.999, False))
    by_length = number_tables(read)[0].as_json()["rows"][-1]
    assert by_length["numbers"] == 3
    assert by_length["right"]["events"] == 2
    assert by_length["accepted"]["events"] == 2
    assert by_length["wrong of accepted"]["events"] == 1
    assert read_all([], [], NumberCalibration()).top == ()


def test_a_second_opinion_is_held_against_a_stricter_bound() -> None:
    opinions = [
        Opinions(0.999, 0.0005, is_right=False),
        Opinions(0.992, 0.9, is_right=True),
        Opinions(0.9999, 0.9, is_right=True),
        Opinions(0.9, 0.0, is_right=False),
    ]
    row = worth_table(opinions).as_json()["rows"][-1]
    assert row["accepted lost"]["events"] == 1
    assert (row["errors caught"], row["by a stricter bound"], row["errors in all"]) == (1, 0, 1)
