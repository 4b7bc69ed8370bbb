from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_ocr.model import Account, AccountStatus, Period, Template
from forms_ocr.simulation import Digits, Signed, Typed, draw_slip_values, make_registry, slip_entries

NOVEMBER = Period(2026, 11)
ACCOUNT = Account("121000000007", "Мира", "5", "12", "00563", date(2026, 10, 24), 5, AccountStatus.DIRECT)


@given(st.integers(0, 10_000), st.integers(3, 7), st.integers(0, 999))
@settings(max_examples=40, deadline=None)
def test_values_keep_the_rules(seed: int, dials: int, last: int) -> None:
    account = replace(ACCOUNT, dials=dials, last_reading=f"{last:0{dials}d}")
    values = draw_slip_values(np.random.default_rng(seed), account, NOVEMBER)
    assert values.account == account.account
    assert len(values.reading) == dials
    used = (int(values.reading) - last) % 10**dials
    assert 0 <= used <= 10**dials // 10
    assert date(2026, 11, 23) <= values.date <= date(2026, 11, 26)


def test_a_meter_goes_round() -> None:
    account = replace(ACCOUNT, last_reading="99999")
    readings = [draw_slip_values(np.random.default_rng(i), account, NOVEMBER).reading for i in range(5)]
    assert all(len(reading) == 5 and int(reading) < 5000 for reading in readings)


def test_an_invented_account_is_in_no_registry_of_ours() -> None:
    values = draw_slip_values(np.random.default_rng(1), None, NOVEMBER, dials=4)
    assert len(values.account) == 12
    assert values.account[:2] != "12"
    assert len(values.reading) == 4


@pytest.mark.parametrize("dense", [True, False])
def test_registries_hold_different_accounts_in_order(dense: bool) -> None:
    registry = make_registry(np.random.default_rng(2), 500, dense, NOVEMBER)
    numbers = [account.account for account in registry]
    assert len(set(numbers)) == 500
    assert numbers == sorted(numbers)
    assert all(len(number) == 12 for number in numbers)
    assert all(len(account.last_reading) == account.dials for account in registry)
    assert {account.status for account in registry} == set(AccountStatus)
    assert all(account.last_date is not None and account.last_date.month == 10 for account in registry)


def test_dense_means_every_neighbour_exists() -> None:
    numbers = [int(a.account) for a in make_registry(np.random.default_rng(2), 50, True, NOVEMBER)]
    assert np.diff(numbers).tolist() == [1] * 49


def test_last_readings_of_january_are_from_december() -> None:
    account = make_registry(np.random.default_rng(0), 1, True, Period(2027, 1))[0]
    assert account.last_date is not None
    assert (account.last_date.year, account.last_date.month) == (2026, 12)


def test_entries_follow_the_roles(small_form: Template) -> None:
    values = replace(draw_slip_values(np.random.default_rng(0), ACCOUNT, NOVEMBER), date=date(2026, 11, 23))
    entries = slip_entries(small_form, values, is_typed=True)
    assert entries["day"] == Digits("23")
    assert entries["year"] == Digits("26")
    assert entries["street"] == Typed("ул. Мира")
    assert entries["signature"] == Signed()
    assert "signature" not in slip_entries(small_form, values, is_signed=False)


def test_a_form_without_roles_gets_nothing(small_form: Template) -> None:
    values = draw_slip_values(np.random.default_rng(0), ACCOUNT, NOVEMBER)
    bare = replace(small_form, roles=type(small_form.roles)())
    assert slip_entries(bare, values) == {}


@given(st.integers(0, 10_000), st.integers(4, 6), st.integers(1, 30))
@settings(max_examples=30, deadline=None)
def test_households_of_every_kind_stay_on_their_meters(seed: int, dials: int, gap: int) -> None:
    month = NOVEMBER.year * 12 + NOVEMBER.month - 1 - gap
    account = replace(
        ACCOUNT,
        account=f"12{seed:010d}",
        dials=dials,
        last_reading="0" * dials,
        last_date=date(month // 12, month % 12 + 1, 24),
    )
    values = draw_slip_values(np.random.default_rng(seed), account, NOVEMBER, is_varied=True)
    assert len(values.reading) == dials
    assert 0 <= int(values.reading) < 10**dials // 2


def test_households_differ_and_some_have_not_reported_for_long() -> None:
    registry = make_registry(np.random.default_rng(2), 400, False, NOVEMBER, is_varied=True)
    months = [(2026 - a.last_date.year) * 12 + 11 - a.last_date.month for a in registry if a.last_date]
    assert min(months) == 1
    assert 0.1 < sum(gap > 1 for gap in months) / len(months) < 0.25
    used = [
        (
            int(draw_slip_values(np.random.default_rng(0), a, NOVEMBER, is_varied=True).reading)
            - int(a.last_reading)
        )
        % 10**a.dials
        for a in registry
    ]
    assert 0 in used
    assert max(used) > 3000
    assert 60 < float(np.median(used)) < 400


def test_dense_accounts_run_from_flat_to_flat() -> None:
    registry = make_registry(np.random.default_rng(2), 200, True, NOVEMBER, is_varied=True)
    assert [a.flat for a in registry[:3]] == ["1", "2", "3"]
    assert len({(a.street, a.house) for a in registry}) == 3
