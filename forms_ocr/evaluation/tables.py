"""Scores as tables for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from forms_ocr.evaluation.outcome import SlipOutcome
from forms_ocr.evaluation.score import CALIBRATION_EDGES, Score, score_by

_GROUPS = ("handwriting", "file", "scan shows")
_WORST = 12


def as_text(title: str, outcomes: Sequence[SlipOutcome]) -> str:
    """Everything the evaluation says, as plain text."""
    total = score_by(outcomes, None)["all"]
    parts = [f"{title}\n", _score_table("", {"all": total})]
    parts += [_score_table(name, score_by(outcomes, level)) for level, name in enumerate(_GROUPS)]
    parts += [_field_table(total), _calibration_table(total), _common("not accepted because", total.reasons)]
    parts.append(_common("cells read as another class", _confusions(total)))
    if total.troubled:
        parts.append(f"slips with a trouble: {total.troubled}, of them accepted: {total.troubled_accepted}\n")
    return "\n".join(parts)


def _confusions(score: Score) -> Mapping[str, int]:
    return {f"{true} read as {read}": count for (true, read), count in score.confusions.items()}


def _score_table(name: str, scores: Mapping[str, Score]) -> str:
    head = (
        f"{name:<18}{'slips':>7}{'lost':>6}{'digits':>9}{'per digit':>11}{'per slip':>10}"
        f"{'accepted':>10}{'wrong':>7}{'wrong, 95 % bound':>19}"
    )
    rows = [
        f"{label:<18}{s.slips:>7}{s.lost:>6}{s.digits:>9}{s.digit_accuracy:>11.3%}{s.slip_accuracy:>10.2%}"
        f"{s.accepted_share:>10.2%}{s.wrong_accepted:>7}{s.wrong_bound:>19.3%}"
        for label, s in scores.items()
    ]
    return "\n".join([head, *rows, ""])


def _field_table(score: Score) -> str:
    rows = [
        f"{name:<18}{score.fields[name]:>7}{score.right_fields[name] / score.fields[name]:>10.2%}"
        for name in sorted(score.fields)
    ]
    return "\n".join([f"{'field':<18}{'slips':>7}{'right':>10}", *rows, ""])


def _calibration_table(score: Score) -> str:
    rows = []
    for i, edge in enumerate(CALIBRATION_EDGES):
        right, wrong = score.calibration[(i, True)], score.calibration[(i, False)]
        if right + wrong:
            rows.append(f">= {edge:<15}{right + wrong:>7}{right / (right + wrong):>10.2%}")
    return "\n".join([f"{'confidence':<18}{'slips':>7}{'right':>10}", *rows, ""])


def _common(title: str, counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_WORST]
    return "\n".join([title, *(f"  {count:>6}  {name}" for name, count in ordered), ""])


def as_json(title: str, outcomes: Sequence[SlipOutcome]) -> dict[str, Any]:
    """The same figures for a program."""
    total = score_by(outcomes, None)["all"]
    return {
        "title": title,
        "all": _figures(total),
        **{
            name: {label: _figures(score) for label, score in score_by(outcomes, level).items()}
            for level, name in enumerate(_GROUPS)
        },
        "reasons": dict(total.reasons.most_common()),
        "confusions": dict(_confusions(total)),
    }


def _figures(score: Score) -> dict[str, float]:
    return {
        "slips": score.slips,
        "lost": score.lost,
        "digits": score.digits,
        "digit_accuracy": score.digit_accuracy,
        "slip_accuracy": score.slip_accuracy,
        "accepted_share": score.accepted_share,
        "wrong_accepted": score.wrong_accepted,
        "wrong_bound_95": score.wrong_bound,
        "troubled": score.troubled,
        "troubled_accepted": score.troubled_accepted,
    }
