"""What a scan shows of what was written."""

from __future__ import annotations

import numpy as np
import pytest

from forms_ocr.evaluation.legibility import LEAST_SHARE, share_visible
from forms_ocr.model import Box, Field, Shape, Template
from forms_ocr.simulation import WrittenSlip

_DPI = 254.0
_PX = 10
_HOMOGRAPHY = np.diag([_PX, _PX, 1.0])


@pytest.fixture
def template() -> Template:
    box = Box(2, 2, 22, 12)
    field = Field("reading", "", Shape.COMB, box, box.split(2))
    return Template("form", 30, 16, (field,), np.full((160, 300), 255, np.uint8), _DPI)


def _slip(*, second: int = 60) -> WrittenSlip:
    paper = np.full((160, 300), 255, np.uint8)
    paper[30:110, 60:66] = 60
    paper[30:110, 160:166] = second
    return WrittenSlip(paper, _DPI, {"reading": ("1", "1")}, {}, {})


def test_a_scan_that_shows_all_ink_is_legible(template: Template) -> None:
    assert share_visible(_slip(), template, _slip().paper, _HOMOGRAPHY) == 1.0


def test_the_cell_that_lost_most_counts(template: Template) -> None:
    page = _slip().paper.copy()
    page[30:90, 150:180] = 255
    share = share_visible(_slip(), template, page, _HOMOGRAPHY)
    assert share == pytest.approx(0.25, abs=0.05)
    assert share < LEAST_SHARE


def test_pale_ink_that_a_threshold_takes_away_is_lost(template: Template) -> None:
    slip = _slip(second=190)
    assert share_visible(slip, template, slip.paper, _HOMOGRAPHY) == 1.0
    one_bit = np.where(slip.paper > 128, 255, 0).astype(np.uint8)
    assert share_visible(slip, template, one_bit, _HOMOGRAPHY) == 0.0


def test_a_bare_slip_has_nothing_to_lose(template: Template) -> None:
    paper = np.full((160, 300), 255, np.uint8)
    slip = WrittenSlip(paper, _DPI, {"reading": ("empty", "empty")}, {}, {})
    assert share_visible(slip, template, paper, _HOMOGRAPHY) == 1.0


def test_ink_off_the_page_is_not_visible(template: Template) -> None:
    away = _HOMOGRAPHY.copy()
    away[0, 2] = 10_000
    assert share_visible(_slip(), template, _slip().paper, away) == 0.0
