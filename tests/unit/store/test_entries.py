from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import PydanticSerializationError

from forms_ocr.model import (
    Candidate,
    Disposition,
    FieldReading,
    PageDisposition,
    PageReading,
    Reason,
    Record,
    Registration,
    SlipReading,
)
from forms_ocr.store import ScanState, page_entry
from forms_ocr.store.entry import (
    record_from_json,
    record_to_json,
    registration_from_json,
    slip_id,
    template_from_json,
)
from forms_ocr.store.states import may_follow

shares = st.floats(0, 1)
texts = st.text(max_size=8)
candidates = st.builds(Candidate, texts, shares)
fields = st.builds(
    FieldReading,
    name=texts,
    value=texts,
    confidence=shares,
    candidates=st.lists(candidates, max_size=2).map(tuple),
    cells=st.lists(candidates, max_size=2).map(tuple),
    doubtful_cells=st.lists(st.integers(0, 11), max_size=3).map(tuple),
    is_doubtful=st.booleans(),
)
records = st.builds(
    Record,
    account=texts,
    reading=st.from_regex(r"\A0?[0-9]{3,5}\Z"),
    date=texts,
    address=texts,
    is_signed=st.booleans(),
    fields=st.lists(fields, max_size=2).map(tuple),
    confidence=shares,
    disposition=st.sampled_from(Disposition),
    reasons=st.lists(st.sampled_from(Reason), max_size=3).map(tuple),
)


@settings(max_examples=60)
@given(records)
def test_a_record_comes_back_as_it_was(record: Record) -> None:
    assert record_from_json(record_to_json(record)) == record


@given(st.lists(st.floats(-1e6, 1e6), min_size=9, max_size=9), shares, st.sampled_from((0, 90, 180, 270)))
def test_a_registration_comes_back_as_it_was(numbers: list[float], share: float, turn_deg: int) -> None:
    homography = np.array(numbers).reshape(3, 3)
    registration = Registration(homography, share, share, turn_deg, 11.8)
    record = Record("", "", "", "", False, (), 0.0, Disposition.ACCEPTED)
    page = PageReading(1, PageDisposition.SLIPS, (SlipReading(1, registration, record),))
    (slip,) = page_entry(page).slips
    again = registration_from_json(slip.registration_json)
    assert np.array_equal(again.homography, homography)
    assert (again.residual_mm, again.artwork_match, again.turn_deg) == (share, share, turn_deg)


@given(st.tuples(texts, texts, st.integers(0, 50), st.integers(0, 9)))
def test_a_slip_id_is_the_same_each_time_and_no_number(slip: tuple[str, str, int, int]) -> None:
    assert slip_id(*slip) == slip_id(*slip)
    assert slip_id(*slip)[0] == "s"


@given(texts, texts, st.integers(1, 50), st.integers(1, 9))
def test_each_part_of_a_slips_place_makes_another_id(scan: str, sha256: str, page: int, slip: int) -> None:
    ids = {
        slip_id(scan, sha256, page, slip),
        slip_id(scan + "x", sha256, page, slip),
        slip_id(scan, sha256 + "x", page, slip),
        slip_id(scan, sha256, page + 1, slip),
        slip_id(scan, sha256, page, slip + 1),
    }
    assert len(ids) == 5


def test_slip_ids_never_change() -> None:
    """Reviews and billing refer to them."""
    assert slip_id("north/a.pdf", "ab" * 32, 1, 1) == "s3d629ea9f8c604e"


def test_an_entry_says_what_the_reading_says(make_record: Callable[..., Record]) -> None:
    registration = Registration(np.eye(3), np.float32(0.1), 0.9, 180, 11.8)  # type: ignore[arg-type]
    reading = PageReading(3, PageDisposition.SLIPS, (SlipReading(1, registration, make_record(), b"jpeg"),))
    (slip,) = page_entry(reading).slips
    assert (slip.number, slip.disposition, slip.picture) == (1, Disposition.ACCEPTED, b"jpeg")
    assert record_from_json(slip.record_json) == make_record()
    assert '"turn_deg": 180' in slip.registration_json


def test_a_value_of_the_wrong_type_is_the_workers_error(make_record: Callable[..., Record]) -> None:
    registration = Registration(np.eye(3), 0.1, 0.9, 0, 11.8)
    slip = SlipReading(1, registration, make_record(account=121000000012))
    with pytest.raises(PydanticSerializationError):
        page_entry(PageReading(1, PageDisposition.SLIPS, (slip,)))


@pytest.mark.parametrize("state", ScanState)
def test_every_scan_can_end_and_only_a_quarantined_one_goes_back(state: ScanState) -> None:
    assert may_follow(state, ScanState.RECEIVED) == (state is ScanState.QUARANTINED)
    assert may_follow(state, ScanState.OPENED)
    assert may_follow(state, ScanState.QUARANTINED)


def test_a_registration_names_its_template_only_where_there_were_several() -> None:
    record = Record("", "", "", "", False, (), 0.0, Disposition.ACCEPTED)
    for name in ("", "abc"):
        registration = Registration(np.eye(3), 0.1, 1.0, 0, 11.8, template=name)
        page = PageReading(1, PageDisposition.SLIPS, (SlipReading(1, registration, record),))
        (slip,) = page_entry(page).slips
        assert ("template" in slip.registration_json) == bool(name)
        assert template_from_json(slip.registration_json) == name
        assert registration_from_json(slip.registration_json).template == name
