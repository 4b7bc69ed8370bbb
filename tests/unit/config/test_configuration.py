from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from forms_ocr.config import BatchSection, Configuration, IngestSection, RulesSection
from forms_ocr.ingest import Limits
from forms_ocr.model import Period, Reason, Rules


def test_defaults_are_those_of_the_program() -> None:
    configuration = Configuration()
    assert configuration.rules.to_rules() == Rules()
    assert configuration.ingest.to_limits() == Limits()
    assert configuration.timezone == "Europe/Moscow"


def test_every_rule_and_limit_can_be_set() -> None:
    assert set(RulesSection.model_fields) == set(Rules.__dataclass_fields__)
    assert set(IngestSection.model_fields) == set(Limits.__dataclass_fields__)


def test_workers_are_the_cores_unless_set() -> None:
    assert BatchSection().worker_count >= 1
    assert BatchSection(workers=3).worker_count == 3


def test_the_current_period_is_that_of_the_district() -> None:
    last_hour_of_november_in_utc = datetime(2026, 11, 30, 22, 30, tzinfo=UTC)
    assert Configuration().current_period(last_hour_of_november_in_utc) == Period(2026, 12)
    there = Configuration(timezone="America/New_York")
    assert there.current_period(last_hour_of_november_in_utc) == Period(2026, 11)


def test_reasons_are_written_in_one_order() -> None:
    """The fingerprint of the settings must be the same in every process, whatever order a set has there."""
    written = RulesSection().model_dump(mode="json")["refuse_when_certain"]
    assert written == sorted(written)
    assert json.loads(json.dumps(written)) == written


def test_reasons_can_be_named() -> None:
    section = RulesSection.model_validate({"refuse_when_certain": ["account_closed"]})
    assert section.to_rules().refuse_when_certain == {Reason.ACCOUNT_CLOSED}


@given(first=st.integers(1, 31), last=st.integers(1, 31))
def test_a_window_has_days(first: int, last: int) -> None:
    if first <= last:
        assert RulesSection(first_day=first, last_day=last).to_rules().first_day == first
    else:
        with pytest.raises(ValidationError, match="is after last_day"):
            RulesSection(first_day=first, last_day=last)


@settings(max_examples=50)
@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001  # given its zone below
def test_the_period_is_at_most_a_day_from_that_in_utc(moment: datetime) -> None:
    moment = moment.replace(tzinfo=UTC)
    days = [moment - timedelta(days=1), moment, moment + timedelta(days=1)]
    assert Configuration().current_period(moment) in {Period(day.year, day.month) for day in days}
