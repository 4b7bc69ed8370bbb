"""The table of sources left out: who is trained on, who is asked, and what is counted."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch", reason="the optional extra `training` is not installed")
pytest.importorskip("onnx", reason="the optional extra `training` is not installed")

from forms_ocr.model import GLYPH_SIDE_PX, OTHER
from training import left_out
from training.fit import Effort
from training.glyphs import SOURCES, LabelledGlyphs
from training.left_out import ShortRecipe, left_out_rows, left_out_table

_RECIPE = ShortRecipe(Effort(1.0, 1.0, 1), 1)


def _glyphs(*written: tuple[int, str]) -> LabelledGlyphs:
    """Full glyphs of labels by sources."""
    columns = [
        [label for label, _ in written],
        [SOURCES.index(name) for _, name in written],
        *([0] * len(written) for _ in range(2)),
    ]
    ink = np.full((len(written), GLYPH_SIDE_PX, GLYPH_SIDE_PX), 255, np.uint8)
    return LabelledGlyphs(ink, *(np.array(column, np.uint8) for column in columns))


def test_a_source_is_left_out_of_the_fit_and_asked_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted: list[set[str]] = []

    def wrong(training: LabelledGlyphs, digits: LabelledGlyphs, _: ShortRecipe) -> NDArray[np.bool_]:
        """Reads whom it was trained on, and nobody else."""
        fitted.append({SOURCES[source] for source in training.sources})
        return ~np.isin(digits.sources, training.sources)

    monkeypatch.setattr(left_out, "_is_wrong", wrong)
    training = _glyphs((1, "semeion"), (2, "bhmsds"), (3, "mnist"))
    validation = _glyphs((1, "semeion"), (7, "semeion"), (OTHER, "semeion"), (2, "bhmsds"))
    rows = list(left_out_rows(training, validation, ("semeion", "bhmsds"), _RECIPE))

    assert fitted == [{"semeion", "bhmsds", "mnist"}, {"bhmsds", "mnist"}, {"semeion", "mnist"}]
    assert [(name, digits, known.events, unseen.events) for name, digits, known, unseen in rows] == [
        ("semeion", 2, 0, 2),
        ("bhmsds", 1, 0, 1),
    ]
    text = left_out_table(rows, _RECIPE, len(training)).as_markdown()
    assert "| semeion |" in text
    assert "3 glyphs" in text
