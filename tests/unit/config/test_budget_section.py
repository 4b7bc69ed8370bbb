"""``[budget]`` of the configuration."""

from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

from forms_ocr.budget import Budget
from forms_ocr.config import BudgetSection, Configuration


def test_the_default_is_one_in_a_thousand() -> None:
    assert Configuration().budget.to_budget() == Budget(0.001)
    assert Configuration().budget.blind_share == 0.01


def test_fields_have_budgets_of_their_own() -> None:
    section = BudgetSection.model_validate({"max_error_by_field": {"account": 0.0005}})
    assert section.to_budget() == Budget(0.001, {"account": 0.0005})


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_error": 0},
        {"max_error": math.nan},
        {"max_error": 0.6},
        {"max_error_by_field": {"street": 0.1}},
        {"max_error_by_field": {"account": 0}},
        {"blind_share": -0.1},
        {"blind_share": math.nan},
        {"blind": 0.1},
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        BudgetSection.model_validate(wrong)
