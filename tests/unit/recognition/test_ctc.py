"""Strings along a line: the search against the sum over all paths."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby, product
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_ocr.recognition.ctc import FramePosteriors, likely_strings

_NONE = 2


def _by_all_paths(frames: FramePosteriors) -> dict[tuple[int, ...], float]:
    """Every path spelt out: symbols side by side are one, and the last column is none."""
    found: defaultdict[tuple[int, ...], float] = defaultdict(float)
    for path in product(range(frames.shape[1]), repeat=len(frames)):
        spelt = tuple(symbol for symbol, _ in groupby(path) if symbol != _NONE)
        found[spelt] += prod(float(row[symbol]) for row, symbol in zip(frames, path, strict=True))
    return found


@st.composite
def _frames(draw: st.DrawFn) -> FramePosteriors:
    """Up to five places, two symbols and none; every share large enough to be tried."""
    shares = draw(st.lists(st.tuples(*[st.integers(1, 20)] * 3), min_size=1, max_size=5))
    rows = np.array(shares, np.float64)
    return np.asarray(rows / rows.sum(axis=1, keepdims=True), np.float32)


@given(_frames())
@settings(max_examples=60, deadline=None)
def test_every_string_weighs_what_its_paths_do(frames: FramePosteriors) -> None:
    wanted = _by_all_paths(frames)
    found = {string: posterior for posterior, string in likely_strings(frames, beam=1000)}
    assert set(found) == set(wanted)
    assert found == pytest.approx(wanted, abs=1e-6)


@given(_frames(), st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_a_narrow_beam_never_says_more_than_there_is(frames: FramePosteriors, beam: int) -> None:
    found = likely_strings(frames, beam)
    wanted = _by_all_paths(frames)
    posteriors = [posterior for posterior, _ in found]
    assert len(found) <= beam
    assert posteriors == sorted(posteriors, reverse=True)
    assert sum(posteriors) <= 1.0 + 1e-6
    assert all(posterior <= wanted[string] + 1e-6 for posterior, string in found)


def test_a_digit_twice_needs_none_between() -> None:
    once = np.array([[0.98, 0.01, 0.01]] * 3, np.float32)
    twice = np.array([[0.98, 0.01, 0.01], [0.01, 0.01, 0.98], [0.98, 0.01, 0.01]], np.float32)
    assert likely_strings(once, 8)[0][1] == (0,)
    assert likely_strings(twice, 8)[0][1] == (0, 0)


def test_no_places_hold_the_empty_string() -> None:
    assert likely_strings(np.zeros((0, 3), np.float32), 4) == [(1.0, ())]
