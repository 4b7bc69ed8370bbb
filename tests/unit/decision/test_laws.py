"""What holds for every slip, whatever is on it."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from forms_ocr.decision import Registry, decide
from forms_ocr.model import CLASSES, OTHER, Disposition, FieldEvidence, Period, Reason, Rules

if TYPE_CHECKING:
    from tests.unit.decision.conftest import Evidence, Office

PERIOD = Period(2026, 11)
COMBS = {
    "account": 12,
    "reading": 6,
    "date.day": 2,
    "date.month": 2,
    "date.year": 2,
    "address.house": 4,
    "address.flat": 4,
}
FEW = settings(max_examples=40, deadline=None)


@st.composite
def disturbances(draw: st.DrawFn) -> dict[tuple[str, int], list[float]]:
    """Some cells of a good slip in doubt or gone."""
    changed: dict[tuple[str, int], list[float]] = {}
    for _ in range(draw(st.integers(0, 4))):
        name = draw(st.sampled_from(sorted(COMBS)))
        index = draw(st.integers(0, COMBS[name] - 1))
        weights = draw(st.dictionaries(st.integers(0, 11), st.floats(0.01, 1), min_size=1, max_size=3))
        row = np.full(len(CLASSES), 1e-5)
        for place, weight in weights.items():
            row[place] += weight
        changed[name, index] = (row / row.sum()).tolist()
    return changed


def disturbed(slip: Evidence, changed: dict[tuple[str, int], list[float]]) -> Evidence:
    slip = dict(slip)
    for (name, index), row in changed.items():
        posteriors = slip[name].posteriors.copy()
        posteriors[index] = row
        slip[name] = replace(slip[name], posteriors=posteriors, ink_mm2=np.ones(COMBS[name], np.float32))
    return slip


@FEW
@given(disturbances(), st.floats(0.3, 0.9999), st.floats(0.3, 0.9999))
def test_a_stricter_cut_never_accepts_more(
    office: Office, changed: dict[tuple[str, int], list[float]], one: float, other: float
) -> None:
    slip = disturbed(office.slip(), changed)
    strict = office.decide(slip, rules=Rules(min_confidence=max(one, other)))
    loose = office.decide(slip, rules=Rules(min_confidence=min(one, other)))
    assert strict.disposition is not Disposition.ACCEPTED or loose.disposition is Disposition.ACCEPTED
    assert strict.confidence == loose.confidence


# A house or flat that speaks against a customer and can no longer be read speaks against nobody.
OF_THE_RECORD = sorted(name for name in COMBS if not name.startswith("address."))


@FEW
@given(disturbances(), st.sampled_from(OF_THE_RECORD), st.integers(0, 11), st.floats(0, 0.999), st.booleans())
def test_illegibility_never_raises_confidence(
    office: Office,
    changed: dict[tuple[str, int], list[float]],
    name: str,
    index: int,
    share: float,
    has_registry: bool,
) -> None:
    before = disturbed(office.slip(), changed)
    evidence = before[name]
    posteriors = evidence.posteriors.astype(np.float64)
    index %= len(posteriors)
    posteriors[index] *= 1.0 - share
    posteriors[index, OTHER] += share
    after = before | {name: replace(evidence, posteriors=posteriors.astype(np.float32))}
    clear = office.decide(before, has_registry=has_registry)
    # a date that cannot be has no confidence to lose, and blurred it may be one that can
    assume(clear.date)
    blurred = office.decide(after, has_registry=has_registry)
    assert blurred.confidence <= clear.confidence * (1 + 1e-5) + 1e-9  # float32


@FEW
@given(disturbances(), st.booleans())
def test_an_accepted_record_keeps_every_rule(
    office: Office, changed: dict[tuple[str, int], list[float]], has_registry: bool
) -> None:
    record = office.decide(disturbed(office.slip(), changed), has_registry=has_registry)
    assert 0.0 <= record.confidence <= 1.0
    if record.disposition is not Disposition.ACCEPTED:
        assert record.reasons
        return
    assert record.reasons == ()
    assert record.is_signed
    assert record.confidence >= Rules().min_confidence
    assert "2026-11-23" <= record.date <= "2026-11-26"
    registered = office.registry.find(record.account)
    if has_registry:
        assert registered is not None
        assert len(record.reading) == registered.dials
        assert record.reading >= registered.last_reading


@FEW
@given(disturbances())
def test_reasons_stand_in_their_order_and_once(
    office: Office, changed: dict[tuple[str, int], list[float]]
) -> None:
    reasons = office.decide(disturbed(office.slip(), changed)).reasons
    order = list(Reason)
    assert list(reasons) == sorted(set(reasons), key=order.index)


@FEW
@given(disturbances(), st.randoms(use_true_random=False))
def test_the_order_of_the_registry_changes_nothing(
    office: Office, changed: dict[tuple[str, int], list[float]], random: Random
) -> None:
    found = [office.registry.find(f"{number:012d}") for number in office.registry._numbers[:40]]
    accounts = [account for account in found if account is not None]
    shuffled = random.sample(accounts, len(accounts))
    slip = disturbed(office.slip(), changed)
    assert office.decide(slip, accounts=accounts) == office.decide(slip, accounts=shuffled)


@FEW
@given(st.integers(0, 10**12 - 1), st.integers(0, 99_999))
def test_leading_zeros_survive(office: Office, number: int, reading: int) -> None:
    account, digits = f"{number:012d}", f"{reading:05d}"
    slip = office.slip()
    rows = np.eye(len(CLASSES), dtype=np.float32)
    for name, text in (("account", account), ("reading", digits + "_")):
        classes = [CLASSES.index(c) if c != "_" else CLASSES.index("empty") for c in text]
        slip[name] = FieldEvidence(name, rows[classes], np.ones(len(text), np.float32))
    record = decide(slip, office.template, Rules(), None, PERIOD, 0.1)
    assert (record.account, record.reading) == (account, digits)


NUMBERS = st.floats(width=32) | st.sampled_from([float("nan"), float("inf"), -1.0, 0.0, 1.0])


@st.composite
def rubbish(draw: st.DrawFn, name: str) -> FieldEvidence:
    rows = draw(st.integers(0, 13))
    columns = draw(st.sampled_from([12, 12, 12, 1, 0]))
    size = rows * columns
    if draw(st.booleans()):
        posteriors = np.full((rows, columns), 1 / max(columns, 1), np.float32)
    else:
        posteriors = np.array(draw(st.lists(NUMBERS, min_size=size, max_size=size)), np.float32)
    ink = np.array(draw(st.lists(NUMBERS, max_size=13)), np.float32)
    return FieldEvidence(
        name=name,
        posteriors=posteriors.reshape(rows, columns),
        ink_mm2=ink,
        text=draw(st.none() | st.text(max_size=14) | st.text("0123456789", max_size=14)),
        text_confidence=draw(NUMBERS),
        is_typed=draw(st.booleans()),
    )


@settings(max_examples=40, deadline=None)
@given(st.data(), NUMBERS, st.booleans())
def test_no_evidence_whatsoever_raises(
    office: Office, data: st.DataObject, residual_mm: float, has_registry: bool
) -> None:
    names = data.draw(st.sets(st.sampled_from([field.name for field in office.template.fields])))
    evidence = office.slip() | {name: data.draw(rubbish(name)) for name in sorted(names)}
    record = office.decide(evidence, residual_mm=residual_mm, has_registry=has_registry)
    assert 0.0 <= record.confidence <= 1.0
    assert all(0.0 <= field.confidence <= 1.0 for field in record.fields)


@pytest.mark.parametrize("areas", [[np.inf], [-np.inf, np.inf], [np.nan, 9.0]])
def test_a_signature_whose_ink_is_no_number_is_doubtful(office: Office, areas: list[float]) -> None:
    signature = replace(office.slip()["signature"], ink_mm2=np.array(areas, np.float32))
    record = office.decide(office.slip(signature=signature))
    assert record.disposition is Disposition.REVIEW
    assert Reason.SIGNATURE_UNCERTAIN in record.reasons


def test_a_field_that_is_no_number_fails_closed(office: Office) -> None:
    for name, reason in (("account", Reason.ACCOUNT_UNCERTAIN), ("date.year", Reason.DATE_UNCERTAIN)):
        slip = office.slip()
        posteriors = slip[name].posteriors.copy()
        posteriors[0, 0] = np.nan
        slip[name] = replace(slip[name], posteriors=posteriors)
        record = office.decide(slip)
        assert record.reasons == (reason,)
        assert record.disposition is Disposition.REVIEW
        assert record.confidence == 0.0


def test_fields_nobody_looked_at_fail_closed(office: Office) -> None:
    record = office.decide({})
    assert record.disposition is Disposition.REVIEW
    assert {Reason.ACCOUNT_UNCERTAIN, Reason.READING_UNCERTAIN, Reason.SIGNATURE_UNCERTAIN} <= set(
        record.reasons
    )
    assert Registry.of([]).find(record.account) is None
