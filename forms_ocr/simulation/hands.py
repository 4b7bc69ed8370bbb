"""Hands drawn by code: consistent like a person, never twice the same.

A hand keeps its allographs, slant, proportions and size; every glyph it writes is bent a little anew. Bending
is a smooth displacement of the plane, so strokes that touch keep touching.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from forms_ocr.simulation.ink import InkShape, Polyline, StrokeInk
from forms_ocr.simulation.skeletons import DIGITS, LETTERS, strokes_of

_SAMPLES_PER_SEGMENT = 7
_SMALL_LETTER_SHARE = 0.5
"""Height of a small letter over the height of a line's nominal box, whose top is the top of capitals."""


@dataclass(frozen=True, slots=True)
class Placement:
    """How a hand fits digits into printed cells.

    Attributes:
        size: Height of a usual digit over the height of the cell.
        size_spread: Standard deviation of that, relative.
        offset_mm: Standard deviation of the digit's centre around the hand's usual place.
        lean_x, lean_y: The usual place off the cell's centre, in cell widths and heights.
        outliers: Share of digits that are tiny, towering or far off centre.
    """

    size: float = 0.62
    size_spread: float = 0.06
    offset_mm: float = 0.35
    lean_x: float = 0.0
    lean_y: float = 0.0
    outliers: float = 0.03


class Hand(Protocol):
    """Somebody who writes."""

    @property
    def placement(self) -> Placement:
        """How this hand fits digits into cells."""

    def digit(self, digit: int, rng: np.random.Generator) -> InkShape:
        """One digit 0 to 9."""

    def letter(self, letter: str, rng: np.random.Generator) -> InkShape:
        """One Cyrillic letter."""

    def line(self, text: str, rng: np.random.Generator) -> InkShape:
        """A line of handwriting; its nominal box is as tall as capitals."""

    def signature(self, rng: np.random.Generator) -> InkShape:
        """A signature, nearly the same each time."""


@dataclass(frozen=True, slots=True)
class HandStyle:
    """What hands of one kind have in common; ranges are (low, high), a hand draws its own value.

    Attributes:
        allographs: By digit, the allographs a hand chooses from, by name (see ``skeletons.DIGITS``).
        slant: Shear to the right.
        aspect: Stretch of widths.
        size: Digit height over cell height.
        bend: Standard deviation, in heights, of how far a hand's digits differ from the skeleton for good.
        jitter: The same from one digit to the next.
        tremor: Amplitude of shaking along a stroke, in heights.
        wander: Standard deviation, in heights, of how far each point of an allograph is off for good.
        flourish: Share of a hand's allographs with a small stroke of its own at the start, and at the end.
    """

    allographs: Mapping[int, tuple[str, ...]]
    slant: tuple[float, float] = (-0.05, 0.3)
    aspect: tuple[float, float] = (0.75, 1.25)
    size: tuple[float, float] = (0.5, 0.75)
    bend: float = 0.045
    jitter: float = 0.02
    tremor: float = 0.0
    outliers: float = 0.03
    wander: float = 0.0
    flourish: float = 0.0


_EUROPEAN: dict[int, tuple[str, ...]] = {
    0: ("plain", "plain", "open"),
    1: ("flag", "flag", "long_flag", "foot"),
    2: ("round", "swan", "looped", "swan"),
    3: ("round", "round", "flat", "smooth"),
    4: ("open", "open_high", "ch", "open"),
    5: ("two_stroke", "one_stroke", "two_stroke", "s"),
    6: ("leaning", "curled", "straight"),
    7: ("crossed", "crossed", "barred", "serif"),
    8: ("s_start", "two_loops", "narrow"),
    9: ("round", "straight", "hooked", "round"),
}
_AMERICAN: dict[int, tuple[str, ...]] = _EUROPEAN | {
    0: ("plain", "open"),
    1: ("bare", "bare", "bare", "rounded"),
    4: ("open_high", "closed", "open"),
    7: ("plain", "plain", "serif"),
    9: ("straight", "straight", "round"),
}
_HARD: dict[int, tuple[str, ...]] = _EUROPEAN | {
    0: ("slashed",),
    1: ("long_flag",),
    2: ("z",),
    3: ("flat",),
    4: ("ch", "open"),
    7: ("barred",),
    9: ("stemmed",),
}
_NEAT: dict[int, tuple[str, ...]] = _EUROPEAN | {
    1: ("flag",),
    2: ("round", "swan"),
    3: ("round",),
    7: ("plain", "crossed"),
}
_VARIOUS: dict[int, tuple[str, ...]] = {digit: tuple(allographs) for digit, allographs in DIGITS.items()}

