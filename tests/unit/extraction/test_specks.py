"""How much of the ink in a field without cells was written, and how much are specks of the scan."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_ocr.decision.ink import SIGNATURE_INK
from forms_ocr.extraction.extract import _written_mm2
from forms_ocr.extraction.ink import Ink

_PX_PER_MM = 5.0


def _ink(drawn: np.ndarray) -> Ink:
    return Ink(drawn, drawn)


def _specks(share: float) -> np.ndarray:
    rng = np.random.default_rng(3)
    return np.where(rng.random((85, 350)) < share, 255, 0).astype(np.uint8)


def _signature() -> np.ndarray:
    drawn = np.zeros((85, 350), np.uint8)
    points = np.array([(20 + 12 * i, 20 + 45 * (i % 2)) for i in range(20)], np.int32)
    return np.asarray(cv2.polylines(drawn, [points], False, 255, 2), np.uint8)


@pytest.mark.parametrize("share", [0.02, 0.06])
def test_specks_all_over_are_no_signature_and_no_clean_paper(share: float) -> None:
    specks = _specks(share)
    assert np.count_nonzero(specks) / _PX_PER_MM**2 > SIGNATURE_INK.some_mm2
    found = _written_mm2(_ink(specks), _PX_PER_MM)
    assert SIGNATURE_INK.none_mm2 < found < SIGNATURE_INK.some_mm2


def test_strokes_count_whole() -> None:
    drawn = _signature()
    assert _written_mm2(_ink(drawn), _PX_PER_MM) == pytest.approx(np.count_nonzero(drawn) / _PX_PER_MM**2)


def test_a_signature_among_specks_is_one() -> None:
    both = np.maximum(_signature(), _specks(0.02))
    assert _written_mm2(_ink(both), _PX_PER_MM) > SIGNATURE_INK.some_mm2


def test_clean_paper_holds_nothing() -> None:
    assert _written_mm2(_ink(np.zeros((85, 350), np.uint8)), _PX_PER_MM) == 0.0
