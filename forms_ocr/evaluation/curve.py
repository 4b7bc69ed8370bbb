"""What share of slips is accepted within an error budget, by our rule and by two plain ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forms_ocr.budget import (
    CUTS,
    Budget,
    Evidence,
    LabelledSlip,
    gather,
    learn_cut,
    tally_at,
    upper_bound,
)
from forms_ocr.evaluation.outcome import SlipOutcome
from forms_ocr.model import ANSWERED_FIELDS

BUDGETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05)

TOGETHER = "all evidence together"
CELLS_ALONE = "product of best cells"
EVERY_FIELD = "every field above 0.99"

_EVERY_FIELD_CUT = 0.99
_TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Point:
    """A rule at one cut.

    Attributes:
        accepted_share: Of the slips without trouble.
        wrong: Accepted slips that are wrong or must not be accepted.
        bound: 95 % upper bound of their share among the accepted.
    """

    cut: float
    accepted_share: float
    wrong: int
    bound: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A rule at all cuts, strictest first, and what it accepts within each budget.

    Attributes:
        within: By budget the point at the learned cut; None where the slips do not confirm any.
    """

    name: str
    points: tuple[Point, ...]
    within: Mapping[float, Point | None]


def curves(outcomes: Sequence[SlipOutcome], cautious: float) -> tuple[Curve, ...]:
    """The curves of all rules.

    Args:
        cautious: The built-in cut.
    """
    together = [(_label(outcome), not outcome.trouble) for outcome in outcomes if outcome.is_hanging]
    alone = [(_cells_label(outcome), not outcome.trouble) for outcome in outcomes if outcome.is_found]
    good = sum(not outcome.trouble for outcome in outcomes)
    return (
        _curve(TOGETHER, together, good, cautious),
        _curve(CELLS_ALONE, alone, good, cautious),
        _every_field(outcomes, good),
    )


def evidence_of(outcomes: Sequence[SlipOutcome]) -> Evidence:
    """The slips as labelled ones, from which a cut can be learned."""
    return gather(_label(outcome) for outcome in outcomes if outcome.is_hanging)


def _label(outcome: SlipOutcome) -> LabelledSlip:
    wrong = {name for name in ANSWERED_FIELDS if not outcome.fields.get(name, True)}
    return LabelledSlip(outcome.confidence, frozenset(wrong | ({_TROUBLE} if outcome.trouble else set())))


def _cells_label(outcome: SlipOutcome) -> LabelledSlip:
    is_wrong = not outcome.are_cells_right or bool(outcome.trouble)
    return LabelledSlip(outcome.cells_confidence, frozenset({"cells"} if is_wrong else ()))


def _curve(name: str, slips: Sequence[tuple[LabelledSlip, bool]], good: int, cautious: float) -> Curve:
    points = {cut: _point(cut, slips, good) for cut in CUTS}
    evidence = gather(slip for slip, _ in slips)
    within: dict[float, Point | None] = {}
    for max_error in BUDGETS:
        cut = learn_cut(evidence, Budget(max_error), cautious)
        within[max_error] = points[cut.confidence] if cut.is_confirmed else None
    return Curve(name, tuple(points.values()), within)


def _point(cut: float, slips: Sequence[tuple[LabelledSlip, bool]], good: int) -> Point:
    tally = tally_at(cut, (slip for slip, _ in slips))
    accepted = sum(is_good and slip.confidence >= cut for slip, is_good in slips)
    share = accepted / good if good else float("nan")
    return Point(cut, share, tally.wrong, upper_bound(tally.wrong, tally.accepted))


def _every_field(outcomes: Sequence[SlipOutcome], good: int) -> Curve:
    """One point: this rule has no cut to learn."""
    sure = [
        (LabelledSlip(1.0, _label(outcome).wrong_fields), not outcome.trouble)
        for outcome in outcomes
        if outcome.is_found and outcome.least_confidence > _EVERY_FIELD_CUT
    ]
    point = _point(_EVERY_FIELD_CUT, sure, good)
    within = {budget: point if point.bound <= budget else None for budget in BUDGETS}
    return Curve(EVERY_FIELD, (point,), within)


def curves_as_text(found: Sequence[Curve]) -> str:
    """What is accepted within each budget."""
    return "\n".join(_lines(found))


def _lines(found: Sequence[Curve]) -> Iterator[str]:
    yield "accepted share of good slips within an error budget (95 % certain; – is: not shown by these slips)"
    yield f"{'wrong in 1,000, at most':<26}" + "".join(f"{curve.name:>26}" for curve in found)
    for budget in BUDGETS:
        points = (curve.within[budget] for curve in found)
        shares = "".join(f"{'–' if point is None else f'{point.accepted_share:.2%}':>26}" for point in points)
        yield f"{budget * 1000:<26g}{shares}"
    yield ""


def curves_as_json(found: Sequence[Curve]) -> dict[str, Any]:
    """The same with all points."""
    return {
        curve.name: {
            "points": [_figures(point) for point in curve.points],
            "within": {str(budget): _figures(point) for budget, point in curve.within.items() if point},
        }
        for curve in found
    }


def _figures(point: Point) -> dict[str, float]:
    return {
        "cut": point.cut,
        "accepted_share": point.accepted_share,
        "wrong": point.wrong,
        "wrong_bound_95": point.bound,
    }
