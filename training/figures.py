"""What a network reads right and what it mistakes, on glyphs of writers it was not trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import CLASSES, OTHER, Posteriors
from training.calibration import calibration_error
from training.glyphs import SOURCES, LabelledGlyphs
from training.sheets import SCANS
from training.writing import KIND_SHARES

SURE = 0.99
"""A digit called with at least this posterior goes through without a person's look at the cell."""

_DIGITS = 10
_PAIRS = 15


def figures(glyphs: LabelledGlyphs, posteriors: Posteriors) -> dict[str, Any]:
    """Accuracy on digits by source, what happens to what is not a digit, and the commonest confusions."""
    top, is_digit = posteriors.argmax(axis=1), glyphs.labels < _DIGITS
    return {
        "digits": _on_digits(glyphs[is_digit], posteriors[is_digit]),
        "digits_by_source": {
            name: _on_digits(glyphs[chosen], posteriors[chosen])
            for index, name in enumerate(SOURCES)
            if (chosen := is_digit & (glyphs.sources == index)).any()
        },
        "digits_by_scan": {
            name: _on_digits(glyphs[chosen], posteriors[chosen])
            for index, name in enumerate(SCANS)
            if (chosen := is_digit & (glyphs.scans == index)).any()
        },
        "not_digits_by_kind": {
            name: _on_the_rest(posteriors[chosen])
            for index, name in enumerate(KIND_SHARES)
            if (chosen := ~is_digit & (glyphs.kinds == index)).any()
        },
        "calibration_error": round(calibration_error(posteriors, glyphs.labels), 5),
        "confusions": _confusions(glyphs.labels[is_digit], top[is_digit]),
    }


def _on_digits(glyphs: LabelledGlyphs, posteriors: Posteriors) -> dict[str, float | int]:
    """``accuracy`` over all classes; ``accuracy_among_digits`` when told that it is a digit."""
    labels, top = glyphs.labels, posteriors.argmax(axis=1)
    sure = (posteriors.max(axis=1) >= SURE) & (top < _DIGITS)
    wrong = int((sure & (top != labels)).sum())
    return {
        "glyphs": len(labels),
        "accuracy": _share(top == labels),
        "accuracy_among_digits": _share(posteriors[:, :_DIGITS].argmax(axis=1) == labels),
        "sure": _share(sure),
        "wrong_per_1000_sure": round(1000 * wrong / max(1, int(sure.sum())), 3),
    }


def _on_the_rest(posteriors: Posteriors) -> dict[str, float | int]:
    top = posteriors.argmax(axis=1)
    best_digit = posteriors[:, :_DIGITS].max(axis=1)
    return {
        "glyphs": len(top),
        "called_other": _share(top == OTHER),
        "called_a_digit": _share(top < _DIGITS),
        "surely_called_a_digit": _share(best_digit >= SURE),
    }


def _confusions(labels: NDArray[np.uint8], top: NDArray[np.intp]) -> dict[str, int]:
    """``written>read`` with how often, commonest first."""
    counts = np.zeros((len(CLASSES), len(CLASSES)), np.int64)
    np.add.at(counts, (labels, top), 1)
    np.fill_diagonal(counts, 0)
    order = np.argsort(counts, axis=None)[::-1][:_PAIRS]
    pairs = [divmod(int(index), len(CLASSES)) for index in order]
    return {f"{CLASSES[a]}>{CLASSES[b]}": int(counts[a, b]) for a, b in pairs if counts[a, b]}


def _share(statements: NDArray[np.bool_]) -> float:
    return round(float(statements.mean()), 5) if len(statements) else float("nan")


def table(found: Mapping[str, Any]) -> str:
    """The figures as text."""
    rows = [_row("all digits", found["digits"])]
    rows += [_row(name, each) for name, each in found["digits_by_source"].items()]
    rows += [_row(f"{name} scans", each) for name, each in found["digits_by_scan"].items()]
    rest = [
        f"{name:14} {each['glyphs']:7} {each['called_other']:9.4f} {each['called_a_digit']:9.4f} "
        f"{each['surely_called_a_digit']:9.4f}"
        for name, each in found["not_digits_by_kind"].items()
    ]
    pairs = "  ".join(f"{pair} {count}" for pair, count in found["confusions"].items())
    return "\n".join(
        [
            *_headed(("digits of", "glyphs", "right", "if digit", "sure", "wrong/1000 sure"), rows),
            *_headed(("not digits", "glyphs", "other", "a digit", "sure"), rest),
            f"confusions (written>read): {pairs}",
            f"expected calibration error: {found['calibration_error']}",
        ]
    )


def _row(name: str, each: Mapping[str, float]) -> str:
    return (
        f"{name:14} {each['glyphs']:7} {each['accuracy']:9.4f} {each['accuracy_among_digits']:9.4f} "
        f"{each['sure']:9.4f} {each['wrong_per_1000_sure']:9.2f}"
    )


def _headed(names: Sequence[str], rows: Sequence[str]) -> list[str]:
    head = f"{names[0]:14} {names[1]:>7} " + " ".join(f"{name:>9}" for name in names[2:])
    return [head, *rows, ""]
