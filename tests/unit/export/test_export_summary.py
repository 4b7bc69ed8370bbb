"""The counts add up, and whatever does not is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_ocr.export import ConservationError, RunFacts
from forms_ocr.export.summary import summarise
from forms_ocr.model import (
    Disposition,
    FiledPage,
    FiledSlip,
    PageDisposition,
    Reason,
    Record,
)

MakeSlip = Callable[..., FiledSlip]
MakePage = Callable[..., FiledPage]


def test_the_summary_counts_everything(make_page: MakePage, make_slip: MakeSlip, facts: RunFacts) -> None:
    pages = [
        make_page("12/a.pdf", 1, slips=2),
        make_page("12/a.pdf", 2, PageDisposition.BLANK, reason=Reason.PAGE_BLANK),
        make_page("7/b.pdf", 1, PageDisposition.FOREIGN, reason=Reason.PAGE_NOT_THIS_FORM),
        make_page("7/c.pdf", 0, PageDisposition.QUARANTINED, reason=Reason.SCAN_BROKEN),
    ]
    reasons = (Reason.ACCOUNT_UNCERTAIN, Reason.DATE_MISSING)
    slips = [make_slip(slip=1), make_slip(slip=2, disposition=Disposition.REVIEW, reasons=reasons)]
    office_12 = {
        "scans": {"total": 1, "unopened": 0},
        "pages": {"total": 2, "slips": 1, "blank": 1, "foreign": 0, "quarantined": 0},
        "slips": {"total": 2, "accepted": 1, "review": 1, "refused": 0},
    }
    office_7 = {
        "scans": {"total": 2, "unopened": 1},
        "pages": {"total": 2, "slips": 0, "blank": 0, "foreign": 1, "quarantined": 1},
        "slips": {"total": 0, "accepted": 0, "review": 0, "refused": 0},
    }
    assert json.loads(summarise(pages, slips).to_json(facts)) == {
        "version": "0.1.0",
        "template": "blank_form",
        "period": "2026-11",
        "registry": {"name": "registry.csv", "accounts": 714203},
        "min_confidence": 0.99,
        "cut": None,
        "scans": {"total": 3, "unopened": 1},
        "pages": {"total": 4, "slips": 1, "blank": 1, "foreign": 1, "quarantined": 1},
        "slips": {"total": 2, "accepted": 1, "review": 1, "refused": 0},
        "offices": {"7": office_7, "12": office_12},
        "boxes": [],
        "reasons": {
            "pages": {"scan_broken": 1, "page_blank": 1, "page_not_this_form": 1},
            "slips": {"account_uncertain": 1, "date_missing": 1},
        },
    }


def test_what_was_not_given_is_null(facts: RunFacts) -> None:
    document = json.loads(summarise([], []).to_json(replace(facts, period=None, registry="")))
    assert document["period"] is None
    assert document["registry"] is None
    assert document["offices"] == {}


def test_a_page_that_stands_twice_is_told(make_page: MakePage) -> None:
    with pytest.raises(ConservationError, match=r"page .*12/a\.pdf.* stands more than once"):
        summarise([make_page(slips=0), make_page(slips=0)], [])


def test_a_slip_that_stands_twice_is_told(make_page: MakePage, make_slip: MakeSlip) -> None:
    with pytest.raises(ConservationError, match="slip 'x' stands more than once"):
        summarise([make_page(slips=2)], [make_slip(slip=1, slip_id="x"), make_slip(slip=2, slip_id="x")])


def test_two_slips_with_one_number_are_told(make_page: MakePage, make_slip: MakeSlip) -> None:
    with pytest.raises(ConservationError, match="stands more than once"):
        summarise([make_page(slips=2)], [make_slip(slip_id="x"), make_slip(slip_id="y")])


def test_a_lost_slip_is_told(make_page: MakePage) -> None:
    with pytest.raises(ConservationError, match=r"page 1 of '12/a.pdf'.*counts 1 slip.*holds 0"):
        summarise([make_page(slips=1)], [])


def test_a_slip_without_its_page_is_told(make_slip: MakeSlip) -> None:
    with pytest.raises(ConservationError, match=r"counts 0 slip.*holds 1"):
        summarise([], [make_slip()])


def test_a_slip_filed_under_another_office_is_told(make_page: MakePage, make_slip: MakeSlip) -> None:
    with pytest.raises(ConservationError):
        summarise([make_page()], [make_slip(office="13")])


_PAGES = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.sampled_from(PageDisposition), st.lists(st.sampled_from(Disposition))
    ),
    max_size=12,
)


@given(_PAGES)
@settings(max_examples=50)
def test_offices_and_dispositions_always_add_up(
    drawn: list[tuple[str, PageDisposition, list[Disposition]]],
) -> None:
    pages, slips = [], []
    for number, (office, page_disposition, dispositions) in enumerate(drawn, 1):
        pages.append(FiledPage(f"{office}/s", office, number, page_disposition, len(dispositions), None, ""))
        for index, disposition in enumerate(dispositions, 1):
            record = Record("", "", "", "", is_signed=False, fields=(), confidence=0, disposition=disposition)
            slips.append(FiledSlip(f"{number}.{index}", office, f"{office}/s", number, index, record))
    summary = summarise(pages, slips)
    assert summary.counts.page_total == len(pages)
    assert summary.counts.slip_total == len(slips)
    for disposition in Disposition:
        assert summary.counts.slips[disposition] == sum(
            counts.slips[disposition] for counts in summary.offices.values()
        )
