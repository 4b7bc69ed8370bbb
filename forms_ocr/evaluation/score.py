"""Outcomes counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from forms_ocr.budget import upper_bound
from forms_ocr.evaluation.outcome import SlipOutcome


@dataclass(slots=True)
class Score:
    """Counts over slips; every rate is derived from them.

    Slips with a trouble, which must not be accepted, are counted apart: they say nothing about how well
    legible slips are read.
    """

    slips: int = 0
    lost: int = 0
    digits: int = 0
    wrong_digits: int = 0
    right_slips: int = 0
    accepted: int = 0
    wrong_accepted: int = 0
    troubled: int = 0
    troubled_accepted: int = 0
    right_fields: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    confusions: Counter[tuple[str, str]] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    calibration: Counter[tuple[int, bool]] = field(default_factory=Counter)

    def add(self, outcome: SlipOutcome) -> None:
        """Count one slip."""
        if outcome.trouble:
            self.troubled += 1
            self.troubled_accepted += outcome.is_accepted
            return
        self.slips += 1
        self.lost += not outcome.is_found
        self.digits += outcome.digits
        self.wrong_digits += outcome.wrong_digits
        self.right_slips += outcome.is_right
        self.accepted += outcome.is_accepted
        self.wrong_accepted += outcome.is_wrong_accepted
        self.fields.update(outcome.fields.keys())
        self.right_fields.update(name for name, is_right in outcome.fields.items() if is_right)
        self.confusions.update((true, read) for true, read, _ in outcome.confusions)
        self.reasons.update(() if outcome.is_accepted else outcome.reasons)
        if outcome.is_found:
            self.calibration[(_bucket(outcome.confidence), outcome.is_right)] += 1

    @property
    def digit_accuracy(self) -> float:
        """Of the cells that hold a digit, the share read as that digit; NaN without any."""
        return 1.0 - self.wrong_digits / self.digits if self.digits else float("nan")

    @property
    def slip_accuracy(self) -> float:
        """Share of slips with account, reading and date right; NaN without any."""
        return self.right_slips / self.slips if self.slips else float("nan")

    @property
    def accepted_share(self) -> float:
        """Share of slips accepted without a person; NaN without any."""
        return self.accepted / self.slips if self.slips else float("nan")

    @property
    def wrong_bound(self) -> float:
        """95 % upper bound of the share of wrong records among the accepted."""
        return upper_bound(self.wrong_accepted, self.accepted)


CALIBRATION_EDGES = (0.0, 0.5, 0.9, 0.99, 0.999)
"""Lower edges of the buckets in which stated confidence is held against what came true."""


def _bucket(confidence: float) -> int:
    return max(i for i, edge in enumerate(CALIBRATION_EDGES) if confidence >= edge)


def score_by(outcomes: Iterable[SlipOutcome], level: int | None) -> dict[str, Score]:
    """Scores by one part of the group, or over all (``level`` None) under the name ``all``."""
    scores: dict[str, Score] = {}
    for outcome in outcomes:
        name = "all" if level is None else outcome.group[level]
        scores.setdefault(name, Score()).add(outcome)
    return dict(sorted(scores.items()))
