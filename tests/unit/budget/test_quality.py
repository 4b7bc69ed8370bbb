"""What people's answers say about accepted records."""

from __future__ import annotations

import pytest

from forms_ocr.budget import measure_quality
from forms_ocr.model import Answer, Disposition, MachineReading, Values

READ = Values("121000000012", "0563", "2026-11-24")


def answer(
    slip_id: str,
    values: Values = READ,
    *,
    office: str = "north",
    period: str = "2026-11",
    is_blind: bool = True,
    who: str = "anna",
) -> Answer:
    disposition = Disposition.ACCEPTED if is_blind else Disposition.REVIEW
    machine = MachineReading(READ, 0.99, disposition, "aa")
    return Answer(slip_id, period, office, who, "2026-12-01T00:00:00+00:00", values, is_blind, machine)


MISREAD = Values("121000000012", "0663", "2026-11-24")


def test_counts_by_field_office_and_period() -> None:
    quality = measure_quality(
        [
            answer("s1"),
            answer("s2", MISREAD, office="south"),
            answer("s3", period="2026-12"),
            answer("s4", MISREAD, is_blind=False),
        ],
        0.001,
    )
    assert (quality.accepted.slips, quality.accepted.wrong) == (3, 1)
    assert {rate.name: (rate.slips, rate.wrong) for rate in quality.by_field} == {
        "account": (3, 0),
        "reading": (3, 1),
        "date": (3, 0),
    }
    assert {rate.name: (rate.slips, rate.wrong) for rate in quality.by_office} == {
        "north": (2, 0),
        "south": (1, 1),
    }
    assert {rate.name: (rate.slips, rate.wrong) for rate in quality.by_period} == {
        "2026-11": (2, 1),
        "2026-12": (1, 0),
    }
    assert (quality.reviewed.slips, quality.reviewed.wrong) == (1, 1)


def test_the_last_answer_of_a_slip_counts() -> None:
    quality = measure_quality([answer("s1", MISREAD), answer("s1", who="boris")], 0.001)
    assert (quality.accepted.slips, quality.accepted.wrong) == (1, 0)


def test_the_same_slip_id_in_two_periods_is_two_slips() -> None:
    assert measure_quality([answer("s1"), answer("s1", period="2026-12")], 0.01).accepted.slips == 2


def test_what_is_missing_until_the_budget_is_confirmed() -> None:
    quality = measure_quality([answer(f"s{number}") for number in range(100)], 0.001)
    assert quality.accepted.missing == 2895
    assert quality.accepted.bound == pytest.approx(0.0295, abs=1e-4)
    assert measure_quality([answer(f"s{n}") for n in range(300)], 0.01).accepted.missing == 0


def test_without_answers_nothing_is_known() -> None:
    quality = measure_quality([], 0.001)
    assert (quality.accepted.bound, quality.accepted.missing) == (1.0, 2995)