STYLES: Mapping[str, HandStyle] = {
    "european": HandStyle(_EUROPEAN),
    "american": HandStyle(_AMERICAN, slant=(0.0, 0.4)),
    "hard": HandStyle(_HARD, jitter=0.025),
    "neat": HandStyle(_NEAT, slant=(0.0, 0.2), aspect=(0.9, 1.1), bend=0.02, jitter=0.01, outliers=0.0),
    "old": HandStyle(_EUROPEAN, size=(0.6, 0.9), bend=0.045, jitter=0.03, tremor=0.011, outliers=0.06),
    "hasty": HandStyle(_EUROPEAN, slant=(0.1, 0.5), size=(0.4, 0.8), bend=0.05, jitter=0.04, outliers=0.08),
    "various": HandStyle(
        _VARIOUS, slant=(-0.2, 0.5), aspect=(0.6, 1.4), bend=0.05, jitter=0.025, wander=0.025, flourish=0.2
    ),
}
"""Named styles. ``hard`` gathers what networks trained elsewhere miss: slashed 0, long-flagged 1, Z-like 2,
barred 7, stemmed 9. ``various`` writes every allograph there is, with turns of its own: people whom
nobody has collected."""

_FLOURISH = (0.04, 0.16)
"""Length of a small stroke before the first or after the last, in heights."""

_LETTER_STRETCH = np.array((1.4, 1.0), np.float32)
"""Letters of a line are written wider than their skeletons stand."""

_SECOND_ALLOGRAPH_SHARE = 0.07
"""How often a person writes a digit the other way; looked at in the writers of public data."""


class DrawnHand:
    """One person of a style; the same seed and style are always the same person.

    Args:
        seed: Which person.
        style: A name in :data:`STYLES`.
    """

    def __init__(self, seed: int, style: str = "european") -> None:
        self.style = STYLES[style]
        rng = np.random.default_rng([seed, 7919])
        self._allographs = {d: self._choose(names, rng) for d, names in self.style.allographs.items()}
        self._slant = float(rng.uniform(*self.style.slant))
        self._aspect = float(rng.uniform(*self.style.aspect))
        self._bends = {d: _Bend.draw(self.style.bend, rng) for d in DIGITS}
        self._letter_bend = _Bend.draw(self.style.bend, rng)
        self._signature = _signature_points(rng)
        self._seed = seed
        self._own: dict[str, tuple[tuple[Polyline, ...], ...]] = {}
        self.placement = Placement(
            size=float(rng.uniform(*self.style.size)),
            lean_x=float(rng.normal(0, 0.04)),
            lean_y=float(rng.normal(0, 0.04)),
            outliers=self.style.outliers,
        )

    @staticmethod
    def _choose(names: tuple[str, ...], rng: np.random.Generator) -> tuple[str, str]:
        """The usual allograph and the other one."""
        return names[int(rng.integers(len(names)))], names[int(rng.integers(len(names)))]

    def digit(self, digit: int, rng: np.random.Generator) -> StrokeInk:
        """One digit in this hand."""
        usual, other = self._allographs[digit]
        name = other if rng.random() < _SECOND_ALLOGRAPH_SHARE else usual
        return StrokeInk.fitted(self._written(DIGITS[digit][name], self._bends[digit], rng))

    def letter(self, letter: str, rng: np.random.Generator) -> StrokeInk:
        """One letter, small or capital; ``KeyError`` for one without a skeleton."""
        return StrokeInk.fitted(self._written(LETTERS[letter], self._letter_bend, rng))

    def mark(self, notation: str, rng: np.random.Generator, *, is_fitted: bool = True) -> StrokeInk:
        """A mark in skeleton notation, e.g. a strike through a cell; unfitted, it keeps its unit box."""
        strokes = self._written(notation, self._letter_bend, rng)
        return StrokeInk.fitted(strokes) if is_fitted else StrokeInk(strokes, 1.0)

    def line(self, text: str, rng: np.random.Generator) -> StrokeInk:
        """A line of Cyrillic, digits and punctuation; a character without a skeleton leaves a gap."""
        strokes: list[Polyline] = []
        x = 0.0
        for character in text:
            skeleton = _line_skeleton(character)
            if skeleton is None:
                x += 0.32 * self._aspect
                continue
            glyph = [stroke * _LETTER_STRETCH for stroke in self._written(skeleton, self._letter_bend, rng)]
            upright = np.concatenate(glyph) @ np.array((1.0, self._slant * _LETTER_STRETCH[0]))
            width = max(float(upright.max()), 0.1)
            lift = float(rng.normal(0, 0.03))
            strokes += [_on_line(stroke, x, lift) for stroke in glyph]
            x += (width + float(rng.uniform(0.18, 0.36))) * _SMALL_LETTER_SHARE
        if not strokes:
            raise ValueError(f"{text!r} holds no character that can be written")
        return StrokeInk(tuple(strokes), max(x, 0.1))

    def signature(self, rng: np.random.Generator) -> StrokeInk:
        """This hand's signature with the little differences of one time."""
        points = self._signature + rng.normal(0, 0.03, self._signature.shape)
        return StrokeInk.fitted((_smooth(points.astype(np.float32)),))

    def _written(self, notation: str, bend: _Bend, rng: np.random.Generator) -> tuple[Polyline, ...]:
        """A skeleton in this hand: bent, slanted, turned a little, smoothed."""
        once = _Bend.draw(self.style.jitter, rng)
        slant = self._slant + rng.normal(0, 0.035)
        turn = rng.normal(0, 0.03)
        aspect = self._aspect * rng.normal(1, 0.05)
        plane = np.array([(aspect, -slant + turn), (-turn, 1.0)], np.float32)
        return tuple(self._stroke(runs, bend, once, plane, rng) for runs in self._own_strokes(notation))

    def _own_strokes(self, notation: str) -> tuple[tuple[Polyline, ...], ...]:
        """A skeleton as this hand has made it its own, the same each time."""
        if self.style.wander == 0 and self.style.flourish == 0:
            return strokes_of(notation)
        if notation not in self._own:
            rng = np.random.default_rng([self._seed, zlib.crc32(notation.encode())])
            wandered = [_wandered(runs, self.style.wander, rng) for runs in strokes_of(notation)]
            if rng.random() < self.style.flourish:
                first = wandered[0]
                wandered[0] = (_with_entry(first[0], rng), *first[1:])
            if rng.random() < self.style.flourish:
                last = wandered[-1]
                wandered[-1] = (*last[:-1], _with_entry(last[-1][::-1], rng)[::-1])
            self._own[notation] = tuple(wandered)
        return self._own[notation]

    def _stroke(
        self,
        runs: tuple[Polyline, ...],
        bend: _Bend,
        once: _Bend,
        plane: NDArray[np.float32],
        rng: np.random.Generator,
    ) -> Polyline:
        smooth = [_smooth(bend(once(run)) @ plane.T) for run in runs]
        stroke = np.concatenate(smooth)
        return stroke if self.style.tremor == 0 else _shaken(stroke, self.style.tremor, rng)


