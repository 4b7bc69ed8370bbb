"""The whole of training in a few seconds, on a handful of glyphs by drawn hands."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the optional extra `training` is not installed")
pytest.importorskip("onnx", reason="the optional extra `training` is not installed")

from forms_ocr.model import GLYPH_SIDE_PX  # noqa: E402
from forms_ocr.recognition import Calibration, NetworkRecognizer, posteriors_of  # noqa: E402
from training.augmentation import augment  # noqa: E402
from training.export import export  # noqa: E402
from training.figures import figures, table  # noqa: E402
from training.fit import Effort, fit, logits_of  # noqa: E402
from training.glyphs import LabelledGlyphs, Recipe, make_glyphs  # noqa: E402


@pytest.fixture(scope="module")
def glyphs() -> LabelledGlyphs:
    return make_glyphs(Recipe("", "training", 2, 11), workers=1)


def test_a_network_learns_exports_and_reads(glyphs: LabelledGlyphs, tmp_path: Path) -> None:
    few = glyphs[np.flatnonzero(glyphs.labels < 2)]
    network = fit(few, Effort(epochs=120, minutes=0.5, threads=1), seed=1)
    logits = logits_of(network, few.glyphs)
    assert (logits.argmax(axis=1) == few.labels).mean() > 0.8

    export(network, Calibration(posterior_floor=1e-4), {"date": "2026-01-01"}, tmp_path)
    read = NetworkRecognizer(tmp_path).recognize(few.glyphs)
    np.testing.assert_allclose(read, posteriors_of(logits, Calibration(posterior_floor=1e-4)), atol=1e-4)
    assert json.loads((tmp_path / "digits.json").read_text())["weights"] < 250_000


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
