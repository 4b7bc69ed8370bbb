"""When a batch stops by itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from forms_ocr.batch import Ceiling
from forms_ocr.model import PageDisposition

SLIPS, BLANK = PageDisposition.SLIPS, PageDisposition.BLANK
FOREIGN, QUARANTINED = PageDisposition.FOREIGN, PageDisposition.QUARANTINED


def test_more_than_the_share_breaks_it() -> None:
    ceiling = Ceiling(0.3, 10)
    assert not ceiling.is_broken_by({SLIPS: 7, FOREIGN: 3})
    assert ceiling.is_broken_by({SLIPS: 6, FOREIGN: 2, QUARANTINED: 2})


def test_it_is_not_asked_too_early_and_blank_backs_do_not_count() -> None:
    ceiling = Ceiling(0.3, 10)
    assert not ceiling.is_broken_by({FOREIGN: 9})
    assert not ceiling.is_broken_by({FOREIGN: 9, BLANK: 100})
    assert ceiling.is_broken_by({FOREIGN: 10, BLANK: 100})


@given(st.integers(0, 50), st.integers(0, 50), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_share_never_stops_what_a_lower_one_lets_go_on(
    good: int, bad: int, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    pages = {SLIPS: good, FOREIGN: bad}
    assert Ceiling(low, 1).is_broken_by(pages) or not Ceiling(high, 1).is_broken_by(pages)
    assert not Ceiling(1.0, 1).is_broken_by(pages)