@dataclass(frozen=True, eq=False)
class _Bend:
    """A smooth displacement of the plane: two waves for each axis, about a digit's height long."""

    waves: NDArray[np.float32]
    phases: NDArray[np.float32]
    amplitudes: NDArray[np.float32]

    @classmethod
    def draw(cls, spread: float, rng: np.random.Generator) -> _Bend:
        waves = rng.normal(0, 4.5, (2, 4)).astype(np.float32)
        phases = rng.uniform(0, 2 * np.pi, 4).astype(np.float32)
        return cls(waves, phases, rng.normal(0, spread, 4).astype(np.float32))

    def __call__(self, points: Polyline) -> Polyline:
        shifts = np.sin(points @ self.waves + self.phases) * self.amplitudes
        return np.asarray(points + shifts[:, :2] + shifts[:, 2:], np.float32)


def _wandered(runs: tuple[Polyline, ...], spread: float, rng: np.random.Generator) -> tuple[Polyline, ...]:
    """Every point of a stroke a little elsewhere; runs stay joined at their corners."""
    moved: list[Polyline] = []
    for run in runs:
        points = run + rng.normal(0, spread, run.shape).astype(np.float32)
        if moved:
            points[0] = moved[-1][-1]
        moved.append(points)
    return tuple(moved)


def _with_entry(run: Polyline, rng: np.random.Generator) -> Polyline:
    """A small stroke before the first point, in any direction."""
    angle, length = rng.uniform(0, 2 * np.pi), rng.uniform(*_FLOURISH)
    start = run[0] + np.array((np.cos(angle), np.sin(angle))) * length
    return np.concatenate([start[None], run]).astype(np.float32)


