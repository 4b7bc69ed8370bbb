"""The whole of training in a few seconds, on a handful of glyphs by drawn hands."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

torch = pytest.importorskip("torch", reason="the optional extra `training` is not installed")
pytest.importorskip("onnx", reason="the optional extra `training` is not installed")

from forms_ocr.decision import Examples  # noqa: E402
from forms_ocr.model import EMPTY, GLYPH_SIDE_PX, OTHER, CellsRead, HandModel  # noqa: E402
from forms_ocr.recognition import Calibration, NetworkRecognizer, posteriors_of  # noqa: E402
from training import train as train_module  # noqa: E402
from training.augmentation import augment  # noqa: E402
from training.continuing import taken_up  # noqa: E402
from training.export import Looks, add_to_card, export, onnx_of  # noqa: E402
from training.figures import figures, table  # noqa: E402
from training.fit import Effort, fit  # noqa: E402
from training.glyphs import SOURCES, LabelledGlyphs, Recipe, glyphs_of_page, make_glyphs  # noqa: E402
from training.hand import KNOWN_CELLS, OneHand, fit_hand, slips_of  # noqa: E402
from training.network import FIRST_LOOK, SECOND_LOOK  # noqa: E402
from training.quantization import LARGEST_LOSS, halved, lighter, logits_of, quantized  # noqa: E402
from training.train import LOOKS, Run, provenance  # noqa: E402


@pytest.fixture(scope="module")
def glyphs() -> LabelledGlyphs:
    return make_glyphs(Recipe("", "training", 2, 11), workers=1)


@pytest.fixture(scope="module")
def few(glyphs: LabelledGlyphs) -> LabelledGlyphs:
    """What a network learns in seconds: zeros and ones of hands that write them all alike."""
    is_plain = glyphs.sources != SOURCES.index("various")
    return glyphs[np.flatnonzero((glyphs.labels < 2) & is_plain)]


@pytest.fixture(scope="module")
def networks(few: LabelledGlyphs) -> list[bytes]:
    effort = Effort(epochs=200, minutes=0.25, threads=1)
    fitted = [onnx_of(fit(few, widths, effort, seed=1)) for widths in (FIRST_LOOK, SECOND_LOOK)]
    return [*fitted, halved(fitted[1])]


def test_networks_learn_export_and_read(few: LabelledGlyphs, networks: list[bytes], tmp_path: Path) -> None:
    first, second, third = (logits_of(network, few.glyphs) for network in networks)
    assert (first.argmax(axis=1) == few.labels).mean() > 0.8
    assert (second.argmax(axis=1) == few.labels).mean() > 0.8

    # nobody is ever this sure: all glyphs get all looks
    looks = [
        Calibration(weights, posterior_floor=1e-4, sure=1.0)
        for weights in ((1.0,), (0.5, 0.5), (0.2, 0.3, 0.5))
    ]
    export(
        networks,
        Looks(tuple(looks), HandModel()),
        {"date": "2026-01-01"},
        tmp_path,
    )
    add_to_card({"figures": 1}, tmp_path)
    read = NetworkRecognizer(tmp_path).recognize(few.glyphs)
    np.testing.assert_allclose(read, posteriors_of([first, second, third], looks[2]), atol=1e-4)
    card = json.loads((tmp_path / "digits.json").read_text())
    assert list(card["bytes"].values()) == list(map(len, networks))
    assert card["figures"] == 1


def test_a_network_is_taken_up_where_it_was_left(few: LabelledGlyphs, networks: list[bytes]) -> None:
    """And a little training on moves it, from there, without losing what it knew."""
    second = networks[1]
    before = logits_of(second, few.glyphs)
    start = taken_up(second, SECOND_LOOK, few.glyphs)
    np.testing.assert_allclose(logits_of(onnx_of(start), few.glyphs), before, atol=1e-4)

    effort = Effort(epochs=10, minutes=0.25, threads=1)
    later = logits_of(onnx_of(fit(few, SECOND_LOOK, effort, 1, start)), few.glyphs)
    assert np.abs(later - before).max() > 0.01
    assert (later.argmax(axis=1) == few.labels).mean() >= (before.argmax(axis=1) == few.labels).mean() - 0.02


def test_a_later_run_trains_on_what_it_is_asked_to(
    few: LabelledGlyphs, networks: list[bytes], tmp_path: Path
) -> None:
    for name, network in zip(LOOKS, networks, strict=True):
        (tmp_path / name).write_bytes(network)
    asked = Run(tmp_path, tmp_path, tmp_path, 1, 1.0, 0.05, 1, 1, None, tmp_path, ("third_look.onnx",))
    later, trades = train_module._networks(asked, few, few)
    assert later[:2] == networks[:2]
    assert np.abs(logits_of(later[2], few.glyphs) - logits_of(networks[2], few.glyphs)).max() > 0.01
    assert list(trades) == ["third_look.onnx"]
    assert provenance(asked, few, 1)["repeat"].endswith("--train-on FOLDER --again third_look.onnx")


def test_to_train_on_without_networks_is_refused(tmp_path: Path) -> None:
    asked = ["--data", str(tmp_path), "--out", str(tmp_path / "out"), "--again", "third_look.onnx"]
    told = CliRunner().invoke(train_module.main, asked)
    assert told.exit_code == 2
    assert "--train-on" in told.output


def test_another_network_cannot_be_taken_up(few: LabelledGlyphs, networks: list[bytes]) -> None:
    with pytest.raises(ValueError, match="convolutions"):
        taken_up(networks[0], SECOND_LOOK, few.glyphs)
    with pytest.raises(ValueError, match="weights of the shape"):
        taken_up(quantized(networks[1], few.glyphs), SECOND_LOOK, few.glyphs)


def test_eight_bits_are_kept_where_they_cost_no_accuracy(few: LabelledGlyphs, networks: list[bytes]) -> None:
    exact = networks[0]
    network, trade = lighter(exact, few, few)
    assert trade["is_in_8_bits"] == (trade["accuracy"] - trade["accuracy_in_8_bits"] <= LARGEST_LOSS)
    assert network == (quantized(exact, few.glyphs) if trade["is_in_8_bits"] else halved(exact))
    small = quantized(exact, few.glyphs)
    assert len(small) < 0.5 * len(exact)
    agreeing = logits_of(small, few.glyphs).argmax(axis=1) == logits_of(exact, few.glyphs).argmax(axis=1)
    assert agreeing.mean() > 0.95


def test_16_bits_halve_the_file_and_change_no_answer(few: LabelledGlyphs, networks: list[bytes]) -> None:
    exact, small = networks[1], halved(networks[1])
    assert len(small) < 0.51 * len(exact)
    before, after = (logits_of(network, few.glyphs) for network in (exact, small))
    np.testing.assert_allclose(after, before, atol=0.02)
    assert np.abs(after - before).max() > 0
    # and it can be taken up again
    again = onnx_of(taken_up(small, SECOND_LOOK, few.glyphs))
    np.testing.assert_allclose(logits_of(again, few.glyphs), after, atol=1e-3)


def test_a_digit_of_which_dots_are_left_is_not_to_be_read(glyphs: LabelledGlyphs) -> None:
    dots = np.zeros_like(glyphs.glyphs[:1])
    dots[0, 10:14, 10:14] = 255
    whole = glyphs[np.flatnonzero(glyphs.to_be_read < EMPTY)[:1]]
    lost = replace(whole, glyphs=dots)
    assert whole.to_be_read == whole.labels
    assert lost.to_be_read == OTHER
    assert replace(lost, labels=np.array([EMPTY], np.uint8)).to_be_read == EMPTY


def test_augmentation_keeps_glyphs_glyphs(glyphs: LabelledGlyphs) -> None:
    before = torch.from_numpy(glyphs.glyphs[:64])
    after = augment(before, torch.Generator().manual_seed(0))
    assert after.shape == (64, GLYPH_SIDE_PX, GLYPH_SIDE_PX)
    assert after.dtype == torch.uint8
    ink_before, ink_after = before.float().mean(), after.float().mean()
    assert 0.6 < ink_after / ink_before < 1.4
    assert torch.equal(after, augment(before, torch.Generator().manual_seed(0)))


def test_figures_count_rightly(glyphs: LabelledGlyphs) -> None:
    sure = np.full((len(glyphs), 12), 0.0005, np.float32)
    sure[np.arange(len(glyphs)), glyphs.labels] = 0.9945
    found = figures(glyphs, sure)
    assert found["digits"]["accuracy"] == found["digits"]["sure"] == 1.0
    assert found["confusions"] == {}

    wrong = replace(glyphs, labels=((glyphs.labels + 1) % 12).astype(np.uint8))
    assert figures(wrong, sure)["digits"]["accuracy"] == 0.0
    assert "wrong/1000 sure" in table(found)


def test_pages_of_one_hand_are_put_together_to_slips() -> None:
    page = glyphs_of_page(Recipe("", "validation", 1, 5, is_one_hand=True), 0)
    assert len(np.unique(page.sources)) == 1
    rng = np.random.default_rng(2)
    features = rng.normal(size=(len(page), 8)).astype(np.float32)
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    read = CellsRead(np.full((len(page), 12), 1 / 12, np.float32), features)
    slips = list(slips_of(page, read, rng))
    assert slips
    assert all(len(slip.examples) == KNOWN_CELLS for slip in slips)
    digits = np.concatenate([slip.labels for slip in slips])
    assert digits.max() < EMPTY


def test_a_hand_that_misreads_alike_is_corrected_and_a_blind_one_is_left_alone() -> None:
    rng = np.random.default_rng(3)
    shapes = np.linalg.qr(rng.normal(size=(16, 10)))[0].T.astype(np.float32)
    labels = rng.integers(0, 10, (12, KNOWN_CELLS + 6))
    said = np.full((12, KNOWN_CELLS + 6, 12), 0.4 / 11, np.float32)
    # everybody's digit is read as the next one, with odds that examples may overturn
    np.put_along_axis(said, ((labels + 1) % 10)[..., None], 0.6, axis=2)
    slips = [
        OneHand(
            Examples(said[i, :KNOWN_CELLS], shapes[labels[i, :KNOWN_CELLS]], labels[i, :KNOWN_CELLS]),
            CellsRead(said[i, KNOWN_CELLS:], shapes[labels[i, KNOWN_CELLS:]]),
            labels[i, KNOWN_CELLS:],
        )
        for i in range(12)
    ]
    model, gains = fit_hand(slips)
    assert model.correction > 0
    assert gains["both_wrong"] < 0.5 * gains["cell_alone_wrong"]
    blind = [
        replace(slip, examples=replace(slip.examples, digits=rng.integers(0, 10, KNOWN_CELLS)))
        for slip in slips
    ]
    assert fit_hand(blind)[1]["both_surprise"] > 0.8 * gains["cell_alone_surprise"]
