"""How good accepted records are, out of what people keyed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from forms_ocr.budget.bounds import trials_needed, upper_bound
from forms_ocr.model import ANSWERED_FIELDS, Answer, Disposition


@dataclass(frozen=True, slots=True)
class Rate:
    """Wrong ones among slips that people keyed.

    Attributes:
        name: What is counted: an office, a field, a month.
        bound: One-sided 95 % upper bound of the share of wrong ones; 1 without slips.
        missing: How many more right answers in a row would confirm the budget; 0 if it is confirmed.
    """

    name: str
    slips: int
    wrong: int
    bound: float
    missing: int

    @property
    def share(self) -> float:
        """Of wrong ones; NaN without slips."""
        return self.wrong / self.slips if self.slips else float("nan")


@dataclass(frozen=True, slots=True)
class Quality:
    """All that people's answers say.

    Attributes:
        accepted: Accepted records that people keyed blind, wrong in anything.
        by_field, by_office, by_period: The same, apart.
        reviewed: Slips under review that people keyed, wrong where the machine's best candidate was.
    """

    accepted: Rate
    by_field: tuple[Rate, ...]
    by_office: tuple[Rate, ...]
    by_period: tuple[Rate, ...]
    reviewed: Rate


def last_answers(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """Of each slip the answer that counts: the last, since who keys again corrects what was keyed before.

    Args:
        answers: In the order in which they were filed.
    """
    return tuple({(answer.period, answer.slip_id): answer for answer in answers}.values())


def measure_quality(answers: Iterable[Answer], max_error: float) -> Quality:
    """Count answers.

    Args:
        answers: In the order in which they were filed; of each slip the last counts.
        max_error: The budget that is to be confirmed.
    """
    counted = last_answers(answers)
    blind = [answer for answer in counted if answer.is_blind]
    reviewed = [answer for answer in counted if answer.machine.disposition is Disposition.REVIEW]
    return Quality(
        accepted=_rate("all", [bool(answer.wrong_fields) for answer in blind], max_error),
        by_field=tuple(
            _rate(name, [name in answer.wrong_fields for answer in blind], max_error)
            for name in ANSWERED_FIELDS
        ),
        by_office=_rates(blind, lambda answer: answer.office, max_error),
        by_period=_rates(blind, lambda answer: answer.period, max_error),
        reviewed=_rate("review", [bool(answer.wrong_fields) for answer in reviewed], max_error),
    )


def _rates(answers: Sequence[Answer], key: Callable[[Answer], str], max_error: float) -> tuple[Rate, ...]:
    names = sorted({key(answer) for answer in answers})
    return tuple(
        _rate(name, [bool(answer.wrong_fields) for answer in answers if key(answer) == name], max_error)
        for name in names
    )


def _rate(name: str, is_wrong: Sequence[bool], max_error: float) -> Rate:
    slips, wrong = len(is_wrong), sum(is_wrong)
    missing = max(0, trials_needed(wrong, max_error) - slips)
    return Rate(name, slips, wrong, upper_bound(wrong, slips), missing)