def _smooth(points: Polyline) -> Polyline:
    """A Catmull-Rom curve through the points: (n, 2) to ((n - 1) * 7 + 1, 2)."""
    if len(points) < 3:
        return points
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    neighbours = np.stack([padded[:-3], padded[1:-2], padded[2:-1], padded[3:]])
    curve = np.einsum("sk,knd->nsd", _CATMULL_ROM, neighbours).reshape(-1, 2)
    return np.concatenate([curve, points[-1:]]).astype(np.float32)


def _catmull_rom_weights(samples: int) -> NDArray[np.float32]:
    """(samples, 4): weights of the four neighbouring points along one segment, its end left out."""
    t = np.arange(samples) / samples
    powers = np.stack([np.ones_like(t), t, t**2, t**3], axis=1)
    basis = 0.5 * np.array([(0, 2, 0, 0), (-1, 0, 1, 0), (2, -5, 4, -1), (-1, 3, -3, 1)], np.float64)
    return np.asarray(powers @ basis, np.float32)


_CATMULL_ROM = _catmull_rom_weights(_SAMPLES_PER_SEGMENT)


def _shaken(stroke: Polyline, amplitude: float, rng: np.random.Generator) -> Polyline:
    """Tremor: smooth noise of about three points' length along the stroke."""
    noise = rng.normal(0, 1, stroke.shape)
    noise = noise + np.roll(noise, 1, axis=0) + np.roll(noise, 2, axis=0)
    return np.asarray(stroke + noise * (amplitude / np.sqrt(3)), np.float32)


def _line_skeleton(character: str) -> str | None:
    if character.isdecimal() and int(character) in DIGITS:
        return _DIGITS_IN_A_LINE[int(character)]
    return LETTERS.get(character)


def _raised(notation: str) -> str:
    """A digit's skeleton as tall as a capital: y from -60 to 100 in a letter's terms."""
    words = []
    for word in notation.split():
        x, comma, y = word.partition(",")
        words.append(f"{int(x) * 8 // 6},{int(y) * 8 // 5 - 60}" if comma else word)
    return " ".join(words)


_DIGITS_IN_A_LINE = {
    d: _raised(DIGITS[d][name])
    for d, name in enumerate(
        ("plain", "flag", "swan", "round", "open", "two_stroke", "leaning", "crossed", "s_start", "straight")
    )
}


def _on_line(stroke: Polyline, x: float, lift: float) -> Polyline:
    """From a letter's terms (small letter 0 to 1) to the line's box (capitals' top 0, base line 1)."""
    placed = stroke * np.float32(_SMALL_LETTER_SHARE)
    placed[:, 0] += x
    placed[:, 1] += 1 - _SMALL_LETTER_SHARE + lift
    return placed


_SIGNATURE_STARTS = (
    ((0.1, 0.8), (0.35, 0.0), (0.05, 0.25), (0.3, 0.95), (0.55, 0.5)),
    ((0.4, 0.1), (0.0, 0.2), (-0.1, 0.8), (0.3, 1.0), (0.5, 0.55)),
    ((0.0, 1.0), (0.15, 0.4), (0.3, -0.1), (0.36, 0.5), (0.4, 1.0), (0.1, 0.65), (0.55, 0.5)),
    ((0.0, 0.1), (0.4, -0.05), (0.2, 0.5), (0.05, 1.1), (-0.15, 0.9), (0.3, 0.6), (0.55, 0.7)),
    ((0.05, 0.0), (0.0, 0.95), (0.05, 0.1), (0.4, 0.0), (0.45, 0.4), (0.1, 0.5), (0.55, 0.75)),
)


def _signature_points(rng: np.random.Generator) -> Polyline:
    """A loop, a dwindling zigzag, a flourish: (N, 2) in heights."""
    start = np.array(_SIGNATURE_STARTS[int(rng.integers(len(_SIGNATURE_STARTS)))])
    waves = int(rng.integers(3, 8))
    xs = 0.6 + np.cumsum(rng.uniform(0.12, 0.3, 2 * waves))
    heights = np.linspace(0.45, 0.12, 2 * waves) * rng.uniform(0.6, 1.4, 2 * waves)
    ys = 0.65 + np.where(np.arange(2 * waves) % 2, 0.5, -0.5) * heights
    zigzag = np.stack([xs, ys], axis=1)
    flourish = np.array([(xs[-1] + dx, y) for dx, y in ((0.3, 0.5), (0.9, 0.3), (0.5, 0.95), (-0.6, 1.05))])
    points = np.concatenate([start, zigzag, flourish[: int(rng.integers(1, 5))]])
    return np.asarray(points + rng.normal(0, 0.08, points.shape), np.float32)
