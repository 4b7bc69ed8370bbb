"""Words of an engine to one line of text."""

from __future__ import annotations

import numpy as np
import pytest

from forms_ocr.recognition import LineText, TesseractLineReader
from forms_ocr.recognition.line import joined_words


def test_words_are_joined_and_long_ones_weigh_more() -> None:
    line = joined_words(["", "ул.", " Ленина "], [-1, 30, 90])
    assert line.text == "ул. Ленина"
    assert line.confidence == pytest.approx((3 * 0.3 + 6 * 0.9) / 9)


@pytest.mark.parametrize("words", [[], ["", " "]])
def test_no_words_are_no_text(words: list[str]) -> None:
    assert joined_words(words, [95.0] * len(words)) == LineText("", 0.0)


def test_an_unknown_confidence_counts_as_none() -> None:
    assert joined_words(["дом"], [-1]).confidence == 0.0


def test_an_empty_strip_never_reaches_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytesseract.image_to_data", lambda *_, **__: pytest.fail("Tesseract was called"))
    empty = np.full((80, 600), 255, np.uint8)
    assert TesseractLineReader().read_line(empty, 8.0) == LineText("", 0.0)
