"""What a network that reads along a line says about whole strings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FramePosteriors = NDArray[np.float32]
"""(T, C + 1), P(symbol | place) for each place along the line; the last column is "none here"."""

_LEAST_SYMBOL = 1e-3
"""A symbol less likely than this at a place is not tried there: a calibrated network means nothing by it."""

_Weights = tuple[float, float]
"""Of the paths that end in "none here", and of those that end in the string's last symbol."""


def likely_strings(frames: FramePosteriors, beam: int) -> list[tuple[float, tuple[int, ...]]]:
    """The likeliest strings of symbols, each with the weight of all paths that spell it.

    A symbol at places side by side is one symbol; "none here" between two of them parts them. Prefix beam
    search (Graves, "Supervised Sequence Labelling with Recurrent Neural Networks", 2012, section 7.5).

    Args:
        frames: Rows sum to 1.
        beam: Strings kept at each place, 1 or more.

    Returns:
        ``(posterior, string)``, best first, ties by string. The posteriors sum to at most 1; what is missing
        is strings that were dropped.
    """
    kept: dict[tuple[int, ...], _Weights] = {(): (1.0, 0.0)}
    for row in np.asarray(frames, np.float64).tolist():
        kept = _best(_extended(kept, row), beam)
    ranked = [(ended + going, string) for string, (ended, going) in kept.items()]
    return sorted(ranked, key=lambda item: (-item[0], item[1]))


def _extended(kept: dict[tuple[int, ...], _Weights], row: Sequence[float]) -> dict[tuple[int, ...], _Weights]:
    """The strings one place further on."""
    options = [(symbol, p) for symbol, p in enumerate(row[:-1]) if p >= _LEAST_SYMBOL]
    longer: dict[tuple[int, ...], _Weights] = {}
    for string, (ended, going) in kept.items():
        last = string[-1] if string else -1
        stays = going * row[last] if string else 0.0
        _add(longer, string, (ended + going) * row[-1], stays)
        for symbol, p in options:
            # the same symbol again is another one only after "none here"
            _add(longer, (*string, symbol), 0.0, (ended if symbol == last else ended + going) * p)
    return longer


def _add(found: dict[tuple[int, ...], _Weights], string: tuple[int, ...], ended: float, going: float) -> None:
    if ended == going == 0.0:
        return
    before = found.get(string, (0.0, 0.0))
    found[string] = before[0] + ended, before[1] + going


def _best(found: dict[tuple[int, ...], _Weights], beam: int) -> dict[tuple[int, ...], _Weights]:
    if len(found) <= beam:
        return found
    order = sorted(found, key=lambda string: (-sum(found[string]), string))
    return {string: found[string] for string in order[:beam]}
