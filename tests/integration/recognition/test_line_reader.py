"""Printed lines are read by the real Tesseract, handwriting never gets there."""

from __future__ import annotations

import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from forms_ocr.errors import ConfigurationError
from forms_ocr.model import GreyImage
from forms_ocr.recognition import LineText, TesseractLineReader, is_printed
from forms_ocr.simulation import DrawnHand

_PX_PER_MM = 8.0
_FONT_FOLDER = Path(__file__).parents[3] / "templates" / "fonts"
_FONTS = ("PTS55F.ttf", "PTS75F.ttf")


def _typed(text: str, font: str, em_mm: float = 4.0) -> GreyImage:
    """A typed line on a strip of 90 by 13 mm, a little blurred."""
    strip = Image.new("L", (round(90 * _PX_PER_MM), round(13 * _PX_PER_MM)), 255)
    face = ImageFont.truetype(str(_FONT_FOLDER / font), round(em_mm * _PX_PER_MM))
    ImageDraw.Draw(strip).text((30, strip.height // 2), text, fill=30, font=face, anchor="lm")
    return _scanned(np.asarray(strip))


def _handwritten(text: str, seed: int) -> GreyImage:
    rng = np.random.default_rng(seed)
    stamp = DrawnHand(seed).line(text, rng).stamp(5.0 * _PX_PER_MM, 0.5 * _PX_PER_MM, 0.4, rng)
    strip = cv2.copyMakeBorder(255 - stamp.coverage, 20, 20, 20, 20, cv2.BORDER_CONSTANT, value=255)
    return _scanned(np.asarray(strip, np.uint8))


def _scanned(strip: GreyImage) -> GreyImage:
    """Blurred, and cut off at the paper as extraction does."""
    blurred = cv2.GaussianBlur(strip, (0, 0), 0.6)
    return np.where(blurred > 170, 255, blurred).astype(np.uint8)


@pytest.fixture(scope="module")
def reader() -> TesseractLineReader:
    return TesseractLineReader()


@pytest.mark.parametrize("font", _FONTS)
def test_a_typed_street_is_read(reader: TesseractLineReader, font: str) -> None:
    line = reader.read_line(_typed("ул. Железнодорожная", font), _PX_PER_MM)
    assert line.text == "ул. Железнодорожная"
    assert line.confidence > 0.6


def test_handwriting_is_left_alone_in_no_time(reader: TesseractLineReader) -> None:
    strips = [_handwritten("ул. Садовая", seed) for seed in range(20)]
    started = time.perf_counter()
    lines = [reader.read_line(strip, _PX_PER_MM) for strip in strips]
    assert lines.count(LineText("", 0.0)) >= 19
    # one call of Tesseract alone takes longer than this
    assert time.perf_counter() - started < 0.4


def test_an_empty_line_says_nothing(reader: TesseractLineReader) -> None:
    assert reader.read_line(np.full((100, 700), 255, np.uint8), _PX_PER_MM) == LineText("", 0.0)


def test_a_missing_language_is_a_matter_of_installation() -> None:
    with pytest.raises(ConfigurationError, match="apt-get install tesseract-ocr"):
        TesseractLineReader(language="xyz").read_line(_typed("улица Новая", _FONTS[0]), _PX_PER_MM)


def test_a_missing_program_is_a_matter_of_installation(
    reader: TesseractLineReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytesseract.pytesseract.tesseract_cmd", "no-such-program")
    with pytest.raises(ConfigurationError, match="not on the PATH"):
        reader.read_line(_typed("улица Новая", _FONTS[0]), _PX_PER_MM)


def test_a_line_that_takes_too_long_is_not_read() -> None:
    hurried = TesseractLineReader(timeout_s=0.001)
    assert hurried.read_line(_typed("улица Новая", _FONTS[0]), _PX_PER_MM) == LineText("", 0.0)


@pytest.mark.parametrize("font", _FONTS)
@pytest.mark.parametrize("em_mm", [2.8, 3.5, 4.5])
def test_type_of_usual_sizes_is_known_as_print(font: str, em_mm: float) -> None:
    assert is_printed(_typed("ул. Октябрьская", font, em_mm), _PX_PER_MM)
