"""Paper that does not lie flat: how far its print is off one homography, everywhere on the form.

What landmarks and comb lines show at some places is carried to all others by Gaussian process regression
(Rasmussen & Williams 2006, chapter 2), each axis for itself. How smooth the paper is, and whether it wobbles
in one direction only, is chosen by leaving out one witness after the other (ibid. 5.4.2); the error made
there is also the residual: it is what the correction is worth where nothing was seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_ocr.model import Drift, Shape, Template
from forms_ocr.registration.comb_lines import CombLines, LineSightings
from forms_ocr.registration.landmarks import Landmarks, Sightings

STEP_MM = 5.0
# Over which lengths across and down paper moves together: crumpled, curled, bent, and a feeder's wobble
# along either axis, which is the same over the whole other side.
_LENGTHS_MM = (
    (20.0, 20.0),
    (45.0, 45.0),
    (110.0, 110.0),
    (150.0, 9.0),
    (9.0, 150.0),
    (150.0, 20.0),
    (20.0, 150.0),
)
# A landmark's or line's own error (landmarks 0.035 mm for 95 of 100, measured).
_NOISE_MM = 0.03
# Paper that moves at all may move by this much where nothing was seen.
_LEAST_SPREAD_MM = 0.2
# Witnesses further off what all others say are mistaken, unless all are about as far off.
_MISTAKEN_MM = 0.4
_MISTAKEN_TIMES = 4.0
_LEAST_WITNESSES = 10
_RESIDUAL_SHARE = 0.95
# What lies further from every comb than this is nobody's concern.
_NEAR_COMB_MM = 6.0

Lengths = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Witnesses:
    """Moves seen along one axis: ``places_mm`` (N, 2) on the form, ``moves_mm`` (N,)."""

    places_mm: NDArray[np.float64]
    moves_mm: NDArray[np.float64]


def witnesses_of(
    landmarks: Landmarks, seen: Sightings, lines: CombLines | None = None, found: LineSightings | None = None
) -> tuple[Witnesses, Witnesses]:
    """What was seen of the paper's moves along x and along y."""
    good = seen.is_good
    places, moves = landmarks.centres_mm[good], (seen.found_mm - landmarks.centres_mm)[good]
    return tuple(_along(axis, places, moves, lines, found) for axis in (0, 1))  # type: ignore[return-value]


def _along(
    axis: int,
    places: NDArray[np.float64],
    moves: NDArray[np.float64],
    lines: CombLines | None,
    found: LineSightings | None,
) -> Witnesses:
    if lines is None or found is None:
        return Witnesses(places, moves[:, axis])
    chosen = found.is_good & (lines.axes == axis)
    return Witnesses(
        np.concatenate([places, lines.centres_mm[chosen]]),
        np.concatenate([moves[:, axis], found.moves_mm[chosen]]),
    )


@dataclass(frozen=True, eq=False)
class Followed:
    """A drift, and what is known about its error.

    Attributes:
        residual_mm: The 95th percentile of the distance between where the print of the combs was seen and
            where all other witnesses together put it, or twice the standard deviation expected at the worst
            comb, whichever is more; inf where no print was seen at the combs.
        lengths_mm: The smoothness along x and along y, to go on with.
    """

    drift: Drift
    residual_mm: float
    lengths_mm: tuple[Lengths, Lengths]


@dataclass(frozen=True, eq=False)
class _Fit:
    """Of one axis.

    ``off_mm`` is how far each witness, left out, is from what the others say: first those at ``places_mm``,
    then those at ``rejected_mm``, which do not speak.
    """

    places_mm: NDArray[np.float64]
    weights: NDArray[np.float64]
    inverse: NDArray[np.float64]
    spread_mm: float
    lengths_mm: Lengths
    off_mm: NDArray[np.float64]
    rejected_mm: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))

    @property
    def merit(self) -> float:
        """How badly witnesses are foretold; a few mistaken ones do not count."""
        return float(np.mean(np.minimum(np.abs(self.off_mm), _MISTAKEN_MM) ** 2))


def follow_paper(
    witnesses: tuple[Witnesses, Witnesses],
    template: Template,
    lengths_mm: tuple[Lengths, Lengths] | None = None,
) -> Followed | None:
    """The drift that witnesses along x and along y speak for; None if they are too few.

    Args:
        lengths_mm: The smoothness where it is known already; None tries what paper does.
    """
    if min(len(one.moves_mm) for one in witnesses) < _LEAST_WITNESSES:
        return None
    tried = [(one,) for one in lengths_mm] if lengths_mm is not None else [_LENGTHS_MM] * 2
    along_x, along_y = (_fit(one, some) for one, some in zip(witnesses, tried, strict=True))
    x, y = _nodes(template)
    moves = np.stack([_spread(along_x, x, y), _spread(along_y, x, y)], axis=2).astype(np.float32)
    residual = float(np.hypot(_residual_mm(along_x, template), _residual_mm(along_y, template)))
    return Followed(Drift(moves, STEP_MM), residual, (along_x.lengths_mm, along_y.lengths_mm))


def _fit(witnesses: Witnesses, tried: Sequence[Lengths]) -> _Fit:
    """The smoothness under which witnesses left out are foretold best; mistaken witnesses do not speak."""
    fits = [_fit_with(witnesses, lengths) for lengths in tried]
    best = min(fits, key=lambda fit: fit.merit)
    off = np.abs(best.off_mm)
    sound = off <= max(_MISTAKEN_MM, _MISTAKEN_TIMES * float(np.median(off)))
    if sound.all() or np.count_nonzero(sound) < _LEAST_WITNESSES:
        return best
    kept = _fit_with(Witnesses(witnesses.places_mm[sound], witnesses.moves_mm[sound]), best.lengths_mm)
    # those that do not speak are still off, and count
    rest = witnesses.places_mm[~sound]
    missed = witnesses.moves_mm[~sound] - _kernel(rest, kept.places_mm, kept.lengths_mm) @ kept.weights
    return replace(kept, off_mm=np.concatenate([kept.off_mm, missed]), rejected_mm=rest)


def _fit_with(witnesses: Witnesses, lengths_mm: Lengths) -> _Fit:
    spread = max(_LEAST_SPREAD_MM, float(np.sqrt(np.mean(witnesses.moves_mm**2))))
    kernel = _kernel(witnesses.places_mm, witnesses.places_mm, lengths_mm)
    noisy = kernel + np.eye(len(kernel)) * (_NOISE_MM / spread) ** 2
    # LAPACK would wake its own threads, which costs a busy machine tens of milliseconds for so few numbers
    _, inverted = cv2.invert(noisy, flags=cv2.DECOMP_CHOLESKY)
    inverse = np.asarray(inverted, np.float64)
    weights = inverse @ witnesses.moves_mm
    off = weights / np.diag(inverse)
    return _Fit(witnesses.places_mm, weights, inverse, spread, lengths_mm, off)


def _kernel(one: NDArray[np.float64], other: NDArray[np.float64], lengths_mm: Lengths) -> NDArray[np.float64]:
    scaled, against = one / lengths_mm, other / lengths_mm
    apart = (scaled**2).sum(axis=1)[:, None] + (against**2).sum(axis=1) - 2 * scaled @ against.T
    return np.asarray(np.exp(-0.5 * np.maximum(apart, 0.0)), np.float64)


def _spread(fit: _Fit, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """(rows, cols) the moves at the grid's nodes; the kernel of a grid is a product of its sides'."""
    across = np.exp(-0.5 * ((x[:, None] - fit.places_mm[:, 0]) / fit.lengths_mm[0]) ** 2)
    down = np.exp(-0.5 * ((y[:, None] - fit.places_mm[:, 1]) / fit.lengths_mm[1]) ** 2)
    return np.asarray((down * fit.weights) @ across.T, np.float64)


def _residual_mm(fit: _Fit, template: Template) -> float:
    """Along one axis, as in :class:`Followed`."""
    combs = _comb_corners(template)
    near = fit.off_mm[_is_near(np.concatenate([fit.places_mm, fit.rejected_mm]), combs)]
    if not len(near):
        return float("inf")
    towards = _kernel(combs.reshape(-1, 2), fit.places_mm, fit.lengths_mm)
    known = ((towards @ fit.inverse) * towards).sum(axis=1)
    unsure = 2 * fit.spread_mm * float(np.sqrt(np.maximum(1.0 - known, 0.0)).max())
    return max(float(np.quantile(np.abs(near), _RESIDUAL_SHARE)), unsure)


@lru_cache(maxsize=8)
def _nodes(template: Template) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Columns (cols,) and rows (rows,) of a grid that covers the form."""
    x, y = (np.arange(int(np.ceil(side / STEP_MM)) + 1) for side in (template.width_mm, template.height_mm))
    return np.asarray(x * STEP_MM, np.float64), np.asarray(y * STEP_MM, np.float64)


@lru_cache(maxsize=8)
def _comb_corners(template: Template) -> NDArray[np.float64]:
    """(F, 4, 2), of every comb; of every field on a form without combs."""
    combs = [one.box for one in template.fields if one.shape is Shape.COMB]
    return np.array([box.corners_mm for box in combs or [one.box for one in template.fields]])


def _is_near(places_mm: NDArray[np.float64], corners_mm: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(N,) which places lie in or beside one of the boxes."""
    low = corners_mm.min(axis=1, keepdims=True) - _NEAR_COMB_MM
    high = corners_mm.max(axis=1, keepdims=True) + _NEAR_COMB_MM
    inside = ((places_mm >= low) & (places_mm <= high)).all(axis=2)
    return np.asarray(inside.any(axis=0))
